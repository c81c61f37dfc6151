"""A real service, a site of another origin, and a real browser that visits it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.service.conftest import settings_for_long, write_calibration
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import Watched
from tests.service.web.pages.conftest import CHRONICLE, HOSTILE, chromium
from tests.service.web.widget.hosting import LISTENING, HostSite

__all__ = ["chromium"]

Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def host() -> Iterator[HostSite]:
    """A site that the service allows to ask."""
    site = HostSite()
    yield site
    site.stop()


@pytest.fixture(scope="package")
def stranger() -> Iterator[HostSite]:
    """A site that the service does not allow to ask."""
    site = HostSite()
    yield site
    site.stop()


@pytest.fixture(scope="package")
def service(
    tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder, host: HostSite
) -> Iterator[RunningService]:
    """A service with two documents that the default encoder has read."""
    folder = tmp_path_factory.mktemp("widget")
    settings = settings_for_long(
        data=folder / "data",
        calibration=write_calibration(folder / "calibration.json", default_encoder, least=0.3),
        origins=host.url,
    )
    fill(settings, default_encoder, folder)
    running = RunningService(settings, default_encoder)
    running.start()
    yield running
    running.stop()


def fill(settings: Settings, encoder: Encoder, folder: Path) -> None:
    files = {"hostile.md": HOSTILE, "chronicle.md": CHRONICLE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Store(settings.data, create=True) as store:
        summary = Ingester(store, lambda: encoder, settings).ingest([folder / name for name in files], NoProgress())
    assert len(summary.added) == len(files)


@pytest.fixture
def watched(service: RunningService, host: HostSite, stranger: HostSite) -> Watched:
    return Watched(origins=[service.url, host.url, stranger.url])


@pytest.fixture
def new_page(chromium: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context with the given options, and holds them all to the rules at the end."""
    contexts: list[BrowserContext] = []

    def _new_page(**options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", **options})
        context.add_init_script(LISTENING)
        context.on("page", watched.watch)
        contexts.append(context)
        return context.new_page()

    yield _new_page
    pages = [page for context in contexts for page in context.pages]
    executed = [page.evaluate("window.owned") for page in pages]
    cookies = [cookie for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    assert executed == [None] * len(executed), "something from a document was executed"
    assert cookies == []
    assert watched.foreign == [], "another origin was asked"
    assert watched.complaints == []


@pytest.fixture
def visit(new_page: Callable[..., Page], host: HostSite, service: RunningService) -> Visit:
    """Opens the allowed site's page with the widget's tag and what else stands on it."""

    def _visit(
        attributes: str = "", body: str = "", language: str = "en", tag: str | None = None, **options: Any
    ) -> Page:
        script = f'<script async src="{service.url}/widget.js" {attributes}></script>' if tag is None else tag
        page = new_page(**options)
        page.goto(host.put(body=script + body, language=language))
        return page

    return _visit
