"""The pages, over plain HTTP and in a real browser on a real service."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

from corpus import Store
from embeddings import Encoder
from service.ingest import Ingester
from service.progress import NoProgress
from service.settings import Settings
from tests.service.conftest import write_calibration
from tests.service.serving import RunningService

OTHER_NAME = "footnote.example"
"""A name for this machine that no page can take for a developer's own."""

BROWSER_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {OTHER_NAME} 127.0.0.1",
]

QUESTION = "Who repaired the lamp of the lighthouse?"
UNANSWERABLE = "How do I bake sourdough bread?"

HOSTILE = """\
---
title: "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'> 🔦 Amare\u0301"
publisher: "<b>Lamp & Sons</b>"
authors: ["<svg onload='window.owned = 1'>", "\u202eTurned Around"]
published: 1931-12-24
language: en
url: "https://example.org/?a=%22><script>window.owned=1</script>"
---
\ufeff👩‍👩‍👧‍👦🏳️‍🌈 Cafe\u0301 n\u0303 𝔘𝔫𝔦 <script>window.owned = 1</script><img src=x onerror="window.owned = 1">

## The lamp <svg onload="window.owned = 1"> 🌊

A storm 🌊 broke it <b>first</b>. The lighthouse lamp 🔦 of Amare\u0301 was repaired by Marta Ruiz in 1931 🌊.
The harbour stayed closed for two winters [after that](javascript:window.owned=1).
"""

CHRONICLE = """\
---
title: A chronicle of the harbour
publisher: The Harbour Press
authors: [Ana Pérez, Juan Soto]
published: 1950-03-01
language: en
url: https://example.org/chronicle
---
# A chronicle of the harbour

The harbour was dug by hand between 1880 and 1884, and its first keeper was Ignacio Vela.

### The ferry

The ferry to the island crossed twice a day until the bridge was opened in 1947.

### The bridge

The bridge cost four million and was paid by a toll that ended in 1949.
"""

UNBROKEN = f"The address of the archive is https://example.org/{'lighthouse' * 40}.\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Iterator[RunningService]:
    """A service with three documents that the default encoder has read."""
    folder = tmp_path_factory.mktemp("pages")
    files = {"hostile.md": HOSTILE, "chronicle.md": CHRONICLE, "unbroken.txt": UNBROKEN}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    calibration = write_calibration(folder / "calibration.json", default_encoder, least=0.3)
    settings = Settings(data=folder / "data", calibration=calibration)
    with Store(settings.data, create=True) as store:
        summary = Ingester(store, lambda: default_encoder, settings).ingest(
            [folder / name for name in files], NoProgress()
        )
    assert len(summary.added) == len(files)
    running = RunningService(settings, default_encoder)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser, for this module alone: Playwright keeps an event loop in the thread that it runs in."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("No chromium was found; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Watched:
    """What a page did that nobody sees: its requests, and its complaints on the console."""

    origins: Sequence[str]
    failed_requests_expected: bool = False
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self._requested(request.url))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _requested(self, url: str) -> None:
        if not url.startswith(tuple(origin + "/" for origin in self.origins)):
            self.foreign.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        of_a_request = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not (of_a_request and self.failed_requests_expected):
            self.complaints.append(message.text)


@pytest.fixture
def watched(service: RunningService) -> Watched:
    return Watched(origins=[service.url, f"http://{OTHER_NAME}:{service.port}"])


@pytest.fixture
def new_page(chromium: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context with the given options, and holds them all to the rules at the end."""
    contexts: list[BrowserContext] = []

    def _new_page(**options: Any) -> Page:
        contexts.append(chromium.new_context(locale="en-GB", **options))
        page = contexts[-1].new_page()
        watched.watch(page)
        return page

    yield _new_page
    executed = [page.evaluate("window.owned") for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert executed == [None] * len(executed), "something from a document was executed"
    assert watched.foreign == [], "another origin was asked"
    assert watched.complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page], service: RunningService) -> Page:
    """The page to ask on."""
    page = new_page()
    page.goto(service.url)
    return page


def ask(page: Page, question: str) -> dict[str, Any]:
    """Ask by hand; return what the service answered when the page shows it."""
    with page.expect_response("**/v1/ask") as response:
        page.get_by_label("Ask these documents a question").fill(question)
        page.keyboard.press("Enter")
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false")
    answer: dict[str, Any] = response.value.json()
    return answer


def heading(page: Page) -> Any:
    return page.locator("#result h2")


def canonical_text(service: RunningService, document: str) -> str:
    return httpx.get(f"{service.url}/v1/documents/{document}/text").content.decode()


# Over plain HTTP


@pytest.mark.parametrize("path", ["/", "/documents/chronicle"])
def test_a_page_runs_only_its_own_scripts_and_tells_no_one_where_its_reader_was(
    service: RunningService, path: str
) -> None:
    response = httpx.get(service.url + path)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert set(response.headers["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    }


@pytest.mark.parametrize("path", ["/", "/documents/chronicle", "/documents/no-such-document"])
def test_every_file_that_a_page_names_is_there_and_of_the_right_type(service: RunningService, path: str) -> None:
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    page = httpx.get(service.url + path, headers={"Accept": "text/html"}).text

    names = [name for name in re.findall(r'(?:href|src)="(/[^"]*\.\w+)"', page) if name != "/docs"]

    assert len(names) >= 2
    for name in names:
        response = httpx.get(service.url + name)
        assert response.status_code == 200
        assert response.headers["Content-Type"].split(";")[0] == types[Path(name).suffix]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_the_browser_has_is_not_sent_again(service: RunningService) -> None:
    first = httpx.get(service.url)

    again = httpx.get(service.url, headers={"If-None-Match": f'"another", W/{first.headers["ETag"]}'})
    changed = httpx.get(service.url, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (changed.status_code, changed.content) == (200, first.content)


@pytest.mark.parametrize("path", ["/", "/documents/chronicle", "/web/footnote.css", "/favicon.svg"])
def test_a_page_can_be_asked_after_without_its_body(service: RunningService, path: str) -> None:
    head, whole = httpx.head(service.url + path), httpx.get(service.url + path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.content))


@pytest.mark.parametrize("name", ["pages.py", "..%2Fhttp%2Fpages.py", "%2e%2e/schemas.py", ""])
def test_nothing_but_the_pages_files_is_served(service: RunningService, name: str) -> None:
    response = httpx.get(f"{service.url}/web/{name}")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


BROWSERS_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize("accept", [BROWSERS_ACCEPT, "application/json, TEXT/HTML;q=0.5"])
def test_an_unknown_document_is_a_page_to_browsers(service: RunningService, accept: str) -> None:
    response = httpx.get(f"{service.url}/documents/no-such-document", headers={"Accept": accept})

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "There is no document at this address" in response.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0, application/json", "text/html; q=0.00"])
def test_an_unknown_document_is_a_problem_to_programs(service: RunningService, accept: str) -> None:
    response = httpx.get(f"{service.url}/documents/no-such-document", headers={"Accept": accept})

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:footnote:problem:unknown-document"


@pytest.mark.parametrize("document", ["<script>alert(1)</script>", "%00", "%ff%fe", "a" * 5000, "..", "%2e%2e%2fetc"])
def test_an_id_that_no_document_can_have_is_not_repeated(service: RunningService, document: str) -> None:
    response = httpx.get(f"{service.url}/documents/{document}", headers={"Accept": "text/html"})

    assert response.status_code == 404 or response.url.path == "/"
    assert "alert" not in response.text


def test_pages_are_no_part_of_the_described_api(service: RunningService) -> None:
    paths = httpx.get(f"{service.url}/openapi.json").json()["paths"]

    assert "/v1/ask" in paths
    assert [path for path in paths if not path.startswith(("/v1/", "/health/"))] == []


def test_a_document_tells_where_its_sections_begin(service: RunningService) -> None:
    text = canonical_text(service, "chronicle")

    sections = httpx.get(f"{service.url}/v1/documents/chronicle").json()["sections"]

    assert [(s["title"], s["level"]) for s in sections] == [
        ("A chronicle of the harbour", 1),
        ("The ferry", 3),
        ("The bridge", 3),
    ]
    assert all(text[s["start"] :].startswith("#" * s["level"] + " " + s["title"]) for s in sections)


# From a question to the cited words


def test_a_question_leads_to_its_answer_and_on_to_exactly_the_cited_words(page: Page, service: RunningService) -> None:
    answer = ask(page, QUESTION)

    quoted, citation = answer["answer"]["text"], answer["answer"]["citation"]
    text = canonical_text(service, "hostile")
    assert "repaired by Marta Ruiz" in quoted
    assert text[citation["start"] : citation["end"]] == quoted
    assert len(text[: citation["start"]].encode("utf-16-le")) // 2 > citation["start"], "no astral character before it"
    expect(heading(page)).to_have_text("The documents say")
    assert page.locator(".answer .quoted").text_content() == quoted
    page.locator(".answer figcaption a").first.click()
    mark = page.locator("#text mark")
    expect(mark).to_be_in_viewport()
    assert mark.text_content() == quoted
    assert page.locator("#text").text_content() == text
    assert page.url == service.url + citation["href"]


def test_every_passage_is_shown_word_for_word_with_its_highlights_marked_and_its_source(page: Page) -> None:
    answer = ask(page, QUESTION)

    items = page.locator(".passages > li")
    expect(items).to_have_count(len(answer["passages"]))
    for item, passage in zip(items.all(), answer["passages"], strict=True):
        marked = [passage["text"][h["start"] : h["end"]] for h in passage["highlights"]]
        assert item.locator("blockquote").text_content() == passage["text"]
        assert item.locator("mark").all_text_contents() == marked
        source = item.get_by_role("link", name=passage["citation"]["title"])
        assert source.get_attribute("href") == passage["citation"]["href"]


def test_what_is_cited_is_told_as_a_reader_would_cite_it(page: Page) -> None:
    ask(page, "When was the bridge opened and the ferry stopped?")

    note = page.locator(".answer figcaption")
    expect(note).to_have_text(
        "Ana Pérez and Juan Soto, A chronicle of the harbour, “The ferry”, The Harbour Press, 1 March 1950, "
        "original at example.org."
    )
    expect(note.get_by_role("link", name="original")).to_have_attribute("href", "https://example.org/chronicle")


def test_confidence_is_told_in_words_without_a_number(page: Page) -> None:
    level = ask(page, QUESTION)["confidence"]["level"]

    expect(page.locator(".confidence")).to_have_text(re.compile(f"^Confidence: {level.replace('_', ' ')}[^0-9]*$"))


def test_what_is_not_in_the_documents_is_said_with_the_nearest_passages_folded_away(page: Page) -> None:
    answer = ask(page, UNANSWERABLE)

    assert answer["status"] == "not_found"
    expect(heading(page)).to_have_text("Not in these documents")
    expect(page.get_by_role("status")).to_contain_text("Not in these documents")
    first = page.locator(".passages > li").first
    expect(first).to_be_hidden()
    page.locator("summary").click()
    expect(first).to_be_visible()


def test_the_page_tells_how_many_documents_there_are(page: Page) -> None:
    expect(page.locator("footer")).to_contain_text("There are 3 documents.")
    expect(page.locator("footer").get_by_role("link", name="API")).to_have_attribute("href", "/docs")


def test_a_service_without_documents_says_so(
    new_page: Callable[..., Page], store: Store, settings: Settings, tiny_encoder: Encoder, watched: Watched
) -> None:
    empty = RunningService(settings, tiny_encoder)
    empty.start()
    watched.origins = [empty.url]
    try:
        page = new_page()
        page.goto(empty.url)
        ask(page, QUESTION)
        expect(page.locator("footer")).to_contain_text("There are no documents yet.")
        expect(heading(page)).to_have_text("Not in these documents")
        expect(page.locator("details")).to_have_count(0)
    finally:
        empty.stop()


def test_a_question_can_be_shared_as_a_link_and_gone_back_to(page: Page, service: RunningService) -> None:
    ask(page, QUESTION)
    shared = page.url
    ask(page, UNANSWERABLE)
    page.go_back()

    expect(heading(page)).to_have_text("The documents say")
    expect(page.get_by_role("textbox")).to_have_value(QUESTION)
    opened = page.context.new_page()
    opened.goto(shared)
    expect(heading(opened)).to_have_text("The documents say")
    assert "?" not in shared.removeprefix(service.url).split("#")[0], "a server would be sent the question and log it"
    page.go_back()
    expect(heading(page)).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_value("")


# When something goes wrong


def test_a_question_outlives_a_service_that_goes_and_comes_back(
    page: Page, service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    service.stop()
    try:
        page.get_by_role("textbox").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(heading(page)).to_have_text("The service cannot be reached.")
        expect(heading(page)).to_be_focused()
        expect(page.get_by_role("textbox")).to_have_value(QUESTION)
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    finally:
        service.start()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_a_reader_whose_service_goes_can_try_again(
    new_page: Callable[..., Page], service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    page = new_page()
    page.route("**/v1/documents/**", lambda route: route.abort())
    page.goto(f"{service.url}/documents/chronicle#char=0,5")
    expect(page.get_by_role("heading")).to_have_text("The service cannot be reached.")
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("mark")).to_have_text("# A c")


def test_what_is_wrong_with_a_question_is_told_as_the_service_tells_it(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    problem = ask(page, "x" * 2001)

    expect(heading(page)).to_have_text(problem["detail"])
    expect(page.locator(".failure p")).to_have_text([error["detail"] for error in problem["errors"]])
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 502, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"}, "status 502"),
        ({"status": 200, "content_type": "application/json", "body": "{}"}, "cannot read"),
        ({"status": 200, "content_type": "application/json", "body": '{"status": "answ'}, "cannot read"),
        ({"status": 503, "content_type": "application/problem+json", "body": "null"}, "cannot read"),
    ],
)
def test_an_answer_of_another_shape_is_an_error_and_no_endless_wait(
    page: Page, watched: Watched, answer: dict[str, Any], told: str
) -> None:
    watched.failed_requests_expected = True
    page.route("**/v1/ask", lambda route: route.fulfill(**answer))
    page.get_by_role("textbox").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()

    expect(heading(page)).to_contain_text(told)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_service_that_never_answers_is_given_up(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page()
    page.clock.install()
    page.goto(service.url)
    page.route("**/v1/ask", lambda route: None)
    page.get_by_role("textbox").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#result")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Asking…")).to_be_enabled()

    page.clock.fast_forward(31_000)

    expect(heading(page)).to_have_text("Nothing came back in 30 seconds.")
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_a_question_asked_meanwhile_takes_the_place_of_the_one_before(page: Page) -> None:
    def hold_the_first(route: Route) -> None:
        if json.loads(route.request.post_data or "")["question"] != UNANSWERABLE:
            route.continue_()

    page.route("**/v1/ask", hold_the_first)
    with page.expect_event("requestfailed"):
        page.get_by_role("textbox").fill(UNANSWERABLE)
        page.keyboard.press("Enter")
        expect(page.locator("#result")).to_have_attribute("aria-busy", "true")
        ask(page, QUESTION)

    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    expect(page.locator("#result")).to_have_attribute("aria-busy", "false")


def test_a_document_being_replaced_is_never_shown_with_the_text_of_another_revision(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    asked: list[str] = []

    def old_text_first(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(body="The old text.", headers={"ETag": '"sha256:old"'}, content_type="text/plain")
        else:
            route.continue_()

    page = new_page()
    page.route("**/v1/documents/chronicle/text", old_text_first)
    page.goto(f"{service.url}/documents/chronicle")

    expect(page.locator("#text")).to_contain_text("dug by hand")
    assert len(asked) == 2


# Reading


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
          const { originalLink } = await import("/web/citation.js");
          return addresses.map((address) => originalLink(address)?.getAttribute("href") ?? null);
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
        ("char=9,5", "does not name"),
        ("char=-1,5", "does not name"),
        ("char=,", "does not name"),
        ("char=", "does not name"),
        ("char=1.5,3", "does not name"),
        ("char=%ff,3", "does not name"),
        ("line=1,2", "does not name"),
        ("<img src=x onerror=window.owned=1>", "does not name"),
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

    expect(page.get_by_role("heading")).to_have_text("There is no document at this address")
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
          const { stretches } = await import("/web/spans.js");
          const { markedWords } = await import("/web/words.js");
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


# For everyone


def test_a_keyboard_is_enough(page: Page) -> None:
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Who repaired the lamp")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("of the lighthouse?")
    page.keyboard.press("Enter")
    expect(heading(page)).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Answered")
    page.keyboard.press("Tab")
    link = page.locator(".answer figcaption a").first
    expect(link).to_be_focused()
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("mark")).to_be_focused()
    page.go_back()
    expect(heading(page)).to_have_text("The documents say")
    page.get_by_role("textbox").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(UNANSWERABLE)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(heading(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".passages > li").first).to_be_visible()


def test_enter_that_ends_the_composing_of_a_character_does_not_ask(page: Page) -> None:
    page.get_by_role("textbox").fill("灯台")
    page.get_by_role("textbox").dispatch_event("keydown", {"key": "Enter", "isComposing": True})

    assert page.locator("#result").get_attribute("aria-busy") == "false"
    assert "#" not in page.url


SHOWN = [
    ("/", None),
    ("/", QUESTION),
    ("/", UNANSWERABLE),
    ("/", "Where is the archive?"),
    ("/documents/hostile#char=60,120", None),
    ("/documents/unbroken", None),
    ("/documents/chronicle#char=9,1", None),
    ("/documents/no-such-document", None),
]


def show(page: Page, service: RunningService, path: str, question: str | None) -> None:
    page.goto(service.url + path)
    if path == "/":
        expect(page.locator("footer")).to_contain_text("There are 3 documents.")
    else:
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    if question is not None:
        ask(page, question)
    for summary in page.locator("summary").all():
        summary.click()


@pytest.mark.parametrize(("path", "question"), SHOWN)
def test_nothing_is_wider_than_a_small_telephone(
    new_page: Callable[..., Page], service: RunningService, watched: Watched, path: str, question: str | None
) -> None:
    watched.failed_requests_expected = True
    page = new_page(viewport={"width": 320, "height": 640})
    show(page, service, path, question)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("path", "question"), SHOWN)
def test_every_word_stands_out_from_its_ground(
    new_page: Callable[..., Page],
    service: RunningService,
    watched: Watched,
    path: str,
    question: str | None,
    theme: str,
) -> None:
    watched.failed_requests_expected = True
    page = new_page(color_scheme=theme)
    show(page, service, path, question)

    contrasts, ground = page.evaluate(CONTRASTS)

    assert min(contrasts.values()) >= 4.5, contrasts  # WCAG 2.2, 1.4.3
    assert (ground > 0.5) == (theme == "light")


CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => linear(value / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    const [, , , alpha = 1] = channels(colour);
    return alpha === 0 && element.parentElement ? ground(element.parentElement) : colour;
  };
  const contrasts = {};
  for (const element of document.body.querySelectorAll("*")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (words || element.matches("textarea")) {
      const [a, b] = [getComputedStyle(element).color, ground(element)].map(luminance);
      contrasts[`${element.tagName}.${element.className}`] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }
  }
  return [contrasts, luminance(getComputedStyle(document.documentElement).backgroundColor)];
}"""


def test_nothing_moves_for_those_who_ask_for_that(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(service.url)
    ask(page, QUESTION)
    page.route("**/v1/ask", lambda route: None)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#result")).to_have_attribute("aria-busy", "true")

    moving = page.evaluate("document.getAnimations().length")

    assert moving == 0


def test_the_api_can_be_tried_without_another_origin_whatever_the_service_is_called(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page()
    page.goto(f"http://{OTHER_NAME}:{service.port}/docs")
    page.get_by_text("Ask the documents a question").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    expect(page.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
