"""A conversation: what was said before helps to read what is asked next, and stays on the page."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import (
    QUESTION,
    UNANSWERABLE,
    ask,
    asked,
    asked_again,
    doubt,
    heading,
    last,
    question_field,
    turns,
)

FOLLOW_UP = "And when was it closed?"


def read_with(turns_read: list[int]) -> Callable[[Route], None]:
    """Answers as the service does, but says that these turns weighed in."""

    def answer(route: Route) -> None:
        route.fulfill(json={**asked_again(route.request), "interpretation": {"turns": turns_read}})

    return answer


def test_a_follow_up_is_sent_with_what_was_said_before_and_added_below_it(page: Page) -> None:
    first = ask(page, QUESTION)
    ask(page, UNANSWERABLE)
    with page.expect_request("**/v1/chat") as request:
        ask(page, FOLLOW_UP)

    assert asked(request.value) == {
        "messages": [
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": first["answer"]["text"]},
            {"role": "user", "content": UNANSWERABLE},
            {"role": "assistant", "content": ""},
            {"role": "user", "content": FOLLOW_UP},
        ],
        "context": True,
        "accept": ["uncertain"],
        "at_least_generation": first["generation"],
    }
    expect(turns(page).get_by_role("heading", level=2)).to_have_text([QUESTION, UNANSWERABLE, FOLLOW_UP])
    expect(heading(page)).to_be_in_viewport()
    expect(question_field(page)).to_have_value("")


def test_an_uncertain_answer_is_sent_and_kept_as_a_turn_without_words(page: Page) -> None:
    doubt(page, "doubt")
    ask(page, QUESTION)
    page.reload()
    expect(heading(page)).to_have_text("No passage clearly answers this")
    with page.expect_request("**/v1/chat") as request:
        ask(page, FOLLOW_UP)

    assert asked(request.value)["messages"] == [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": FOLLOW_UP},
    ]


def test_only_the_latest_turns_are_sent(page: Page) -> None:
    for number in range(8):
        ask(page, f"{QUESTION} {number}")
    with page.expect_request("**/v1/chat") as request:
        ask(page, FOLLOW_UP)

    messages = asked(request.value)["messages"]
    assert len(messages) == 13
    assert messages[0] == {"role": "user", "content": f"{QUESTION} 2"}
    expect(turns(page)).to_have_count(9)


def test_the_passages_of_earlier_answers_are_folded_away(page: Page) -> None:
    ask(page, QUESTION)
    expect(turns(page).first.locator(".passages > li").first).to_be_visible()
    ask(page, FOLLOW_UP)

    expect(turns(page).first.locator(".passages > li").first).to_be_hidden()
    expect(turns(page).first.locator(".quoted")).to_be_visible()
    turns(page).first.locator("summary").click()
    expect(turns(page).first.locator(".passages > li").first).to_be_visible()


@pytest.mark.parametrize(
    ("weighed", "told"),
    [([0], [QUESTION]), ([1], [QUESTION]), ([3, 0, 1], [QUESTION, UNANSWERABLE]), ([2, 3], [UNANSWERABLE])],
)
def test_the_interpretation_of_a_question_is_shown(page: Page, weighed: list[int], told: list[str]) -> None:
    ask(page, QUESTION)
    expect(page.locator(".context")).to_have_count(0)
    ask(page, UNANSWERABLE)
    page.route("**/v1/chat", read_with(weighed))
    ask(page, FOLLOW_UP)

    expect(last(page).locator(".context p")).to_have_text([f"Read together with: {' and '.join(told)}"])
    expect(last(page).locator(".context q")).to_have_text(told)
    assert "#" not in page.url, "alone, the question would say something else"


def test_the_field_is_as_high_as_its_button_and_says_what_to_write(page: Page) -> None:
    field, button = question_field(page), page.get_by_role("button", name="Ask", exact=True)
    for placeholder in ("Your question", "Ask a follow-up question"):
        expect(field).to_have_attribute("placeholder", placeholder)
        heights = [element.evaluate("element => element.offsetHeight") for element in (field, button)]
        assert heights[0] == heights[1]
        ask(page, QUESTION)


def test_a_follow_up_can_be_asked_alone(page: Page) -> None:
    first = ask(page, QUESTION)
    ask(page, FOLLOW_UP)
    expect(last(page).locator(".context q")).to_have_text(QUESTION)
    with page.expect_request("**/v1/chat") as request:
        last(page).get_by_role("button", name="Ask it on its own").click()

    assert asked(request.value) == {
        "messages": [{"role": "user", "content": FOLLOW_UP}],
        "context": False,
        "accept": ["uncertain"],
        "at_least_generation": first["generation"],
    }
    expect(last(page).get_by_role("button", name="Ask it on its own")).to_have_count(0)
    expect(turns(page).get_by_role("heading", level=2)).to_have_text([QUESTION, FOLLOW_UP])


def test_a_conversation_outlives_a_reload_and_a_visit_to_the_reader(page: Page, service: RunningService) -> None:
    first = ask(page, QUESTION)
    ask(page, UNANSWERABLE)
    shown = page.get_by_role("log").text_content()
    page.reload()
    assert page.get_by_role("log").text_content() == shown

    turns(page).first.locator("figcaption a").first.click()
    expect(page.locator("#text mark")).to_have_text(first["answer"]["text"])
    page.go_back()
    expect(turns(page)).to_have_count(2)
    turns(page).first.locator("figcaption a").first.click()
    page.get_by_role("link", name="Ask a question").click()
    expect(turns(page)).to_have_count(2)

    with page.expect_request("**/v1/chat") as request:
        ask(page, FOLLOW_UP)
    assert len(asked(request.value)["messages"]) == 5
    assert page.evaluate("[Object.keys(sessionStorage).sort(), Object.keys(localStorage), document.cookie]") == [
        [f"footnote {service.url} generation", f"footnote {service.url} page"],
        [],
        "",
    ]


def test_another_tab_has_a_conversation_of_its_own(page: Page, service: RunningService) -> None:
    ask(page, QUESTION)
    other = page.context.new_page()
    other.goto(service.url)

    expect(question_field(other)).to_be_focused()
    expect(turns(other)).to_have_count(0)


def test_a_new_conversation_leaves_nothing_of_the_old_one(page: Page, service: RunningService) -> None:
    expect(page.get_by_role("button", name="New conversation")).to_be_hidden()
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()

    expect(turns(page)).to_have_count(0)
    expect(question_field(page)).to_be_focused()
    expect(page.get_by_role("heading", name="Ask these documents a question")).to_be_visible()
    assert page.url == f"{service.url}/"
    assert page.evaluate("Object.keys(sessionStorage)") == [f"footnote {service.url} generation"]
    with page.expect_request("**/v1/chat") as request:
        ask(page, FOLLOW_UP)
    assert len(asked(request.value)["messages"]) == 1


def test_a_new_conversation_wants_no_answer_of_the_old_one(page: Page) -> None:
    page.route("**/v1/chat", lambda route: None)
    question_field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/v1/chat")):
        page.get_by_role("button", name="New conversation").click()

    expect(turns(page)).to_have_count(0)


TURN: dict[str, Any] = {
    "question": "Kept?",
    "answer": {
        "status": "not_found",
        "confidence": {"level": "low"},
        "answer": None,
        "passages": [],
        "interpretation": None,
        "generation": 1,
    },
    "rated": None,
}
CITATION: dict[str, Any] = {
    **dict.fromkeys(("publisher", "published", "language", "url", "page", "section", "source_href")),
    **{"document_id": "x", "revision": "x", "title": "x", "authors": [], "start": 0, "end": 1},
    "href": "/documents/x#char=0,1",
}
PASSAGE: dict[str, Any] = {"text": "x", "highlights": [], "citation": CITATION, "also_found_in": []}
QUOTATION = {"text": "x", "citation": CITATION}
OF_A_SCRIPT = {**PASSAGE, "citation": {**CITATION, "href": "javascript:window.owned=1"}}
ELSEWHERE = {**PASSAGE, "citation": {**CITATION, "href": "//elsewhere.example/documents/x"}}
BROKEN_TURNS: list[Any] = [
    None,
    7,
    {},
    {**TURN, "question": None},
    {**TURN, "readWith": 3},
    {**TURN, "readWith": [{}]},
    {**TURN, "answer": {}},
    {**TURN, "answer": {**TURN["answer"], "passages": [{**PASSAGE, "text": None}]}},
    {**TURN, "answer": {**TURN["answer"], "status": "answered"}},
    {**TURN, "answer": {**TURN["answer"], "reason": "doubt"}},
    {**TURN, "answer": {**TURN["answer"], "status": "uncertain"}},
    {**TURN, "answer": {**TURN["answer"], "status": "uncertain", "reason": "toString"}},
    {**TURN, "answer": {**TURN["answer"], "status": "uncertain", "reason": "doubt", "answer": QUOTATION}},
    {**TURN, "answer": {**TURN["answer"], "status": "answered", "answer": {**QUOTATION, "reply_to": {}}}},
    {**TURN, "answer": {**TURN["answer"], "confidence": {"level": "low", "passage_probability": "high"}}},
    {**TURN, "answer": {**TURN["answer"], "passages": [{**PASSAGE, "citation": {**CITATION, "speaker": 7}}]}},
    {**TURN, "answer": {**TURN["answer"], "interpretation": {"turns": "all"}}},
    {**TURN, "answer": {**TURN["answer"], "interpretation": {"turns": [], "spelling": {}}}},
    {**TURN, "rated": {"id": 7, "rating": "up"}},
]


SOUND = {**TURN, "answer": {**TURN["answer"], "passages": [PASSAGE]}}


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "null",
        "[]",
        '"x"',
        '{"turns": {"length": 3}}',
        '{"turns": [], "draft": {}}',
        json.dumps({"turns": BROKEN_TURNS}),
    ],
)
def test_what_is_broken_in_the_tabs_storage_is_passed_over(page: Page, kept: str) -> None:
    keep(page, kept)
    expect(turns(page)).to_have_count(0)
    ask(page, QUESTION)

    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def keep(page: Page, kept: str) -> None:
    """Open the page again with this in the tab's storage."""
    page.evaluate("(kept) => sessionStorage.setItem(`footnote ${location.origin} page`, kept)", kept)
    page.reload()


def test_what_is_sound_beside_something_broken_is_kept(page: Page) -> None:
    keep(page, json.dumps({"turns": [*BROKEN_TURNS, SOUND]}))

    expect(turns(page).get_by_role("heading", level=2)).to_have_text(["Kept?"])


def test_a_title_is_a_link_only_if_it_leads_to_the_service(page: Page, service: RunningService) -> None:
    answer = {**TURN["answer"], "passages": [PASSAGE, OF_A_SCRIPT, ELSEWHERE]}
    keep(page, json.dumps({"turns": [{**TURN, "answer": answer}]}))
    page.locator("summary").click()

    expect(page.locator(".passages > li")).to_have_count(3)
    links = page.locator(".passages a").evaluate_all("links => links.map((link) => link.href)")
    assert links == [service.url + CITATION["href"]]


FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"
FORBIDDEN = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("", "SecurityError"); },
});"""


@pytest.mark.parametrize("storage", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_a_tab_that_keeps_nothing_can_still_be_talked_with(page: Page, storage: str) -> None:
    page.add_init_script(storage)
    page.reload()
    ask(page, QUESTION)
    ask(page, UNANSWERABLE)

    expect(turns(page)).to_have_count(2)


def test_a_question_can_be_shared_as_a_link(page: Page, service: RunningService) -> None:
    ask(page, QUESTION)
    shared = page.url
    page.get_by_role("button", name="New conversation").click()
    ask(page, UNANSWERABLE)
    opened = page.context.new_page()
    with opened.expect_request("**/v1/chat") as request:
        opened.goto(shared)

    assert asked(request.value) == {
        "messages": [{"role": "user", "content": QUESTION}],
        "context": False,
        "accept": ["uncertain"],
    }
    assert "?" not in shared.removeprefix(service.url).split("#")[0], "a server would be sent the question and log it"
    expect(heading(opened)).to_have_text("The documents say")
    opened.reload()
    expect(turns(opened)).to_have_count(1)
    opened.evaluate("(hash) => { location.hash = hash; }", page.url.split("#")[1])
    expect(turns(opened).get_by_role("heading", level=2)).to_have_text([QUESTION, UNANSWERABLE])
