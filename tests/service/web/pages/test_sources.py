"""Links to where a document came from: they lead to its words there, in a browser that knows text fragments."""

from collections.abc import Callable
from html import escape

from playwright.sync_api import Page, Route, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import Watched, ask, canonical_text, last

FERRY = "When was the bridge opened and the ferry stopped?"


def test_a_link_to_the_source_leads_to_the_cited_words_there(
    new_page: Callable[..., Page], service: RunningService, watched: Watched
) -> None:
    watched.origins = [*watched.origins, "https://example.org"]
    paragraphs = canonical_text(service, "chronicle").split("\n\n")
    page = new_page()

    def source(route: Route) -> None:
        shown = "".join(f"<p style='margin-top: 3000px'>{escape(text.strip('# '))}</p>" for text in paragraphs)
        route.fulfill(body=f"<!doctype html><link rel=icon href=data:,><body>{shown}", content_type="text/html")

    page.route("https://example.org/**", source)
    page.goto(service.url)
    ask(page, FERRY)
    link = last(page).locator("figcaption").get_by_role("link", name="original at example.org")
    address = link.get_attribute("href")
    words = page.get_by_text("crossed twice a day")
    link.click()
    expect(words).to_be_in_viewport()

    assert address is not None
    page.goto("about:blank")
    page.goto(address.partition("#")[0])
    expect(words).not_to_be_in_viewport()
    page.goto(address)
    expect(words).to_be_in_viewport()
