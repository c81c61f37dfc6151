"""The reader with the page itself, beside the text or below it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Locator, Page, Route, expect
from pydantic import SecretStr

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.readers.files import pdf
from tests.service.accessibility import violations
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import Watched, canonical_text

PAGES = [
    ["The harbour master reported three", "wrecks in the winter of that year.", "", "", "Nobody was hurt in any."],
    ["The lamp was repaired in spring, and", "ships came back to the harbour."],
]
KEY = "ask-key-of-the-newsroom"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Iterator[RunningService]:
    """A service that keeps the original of a report of two pages."""
    folder: Path = tmp_path_factory.mktemp("reports")
    (folder / "report.pdf").write_bytes(pdf(PAGES, "/Title (The wrecks)"))
    settings = Settings(data=folder / "data", originals=True, requests_per_minute=0)
    with Store(settings.data, create=True) as store:
        Ingester(store, lambda: default_encoder, settings).ingest([folder / "report.pdf"], NoProgress())
    running = RunningService(settings, default_encoder)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def opened(
    new_page: Callable[..., Page], reports: RunningService, watched: Watched
) -> Callable[[str, int], tuple[Page, Locator]]:
    """Opens the report at words, in a window of a width; returns the page and its pictures."""
    watched.origins = [*watched.origins, reports.url]

    def _opened(words: str, width: int) -> tuple[Page, Locator]:
        page = new_page(viewport={"width": width, "height": 800})
        start = canonical_text(reports, "report").index(words)
        page.goto(f"{reports.url}/documents/report#char={start},{start + len(words)}")
        pictures = page.get_by_role("img")
        expect(pictures.first).to_be_visible()
        return page, pictures

    return _opened


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


def test_the_page_stands_beside_the_text_on_a_wide_screen(opened: Callable[..., tuple[Page, Locator]]) -> None:
    page, pictures = opened("three wrecks", 1440)
    expect(pictures).to_have_count(1)
    expect(pictures).to_have_attribute("alt", "Page 1 of The wrecks, with the cited words marked")
    expect(page.get_by_text("Page 1", exact=True)).to_be_visible()
    text, picture = box(page.locator("#text")), box(pictures)
    assert picture["x"] >= text["x"] + text["width"]
    assert picture["height"] <= 800
    assert picture["width"] > 400
    expect(page.locator("mark")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_the_page_stands_below_the_text_on_a_narrow_screen(opened: Callable[..., tuple[Page, Locator]]) -> None:
    page, pictures = opened("three wrecks", 360)
    text, picture = box(page.locator("#text")), box(pictures)
    assert picture["y"] >= text["y"] + text["height"]
    assert picture["width"] <= 360
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_the_picture_has_marked_words(opened: Callable[..., tuple[Page, Locator]]) -> None:
    _, pictures = opened("lamp", 1440)
    expect(pictures).to_have_attribute("alt", "Page 2 of The wrecks, with the cited words marked")
    marked = pictures.evaluate(
        """async (image) => {
          await image.decode();
          const { naturalWidth: width, naturalHeight: height } = image;
          const drawing = new OffscreenCanvas(width, height).getContext("2d");
          drawing.drawImage(image, 0, 0);
          const { data } = drawing.getImageData(0, 0, width, height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            count += data[at] === 255 && data[at + 1] === 222 && data[at + 2] === 92 ? 1 : 0;
          }
          return count;
        }"""
    )
    assert 500 < marked < 5000


def test_words_over_two_pages_show_both(opened: Callable[..., tuple[Page, Locator]]) -> None:
    page, pictures = opened("hurt in any.\n\nThe lamp", 1440)
    expect(pictures).to_have_count(2)
    expect(page.get_by_text("Page 2", exact=True)).to_be_visible()


def test_the_pages_follow_the_address(opened: Callable[..., tuple[Page, Locator]]) -> None:
    page, pictures = opened("three wrecks", 1440)
    text = page.locator("#text").text_content() or ""
    start = text.index("ships")
    page.evaluate(f"location.hash = '#char={start},{start + 5}'")
    expect(pictures).to_have_attribute("alt", "Page 2 of The wrecks, with the cited words marked")
    page.evaluate("location.hash = ''")
    expect(pictures).to_have_count(0)
    expect(page.get_by_role("complementary")).to_have_count(0)


def test_a_page_whose_words_were_recognised_is_not_said_to_have_marks(
    new_page: Callable[..., Page], reports: RunningService, watched: Watched
) -> None:
    def recognised(route: Route) -> None:
        route.fulfill(json={**route.fetch().json(), "extra": {"recognised_pages": {"1": 0.9}}})

    watched.origins = [*watched.origins, reports.url]
    page = new_page()
    page.route("**/v1/documents/report", recognised)
    page.goto(f"{reports.url}/documents/report#char=0,11")
    expect(page.get_by_role("img")).to_have_attribute("alt", "Page 1 of The wrecks")


def test_a_document_without_an_original_has_no_picture(new_page: Callable[..., Page], service: RunningService) -> None:
    page = new_page(viewport={"width": 1440, "height": 800})
    page.goto(f"{service.url}/documents/chronicle#char=2,13")
    expect(page.locator("mark")).to_have_text("A chronicle")
    expect(page.locator("img, figure")).to_have_count(0)


def test_the_picture_is_fetched_with_the_key(
    new_page: Callable[..., Page], reports: RunningService, default_encoder: Encoder, watched: Watched
) -> None:
    keyed = RunningService(reports.settings.model_copy(update={"ask_keys": SecretStr(KEY)}), default_encoder)
    keyed.start()
    try:
        watched.origins, watched.failed_requests_expected = [*watched.origins, keyed.url], True
        page = new_page()
        page.goto(f"{keyed.url}/documents/report#char=0,11")
        page.get_by_label("Your key").fill(KEY)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("img")).to_have_attribute("alt", "Page 1 of The wrecks, with the cited words marked")
        page.close()
    finally:
        keyed.stop()
