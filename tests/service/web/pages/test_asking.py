"""From a question to the cited words, in a real browser on a real service."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.settings import Settings
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import (
    MARKUP,
    QUESTION,
    UNANSWERABLE,
    Watched,
    ask,
    asked_again,
    canonical_text,
    doubt,
    heading,
    last,
    turns,
)


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


def test_every_passage_is_shown_word_for_word_with_its_highlights_marked_and_its_source(
    page: Page, service: RunningService
) -> None:
    answer = ask(page, QUESTION)

    items = page.locator(".passages > li")
    expect(items).to_have_count(len(answer["passages"]))
    for item, passage in zip(items.all(), answer["passages"], strict=True):
        marked = [passage["text"][h["start"] : h["end"]] for h in passage["highlights"]]
        assert item.locator("blockquote").text_content() == passage["text"]
        assert item.locator("mark").all_text_contents() == marked
        source = item.get_by_role("link", name=passage["citation"]["title"])
        assert source.get_attribute("href") == service.url + passage["citation"]["href"]


def test_a_source_reads_as_a_citation(page: Page) -> None:
    ask(page, "When was the bridge opened and the ferry stopped?")

    note = page.locator(".answer figcaption")
    expect(note).to_have_text(
        "Ana Pérez and Juan Soto, A chronicle of the harbour, “The ferry”, The Harbour Press, 1 March 1950, "
        "original at example.org."
    )
    expect(note.get_by_role("link", name="original")).to_have_attribute(
        "href",
        "https://example.org/chronicle"
        "#:~:text=The%20ferry%20to%20the%20island%20crossed%20twice%20a%20day%20until%20the%20bridge%20was%20opened%20in%201947.",
    )


def test_confidence_is_shown_in_words_without_a_number(page: Page) -> None:
    level = ask(page, QUESTION)["confidence"]["level"]

    expect(page.locator(".confidence")).to_have_text(re.compile(f"^Confidence: {level.replace('_', ' ')}[^0-9]*$"))


def test_what_is_not_in_the_documents_is_said_with_the_nearest_passages_folded_away(page: Page) -> None:
    answer = ask(page, UNANSWERABLE)

    assert answer["status"] == "not_found"
    expect(heading(page)).to_have_text("Not in these documents")
    expect(page.get_by_role("status")).to_have_text("Not in these documents. The nearest: 5 passages.")
    first = page.locator(".passages > li").first
    assert len(answer["passages"]) > 1
    expect(first).to_be_hidden()
    page.locator("summary").click()
    expect(first).to_be_visible()


@pytest.mark.parametrize(
    ("reason", "said"),
    [("doubt", "No passage clearly answers this"), ("collection", "No single passage answers this")],
)
def test_an_uncertain_answer_quotes_what_may_bear_on_the_question_and_claims_nothing(
    page: Page, reason: str, said: str
) -> None:
    doubt(page, reason)
    passages = ask(page, QUESTION)["passages"]

    expect(heading(page)).to_have_text(said)
    expect(heading(page)).to_be_focused()
    expect(page.get_by_role("status")).to_have_text(f"{said}. The nearest: {len(passages)} passages.")
    quoted = page.locator(".uncertain li")
    expect(quoted).to_have_count(3)
    for item, passage in zip(quoted.all(), passages, strict=False):
        words = [passage["text"][h["start"] : h["end"]] for h in passage["highlights"]]
        assert item.locator(".quoted").all_text_contents() == words
        expect(item.get_by_role("link", name=passage["citation"]["title"])).to_be_visible()
    expect(page.locator("figure, .confidence, .quotation")).to_have_count(0)
    expect(page.get_by_role("log")).not_to_contain_text("The documents say")
    expect(page.locator("details li").first).to_be_hidden()
    page.locator("summary").click()
    expect(page.locator("details li")).to_have_count(len(passages))
    expect(page.locator("summary")).to_have_text(f"The passage around each, and {len(passages) - 3} more")
    expect(page.locator(".uncertain")).to_contain_text("Read the passage around each")
    chance = ["Chance that the words quoted first answer: 20%."] if reason == "doubt" else []
    expect(page.locator(".uncertain > .chance")).to_have_text(chance)
    expect(page.locator(".chance")).to_have_count(len(chance))


def test_each_quotation_of_an_uncertain_answer_leads_to_its_words_and_to_its_passage(
    page: Page, service: RunningService
) -> None:
    doubt(page, "doubt")
    passages = ask(page, QUESTION)["passages"]

    page.locator(".uncertain li").nth(1).get_by_role("button", name="The passage around it").click()
    around = page.locator("details li").nth(1)
    expect(around).to_be_in_viewport()
    expect(around).to_be_focused()
    expect(around.locator("blockquote")).to_have_text(passages[1]["text"], use_inner_text=False)
    page.locator(".uncertain li").first.get_by_role("link", name=passages[0]["citation"]["title"]).click()
    mark = page.locator("#text mark")
    expect(mark).to_be_in_viewport()
    words = passages[0]["highlights"][-1]
    assert mark.text_content() == passages[0]["text"][words["start"] : words["end"]]


def test_a_vague_question_is_asked_for_again_in_more_words(page: Page) -> None:
    doubt(page, "vague")
    ask(page, "lamp")

    expect(heading(page)).to_have_text("Ask a whole question")
    expect(page.locator(".uncertain")).to_contain_text("Ask who, what, when, where or why.")
    expect(page.locator(".uncertain li, .confidence, .chance")).to_have_count(0)
    expect(page.locator("summary")).to_have_text("The 5 nearest passages")
    expect(page.locator("details li").first).to_be_hidden()


def test_of_a_passage_without_a_highlight_an_uncertain_answer_quotes_the_whole(
    page: Page, service: RunningService
) -> None:
    plain = "A plain passage, of which nothing is marked."
    citation = httpx.post(f"{service.url}/v1/ask", json={"question": QUESTION}).json()["passages"][0]["citation"]
    doubt(page, "doubt", passages=[{"text": plain, "highlights": [], "citation": citation, "also_found_in": []}])
    ask(page, QUESTION)

    expect(page.locator(".uncertain .quoted")).to_have_text([plain])


def test_the_question_that_an_answer_replies_to_its_speaker_and_a_corrected_spelling_are_shown(page: Page) -> None:
    def answer(route: Route) -> None:
        found = asked_again(route.request)
        citation = {**found["answer"]["citation"], "speaker": "Marta Ruiz"}
        reply_to = {"text": "And who repaired it?", "citation": citation}
        interpretation = {"turns": [], "spelling": QUESTION}
        quoted = {**found["answer"], "citation": citation, "reply_to": reply_to}
        route.fulfill(json={**found, "answer": quoted, "interpretation": interpretation})

    page.route("**/v1/chat", answer)
    ask(page, "Who repiared the lamp of the lighthouse?")

    expect(page.locator(".reply-to")).to_have_text("In reply to: And who repaired it?")
    expect(page.locator("figcaption .source")).to_contain_text(", said by Marta Ruiz, ")
    expect(page.locator(".context")).to_have_text(f"Showing results for {QUESTION}")
    assert "#q=" in page.url, "a question that was read alone can be shared"


def test_the_page_tells_how_many_documents_there_are(page: Page) -> None:
    expect(page.locator("footer")).to_contain_text("There are 3 documents.")
    expect(page.locator("footer").get_by_role("link", name="API")).to_have_attribute("href", "docs")


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


def test_questions_are_suggested_while_nothing_has_been_asked(page: Page, service: RunningService) -> None:
    page.route("**/v1/suggestions", lambda route: route.fulfill(json={"questions": [QUESTION, "<b>And?</b>", 7]}))
    page.goto(service.url)
    suggested = page.get_by_role("navigation", name="For example")
    expect(suggested.get_by_role("button")).to_have_text([QUESTION, "<b>And?</b>"])

    suggested.get_by_role("button").first.click()

    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    expect(suggested).to_be_hidden()
    page.get_by_role("button", name="New conversation").click()
    expect(suggested).to_be_visible()


@pytest.mark.parametrize("body", ['{"questions": []}', "{}", "not JSON", '{"questions": {"a": 1}}'])
def test_nothing_is_suggested_where_nothing_sound_is_offered(page: Page, service: RunningService, body: str) -> None:
    page.route("**/v1/suggestions", lambda route: route.fulfill(body=body, content_type="application/json"))
    with page.expect_response("**/v1/suggestions"):
        page.goto(service.url)
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()

    expect(page.get_by_role("navigation", name="For example")).to_be_hidden()
    expect(page.get_by_role("heading")).to_have_text("Ask these documents a question")


INJECTIONS = [
    "<img src=x onerror=window.owned=1>",
    "<script>window.owned=1</script>",
    "</h2><svg onload=window.owned=1>",
    "javascript:window.owned=1",
    "{{constructor.constructor('window.owned=1')()}}",
    "\u202e<b>lamp</b>\u2066 \ufeff.",
]


@pytest.mark.parametrize("question", INJECTIONS)
def test_a_question_only_ever_reaches_the_page_as_text(page: Page, service: RunningService, question: str) -> None:
    ask(page, question)
    ask(page, QUESTION)
    page.reload()
    expect(turns(page).first.get_by_role("heading", level=2)).to_be_visible()
    assert turns(page).first.get_by_role("heading", level=2).text_content() == question.strip()

    page.goto("about:blank")
    page.goto(f"{service.url}/#{urlencode({'q': question})}")
    expect(turns(page)).to_have_count(3)
    expect(page.locator(".searching")).to_have_count(0)
    assert last(page).get_by_role("heading", level=2).text_content() == question.strip()
    assert page.locator(MARKUP).count() == 0
