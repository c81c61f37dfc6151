"""The pages by keyboard, on a small telephone, in the dark, and without motion."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import (
    OTHER_NAME,
    QUESTION,
    UNANSWERABLE,
    Watched,
    ask,
    heading,
    last,
    question_field,
    turns,
)


def test_a_keyboard_is_enough(page: Page) -> None:
    expect(question_field(page)).to_be_focused()
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
    page.keyboard.press("Escape")
    expect(question_field(page)).to_be_focused()
    page.keyboard.type(UNANSWERABLE)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(heading(page)).to_have_text("Not in these documents")
    expect(heading(page)).to_be_focused()
    for name in ("Right, it is not there", "Wrong, it is there"):
        page.keyboard.press("Tab")
        expect(last(page).get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Tab")
    expect(last(page).locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(last(page).locator(".passages > li").first).to_be_visible()


def test_what_has_the_focus_is_never_hidden_behind_the_field(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page(viewport={"width": 800, "height": 600})
    page.goto(service.url)
    ask(page, QUESTION)
    assert page.locator("#ask").evaluate("form => getComputedStyle(form).position") == "sticky"
    reached = []
    while not question_field(page).evaluate("field => field === document.activeElement"):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(COVERED))

    assert len(reached) > 10
    assert not any(reached)


COVERED = """() => {
  const [focused, form] = [document.activeElement, document.getElementById("ask")];
  return !form.contains(focused) && focused.getBoundingClientRect().bottom > form.getBoundingClientRect().top + 1;
}"""


def test_a_low_window_is_not_taken_up_by_the_field(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page(viewport={"width": 640, "height": 360})  # 1,280 by 720 at 200 %
    page.goto(service.url)
    ask(page, QUESTION)

    assert page.locator("#ask").evaluate("form => getComputedStyle(form).position") == "static"
    expect(heading(page)).to_be_in_viewport()


def test_enter_that_ends_the_composing_of_a_character_does_not_ask(page: Page) -> None:
    question_field(page).fill("灯台")
    question_field(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})

    expect(question_field(page)).to_have_value("灯台")
    expect(turns(page)).to_have_count(0)


def test_an_answer_is_announced_once_and_shortly(page: Page) -> None:
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "off")  # else all of it would be read out
    heard = page.get_by_role("status")
    heard.evaluate(HEAR)
    ask(page, QUESTION)

    assert page.evaluate("window.heard") == ["Asking the documents.", "Answered, with 5 passages."]
    assert page.locator("[aria-live]:not([aria-live=off]), [role=status], [role=alert]").count() == 1


HEAR = """(status) => {
  window.heard = [];
  new MutationObserver(() => window.heard.push(status.textContent)).observe(status, { childList: true });
}"""


SHOWN = [
    ("/", None),
    ("/", QUESTION),
    ("/", UNANSWERABLE),
    ("/", "Where is the archive?"),
    ("/", "x" * 2001),
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


def test_nothing_moves_for_those_who_ask_for_that(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(service.url)
    ask(page, QUESTION)
    page.route("**/v1/chat", lambda route: None)
    question_field(page).fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".searching")).to_be_visible()

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
