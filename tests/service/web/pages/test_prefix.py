"""The pages below a path prefix that a proxy in front of the service strips."""

import contextlib
import json
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, Watched, asked_again, last, question_field

WEB = Path(str(resources.files("service"))) / "web"
PREFIX = "/archive/ask"


@pytest.fixture
def below(new_page: Callable[..., Page], service: RunningService, watched: Watched) -> Page:
    """A page that can leave the prefix for nothing."""
    watched.origins = [service.url + PREFIX]
    page = new_page()

    def strip(route: Route) -> None:
        with contextlib.suppress(Error):  # the page has left while its files were fetched
            if urlsplit(route.request.url).path.startswith(PREFIX + "/"):
                route.fulfill(response=route.fetch(url=route.request.url.replace(PREFIX, "", 1)))
            else:
                route.abort()

    page.route("**/*", strip)
    return page


def prefixed(route: Route) -> None:
    """Answer as a service that knows of its prefix."""
    answer = json.dumps(asked_again(route.request, url=route.request.url.replace(PREFIX, "", 1)))
    route.fulfill(body=answer.replace('"/documents/', f'"{PREFIX}/documents/'), content_type="application/json")


def test_a_question_leads_to_the_cited_words_and_back(below: Page, service: RunningService) -> None:
    below.route("**/v1/chat", prefixed)
    below.goto(f"{service.url}{PREFIX}/")
    expect(below.locator("footer")).to_contain_text("There are 3 documents.")
    question_field(below).fill(QUESTION)
    question_field(below).press("Enter")
    expect(last(below).locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    expect(below).to_have_url(re.compile(f"^{service.url}{PREFIX}/#q="))
    below.locator("figcaption a").first.click()
    expect(below.locator("#text mark")).to_contain_text("repaired by Marta Ruiz")
    assert urlsplit(below.url).path == f"{PREFIX}/documents/hostile"
    below.get_by_role("link", name="Ask a question").click()
    expect(below).to_have_url(f"{service.url}{PREFIX}/")
    expect(last(below).locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_the_api_is_described_and_linked(below: Page, service: RunningService) -> None:
    below.goto(f"{service.url}{PREFIX}/")
    below.get_by_role("link", name="API").click()
    expect(below.get_by_text("Ask the documents a question")).to_be_visible()
    assert urlsplit(below.url).path == f"{PREFIX}/docs"


def test_an_unknown_document_leads_home(below: Page, service: RunningService, watched: Watched) -> None:
    watched.failed_requests_expected = True
    below.goto(f"{service.url}{PREFIX}/documents/no-such-document")
    below.get_by_role("link", name="Ask a question").click()
    expect(below.locator("footer")).to_contain_text("There are 3 documents.")
    assert urlsplit(below.url).path == f"{PREFIX}/"


ABSOLUTE = re.compile(r"""(?:href|src|action)=["']/|url\(["']?/|["'`]/(?!v1/|health/|widget\.js)[a-z]""")
"""An address from the root; API paths are joined to the service's own address."""


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.*")), ids=lambda path: path.name)
def test_no_file_names_an_address_from_the_root(path: Path) -> None:
    assert ABSOLUTE.findall(path.read_text(encoding="utf-8")) == []
