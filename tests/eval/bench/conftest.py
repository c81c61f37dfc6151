"""A small BEIR folder, and settings in the environment for the processes of a benchmark."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from eval.bench.sources import BaseDocument, base_documents, beir_sources
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings

Write = Callable[..., Path]

DOCUMENTS = [
    ("d1", "The truce", "The truce began in the year 2012. Who began the talks? The gang did.\n\nIt was für immer."),
    ("d2", "The prison", "The prison was full in that year. The gang talks did not end the year it began. So it was."),
    ("d3", "", "When did homicides go down? In the year the truce began. They went up again when it ended."),
    ("d4", "Empty", "  \n"),
]


@pytest.fixture
def beir(write: Write) -> Path:
    """Write a BEIR folder of three documents with text, one without, and two questions."""
    lines = [json.dumps({"_id": name, "title": title, "text": text}) for name, title, text in DOCUMENTS]
    write("mini/corpus.jsonl", "\n".join(lines))
    write("mini/queries.jsonl", '{"_id": "q", "text": "the truce"}\n{"_id": "r", "text": "The prison?"}')
    return write("mini/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\td1\t1\nr\td2\t1\n").parent.parent


@pytest.fixture
def base(beir: Path, tmp_path: Path, store: Store, tiny_encoder: Encoder, settings: Settings) -> list[BaseDocument]:
    """Return its encoded documents."""
    sources = beir_sources(beir, tmp_path / "sources", 10)
    summary = Ingester(store, lambda: tiny_encoder, settings).ingest([sources.folder], NoProgress())
    assert len(summary.added) == 3
    with store.view() as view:
        return base_documents(view)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tiny_model: Path, tmp_path: Path) -> None:
    """Select the tiny encoder for every process that the test starts."""
    for name, value in (("ENCODER", tiny_model), ("PASSAGE_TOKENS", "40"), ("TITLE_TOKENS", "8")):
        monkeypatch.setenv(f"FOOTNOTE_{name}", str(value))
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data-of-the-user"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
