"""Footnote itself: what `footnote ingest` does to documents, and the pipeline that the service asks."""

import contextlib

from corpus.store import Store, View
from eval.bench.recipes.recipe import Material
from eval.sets import document_ids, fill_store, load_beir
from service.answering import Pipeline
from service.opening import load_encoder, open_pipeline, refresh_projection
from service.runtime.progress import NoProgress
from service.settings import load_settings

__all__ = ["Footnote"]


class Footnote:
    """Cuts and commits document by document, as ever; the settings are those of the environment.

    Args:
        material: Of which it takes the documents, not the passages: it cuts them itself, to the same passages.
    """

    def __init__(self, material: Material) -> None:
        self._settings = load_settings(data=material.work / "data")
        self._documents = list(load_beir(material.beir).documents())
        self._encoder = load_encoder(self._settings)
        self._open = contextlib.ExitStack()
        self._pipeline: Pipeline | None = None
        self._names: dict[str, str] = {}

    def ingest(self) -> None:
        """Store every document and write the index."""
        with Store(self._settings.data, create=True) as store:
            fill_store(store, self._documents, self._encoder, self._settings, NoProgress())
        refresh_projection(self._settings, self._encoder)

    def search(self, question: str, k: int) -> list[str]:
        """Ask the pipeline, which is opened at the first question: that one only warms up."""
        if self._pipeline is None:
            del self._encoder  # the pipeline loads its own
            self._pipeline = self._open.enter_context(open_pipeline(self._settings))
            with View(self._settings.data) as view:
                self._names = {theirs: ours for ours, theirs in document_ids(view).items()}
        answer = self._pipeline.ask(question, k=k)
        places = [place for passage in answer.passages for place in (passage.citation, *passage.also_found_in)]
        return [self._names[place.document_id] for place in places]
