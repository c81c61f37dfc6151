"""Asking by hand in a browser, and watching what a page does that nobody sees."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Route, expect

from tests.service.serving import RunningService

OTHER_NAME = "footnote.example"
"""A name for this machine that no page can take for a developer's own."""

QUESTION = "Who repaired the lamp of the lighthouse?"
UNANSWERABLE = "How do I bake sourdough bread?"

MARKUP = "main :is(script, img, b, style, link, iframe), main svg:not(.thumb svg)"
"""Elements that only a document, a question or an answer could have brought into a page."""


@dataclass
class Watched:
    """What a page did that nobody sees: its requests, and its complaints on the console."""

    origins: Sequence[str]
    failed_requests_expected: bool = False
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self._requested(request.url))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _requested(self, url: str) -> None:
        if not url.removeprefix("blob:").startswith(tuple(origin + "/" for origin in self.origins)):
            self.foreign.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        of_a_request = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not (of_a_request and self.failed_requests_expected):
            self.complaints.append(message.text)


def question_field(page: Page) -> Locator:
    """Where questions are typed."""
    return page.get_by_label("Your question")


def ask(page: Page, question: str) -> dict[str, Any]:
    """Ask by hand; return what the service answered when the page shows it."""
    with page.expect_response("**/v1/chat") as response:
        question_field(page).fill(question)
        question_field(page).press("Enter")
    expect(page.locator(".searching")).to_have_count(0)
    if response.value.headers["content-type"].startswith("text/event-stream"):
        return asked_again(response.value.request)
    answer: dict[str, Any] = response.value.json()
    return answer


def doubt(page: Page, reason: str, **changes: Any) -> None:
    """Let the service answer questions as uncertain, with its passages and other changes."""

    def answer(route: Route) -> None:
        found = asked_again(route.request)
        confidence = {"level": "low", "probability": 0.2, "passage_probability": 0.374}
        uncertain = {"status": "uncertain", "reason": reason, "confidence": confidence, "answer": None}
        route.fulfill(json={**found, **uncertain, **changes})

    page.route("**/v1/chat", answer)


def asked_again(request: Request, url: str | None = None) -> dict[str, Any]:
    """What the service answers to a question of the page; a browser does not keep the streams that a page has read."""
    url = (url or request.url).replace(OTHER_NAME, "127.0.0.1")
    headers = {**request.all_headers(), "accept": "application/json"}
    named = {name: value for name, value in headers.items() if name in ("accept", "authorization", "content-type")}
    answer: dict[str, Any] = httpx.post(url, content=request.post_data, headers=named).raise_for_status().json()
    return answer


def asked(request: Request) -> dict[str, Any]:
    """What a page sent."""
    body: dict[str, Any] = json.loads(request.post_data or "")
    return body


def turns(page: Page) -> Locator:
    """The questions on the page, each with what came of it."""
    return page.get_by_role("log").get_by_role("article")


def last(page: Page) -> Locator:
    return turns(page).last


def heading(page: Page) -> Locator:
    """What came of the last question, in a word."""
    return last(page).locator(".outcome")


def canonical_text(service: RunningService, document: str) -> str:
    return httpx.get(f"{service.url}/v1/documents/{document}/text").content.decode()
