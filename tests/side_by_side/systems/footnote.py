"""Footnote: ingest as by `footnote ingest`, and the pipeline that the service uses."""

import contextlib

from corpus.store import Store, View
from eval.sets import document_ids, fill_store, load_beir
from service.answering import Pipeline
from service.opening import load_encoder, open_pipeline, refresh_projection
from service.runtime.progress import NoProgress
from service.runtime.terminal import say
from service.settings import load_settings
from tests.side_by_side.system import Inputs

__all__ = ["Footnote"]


class Footnote:
    """Footnote with the settings of the environment.

    Args:
        inputs: Its documents are used, not its passages: Footnote splits them itself, into the same passages.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._settings = load_settings(data=inputs.work / "data")
        self._documents = list(load_beir(inputs.beir).documents())
        self._encoder = load_encoder(self._settings, say)
        self._open = contextlib.ExitStack()
        self._pipeline: Pipeline | None = None
        self._names: dict[str, str] = {}

    def ingest(self) -> None:
        """Commit each document and write the index."""
        with Store(self._settings.data, create=True) as store:
            fill_store(store, self._documents, self._encoder, self._settings, NoProgress())
        refresh_projection(self._settings, self._encoder)

    def search(self, question: str, k: int) -> list[str]:
        """Ask the pipeline. The first question, which only warms up, opens it."""
        if self._pipeline is None:
            del self._encoder  # the pipeline loads its own
            self._pipeline = self._open.enter_context(open_pipeline(self._settings, say))
            with View(self._settings.data) as view:
                self._names = {stored: original for original, stored in document_ids(view).items()}
        passages = self._pipeline.ask(question, k=k).passages
        citations = [citation for passage in passages for citation in (passage.citation, *passage.also_found_in)]
        return [self._names[citation.document_id] for citation in citations]
