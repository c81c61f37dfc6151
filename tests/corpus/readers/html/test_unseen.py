"""What no reader of a page sees, and what shows when it is clicked."""

import pytest

from tests.corpus.readers.files import only

WORDS = "The mill on the weir was rebuilt after the fire, with a second wheel, and it has sawn timber ever since. " * 5


def text_of(body: str) -> str:
    return only(f"<!DOCTYPE html><html lang='en'><body><main><p>{WORDS}</p>{body}</main></body></html>", "a.html").text


@pytest.mark.parametrize(
    "unseen",
    [
        "<p hidden>Ghost</p>",
        "<p style='color: red; display : none'>Ghost</p>",
        "<p style='VISIBILITY:hidden'>Ghost</p>",
        "<div aria-hidden='true'><p>Ghost</p></div>",
        "<template><p>Ghost</p></template>",
        "<noscript><p>Ghost</p></noscript>",
        "<dialog><p>Ghost</p></dialog>",
        "<p class='note sr-only'>Ghost</p>",
        "<svg><title>Ghost</title><text>Ghost</text></svg>",
        "<video>Ghost</video>",
        "<style>Ghost</style>",
        "<datalist><option>Ghost</datalist>",
        "<img alt='Ghost' src='a.png'>",
        "<span role='doc-pagebreak'>Ghost</span>",
        "<span epub:type='pagebreak'>Ghost</span>",
    ],
)
def test_what_no_reader_sees_is_no_text(unseen: str) -> None:
    assert "Ghost" not in text_of(f"<p>Seen.</p>{unseen}<p>Also seen.</p>")
    if not unseen.startswith("<d"):
        inline = unseen.replace("<p", "<b").replace("</p", "</b")
        assert text_of(f"<p>Sa{inline}w.</p>").endswith(("Saw.", "Sa w."))


@pytest.mark.parametrize(
    "opened",
    [
        "<button aria-expanded='false' aria-controls='p'>Is it old?</button><div id='p' hidden>It is.</div>",
        "<button role='tab' aria-controls='p'>Is it old?</button><div id='p' style='display:none'><p>It is.</p></div>",
        "<h3><button aria-expanded='false' aria-controls='p'>Is it old?</button></h3><p id='p' hidden>It is.</p>",
        "<details><summary>Is it old?</summary>It is.</details>",
        "<p>Is it old?</p><p hidden='until-found'>It is.</p>",
    ],
)
def test_what_shows_when_it_is_clicked_is_text(opened: str) -> None:
    assert text_of(opened).endswith("\n\nIs it old?\n\nIt is.")


@pytest.mark.parametrize("name", ["shadowrootmode", "shadowroot"])
def test_a_shadow_root_in_the_page_is_read(name: str) -> None:
    assert text_of(f"<div><template {name}='open'><p>The mill turns.</p></template></div>").endswith("The mill turns.")
