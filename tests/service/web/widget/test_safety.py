"""Hostile documents, questions and services, and pages that allow next to nothing."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, Watched
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import HostSite, ask, chat, field, open_chat

INJECTIONS = [
    "<script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    "\"><svg onload='window.owned = 1'>",
    "javascript:window.owned=1",
    "{{constructor.constructor('window.owned=1')()}}",
    "</style></textarea><iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
    "'; window.owned = 1; //",
    "{question} {n} {host} $& $1",
]


def markup(page: Page) -> list[str]:
    """The names of all elements in the widget, except those that it is made of."""
    own = (
        "div section dialog article h2 h3 h4 p ol li figure blockquote figcaption details summary button textarea a "
        "span bdi q cite mark time svg path"
    )
    names: list[str] = chat(page).evaluate(
        "element => [...element.shadowRoot.querySelectorAll('*')].map((e) => e.localName)"
    )
    return [name for name in names if name not in own.split()]


@pytest.mark.parametrize("endpoint", ["stream", "json"])
def test_documents_are_shown_as_text_whatever_they_hold(visit: Visit, endpoint: str) -> None:
    page = visit()
    if endpoint == "json":
        page.route(
            "**/v1/chat", lambda route: route.continue_(headers={**route.request.headers, "accept": "application/json"})
        )
    open_chat(page)
    ask(page, QUESTION)
    chat(page).locator("summary").click()

    expect(chat(page).locator("figcaption")).to_contain_text("<script>window.owned = 1</script>")
    expect(chat(page).locator("figcaption")).to_contain_text("<svg onload='window.owned = 1'>")
    expect(chat(page).locator(".passages")).to_contain_text('<img src=x onerror="window.owned = 1">')
    assert markup(page) == []
    assert (
        chat(page).locator("a").evaluate_all("links => links.filter((link) => !link.href.startsWith('http')).length")
        == 0
    )


def hostile_answer(injection: str) -> dict[str, Any]:
    citation = {
        **dict.fromkeys(("title", "publisher", "published", "language", "section", "page", "document_id"), injection),
        **dict.fromkeys(("url", "source_href", "href", "revision"), injection),
        "authors": [injection],
        "start": 0,
        "end": 9,
    }
    passage = {
        "text": injection,
        "highlights": [{"start": -5, "end": 3}, {"start": 0, "end": 2}, {"start": 1, "end": 99}],
        "citation": citation,
        "also_found_in": [citation],
    }
    return {
        "status": "answered",
        "confidence": {"level": injection},
        "answer": {"text": injection, "citation": citation},
        "passages": [passage],
        "interpretation": {"turns": [0, -1, 1e9, injection]},
        "generation": injection,
    }


def test_a_hostile_service_can_show_text_and_no_more(visit: Visit, service: RunningService) -> None:
    page = visit()
    page.route(
        "**/v1/chat",
        lambda route: route.fulfill(json=hostile_answer(route.request.post_data_json["messages"][-1]["content"])),
    )
    open_chat(page)
    for _ in range(2):
        for injection in INJECTIONS:
            ask(page, injection)
    for summary in chat(page).locator("summary").all():
        summary.click()
    page.reload()

    expect(chat(page).locator(".quotation")).to_have_text(INJECTIONS * 2)
    expect(chat(page).locator("blockquote.passage")).to_have_text(INJECTIONS * 2)
    expect(chat(page).locator(".question")).to_have_text([f"You asked: {injection}" for injection in INJECTIONS * 2])
    assert markup(page) == []
    hrefs = chat(page).locator("a").evaluate_all("links => links.map((link) => link.href)")
    assert len(hrefs) > 0
    assert all(href.startswith(service.url + "/") for href in hrefs), "a link leads where the service did not say"


def test_a_title_leads_to_the_service_or_nowhere(visit: Visit, service: RunningService) -> None:
    page = visit()
    hrefs = [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "\\\\elsewhere.example",
        "data:text/html,?",
        "http://[",
    ]
    page.route(
        "**/v1/chat",
        lambda route: route.fulfill(json=hostile_answer(route.request.post_data_json["messages"][-1]["content"])),
    )
    open_chat(page)
    for href in hrefs:
        ask(page, href)
        expect(chat(page).locator("figcaption cite").last).to_have_text(href)
    expect(chat(page).locator("figcaption a:has(cite)")).to_have_count(0)


def test_what_a_page_sets_is_shown_as_text(visit: Visit, watched: Watched) -> None:
    page = visit(body="<footnote-chat></footnote-chat>")
    for injection in INJECTIONS:
        set_everything(page, injection)
        expect(chat(page).locator(".title")).to_have_text(injection)
        expect(chat(page).locator(".suggestions button")).to_have_text(injection)
        assert markup(page) == []
    watched.complaints.clear()  # of values that cannot be used


def set_everything(page: Page, injection: str) -> None:
    names = ["title", "greeting", "placeholder", "disclaimer", "colour", "theme", "language", "endpoint", "position"]
    page.evaluate(
        """([names, injection]) => {
          const chat = document.querySelector("footnote-chat");
          names.forEach((name) => chat.setAttribute(name, injection));
          chat.setAttribute("suggestions", JSON.stringify([injection]));
          chat.setAttribute("texts", JSON.stringify({ ask: injection, restart: injection }));
        }""",
        [names, injection],
    )


@pytest.mark.parametrize("inline", [False, True])
def test_a_page_that_allows_next_to_nothing_can_have_it(
    new_page: Callable[..., Page], host: HostSite, service: RunningService, inline: bool
) -> None:
    policy = (
        f"default-src 'none'; script-src 'nonce-r4nd0m' {service.url}; connect-src {service.url}; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    tag = f'<script async src="{service.url}/widget.js" nonce="r4nd0m" data-colour="teal"></script>'
    page = new_page()
    page.goto(
        host.put(
            body=tag + ("<footnote-chat colour='teal'></footnote-chat>" if inline else ""),
            headers={"Content-Security-Policy": policy},
        )
    )
    if not inline:
        open_chat(page)
    ask(page, QUESTION)
    chat(page).locator("summary").click()

    expect(chat(page).locator("mark").first).to_be_visible()
    send = chat(page).locator(".send")
    assert send.evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(0, 128, 128)"
    with page.expect_popup() as opened:
        chat(page).locator("figcaption a").first.click()
    expect(opened.value.locator("#text mark")).to_be_visible()


def test_a_page_can_hold_the_script_to_its_hash(
    new_page: Callable[..., Page], host: HostSite, service: RunningService
) -> None:
    digest = base64.b64encode(hashlib.sha384(httpx.get(f"{service.url}/widget.js").content).digest()).decode()
    tag = f'<script async src="{service.url}/widget.js" crossorigin integrity="sha384-{digest}"></script>'
    page = new_page()
    page.goto(host.put(body=tag))
    open_chat(page)

    expect(field(page)).to_be_focused()


def test_only_the_service_is_asked_without_where_the_visitor_was(
    visit: Visit, service: RunningService, host: HostSite
) -> None:
    page = visit()
    requests = []
    page.on("request", lambda request: requests.append(request))
    open_chat(page)
    ask(page, QUESTION)

    assert [request.url for request in requests] == [f"{service.url}/v1/chat"]
    headers = requests[0].all_headers()
    assert "referer" not in headers
    assert "cookie" not in headers
    assert headers["origin"] == host.url
