"""Documents in a store, and libraries and pipelines over it that are closed at the end."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.store.rows import StoredDocument
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.answering.ranking.maxsim import SCORING_VERSION
from service.ingest.ingester import Ingester
from service.retrieval.library import Library, Snapshot
from service.retrieval.local.searcher import LocalSearcher
from service.runtime.progress import NoProgress
from service.settings import PREFIX, Settings

Write = Callable[..., Path]
Add = Callable[[str, str], str]
"""Ingests a file of this name and text; returns the document's id."""
OpenLibrary = Callable[..., Library]
OpenPipeline = Callable[[], Pipeline]


def settings_for_long(**given: Any) -> Settings:
    """Settings for fixtures that outlive a test, and so are not kept from the environment as a test is."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        return Settings(**given)


@pytest.fixture
def add(store: Store, ingester: Ingester, write: Write, quiet: NoProgress) -> Add:
    def _add(name: str, text: str) -> str:
        path = write(name, text)
        summary = ingester.ingest([path], quiet)
        assert summary.refused == []
        with store.view() as view:
            return document_from(view, str(path)).id

    return _add


def document_from(view: View, source: str) -> StoredDocument:
    """The document of a source."""
    [document] = [document for document in view.documents() if document.source == source]
    return document


def write_calibration(path: Path, encoder: Encoder, least: float, claimed: float | None = None) -> Path:
    """A calibration: even odds at the evidence `least`, 'not_found' below it, 'answered' from `claimed` on."""
    logistic = {"slope": 20.0, "intercept": -20.0 * least}
    record = {
        "format": 2,
        "scoring": SCORING_VERSION,
        "weights_sha256": encoder.weights_sha256,
        "encoder": "",
        "fitted": "2026-01-01",
        "sets": [],
        "answer": logistic,
        "passage": logistic,
        "refusals": [[0.0, -1.0], [Settings.model_fields["refused_answerable"].default, least], [1.0, 1.0]],
        "claims": [[0.0, least if claimed is None else claimed]],
    }
    path.write_text(json.dumps(record))
    return path


def local(snapshot: Snapshot) -> LocalSearcher:
    """The searcher of a snapshot of the local engine."""
    assert isinstance(snapshot.searcher, LocalSearcher)
    return snapshot.searcher


@pytest.fixture
def open_library(store: Store, settings: Settings, tiny_encoder: Encoder) -> Iterator[OpenLibrary]:
    opened: list[Library] = []

    def _open(encoder: Encoder = tiny_encoder, **options: Any) -> Library:
        opened.append(Library(settings, encoder, **options))
        return opened[-1]

    yield _open
    for library in opened:
        library.close()


@pytest.fixture
def open_pipeline(open_library: OpenLibrary, tiny_encoder: Encoder, settings: Settings) -> OpenPipeline:
    return lambda: Pipeline(open_library(), settings)
