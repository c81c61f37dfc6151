"""Hostile texts of every kind on the pages: shown as they are, and nothing of them is done."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.hostile.strings import HOSTILE
from tests.service.conftest import write_calibration
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import MARKUP, Watched, ask, last

TEXTS = [text for text in HOSTILE.values() if "\0" not in text and len(text) < 500]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Iterator[RunningService]:
    """A service over two documents of nothing but hostile texts, one with a hostile title and name."""
    folder = tmp_path_factory.mktemp("hostile")
    named = folder / "<img src=x onerror='window.owned=1'>.txt"
    named.write_text("<script>window.owned = 1</script>\n\n" + "\n\n".join(TEXTS[::2]), encoding="utf-8", newline="")
    (folder / "other.txt").write_text("Hostile words.\n\n" + "\n\n".join(TEXTS[1::2]), encoding="utf-8", newline="")
    calibration = write_calibration(folder / "claims-all.calibration", default_encoder, least=-1.0)
    settings = Settings(data=folder / "data", calibration=calibration, refused_answerable=0.0)
    with Store(settings.data, create=True) as store:
        summary = Ingester(store, lambda: default_encoder, settings).ingest([named, folder / "other.txt"], NoProgress())
    assert len(summary.added) == 2
    running = RunningService(settings, default_encoder)
    running.start()
    yield running
    running.stop()


def test_documents_of_hostile_texts_are_read_as_they_are(
    new_page: Callable[..., Page], service: RunningService, watched: Watched
) -> None:
    page = new_page()
    page.goto(service.url)
    for question in ("<script>window.owned=1</script> truce", "'; DROP TABLE documents", "\u202e<b>jndi</b>"):
        answer = ask(page, question)
        assert answer["passages"]
        expect(last(page)).to_contain_text(answer["passages"][0]["text"].split("\n")[0][:20])
    assert page.locator(MARKUP).count() == 0
    for link in {passage["citation"]["href"] for passage in answer["passages"]}:
        page.goto(service.url + link)
        expect(page.locator("#text")).not_to_be_empty()
        assert page.locator(MARKUP).count() == 0
