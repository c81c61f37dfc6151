"""What the widget says and does when something goes wrong: the question is kept, and nobody waits for ever."""

import functools
import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, Watched
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import HostSite, chat, field, last_told, open_chat, told


def ask_in_vain(page: Page, question: str = QUESTION) -> str:
    """Ask by hand; return the kind of failure when the widget shows one."""
    field(page).fill(question)
    field(page).press("Enter")
    expect(chat(page).locator(".failure")).to_be_visible()
    expect(chat(page).get_by_text("Looking in the documents…")).to_have_count(0)
    expect(chat(page).locator(".question")).to_contain_text(question)
    assert told(page)[-1] == "error"
    kind: str = last_told(page)["kind"]
    return kind


def test_a_question_outlives_a_service_that_goes_and_comes_back(
    visit: Visit, service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    page = visit()
    open_chat(page)
    service.stop()
    try:
        assert ask_in_vain(page) == "unreachable"
        expect(chat(page).locator(".failure")).to_contain_text("The service cannot be reached.")
    finally:
        service.start()
    chat(page).get_by_role("button", name="Try again").click()
    expect(chat(page).locator("figure")).to_contain_text("repaired by Marta Ruiz")
    expect(chat(page).locator(".question")).to_have_count(1)


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9", "HOST"])
def test_an_endpoint_that_points_nowhere(visit: Visit, host: HostSite, watched: Watched, endpoint: str) -> None:
    watched.failed_requests_expected = True
    watched.origins = [*watched.origins, "http://127.0.0.1:9"]
    page = visit(f'data-endpoint="{endpoint.replace("HOST", host.url + "/nothing")}"')
    page.route(f"{host.url}/nothing/**", lambda route: route.fulfill(status=404, body="<h1>Not found</h1>"))
    open_chat(page)

    assert ask_in_vain(page) == "unreachable"
    watched.complaints.clear()  # what was not reached is also said on the console


def test_a_site_that_is_not_allowed_gets_a_message(
    new_page: Any, stranger: HostSite, service: RunningService, watched: Watched
) -> None:
    watched.failed_requests_expected = True
    page = new_page()
    page.goto(stranger.put(f'<script async src="{service.url}/widget.js"></script>'))
    open_chat(page)

    assert ask_in_vain(page) == "refused"
    expect(chat(page).locator(".failure")).to_contain_text("The chat cannot be used on this site.")
    advice = f"Footnote: {service.url} does not allow {stranger.url}; its operator can, with FOOTNOTE_ORIGINS."
    assert advice in watched.complaints
    assert any("CORS" in complaint for complaint in watched.complaints)
    watched.complaints.clear()


ANSWER = {"status": "not_found", "confidence": {"level": "low"}, "answer": None, "generation": 1}
STREAM = f"event: answer\ndata: {json.dumps(ANSWER)}\n\n"


def events(body: str) -> dict[str, Any]:
    return {"status": 200, "content_type": "text/event-stream", "body": body}


def problem(status: int, **fields: Any) -> dict[str, Any]:
    body = json.dumps({"status": status, "detail": "What is wrong.", **fields})
    return {"status": status, "content_type": "application/problem+json", "body": body}


NO_ANSWERS = [
    (events(""), "cutOff"),
    (events(STREAM), "cutOff"),
    (events(STREAM + "event: done\ndata: {"), "cutOff"),
    (events(STREAM + 'event: done\ndata: {"passages": 1}\n\n'), "cutOff"),
    (events("event: done\ndata: {}\n\n"), "cutOff"),
    (events("event: answer\ndata: {\n\n"), "unreadable"),
    (events(STREAM + "event: error\ndata: " + json.dumps({"status": 503, "detail": "Busy."}) + "\n\n"), "busy"),
    (events("event: error\ndata: null\n\n"), "busy"),
    ({"status": 502, "content_type": "text/html", "body": "<h1>Bad gateway</h1>"}, "busy"),
    ({"status": 200, "content_type": "application/json", "body": "{}"}, "unreadable"),
    ({"status": 200, "content_type": "application/json", "body": '{"status": "answ'}, "unreadable"),
    ({"status": 200, "content_type": "text/html", "body": "<h1>Welcome</h1>"}, "unreadable"),
    (
        {"status": 200, "json": {**ANSWER, "passages": [{"text": "no citation"}]}},
        "unreadable",
    ),
    (problem(503), "busy"),
    (problem(429), "busy"),
    (problem(403), "refused"),
    (problem(422, errors=[{"pointer": "/messages", "detail": "There are too many messages."}]), "rejected"),
    (problem(422, errors=[{"pointer": "/filters", "detail": "There is an unknown field here."}]), "refused"),
    ({"status": 503, "content_type": "application/problem+json", "body": "null"}, "busy"),
]


def lasting(answer: dict[str, Any]) -> bool:
    """Whether the same question cannot be answered later either: something in it or on the page must change first."""
    return bool(answer["status"] == 422)


def test_an_answer_that_is_none_is_an_error_and_no_endless_wait(visit: Visit, watched: Watched) -> None:
    watched.failed_requests_expected = True
    page = visit()
    open_chat(page)
    for answer, kind in NO_ANSWERS:
        page.route("**/v1/chat", functools.partial(Route.fulfill, **answer))
        assert ask_in_vain(page) == kind, answer
        expect(chat(page).get_by_role("button", name="Try again")).to_have_count(0 if lasting(answer) else 1)
        page.unroute_all()
        page.evaluate("document.querySelector('footnote-chat').clear()")
    watched.complaints.clear()  # the details are on the console


def test_a_service_that_falls_silent_is_given_up(visit: Visit, watched: Watched) -> None:
    page = visit()
    page.clock.install()
    page.reload()
    page.route("**/v1/chat", lambda route: None)
    open_chat(page)
    field(page).fill(QUESTION)
    field(page).press("Enter")
    expect(chat(page).get_by_text("Looking in the documents…")).to_be_visible()
    page.clock.fast_forward(29_000)
    expect(chat(page).get_by_text("Looking in the documents…")).to_be_visible()
    page.clock.fast_forward(2_000)

    expect(chat(page).locator(".failure")).to_contain_text("The service has sent nothing for 30 seconds.")
    assert last_told(page)["kind"] == "slow"


def test_a_question_that_is_too_long_is_not_sent(visit: Visit) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("document.querySelector('footnote-chat').ask('🌊'.repeat(2001))")

    expect(chat(page).locator(".failure")).to_contain_text("The limit is 2,000 characters.")
    expect(chat(page).get_by_role("button", name="Try again")).to_have_count(0)
    assert not any("/v1/chat" in url for url in asked)
