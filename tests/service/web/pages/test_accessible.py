"""axe-core finds nothing wrong with any state of any page, in both themes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.service.accessibility import violations
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import (
    OTHER_NAME,
    QUESTION,
    UNANSWERABLE,
    Watched,
    ask,
    asked_again,
    doubt,
    last,
    question_field,
)
from tests.service.web.pages.test_everyone import SHOWN, show

State = Callable[[Page, RunningService], None]
BRIGHTNESS = "Math.max(...getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).slice(0, 3))"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("path", "question"), SHOWN)
def test_axe_finds_nothing_wrong(
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

    assert violations(page) == []
    assert (page.evaluate(BRIGHTNESS) > 128) == (theme == "light")


def suggesting(page: Page, service: RunningService) -> None:
    page.route("**/v1/suggestions", lambda route: route.fulfill(json={"questions": [QUESTION, UNANSWERABLE]}))
    page.goto(service.url)
    expect(page.get_by_role("navigation", name="For example")).to_be_visible()


def waiting(page: Page, service: RunningService) -> None:
    page.goto(service.url)
    ask(page, QUESTION)
    page.route("**/v1/chat", lambda route: None)
    question_field(page).fill(UNANSWERABLE)
    page.keyboard.press("Enter")
    expect(last(page).get_by_role("button", name="Stop")).to_be_visible()
    page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")


def unreachable(page: Page, service: RunningService) -> None:
    page.goto(service.url)
    page.route("**/v1/chat", lambda route: route.abort())
    question_field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def a_follow_up_rated(page: Page, service: RunningService) -> None:
    def read_together(route: Route) -> None:
        route.fulfill(json={**asked_again(route.request), "interpretation": {"turns": [0]}})

    page.goto(service.url)
    ask(page, QUESTION)
    page.route("**/v1/chat", read_together)
    page.route("**/v1/feedback", lambda route: route.fulfill(status=201, json={"id": "1"}))
    ask(page, "And when?")
    last(page).locator(".thumb.up").click()
    expect(last(page).locator("[aria-pressed=true]")).to_have_count(1)
    expect(last(page).get_by_role("button", name="Ask it on its own")).to_be_visible()


def copying_by_hand(page: Page, service: RunningService) -> None:
    page.goto(f"http://{OTHER_NAME}:{service.port}")
    ask(page, QUESTION)
    last(page).get_by_role("button", name="Copy as quotation").first.click()
    expect(last(page).get_by_label("Copy it by hand")).to_be_visible()


def doubting(page: Page, service: RunningService) -> None:
    page.goto(service.url)
    doubt(page, "doubt", interpretation={"turns": [], "spelling": QUESTION})
    ask(page, QUESTION)
    expect(last(page).locator(".chance")).to_be_visible()
    last(page).get_by_role("button", name="The passage around it").first.click()
    expect(last(page).locator("details li").first).to_be_focused()


def asking_back(page: Page, service: RunningService) -> None:
    page.goto(service.url)
    doubt(page, "vague")
    ask(page, "lamp")
    expect(last(page).locator(".uncertain")).to_be_visible()


STATES = [suggesting, waiting, unreachable, a_follow_up_rated, copying_by_hand, doubting, asking_back]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_wrong_with_a_conversation_in_any_state(
    new_page: Callable[..., Page], service: RunningService, watched: Watched, state: State, theme: str
) -> None:
    watched.failed_requests_expected = True
    page = new_page(color_scheme=theme, viewport={"width": 320, "height": 640})
    state(page, service)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_axe_sees_what_is_wrong(page: Page) -> None:
    page.evaluate("document.querySelector('textarea').labels[0].remove()")

    assert any("textarea" in violation for violation in violations(page))
