"""Which elements of a page are its main content."""

import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import only, outline

WORDS = "The mill on the weir was rebuilt after the fire, with a second wheel, and it has sawn timber ever since. " * 5
SHORT = "The wheel turns in the spring."


def text_of(body: str) -> str:
    return only(
        f"<!DOCTYPE html><html lang='en'><head><title>Mill</title></head><body>{body}</body></html>", "a.html"
    ).text


@pytest.mark.parametrize(
    "article", [f"<h1>The mill</h1><p>{WORDS}</p><p>{WORDS}</p>", f"<h1>The mill</h1><p>{SHORT}</p>"]
)
@pytest.mark.parametrize(
    "furniture",
    [
        "<nav><a href='/'>Ghost</a></nav>",
        "<div class='main-menu'><ul><li><a href='/'>Ghost</a></li></ul></div>",
        "<div id='siteSidebar' class='sidebar'><p>Ghost, a thing of the night, walks again, says a reader.</p></div>",
        "<div role='banner'>Ghost</div>",
        "<footer><p>Copyright Ghost. All rights reserved.</p></footer>",
        "<section id='comments'><h2>Comments</h2><p>Ghost, I think, is right, and so are you all.</p></section>",
        "<ol class='comment-list'><li class='comment'><p>Ghost, I think, is right, and so are you.</p></li></ol>",
        "<div class='related-posts'><h3>Related</h3><ul><li><a href='/a'>Ghost story</a></li></ul></div>",
        "<h2>Related articles</h2><ul><li><a href='/a'>Ghost story</a></li></ul>",
        "<div class='share-buttons'><a href='/a'>Ghost</a></div>",
        "<form action='/s'><input name='q'><label>Ghost</label></form>",
        "<div><a href='/'>Ghost</a> <a href='/b'>Start</a></div>",
    ],
)
def test_furniture_is_left_out_of_long_and_of_short_pages(article: str, furniture: str) -> None:
    for body in (f"{furniture}<main>{article}</main>", f"<div class='a'>{article}</div>{furniture}"):
        text = text_of(body)
        assert "Ghost" not in text
        assert text.endswith(SHORT if SHORT in article else WORDS.strip())


@pytest.mark.parametrize("box", ["<article>{}</article>", "<div class='post'>{}</div>", "<section>{}</section>"])
@pytest.mark.parametrize("around", ["<main>{}</main>", "<div>{}</div>", "{}"])
def test_each_article_of_a_page_is_read_with_its_heading(around: str, box: str) -> None:
    parts = [(f"Part {number}", f"{number}. {words}") for number, words in enumerate([WORDS, SHORT, WORDS * 2, SHORT])]
    page = around.format("".join(box.format(f"<h2>{title}</h2><p>{words}</p>") for title, words in parts))
    read = only(f"<!DOCTYPE html><html><body>{page}</body></html>", "a.html")
    assert [title for title, _, _ in outline(read)] == [title for title, _ in parts]
    assert all(words.strip() in read.text for _, words in parts)


@pytest.mark.parametrize(
    "part",
    [
        "<ul><li><a href='/a'>Form for a berth</a></li><li><a href='/b'>Form for a crane</a></li></ul>",
        "<div class='downloads'><ul><li><a href='/a'>Form for a berth</a></li></ul></div>",
        "<section id='related-work'><h2>Related work</h2><p>Form for a berth.</p></section>",
        "<section id='tags'><h2>Tags</h2><p>Form for a berth.</p></section>",
        "<aside><p>Form for a berth, with a box for the name of the boat, and another one.</p></aside>",
        "<table class='widgets'><tr><th>Form for a berth<td>12</table>",
        "<form><p>Form for a berth</p><input value='Ida'></form>",
        "<p class='caption'>Form for a berth</p>",
        "<header class='section-header'><h2>Form for a berth</h2></header>",
        "<div class='elementor-widget'><h2>Form for a berth</h2></div>",
        "<div class='menu'><ul><li>Form for a berth 40</li><li>Eel 90</li></ul></div>",
        "<article class='no-comments'><p>Form for a berth</p></article>",
    ],
)
def test_parts_of_the_article_stay(part: str) -> None:
    text = text_of(f"<main><h1>The mill</h1><p>{WORDS}</p>{part}<p>{SHORT}</p></main>")
    assert "Form for a berth" in text
    assert text.endswith(SHORT)


def test_a_page_inside_a_form_is_read() -> None:
    text = text_of(f"<form action='a.aspx'><input type='hidden' value='x'><h1>The mill</h1><p>{WORDS}</p></form>")
    assert text == f"The mill\n\n{WORDS.strip()}"


def test_names_that_hold_most_of_the_page_are_not_heeded() -> None:
    assert text_of(f"<div class='banner'><h2>The mill</h2><p>{WORDS}</p></div>").endswith(WORDS.strip())


@pytest.mark.parametrize(
    "shell",
    [
        "<div id='root'></div><noscript>Please enable JavaScript.</noscript>",
        "<div id='root'>This site needs JavaScript. Please turn it on.</div>",
        "<h1>Mill board</h1><div id='root'>Loading…</div>",
    ],
)
def test_a_page_that_scripts_fill_is_refused(shell: str) -> None:
    with pytest.raises(SourceError, match=r"^scripts fill in its text"):
        text_of(f"{shell}<script src='/a.js'></script>")


def test_a_short_notice_that_mentions_scripts_is_read() -> None:
    notice = "<h1>Notice</h1><p>Closed on Monday.</p><p>Turn on JavaScript for the map.</p>"
    assert text_of(f"{notice}<script src='/a.js'></script>").startswith("Notice\n\nClosed on Monday.")
