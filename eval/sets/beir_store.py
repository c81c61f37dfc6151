"""BEIR documents in a store, and the gold with the store's ids."""

import functools
import hashlib
from collections.abc import Callable, Sequence

from corpus.documents import Metadata, SourceDocument
from corpus.errors import UnknownDocumentError
from corpus.store import Store, View
from embeddings.encoder import Encoder
from eval.measures import holds_any
from eval.sets.beir import BeirFolder
from eval.sets.gold import Gold, GoldDocument
from service.ingest import borrowed_sandbox, encoded_passages
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings


def fill_store(
    store: Store,
    documents: Sequence[tuple[str, str, str]],
    encoder: Encoder,
    settings: Settings,
    progress: Progress,
) -> None:
    """Store the documents of a BEIR folder, `(id, title, text)` each, that the store does not have."""
    progress.start(len(documents))
    try:
        with store.view() as view:
            present = {document.source: document.source_sha256 for document in view.documents()}
        with borrowed_sandbox(settings) as sandbox:
            for identifier, title, text in documents:
                digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
                source = f"beir:{identifier}"
                if present.get(source) != digest and text.strip():
                    metadata = Metadata(title=title or identifier)
                    document = SourceDocument(source, digest, "text/plain", text, metadata)
                    passages = encoded_passages(sandbox, encoder, settings, document, text)
                    store.put(document, passages, fingerprint(encoder, settings))
                progress.advance()
    finally:
        progress.finish()


def document_ids(view: View) -> dict[str, str]:
    """Return the store's ids of the documents of a BEIR folder, by their original ids."""
    documents = view.documents()
    return {d.source.removeprefix("beir:"): d.id for d in documents if d.source.startswith("beir:")}


def gold_of(beir: BeirFolder, store_id: Callable[[str], str | None], text_of: Callable[[str], str]) -> dict[str, Gold]:
    """Return the gold of each question with the store's ids; a document that is not in the store keeps its own id.

    Only short answers that occur in a relevant document count: a service that answers verbatim cannot give others.

    Args:
        beir: The data set.
        store_id: Returns the store's id of a document, or None.
        text_of: Returns the canonical text of a document by the store's id.
    """

    @functools.cache
    def text(document: str) -> str:
        try:
            return text_of(document)
        except UnknownDocumentError:
            return ""

    gold = {}
    for question in beir.questions.questions:
        grades = {store_id(d) or f"missing:{d}": grade for d, grade in beir.grades.get(question.id, {}).items()}
        strings = [s for s in beir.strings[question.id] if any(holds_any(text(document), [s]) for document in grades)]
        gold[question.id] = Gold(documents=[GoldDocument(d, grade) for d, grade in grades.items()], strings=strings)
    return gold
