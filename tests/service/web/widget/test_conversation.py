"""What a conversation outlives, and widgets that come, go and stand side by side."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, UNANSWERABLE
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import HostSite, ask, chat, field, hold_first, open_chat, told

TAG = '<script async src="{url}/widget.js"></script>'


@pytest.fixture
def other_page(host: HostSite, service: RunningService) -> str:
    """A second page of the site, with the same tag in its head."""
    return host.put(head=TAG.format(url=service.url), path="/other")


def test_a_conversation_goes_on_on_the_next_page(visit: Visit, other_page: str) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    ask(page, UNANSWERABLE)
    page.get_by_role("link", name="Another page").click()

    page.wait_for_url(other_page)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(chat(page).locator(".question")).to_have_count(2)
    expect(chat(page).locator("figure")).to_contain_text("repaired by Marta Ruiz")
    expect(chat(page).get_by_text("Not in these documents.")).to_be_visible()
    assert page.evaluate("document.activeElement === document.body"), "the page has not been left for the widget"
    with page.expect_request("**/v1/chat") as request:
        ask(page, "And when?")
    assert len(json.loads(request.value.post_data or "")["messages"]) == 5


def test_a_closed_widget_stays_closed_and_a_new_conversation_forgets_the_old(visit: Visit, other_page: str) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    chat(page).get_by_role("button", name="Close").click()
    page.goto(other_page)
    open_chat(page)
    expect(chat(page).locator(".question")).to_have_count(1)
    chat(page).get_by_role("button", name="New conversation").click()
    expect(chat(page).locator(".question")).to_have_count(0)
    expect(chat(page).locator(".greeting")).to_be_visible()
    expect(field(page)).to_be_focused()
    page.reload()
    expect(chat(page).locator(".greeting")).to_be_visible()
    expect(chat(page).locator(".question")).to_have_count(0)
    assert not any(QUESTION in kept for kept in page.evaluate("Object.values(sessionStorage)"))


def test_another_tab_has_a_conversation_of_its_own(visit: Visit, other_page: str) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    another = page.context.new_page()
    another.goto(other_page)
    open_chat(another)

    expect(chat(another).locator(".question")).to_have_count(0)


def test_a_question_left_unanswered_can_be_asked_again_on_the_next_page(visit: Visit, other_page: str) -> None:
    page = visit()
    hold_first(page)
    open_chat(page)
    field(page).fill(QUESTION)
    field(page).press("Enter")
    expect(chat(page).get_by_text("Looking in the documents…")).to_be_visible()
    page.goto(other_page)
    expect(chat(page).locator(".failure")).to_contain_text("No answer arrived.")
    chat(page).get_by_role("button", name="Try again").click()

    expect(chat(page).locator("figure")).to_contain_text("repaired by Marta Ruiz")


KEEP = """(kept) => {
  const conversation = Object.keys(sessionStorage).find((name) => !name.endsWith(" generation"));
  sessionStorage.setItem(conversation, kept);
}"""

DAMAGED = [
    "{",
    "null",
    '{"turns": 7}',
    '{"turns": [null]}',
    '{"opened": 1, "turns": [{"question": "?", "asking": {}, "failure": "none", "answer": {"passages": []}}]}',
    '{"turns": [{"question": "?", "answer": {"status": "not_found", "passages": [{}]}}]}',
    '{"turns": [{"question": "?", "readWith": 3, "answer": {"status": "not_found", "passages": []}}]}',
]


def test_what_was_kept_and_is_damaged_is_let_go(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    for damaged in DAMAGED:
        ask(page, UNANSWERABLE)
        expect(chat(page).locator(".question")).to_have_count(1)
        page.evaluate(KEEP, damaged)
        page.reload()
        open_chat(page)
        expect(chat(page).locator(".greeting")).to_be_visible()
        expect(chat(page).locator(".question")).to_have_count(0)


def test_what_was_kept_cannot_keep_anyone_waiting(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, UNANSWERABLE)
    kept = '{"opened": true, "turns": [{"question": "Why?", "asking": {}, "failure": "none"}]}'
    page.evaluate(KEEP, kept)
    page.reload()

    expect(chat(page).locator(".failure")).to_contain_text("No answer arrived.")
    expect(chat(page).get_by_text("Looking in the documents…")).to_have_count(0)


@pytest.mark.parametrize(
    "denial",
    [
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
    ],
)
def test_it_works_where_nothing_may_be_kept(visit: Visit, denial: str) -> None:
    page = visit()
    page.add_init_script(denial)
    page.reload()
    open_chat(page)
    ask(page, QUESTION)
    ask(page, UNANSWERABLE)

    expect(chat(page).locator(".question")).to_have_count(2)


def test_no_more_is_kept_than_a_page_can_spare(visit: Visit) -> None:
    page = visit()
    page.route(
        "**/v1/chat",
        lambda route: route.fulfill(
            json={
                "status": "answered",
                "confidence": {"level": "low"},
                "answer": {"text": "long " * 20_000, "citation": {"title": "T", "href": "/documents/t", "authors": []}},
                "passages": [],
                "generation": 1,
            }
        ),
    )
    open_chat(page)
    for number in range(6):
        ask(page, f"Question {number}?")
    size = page.evaluate("Object.values(sessionStorage).join('').length")
    page.reload()

    expect(chat(page).locator(".question").last).to_contain_text("Question 5?")
    assert 100_000 < size < 400_000


def test_two_widgets_on_a_page_keep_two_conversations(visit: Visit) -> None:
    page = visit(body="<footnote-chat></footnote-chat><footnote-chat mode='launcher'></footnote-chat>")
    inline, launcher = chat(page).nth(0), chat(page).nth(1)
    expect(chat(page)).to_have_count(2)
    inline.locator("textarea").fill(QUESTION)
    inline.locator("textarea").press("Enter")
    expect(inline.locator("figure")).to_be_visible()
    open_chat(page)
    launcher.locator("textarea").fill(UNANSWERABLE)
    launcher.locator("textarea").press("Enter")
    expect(launcher.get_by_text("Not in these documents.")).to_be_visible()
    page.reload()

    expect(inline.locator(".question")).to_have_text([f"You asked: {QUESTION}"])
    expect(launcher.locator(".question")).to_have_text([f"You asked: {UNANSWERABLE}"])


def test_a_widget_taken_out_and_put_back_is_as_it_was(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    page.evaluate("window.kept = document.querySelector('footnote-chat'); kept.remove()")
    expect(chat(page)).to_have_count(0)
    page.evaluate("new Promise((done) => setTimeout(() => { document.body.prepend(kept); done(); }))")

    expect(page.get_by_role("dialog")).to_be_visible()
    expect(chat(page).locator("figure")).to_be_visible()
    ask(page, UNANSWERABLE)
    chat(page).get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert told(page).count("close") == 1


def test_a_widget_taken_out_wants_no_answer_any_more(visit: Visit) -> None:
    page = visit()
    page.route("**/v1/chat", lambda route: None)
    open_chat(page)
    field(page).fill(QUESTION)
    field(page).press("Enter")
    expect(chat(page).get_by_text("Looking in the documents…")).to_be_visible()
    with page.expect_event("requestfailed", timeout=10_000):  # long before it would be given up
        page.evaluate("document.querySelector('footnote-chat').remove()")


def test_a_covering_widget_taken_out_gives_the_page_back(visit: Visit) -> None:
    page = visit(viewport={"width": 320, "height": 640})
    open_chat(page)
    page.evaluate("document.querySelector('footnote-chat').remove()")

    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"


def test_the_tag_may_come_twice(visit: Visit, service: RunningService) -> None:
    page = visit(body=TAG.format(url=service.url))
    expect(chat(page)).to_have_count(1)
    with page.expect_response("**/widget.js"):
        page.evaluate(
            """(src) => document.head.append(Object.assign(document.createElement("script"), { src }))""",
            f"{service.url}/widget.js",
        )
    open_chat(page)
    ask(page, QUESTION)
    expect(chat(page)).to_have_count(1)


def test_a_widget_placed_by_hand_is_the_only_one(visit: Visit) -> None:
    page = visit(body="<footnote-chat></footnote-chat>")
    expect(field(page)).to_be_visible()
    ask(page, QUESTION)

    expect(chat(page)).to_have_count(1)


def test_a_tag_in_the_head_waits_for_the_body(
    new_page: Callable[..., Page], host: HostSite, service: RunningService
) -> None:
    page = new_page()
    page.goto(host.put(head=f'<script src="{service.url}/widget.js"></script>'))
    open_chat(page)
    ask(page, QUESTION)


def test_a_launcher_stays_when_a_site_puts_another_body_in_place(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    page.evaluate(
        """() => {
          history.pushState(null, "", "/elsewhere");
          const body = document.createElement("body");
          body.append("Elsewhere");
          document.body = body;
        }"""
    )

    expect(page.get_by_text("Elsewhere")).to_be_visible()
    expect(chat(page)).to_have_count(1)
    expect(chat(page).locator("figure")).to_be_visible()
    ask(page, UNANSWERABLE)


def test_a_launcher_that_a_site_takes_out_stays_out(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    page.evaluate("document.querySelector('footnote-chat').remove()")

    expect(chat(page)).to_have_count(0)
