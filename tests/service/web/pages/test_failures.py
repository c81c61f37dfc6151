"""What a page says and does when something goes wrong."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import (
    QUESTION,
    UNANSWERABLE,
    Watched,
    ask,
    asked,
    heading,
    last,
    question_field,
    turns,
)


def test_a_question_outlives_a_service_that_goes_and_comes_back(
    page: Page, service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    service.stop()
    try:
        question_field(page).fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(heading(page)).to_have_text("The service cannot be reached.")
        expect(heading(page)).to_be_focused()
        expect(question_field(page)).to_have_value(QUESTION)
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


def test_an_invalid_question_shows_the_message_of_the_service(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    problem = ask(page, "x" * 2001)

    [wrong] = problem["errors"]
    expect(heading(page)).to_have_text(wrong["detail"])
    expect(heading(page)).to_be_in_viewport()
    expect(question_field(page)).to_have_value("x" * 2001)
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


FOREIGN: dict[str, Any] = {
    "status": "answered",
    "confidence": {"level": "high"},
    "answer": {"text": "x", "citation": {"title": "x", "href": "javascript:window.owned=1"}},
    "passages": [],
    "interpretation": None,
    "generation": 1,
}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 502, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"}, "status 502"),
        ({"status": 200, "content_type": "application/json", "body": "{}"}, "cannot be read"),
        ({"status": 200, "content_type": "application/json", "body": '{"status": "answ'}, "cannot be read"),
        ({"status": 503, "content_type": "application/problem+json", "body": "null"}, "status 503"),
        ({"status": 200, "content_type": "application/json", "body": json.dumps(FOREIGN)}, "cannot be read"),
    ],
)
def test_an_answer_of_another_shape_is_an_error_and_no_endless_wait(
    page: Page, watched: Watched, answer: dict[str, Any], told: str
) -> None:
    watched.failed_requests_expected = True
    page.route("**/v1/chat", lambda route: route.fulfill(**answer))
    question_field(page).fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()

    expect(heading(page)).to_contain_text(told)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_service_that_never_answers_is_given_up(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page()
    page.clock.install()
    page.goto(service.url)
    page.route("**/v1/chat", lambda route: None)
    question_field(page).fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(last(page)).to_contain_text("Looking in the documents…")

    page.clock.fast_forward(31_000)

    expect(heading(page)).to_have_text("The service has sent nothing for 30 seconds.")
    expect(page.locator(".searching")).to_have_count(0)
    expect(question_field(page)).to_have_value(QUESTION)
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_a_question_asked_meanwhile_takes_the_place_of_the_one_before(page: Page) -> None:
    def hold_the_first(route: Route) -> None:
        if asked(route.request)["messages"][-1]["content"] != UNANSWERABLE:
            route.continue_()

    page.route("**/v1/chat", hold_the_first)
    with page.expect_event("requestfailed"):
        question_field(page).fill(UNANSWERABLE)
        page.keyboard.press("Enter")
        expect(last(page)).to_contain_text("Looking in the documents…")
        ask(page, QUESTION)

    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    expect(turns(page)).to_have_count(1)


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_asking_can_be_stopped_and_gives_the_question_back(page: Page, way: str) -> None:
    ask(page, QUESTION)
    page.route("**/v1/chat", lambda route: None)
    question_field(page).fill(UNANSWERABLE)
    page.keyboard.press("Enter")
    expect(question_field(page)).to_have_value("")

    with page.expect_event("requestfailed"):
        if way == "button":
            last(page).get_by_role("button", name="Stop").click()
        else:
            page.keyboard.press(way)

    expect(turns(page)).to_have_count(1)
    expect(question_field(page)).to_have_value(UNANSWERABLE)
    expect(question_field(page)).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    page.unroute_all()
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("Not in these documents")


def test_what_is_being_written_meanwhile_is_kept_when_asking_fails(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    held: list[Route] = []
    page.route("**/v1/chat", lambda route: held.append(route))
    question_field(page).fill(QUESTION)
    page.keyboard.press("Enter")
    expect(last(page)).to_contain_text("Looking in the documents…")
    question_field(page).fill("And then")
    held[0].abort()

    expect(heading(page)).to_have_text("The service cannot be reached.")
    expect(question_field(page)).to_have_value("And then")
    expect(last(page).get_by_role("heading", level=2)).to_have_text(QUESTION)


def test_a_question_that_failed_is_no_part_of_the_conversation(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    page.route("**/v1/chat", lambda route: route.abort())
    question_field(page).fill(UNANSWERABLE)
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("The service cannot be reached.")
    page.reload()
    expect(question_field(page)).to_have_value(UNANSWERABLE)
    page.unroute_all()

    with page.expect_request("**/v1/chat") as request:
        ask(page, QUESTION)

    assert asked(request.value)["messages"] == [{"role": "user", "content": QUESTION}]
    expect(turns(page)).to_have_count(1)


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
