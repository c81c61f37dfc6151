"""Saying whether an answer was of use, and taking it back."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from service.upkeep.feedback import Feedback
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import (
    QUESTION,
    UNANSWERABLE,
    Watched,
    ask,
    asked,
    doubt,
    last,
    question_field,
    turns,
)

FEEDBACK = "**/v1/feedback**"
FOLLOW_UP = "And when was it closed?"


class Collector:
    """Takes ratings as the service does, and tells which it was given and which were taken back."""

    def __init__(self, page: Page) -> None:
        self.given: list[dict[str, Any]] = []
        self.taken_back: list[str] = []
        page.route("**/v1/feedback", self._give)
        page.route("**/v1/feedback/*", self._take_back)

    def _give(self, route: Route) -> None:
        self.given.append(asked(route.request))
        route.fulfill(status=201, json={"id": f"rating/{len(self.given)}"})

    def _take_back(self, route: Route) -> None:
        self.taken_back.append(route.request.url.rpartition("/")[2])
        route.fulfill(status=204)


def thumb(page: Page, name: str) -> Locator:
    return last(page).locator(".feedback").get_by_role("button", name=name, exact=True)


def kept_by(service: RunningService) -> list[dict[str, Any]]:
    return [json.loads(rating.entry) for rating in Feedback(service.settings.data, limit=10).ratings()]


def expect_rated(page: Page, name: str) -> None:
    for button in last(page).locator(".thumb").all():
        pressed = "true" if button.text_content() == name else "false"
        expect(button).to_have_attribute("aria-pressed", pressed)


def test_an_answer_is_rated_as_what_was_asked_and_shown(page: Page) -> None:
    collector = Collector(page)
    first = ask(page, QUESTION)
    answer = ask(page, FOLLOW_UP)
    thumb(page, "Not helpful").click()
    expect_rated(page, "Not helpful")

    passage, citation = answer["passages"][0], answer["passages"][0]["citation"]
    assert collector.given == [
        {
            "question": FOLLOW_UP,
            "history": [
                {"role": "user", "content": QUESTION},
                {"role": "assistant", "content": first["answer"]["text"]},
            ],
            "status": "answered",
            "rating": "down",
            "passage": {
                "document_id": citation["document_id"],
                "revision": citation["revision"],
                "start": citation["start"],
                "end": citation["end"],
                "text": passage["text"],
                "highlight": passage["highlights"][0],
            },
            "generation": answer["generation"],
        }
    ]
    expect(page.get_by_role("status")).to_contain_text("Thank you.")


def test_that_nothing_was_found_can_be_right_or_wrong(page: Page) -> None:
    collector = Collector(page)
    ask(page, UNANSWERABLE)
    expect(page.get_by_role("group", name="Not in these documents")).to_be_visible()
    thumb(page, "Right, it is not there").click()
    expect_rated(page, "Right, it is not there")

    [given] = collector.given
    assert (given["status"], given["rating"], given["passage"]) == ("not_found", "up", None)


def test_an_uncertain_answer_is_rated_as_a_whole(page: Page, service: RunningService) -> None:
    before = kept_by(service)
    doubt(page, "doubt")
    ask(page, QUESTION)
    thumb(page, "Helpful").click()
    expect_rated(page, "Helpful")
    [given] = kept_by(service)[len(before) :]
    assert (given["status"], given["rating"], given["passage"]) == ("uncertain", "up", None)
    thumb(page, "Helpful").click()
    expect_rated(page, "")


def test_a_rating_can_be_taken_back_even_after_a_reload(page: Page) -> None:
    collector = Collector(page)
    ask(page, QUESTION)
    thumb(page, "Helpful").click()
    expect_rated(page, "Helpful")
    page.reload()
    expect_rated(page, "Helpful")

    thumb(page, "Helpful").click()

    expect_rated(page, "")
    assert collector.taken_back == ["rating%2F1"]
    page.reload()
    expect_rated(page, "")


def test_another_rating_takes_the_place_of_the_first(page: Page) -> None:
    collector = Collector(page)
    ask(page, QUESTION)
    thumb(page, "Helpful").click()
    expect_rated(page, "Helpful")
    thumb(page, "Not helpful").click()
    expect_rated(page, "Not helpful")

    assert [given["rating"] for given in collector.given] == ["up", "down"]
    assert collector.taken_back == ["rating%2F1"]


def test_two_quick_presses_rate_once(page: Page) -> None:
    held: list[Route] = []
    page.route(FEEDBACK, lambda route: held.append(route))
    ask(page, QUESTION)
    thumb(page, "Helpful").dblclick()
    held[0].fulfill(status=201, json={"id": "1"})
    expect_rated(page, "Helpful")

    assert len(held) == 1


def test_what_is_rated_is_kept_by_the_service_until_it_is_taken_back(page: Page, service: RunningService) -> None:
    before = kept_by(service)
    ask(page, QUESTION)
    thumb(page, "Helpful").click()
    expect_rated(page, "Helpful")
    ask(page, UNANSWERABLE)
    thumb(page, "Right, it is not there").click()
    expect_rated(page, "Right, it is not there")
    given = [
        (entry["question"], entry["rating"], entry["passage"] is None) for entry in kept_by(service)[len(before) :]
    ]
    assert given == [(QUESTION, "up", False), (UNANSWERABLE, "up", True)]

    thumb(page, "Right, it is not there").click()
    expect_rated(page, "")
    turns(page).first.locator(".thumb.up").click()
    expect(turns(page).first.locator("[aria-pressed=true]")).to_have_count(0)

    assert kept_by(service) == before


@pytest.mark.parametrize("status", [403, 404])
def test_where_the_service_takes_no_ratings_none_can_be_given(page: Page, watched: Watched, status: int) -> None:
    watched.failed_requests_expected = True
    problem = {"status": status, "title": "x", "detail": "x"}
    page.route(FEEDBACK, lambda route: route.fulfill(status=status, json=problem))
    ask(page, QUESTION)
    ask(page, UNANSWERABLE)
    thumb(page, "Right, it is not there").click()

    expect(page.get_by_role("status")).to_have_text("This service does not collect ratings.")
    expect(page.locator(".feedback")).to_have_count(0)


def test_a_rating_that_was_not_recorded_says_so_and_can_be_given_again(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    ask(page, QUESTION)
    page.route(FEEDBACK, lambda route: route.abort())
    thumb(page, "Helpful").click()

    told = last(page).locator(".unsaved")
    expect(told).to_have_text("Your rating could not be saved. Try again.")
    expect_rated(page, "")
    page.unroute_all()
    Collector(page)
    thumb(page, "Helpful").click()
    expect_rated(page, "Helpful")
    expect(told).to_have_text("")
    expect(question_field(page)).to_be_enabled()


def test_a_rating_that_is_gone_already_counts_as_taken_back(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    Collector(page)
    ask(page, QUESTION)
    thumb(page, "Helpful").click()
    expect_rated(page, "Helpful")
    page.route("**/v1/feedback/*", lambda route: route.fulfill(status=404, json={"detail": "x"}))
    thumb(page, "Helpful").click()

    expect_rated(page, "")
    expect(page.get_by_role("status")).to_have_text("Rating removed.")
