"""The reader: a document's words, unchanged, with those marked that an address names."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from playwright.sync_api import FloatRect, Page, Route, expect

from embeddings.encoder.encoder import Encoder
from service.settings import Settings
from tests.corpus.readers.files import pdf
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import Watched, canonical_text

Serving = Callable[[str, bytes], tuple[RunningService, str]]


def test_nothing_that_a_document_holds_is_executed_or_becomes_markup(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/hostile")

    text = canonical_text(service, "hostile")
    assert "<script>" in text
    assert text.startswith("\ufeff")
    expect(page.locator("#text")).to_contain_text("Marta Ruiz")
    assert page.locator("#text").text_content() == text
    expect(page.locator("h1")).to_have_text(
        "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'> 🔦 Amare\u0301"
    )
    expect(page.locator(".byline")).to_contain_text("<b>Lamp & Sons</b>")
    assert page.locator("main script, main img, main svg, main b").count() == 0
    hrefs = page.locator("a").evaluate_all("links => links.map(link => link.protocol)")
    assert set(hrefs) <= {"http:", "https:"}


def test_only_web_addresses_become_links(page: Page) -> None:
    addresses = ["javascript:alert(1)", "data:text/html,x", "file:///x", "/x", "nonsense", None, "https://e.example/a"]

    links = page.evaluate(
        """async (addresses) => {
          const { webAddress } = await import("/web/chat/dom.js");
          return addresses.map((address) => webAddress(address)?.href ?? null);
        }""",
        addresses,
    )

    assert links == [None] * 6 + ["https://e.example/a"]


def test_a_document_is_introduced_by_what_is_known_of_it(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/chronicle")

    expect(page).to_have_title("A chronicle of the harbour · Footnote")
    expect(page.get_by_role("heading", level=1)).to_have_text("A chronicle of the harbour")
    expect(page.locator(".byline")).to_have_text(
        "Ana Pérez and Juan Soto · The Harbour Press · 1 March 1950 · English · original at example.org"
    )
    expect(page.get_by_role("heading", level=3)).to_have_text(["### The ferry", "### The bridge"])
    page.get_by_text("3 sections").click()
    page.get_by_role("link", name="The bridge").click()
    expect(page.get_by_role("heading", name="The bridge")).to_be_in_viewport()
    expect(page.locator("mark")).to_have_count(0)


@pytest.mark.parametrize(
    ("fragment", "start", "end"),
    [("char=0,5", 0, 5), ("char=2%2C11", 2, 11), ("char=30,", 30, None), ("char=,9", 0, 9)],
)
def test_the_words_that_an_address_names_are_marked(
    new_page: Callable[..., Page], service: RunningService, fragment: str, start: int, end: int | None
) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/chronicle#{fragment}")

    expect(page.get_by_role("status")).to_have_text("The cited words are marked below.")
    assert page.locator("mark").text_content() == canonical_text(service, "chronicle")[start:end]


@pytest.mark.parametrize(
    ("fragment", "notice"),
    [
        ("char=0,999999", "past the end"),
        ("char=999999,1000000", "past the end"),
        ("char=" + "9" * 400, "past the end"),
        ("char=9,5", "does not say which"),
        ("char=-1,5", "does not say which"),
        ("char=,", "does not say which"),
        ("char=", "does not say which"),
        ("char=1.5,3", "does not say which"),
        ("char=%ff,3", "does not say which"),
        ("line=1,2", "does not say which"),
        ("<img src=x onerror=window.owned=1>", "does not say which"),
    ],
)
def test_an_address_that_names_no_words_shows_the_document_unmarked_and_says_so(
    new_page: Callable[..., Page], service: RunningService, fragment: str, notice: str
) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/chronicle#{fragment}")

    expect(page.get_by_role("status")).to_contain_text(notice)
    assert page.locator("#text").text_content() == canonical_text(service, "chronicle")
    expect(page.locator("mark")).to_have_count(0)


@pytest.fixture
def serving(watched: Watched, add: Callable[..., str], settings: Settings, tiny_encoder: Encoder) -> Iterator[Serving]:
    """Serves a file; returns the service and the id of its document."""
    running = RunningService(settings, tiny_encoder)

    def _serving(name: str, data: bytes) -> tuple[RunningService, str]:
        document = add(name, data)
        running.start()
        watched.origins = [running.url]
        return running, document

    yield _serving
    running.stop()


def test_the_page_of_the_cited_words_is_shown(new_page: Callable[..., Page], serving: Serving) -> None:
    data = pdf([["The lamp was lit."], ["It went out in 1931."], ["Nobody knows why."]])
    running, document = serving("report.pdf", data)
    text = canonical_text(running, document)
    page = new_page()
    for number, words in enumerate(("The lamp", "It went out", "Nobody"), start=1):
        start = text.index(words)
        page.goto(f"{running.url}/documents/{document}#char={start},{start + len(words)}")
        expect(page.locator("mark")).to_have_text(words)
        told = page.get_by_role("status")
        expect(told).to_have_text(f"The cited words are marked below; they begin on page {number}.")


TALK = """\
WEBVTT

00:00:05.000 --> 00:00:07.000
The lamp was lit.

00:12:09.000 --> 00:12:12.000
It went out in 1931.
"""


def test_the_time_of_the_cited_words_is_shown(new_page: Callable[..., Page], serving: Serving) -> None:
    running, document = serving("talk.vtt", TALK.encode())
    text = canonical_text(running, document)
    page = new_page()
    for words, time in (("The lamp", "0:00:05"), ("went out", "0:12:09")):
        start = text.index(words)
        page.goto(f"{running.url}/documents/{document}#char={start},{start + len(words)}")
        told = page.get_by_role("status")
        expect(told).to_have_text(f"The cited words are marked below; they begin at {time}.")


def test_words_that_were_recognised_are_said_to_be(new_page: Callable[..., Page], service: RunningService) -> None:
    def scanned(route: Route) -> None:
        details = route.fetch().json()
        confidences = {"1": 0.998, "2": 0.876, "4": 0.1}
        route.fulfill(json={**details, "pages": [0, 20, 40, 60], "extra": {"recognised_pages": confidences}})

    page = new_page()
    page.route("**/v1/documents/chronicle", scanned)
    told = page.get_by_role("status")
    for span, said in (
        ("2,13", "1. They were recognised from a picture, 99% sure, and may differ from it."),
        ("15,30", "1. They were recognised from a picture, 87% sure, and may differ from it."),
        ("42,50", "3."),
    ):
        page.goto("about:blank")
        page.goto(f"{service.url}/documents/chronicle#char={span}")
        expect(told).to_have_text(f"The cited words are marked below; they begin on page {said}")


def test_a_citation_says_that_its_words_were_recognised(page: Page) -> None:
    said = page.evaluate(
        """async () => {
          const { facts } = await import("/web/chat/citation.js");
          const { textsIn } = await import("/web/chat/texts/index.js");
          const citation = { authors: [], title: "Minutes", page: 4 };
          const shown = (recognised, language) =>
            facts({ ...citation, recognised }, { texts: textsIn(language), language }).map((fact) => fact.text);
          return [shown(0.946, "en"), shown(1, "es"), shown(null, "en"), shown(undefined, "en")];
        }"""
    )
    assert said == [
        ["Minutes", "p. 4", "words recognised from a picture, 94% sure"],
        ["Minutes", "p. 4", "palabras reconocidas en una imagen, con 100\u00a0% de seguridad"],
        ["Minutes", "p. 4"],
        ["Minutes", "p. 4"],
    ]


def test_the_mark_follows_the_address(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/chronicle#char=2,13")
    mark = page.locator("mark")
    expect(mark).to_have_text("A chronicle")
    page.evaluate("location.hash = '#char=14,16'")
    expect(mark).to_have_text("of")
    page.evaluate("location.hash = '#char=5000,6000'")
    expect(mark).to_have_count(0)
    page.go_back()
    expect(mark).to_have_text("of")
    expect(mark).to_be_focused()


def test_the_marked_words_are_in_sight_however_far_down_they_stand(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    text = canonical_text(service, "chronicle")
    ferry, toll = text.index("The ferry to"), text.index("a toll")
    page = new_page(viewport={"width": 320, "height": 240})
    page.goto(f"{service.url}/documents/chronicle#char={toll},{len(text) - 1}")
    expect(page.locator("mark")).to_have_text("a toll that ended in 1949.")
    expect(page.locator("mark")).to_be_in_viewport(ratio=1)

    page.evaluate("window.scrollTo(0, 0)")
    expect(page.locator("mark")).not_to_be_in_viewport()
    page.get_by_role("link", name="The cited words").click()
    expect(page.locator("mark")).to_be_in_viewport(ratio=1)
    page.evaluate(f"location.hash = '#char={ferry},{ferry + 9}'")
    expect(page.locator("mark")).to_have_text("The ferry")
    expect(page.locator("mark")).to_be_in_viewport(ratio=1)


def test_a_mark_ends_where_the_text_does(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/chronicle#char=2,")
    text, mark = page.locator("#text"), page.locator("mark")
    expect(mark).to_be_visible()
    overhang = 0
    for width in range(700, 400, -1):
        page.set_viewport_size({"width": width, "height": 600})
        overhang = text.evaluate(OVERHANG)
        if overhang > 1:  # a line ends with a space that does not fit
            break
    assert overhang > 1
    box = text.bounding_box()
    assert box is not None
    beside: FloatRect = {"x": box["x"] + box["width"], "y": box["y"], "width": 10, "height": 400}

    marked = page.screenshot(clip=beside)
    mark.evaluate("element => { element.style.background = 'none'; }")
    assert page.screenshot(clip=beside) == marked


OVERHANG = """(text) => {
  const marks = [...text.querySelectorAll("mark")].flatMap((mark) => [...mark.getClientRects()]);
  return Math.max(...marks.map((mark) => mark.right)) - text.getBoundingClientRect().right;
}"""


def test_every_heading_of_a_passage_is_set_as_one(page: Page) -> None:
    def headings(text: str, section: str | None) -> list[str]:
        found: list[str] = page.evaluate(
            """async ([text, section]) => {
              const { headingLines } = await import("/web/chat/words.js");
              return headingLines(text, section).map(({ start, end }) => text.slice(start, end));
            }""",
            [text, section],
        )
        return found

    text = "## The ferry\n\nIt is #1.\n\n### The *bridge*\n#bridge\n####### The end\n# Notes"
    assert headings(text, "The ferry") == ["## The ferry", "### The *bridge*", "# Notes"]
    assert headings(text, None) == ["## The ferry", "### The *bridge*", "# Notes"]
    assert headings("The ferry\nIt went.\n## The bridge", "The ferry") == ["The ferry", "## The bridge"]
    assert headings("It went.", "The ferry") == []


def test_a_byte_order_mark_counts_as_the_character_that_it_is(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page()
    page.goto(f"{service.url}/documents/hostile#char=0,2")

    expect(page.locator("mark")).to_be_visible()
    assert page.locator("mark").text_content() == "\ufeff👩"


def test_an_unknown_document_leads_home(
    new_page: Callable[..., Page], service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    page = new_page()
    page.goto(f"{service.url}/documents/no-such-document")

    expect(page.get_by_role("heading")).to_have_text("There is nothing at this address")
    page.get_by_role("link", name="Ask a question").click()
    expect(page.get_by_role("textbox")).to_be_visible()


CHARACTERS = st.text(st.sampled_from("ab \n\ufeff\u0301\u202e🔦👩\u200d𝔘é"), max_size=40)
SPANS = st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=5)


@given(cases=st.lists(st.tuples(CHARACTERS, SPANS), min_size=20, max_size=20))
@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spans_of_any_text_are_the_same_in_the_browser_as_here(
    page: Page, cases: list[tuple[str, list[tuple[int, int]]]]
) -> None:
    in_browser = page.evaluate(
        """async (cases) => {
          const { stretches } = await import("/web/chat/spans.js");
          const { markedWords } = await import("/web/chat/words.js");
          return cases.map(([text, spans]) => {
            const body = document.createElement("div");
            const marks = stretches(text, spans.map(([start, end]) => ({ start, end })));
            body.append(...markedWords(text, marks, []));
            return [body.textContent, [...body.querySelectorAll("mark")].map((mark) => mark.textContent)];
          });
        }""",
        cases,
    )

    assert in_browser == [[text, marked_here(text, spans)] for text, spans in cases]


def marked_here(text: str, spans: Sequence[tuple[int, int]]) -> list[str]:
    """The runs of characters that lie in any span, of the spans that lie in the text."""
    inside = {at for start, end in spans if end <= len(text) for at in range(start, end)}
    runs = groupby(enumerate(text), key=lambda pair: pair[0] in inside)
    return ["".join(character for _, character in run) for marked, run in runs if marked]
