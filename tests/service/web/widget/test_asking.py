"""From a question on another site to the cited words, on a real service."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.service.accessibility import violations
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, UNANSWERABLE, canonical_text, doubt
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import ask, chat, field, hold_first, last_told, open_chat, told

FERRY = "When did the ferry stop crossing?"


def test_a_question_leads_to_its_answer_and_on_to_exactly_the_cited_words(
    visit: Visit, service: RunningService
) -> None:
    page = visit()
    open_chat(page)
    answer = ask(page, QUESTION)

    quoted, citation = answer["answer"]["text"], answer["answer"]["citation"]
    assert "repaired by Marta Ruiz" in quoted
    assert chat(page).locator("blockquote.quotation").text_content() == quoted
    source = chat(page).locator("figcaption a").first
    expect(source).to_have_attribute("rel", "noopener noreferrer")
    with page.expect_popup() as opened:
        source.click()
    assert opened.value.url == service.url + citation["href"]
    mark = opened.value.locator("#text mark")
    expect(mark).to_be_in_viewport()
    assert mark.text_content() == quoted == canonical_text(service, "hostile")[citation["start"] : citation["end"]]


def test_every_passage_lies_folded_with_what_answers_marked_and_its_source(
    visit: Visit, service: RunningService
) -> None:
    page = visit()
    open_chat(page)
    answer = ask(page, FERRY)

    items = chat(page).locator(".passages > li")
    expect(items.first).to_be_hidden()
    chat(page).locator("summary").click()
    expect(items).to_have_count(len(answer["passages"]))
    for item, passage in zip(items.all(), answer["passages"], strict=True):
        marked = [passage["text"][h["start"] : h["end"]] for h in passage["highlights"]]
        assert item.locator("blockquote").text_content() == passage["text"]
        assert item.locator("mark").all_text_contents() == marked
        assert href(item) == service.url + passage["citation"]["href"]


def href(item: Locator) -> str | None:
    return item.locator(".source a").first.get_attribute("href")


def test_a_source_reads_as_a_citation(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    citation = ask(page, FERRY)["answer"]["citation"]

    note = chat(page).locator("figcaption")
    expect(note).to_have_text(
        "Ana Pérez and Juan Soto, A chronicle of the harbour (opens in a new tab), “The ferry”, The Harbour Press, "
        "1 March 1950, original at example.org (opens in a new tab)."
    )
    assert citation["source_href"].startswith("https://example.org/chronicle")
    expect(note.get_by_role("link", name="original")).to_have_attribute("href", citation["source_href"])


@pytest.mark.parametrize(("locale", "date"), [("en-GB", "1 March 1950"), ("en-US", "March 1, 1950")])
def test_dates_are_the_readers_in_the_widget_and_on_the_pages(
    visit: Visit, new_page: Callable[..., Page], service: RunningService, locale: str, date: str
) -> None:
    page = visit(locale=locale)
    open_chat(page)
    ask(page, FERRY)
    expect(chat(page).locator("figcaption time")).to_have_text(date)
    pages = new_page(locale=locale)
    pages.goto(f"{service.url}/documents/chronicle")
    expect(pages.locator("time")).to_have_text(date)
    pages.goto(f"{service.url}/#q={FERRY}")
    expect(pages.locator("figcaption time")).to_have_text(date)


def test_the_empty_field_says_what_to_write(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    expect(field(page)).to_have_attribute("placeholder", "Your question")
    ask(page, FERRY)
    expect(field(page)).to_have_attribute("placeholder", "Ask a follow-up question")
    page.evaluate("document.querySelector('footnote-chat').setAttribute('placeholder', 'Go ahead')")
    expect(field(page)).to_have_attribute("placeholder", "Go ahead")
    page.evaluate("document.querySelector('footnote-chat').clear()")
    expect(field(page)).to_have_attribute("placeholder", "Go ahead")


def test_what_is_not_in_the_documents_is_said_with_the_nearest_passages_folded_away(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    answer = ask(page, UNANSWERABLE)

    assert answer["status"] == "not_found"
    expect(chat(page).get_by_text("Not in these documents.")).to_be_visible()
    expect(chat(page).locator("figure")).to_have_count(0)
    passage = chat(page).locator(".passages > li").first
    expect(passage).to_be_hidden()
    chat(page).get_by_text(f"The {len(answer['passages'])} nearest passages").click()
    expect(passage).to_be_visible()


@pytest.mark.parametrize("reason", ["doubt", "collection"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_uncertain_answer_quotes_what_may_bear_on_the_question_and_claims_nothing(
    visit: Visit, theme: str, reason: str
) -> None:
    page = visit(f'data-theme="{theme}"', viewport={"width": 360, "height": 640})
    doubt(page, reason)
    open_chat(page)
    answer = ask(page, QUESTION)

    assert (answer["status"], answer["reason"]) == ("uncertain", reason)
    log = chat(page).get_by_role("log")
    said = {"doubt": "No passage clearly answers this.", "collection": "No single passage answers this."}[reason]
    expect(log.get_by_role("heading", name=said)).to_be_visible()
    first = answer["passages"][0]
    words = [first["text"][h["start"] : h["end"]] for h in first["highlights"]]
    assert log.locator(".uncertain li").first.locator(".quoted").all_text_contents() == words
    expect(log.locator(".uncertain li").first.get_by_role("link", name=first["citation"]["title"])).to_be_visible()
    expect(log).not_to_contain_text("The documents say")
    expect(chat(page).locator("figure, .confidence")).to_have_count(0)
    expect(chat(page).locator("summary")).to_contain_text("The passage around each")
    expect(chat(page).locator(".chance")).to_have_text(
        ["Chance that the words quoted first answer: 20%."] if reason == "doubt" else []
    )
    log.locator(".uncertain li").nth(1).get_by_role("button", name="The passage around it").click()
    expect(chat(page).locator("details li").nth(1)).to_be_focused()
    expect(chat(page).locator("details li").nth(1)).to_be_in_viewport()
    assert violations(page) == []


def test_a_vague_question_is_asked_for_again_in_the_visitors_language(visit: Visit) -> None:
    page = visit(language="es")
    doubt(page, "vague")
    chat(page).get_by_role("button", name="Pregunte a los documentos").click()
    ask(page, "lamp")

    expect(chat(page).get_by_role("heading", name="Haga una pregunta completa.")).to_be_visible()
    expect(chat(page).locator(".uncertain li")).to_have_count(0)


def sent(route_or_request: Any) -> Any:
    return json.loads(route_or_request.post_data)


def test_a_follow_up_is_sent_with_the_turns_before_it(visit: Visit) -> None:
    page = visit('data-passages="2" data-filters=\'{"language": ["en"]}\'')
    open_chat(page)
    answer = ask(page, FERRY)
    first = answer["answer"]["text"]
    ask(page, UNANSWERABLE)
    with page.expect_request("**/v1/chat") as request:
        ask(page, "And what did it cost?")

    assert request.value.headers["accept"].startswith("text/event-stream")
    assert sent(request.value) == {
        "messages": [
            {"role": "user", "content": FERRY},
            {"role": "assistant", "content": first},
            {"role": "user", "content": UNANSWERABLE},
            {"role": "assistant", "content": ""},
            {"role": "user", "content": "And what did it cost?"},
        ],
        "k": 2,
        "filters": {"language": ["en"]},
        "context": True,
        "accept": ["uncertain"],
        "at_least_generation": answer["generation"],
    }


def test_no_more_than_the_last_dozen_turns_are_sent(visit: Visit) -> None:
    page = visit()
    page.route("**/v1/chat", lambda route: route.fulfill(json=answer_with(None)))
    open_chat(page)
    for number in range(8):
        ask(page, f"Question {number}?")
    with page.expect_request("**/v1/chat") as request:
        ask(page, "The last?")

    messages = sent(request.value)["messages"]
    assert len(messages) == 13
    assert messages[0] == {"role": "user", "content": "Question 2?"}


def answer_with(turns: list[int] | None) -> dict[str, Any]:
    """An answer without passages."""
    return {
        "question": "?",
        "status": "not_found",
        "confidence": {"level": "low", "probability": 0.1},
        "answer": None,
        "passages": [],
        "interpretation": None if turns is None else {"turns": turns},
        "generation": 1,
        "timing_ms": {"total": 1.0},
    }


def test_what_weighed_in_is_said_and_the_question_can_be_asked_alone(visit: Visit) -> None:
    """Also that JSON is understood where the service does not stream."""
    contexts: list[bool] = []

    def answer(route: Route) -> None:
        asked = sent(route.request)
        contexts.append(asked["context"])
        weighed = list(range(len(asked["messages"]) - 1)) if asked["context"] else None
        route.fulfill(json=answer_with(weighed))

    page = visit()
    page.route("**/v1/chat", answer)
    open_chat(page)
    ask(page, FERRY)
    expect(chat(page).locator(".context")).to_have_count(0)
    ask(page, "And the bridge?")
    expect(chat(page).locator(".context p")).to_have_text(f"Read together with: {FERRY}")
    chat(page).get_by_role("button", name="Ask it on its own").click()
    expect(chat(page).locator(".context")).to_have_count(0)
    expect(chat(page).locator(".answer")).to_have_count(2)
    assert contexts == [True, True, False]


def test_a_suggested_question_is_asked_at_a_press(visit: Visit) -> None:
    page = visit(f"data-suggestions='{json.dumps([FERRY, QUESTION])}'")
    open_chat(page)
    chat(page).get_by_role("button", name=FERRY).click()

    expect(chat(page).locator(".question")).to_contain_text(FERRY)
    expect(chat(page).locator("figure")).to_be_visible()
    expect(chat(page).get_by_role("button", name=QUESTION)).to_have_count(0)


def test_a_page_can_open_ask_and_close_and_gets_an_event_for_each(visit: Visit) -> None:
    page = visit()
    expect(page.get_by_role("button", name="Ask the documents")).to_be_visible()
    status = page.evaluate(
        "async (question) => (await document.querySelector('footnote-chat').ask(question)).status", FERRY
    )
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("document.querySelector('footnote-chat').close()")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate("document.querySelector('footnote-chat').open()")
    expect(page.get_by_role("dialog")).to_be_visible()

    assert status == "answered"
    assert told(page) == ["open", "question", "answer", "close", "open"]
    assert page.evaluate("document.querySelector('footnote-chat').ask(' ')") is None


def test_a_page_may_open_sources_itself(visit: Visit) -> None:
    page = visit()
    page.evaluate("document.addEventListener('footnote-source', (event) => event.preventDefault())")
    open_chat(page)
    answer = ask(page, FERRY)
    chat(page).locator("figcaption a").first.click()

    assert told(page)[-1] == "source"
    assert last_told(page)["citation"] == answer["answer"]["citation"]
    assert len(page.context.pages) == 1


def test_enter_asks_and_shift_enter_or_composing_does_not(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    field(page).press_sequentially("Who repaired")
    field(page).press("Shift+Enter")
    field(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    field(page).press_sequentially("the lamp?")
    assert "question" not in told(page)
    field(page).press("Enter")

    expect(chat(page).locator(".question")).to_contain_text("Who repaired\nthe lamp?")
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()


def test_a_question_can_be_stopped_and_asked_again(visit: Visit) -> None:
    page = visit()
    hold_first(page)
    open_chat(page)
    field(page).fill(FERRY)
    field(page).press("Enter")
    with page.expect_event("requestfailed", timeout=10_000):  # long before it would be given up
        chat(page).get_by_role("button", name="Stop").click()
    expect(chat(page).get_by_text("Stopped.")).to_be_visible()
    expect(chat(page).get_by_text("Looking in the documents…")).to_have_count(0)
    chat(page).get_by_role("button", name="Try again").click()

    expect(chat(page).locator("figure")).to_contain_text("until the bridge was opened in 1947")
    expect(chat(page).locator(".question")).to_have_count(1)


def test_a_question_asked_meanwhile_stops_the_one_before(visit: Visit) -> None:
    page = visit()
    hold_first(page)
    open_chat(page)
    field(page).fill(UNANSWERABLE)
    field(page).press("Enter")
    expect(chat(page).get_by_text("Looking in the documents…")).to_be_visible()
    ask(page, FERRY)

    expect(chat(page).locator(".turn").first).to_contain_text("Stopped.")
    expect(chat(page).locator(".turn").last).to_contain_text("until the bridge was opened in 1947")
