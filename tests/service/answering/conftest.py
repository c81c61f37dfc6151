"""Pipelines over small documents, with the encoder that Footnote comes with and with one that knows nothing."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from embeddings.tokens import load_maps, packaged_maps
from service.answering.answer import Answer
from service.answering.pipeline import Pipeline
from service.answering.reader import Reader, load_reader
from service.ingest.ingester import Ingester
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from tests.service.conftest import settings_for_long

Over = Callable[..., Pipeline]
"""Makes a pipeline over files, each a name and a text, with these settings."""


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Iterator[Over]:
    """Pipelines with the encoder and the reader that Footnote comes with."""
    yield from _opener(tmp_path_factory, default_encoder, load_reader("default"))


@pytest.fixture(scope="module")
def tiny_over(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_encoder: Encoder) -> Iterator[Over]:
    """Pipelines with an encoder that knows nothing, but soon."""
    yield from _opener(tmp_path_factory, tiny_encoder, None, encoder=str(tiny_model), passage_tokens=60, title_tokens=8)


def _opener(
    folders: pytest.TempPathFactory, loaded: Encoder, reader: Reader | None, **always: object
) -> Iterator[Over]:
    opened: list[Library] = []

    def _over(files: Mapping[str, str], **given: object) -> Pipeline:
        folder = folders.mktemp("documents")
        settings = settings_for_long(data=folder / "data", **always, **given)
        for name, text in files.items():
            (folder / name).write_text(text)
        with Store(settings.data, create=True) as store:
            summary = Ingester(store, lambda: loaded, settings).ingest([folder / name for name in files], NoProgress())
        assert not summary.refused
        opened.append(Library(settings, loaded))
        return Pipeline(opened[-1], settings, reader=reader, maps=load_maps(packaged_maps(), loaded.weights_sha256))

    yield _over
    for library in opened:
        library.close()


def with_settings(pipeline: Pipeline, **changes: object) -> Pipeline:
    """The same documents, asked in another way."""
    settings = pipeline.settings.model_copy(update=changes)
    return Pipeline(pipeline.library, settings, reader=pipeline.reader, maps=pipeline.maps)


def without_reader(pipeline: Pipeline) -> Pipeline:
    """The same documents, whose passages are scored and not read."""
    return Pipeline(pipeline.library, pipeline.settings, maps=pipeline.maps)


def found(answer: Answer) -> list[str]:
    """The documents of the passages, in order."""
    return [passage.citation.document_id for passage in answer.passages]
