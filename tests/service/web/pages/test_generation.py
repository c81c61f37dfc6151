"""The pages never show documents older than those that they have shown, whichever worker answers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, Watched, ask, asked

UNKNOWN = {
    "type": "urn:footnote:problem:generation-unknown",
    "title": "Conflict",
    "status": 409,
    "detail": "The store has no generation as high as that.",
}


def refuse_the_generation(page: Page, path: str, generations: list[str | None]) -> None:
    """Let the service be one that was restored; it knows no generation that the page has seen."""

    def answer(route: Route) -> None:
        generations.append(wanted(route.request))
        if generations[-1] is None:
            route.continue_()
        else:
            route.fulfill(status=409, json=UNKNOWN, content_type="application/problem+json")

    page.route(path, answer)


def wanted(request: Request) -> str | None:
    """The generation that a request asks for at least."""
    if request.method == "POST":
        body: dict[str, Any] = asked(request)
        return str(body["at_least_generation"]) if "at_least_generation" in body else None
    return parse_qs(urlsplit(request.url).query).get("at_least_generation", [None])[0]


@pytest.fixture
def page(new_page: Callable[..., Page], service: RunningService) -> Page:
    page = new_page()
    page.goto(service.url)
    expect(page.locator("#library")).to_contain_text("documents")
    return page


def test_questions_and_documents_are_asked_for_with_the_generation_seen(page: Page, service: RunningService) -> None:
    generation = str(ask(page, QUESTION)["generation"])
    with page.expect_request("**/v1/chat") as request:
        ask(page, QUESTION)
    assert wanted(request.value) == generation
    with page.expect_request("**/v1/documents/chronicle?*") as record, page.expect_request("**/text?*") as text:
        page.goto(f"{service.url}/documents/chronicle")
    assert wanted(record.value) == wanted(text.value) == generation
    expect(page.locator("#text")).to_contain_text("dug by hand")


def test_a_page_that_has_seen_nothing_asks_for_no_generation(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page()
    with page.expect_request("**/v1/documents/chronicle*") as record:
        page.goto(f"{service.url}/documents/chronicle")
    assert wanted(record.value) is None


def test_a_generation_that_the_service_does_not_know_is_forgotten(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    page.evaluate("sessionStorage.setItem(`footnote ${location.origin} generation`, '4711')")
    page.reload()
    generations: list[str | None] = []
    refuse_the_generation(page, "**/v1/chat", generations)
    ask(page, QUESTION)
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    assert generations == ["4711", None]


def test_the_reader_of_a_restored_service_shows_the_document(
    page: Page, service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    generations: list[str | None] = []
    refuse_the_generation(page, "**/v1/documents/chronicle**", generations)
    page.goto(f"{service.url}/documents/chronicle")
    expect(page.locator("#text")).to_contain_text("dug by hand")
    assert generations[-2:] == [None, None]
    assert None not in generations[:-2]


def test_a_service_that_knows_no_generation_at_all_is_asked_twice_and_no_more(page: Page, watched: Watched) -> None:
    watched.failed_requests_expected = True
    asked_for: list[str | None] = []

    def refuse(route: Route) -> None:
        asked_for.append(wanted(route.request))
        route.fulfill(status=409, json=UNKNOWN, content_type="application/problem+json")

    page.route("**/v1/chat", refuse)
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".searching")).to_have_count(0)
    expect(page.locator(".failure")).to_have_count(1)
    assert len(asked_for) == 2


@pytest.mark.parametrize("kept", ["x", "-1", "1e99", "1.5", ""])
def test_what_is_no_generation_in_the_tabs_storage_is_passed_over(page: Page, kept: str) -> None:
    page.evaluate("(kept) => sessionStorage.setItem(`footnote ${location.origin} generation`, kept)", kept)
    page.reload()
    ask(page, QUESTION)
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
