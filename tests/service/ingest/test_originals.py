"""Which originals an ingest keeps, and when they go."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.originals import Originals
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.readers.files import pdf
from tests.service.conftest import Write

Keep = Callable[..., Ingester]
REPORT = pdf([["The truce began in that year."], ["Its second page has more."]])


@pytest.fixture
def keeping(store: Store, tiny_encoder: Encoder, settings: Settings) -> Ingester:
    """An ingester that keeps originals."""
    return Ingester(store, lambda: tiny_encoder, settings.model_copy(update={"originals": True}))


@pytest.fixture
def originals(settings: Settings) -> Originals:
    return Originals(settings.data)


def digests(store: Store) -> list[str]:
    with store.view() as view:
        return sorted(source.sha256 for source in view.sources() if source.source.endswith(".pdf"))


def test_no_original_is_kept_by_default(
    ingester: Ingester, originals: Originals, write: Write, quiet: NoProgress
) -> None:
    ingester.ingest([write("report.pdf", REPORT)], quiet)
    assert not originals.folder.exists()


def test_the_originals_of_pdfs_are_kept_and_no_others(
    keeping: Ingester, originals: Originals, store: Store, write: Write, quiet: NoProgress
) -> None:
    write("notes.txt", "The talks began.")
    write("report.pdf.meta.yaml", "title: A report")
    folder = write("report.pdf", REPORT).parent
    summary = keeping.ingest([folder], quiet)
    assert (len(summary.added), summary.notes) == (2, [])
    assert originals.digests() == digests(store)
    assert originals.read(originals.digests()[0]) == REPORT


def test_the_original_of_an_unchanged_file_is_kept_once_the_setting_is_on(
    ingester: Ingester, keeping: Ingester, originals: Originals, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("report.pdf", REPORT)
    ingester.ingest([path], quiet)
    assert keeping.ingest([path], quiet).unchanged == [str(path)]
    assert originals.digests() == digests(store)


def test_a_replaced_and_a_removed_document_takes_its_original_along(
    keeping: Ingester, originals: Originals, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("report.pdf", REPORT)
    keeping.ingest([path], quiet)
    before = originals.digests()
    keeping.ingest([write("report.pdf", pdf([["The talks ended."]]))], quiet)
    assert originals.digests() == digests(store) != before
    path.unlink()
    keeping.ingest([], quiet, prune=[path.parent], force=True)
    assert (digests(store), originals.digests()) == ([], [])


def test_a_refused_file_leaves_no_original(
    keeping: Ingester, originals: Originals, write: Write, quiet: NoProgress
) -> None:
    summary = keeping.ingest([write("scan.pdf", pdf([[], []]))], quiet)
    assert len(summary.refused) == 1
    assert originals.digests() == []


def test_a_document_is_ingested_though_its_original_cannot_be_kept(
    keeping: Ingester, settings: Settings, write: Write, quiet: NoProgress
) -> None:
    Path(settings.data / "originals").write_text("in the way")
    summary = keeping.ingest([write("report.pdf", REPORT)], quiet)
    assert len(summary.added) == 1
    [(source, note)] = summary.notes
    assert source.endswith("report.pdf")
    assert note.startswith("its original cannot be kept (File exists), so pictures of its pages are not shown; ")
