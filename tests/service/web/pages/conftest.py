"""A real service over three documents, one of them hostile, and a real browser that looks at its pages."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.service.conftest import write_calibration
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import OTHER_NAME, Watched

BROWSER_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP {OTHER_NAME} 127.0.0.1",
]

HOSTILE = """\
---
title: "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'> 🔦 Amare\u0301"
publisher: "<b>Lamp & Sons</b>"
authors: ["<svg onload='window.owned = 1'>", "\u202eTurned Around"]
published: 1931-12-24
language: en
url: "https://example.org/?a=%22><script>window.owned=1</script>"
---
\ufeff👩‍👩‍👧‍👦🏳️‍🌈 Cafe\u0301 n\u0303 𝔘𝔫𝔦 <script>window.owned = 1</script><img src=x onerror="window.owned = 1">

## The lamp <svg onload="window.owned = 1"> 🌊

A storm 🌊 broke it <b>first</b>. The lighthouse lamp 🔦 of Amare\u0301 was repaired by Marta Ruiz in 1931 🌊.
The harbour stayed closed for two winters [after that](javascript:window.owned=1).
"""

CHRONICLE = """\
---
title: A chronicle of the harbour
publisher: The Harbour Press
authors: [Ana Pérez, Juan Soto]
published: 1950-03-01
language: en
url: https://example.org/chronicle
---
# A chronicle of the harbour

The harbour was dug by hand between 1880 and 1884, and its first keeper was Ignacio Vela.

### The ferry

The ferry to the island crossed twice a day until the bridge was opened in 1947.

### The bridge

The bridge cost four million and was paid by a toll that ended in 1949.
"""

UNBROKEN = f"The address of the archive is https://example.org/{'lighthouse' * 40}.\n"


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Iterator[RunningService]:
    """A service with three documents that the default encoder has read."""
    folder = tmp_path_factory.mktemp("pages")
    files = {"hostile.md": HOSTILE, "chronicle.md": CHRONICLE, "unbroken.txt": UNBROKEN}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    calibration = write_calibration(folder / "calibration.json", default_encoder, least=0.3)
    settings = Settings(
        data=folder / "data", calibration=calibration, hosts=OTHER_NAME, requests_per_minute=0, feedback_per_minute=0
    )
    with Store(settings.data, create=True) as store:
        summary = Ingester(store, lambda: default_encoder, settings).ingest(
            [folder / name for name in files], NoProgress()
        )
    assert len(summary.added) == len(files)
    running = RunningService(settings, default_encoder)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser, for these tests alone: Playwright keeps an event loop in the thread that it runs in."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("No chromium was found; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watched(service: RunningService) -> Watched:
    return Watched(origins=[service.url, f"http://{OTHER_NAME}:{service.port}"])


@pytest.fixture
def new_page(chromium: Browser, watched: Watched) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context with the given options, and holds them all to the rules at the end."""
    contexts: list[BrowserContext] = []

    def _new_page(**options: Any) -> Page:
        contexts.append(chromium.new_context(**{"locale": "en-GB", **options}))
        page = contexts[-1].new_page()
        watched.watch(page)
        return page

    yield _new_page
    executed = [page.evaluate("window.owned") for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert executed == [None] * len(executed), "something from a document was executed"
    assert watched.foreign == [], "another origin was asked"
    assert watched.complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page], service: RunningService) -> Page:
    """The page to ask on."""
    page = new_page()
    page.goto(service.url)
    return page
