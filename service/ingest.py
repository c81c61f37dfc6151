"""Documents into the store: read, cut, encoded once, committed one by one."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus import EncodedPassage, Metadata, Passage, RemovedSpan, Section, SourceDocument, Store, StoredDocument
from corpus.cleaning import CLEANING_VERSION, clean, cleaned
from corpus.errors import EncoderMismatchError, SourceError
from corpus.folders import find_files
from corpus.passages import CHUNKING_VERSION, PassageSplitter
from corpus.readers import SourceBytes, read_bytes, read_document
from corpus.store import mismatch_message
from embeddings import Encoder, signs_to_bytes
from service.prefix import prefix_of
from service.progress import Progress
from service.settings import Settings

_Source = tuple[str, Callable[[], SourceBytes]]
"""A source's name for people, and how to read it."""

__all__ = ["IngestSummary", "Ingester", "cut", "encoded_passages", "fingerprint", "starter_files"]

PREFIX_MARGIN = 2
"""Tokens kept free because a prefix and a passage may need a token more together than apart."""

MIN_PASSAGE_TOKENS = 16
"""Below this an encoder has no room for a passage beside its prefix and special tokens."""


def fingerprint(encoder: Encoder, settings: Settings) -> str:
    """Everything that decides which passages and vectors a text is given."""
    return encoder.fingerprint(
        chunking=CHUNKING_VERSION,
        cleaning=CLEANING_VERSION if settings.cleaning else 0,
        passage_tokens=settings.passage_tokens,
        title_tokens=settings.title_tokens,
    )


def starter_files() -> list[SourceBytes]:
    """The starter documents that come with Footnote, under names that do not depend on where it is installed."""
    import corpus

    folder = Path(corpus.__file__).parent / "starter"
    files = [read_bytes(path) for path in sorted(folder.glob("*.md"))]
    return [SourceBytes(file.path, file.data, source=f"footnote:starter/{file.path.name}") for file in files]


@dataclass(slots=True)
class IngestSummary:
    """What became of each source.

    Args:
        added, unchanged, replaced: Sources.
        refused: `(source, reason)`.
        skipped: Files in folders that are of another type, by suffix.
        passages: How many were encoded.
        stopped: Whether it was interrupted before the last source.
    """

    added: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    passages: int = 0
    stopped: bool = False


class Ingester:
    """Brings documents into a store.

    Args:
        store: Open for writing.
        encoder: Called only when there is something to encode, so that an unchanged folder loads no model.
        settings: Sizes of passages and prefix.
    """

    def __init__(self, store: Store, encoder: Callable[[], Encoder], settings: Settings) -> None:
        self._store = store
        self._encoder = encoder
        self._settings = settings

    def ingest(self, paths: Iterable[Path], progress: Progress) -> IngestSummary:
        """Bring in every document under the given paths; one that cannot be read costs only itself.

        Raises:
            StoreError: The store cannot be written, or was made with another encoder. Documents committed
                before stay.
        """
        found = find_files(paths)
        summary = IngestSummary(skipped=found.skipped)
        summary.refused.extend((str(path), reason) for path, reason in found.problems)
        self._all([(str(path), functools.partial(read_bytes, path)) for path in found.files], summary, progress)
        return summary

    def ingest_starter(self, progress: Progress) -> IngestSummary:
        """Bring in the starter documents."""
        summary = IngestSummary()
        self._all(
            [
                (file.source, functools.partial(SourceBytes, file.path, file.data, file.source))
                for file in starter_files()
            ],
            summary,
            progress,
        )
        return summary

    def reencode(self, progress: Progress) -> int:
        """Cut and encode every stored document anew with this encoder; return the number of documents."""
        encoder = self._encoder()
        with self._store.view() as view:
            documents = view.counts()[0]
        progress.start(documents)

        def encoded(document: StoredDocument, text: str) -> Sequence[EncodedPassage]:
            progress.doing(document.id)
            passages = _encoded(encoder, self._settings, document, text)
            progress.advance()
            return passages

        def removed(document: StoredDocument, text: str) -> Sequence[RemovedSpan]:
            return clean(text, document.media_type, document.pages) if self._settings.cleaning else ()

        try:
            self._store.reencode(encoded, fingerprint(encoder, self._settings), removed)
        finally:
            progress.finish()
        return documents

    def _all(self, sources: Sequence[_Source], summary: IngestSummary, progress: Progress) -> None:
        progress.start(len(sources))
        try:
            for name, read in sources:
                progress.doing(name)
                try:
                    self._one(read(), summary)
                except SourceError as error:
                    summary.refused.append((name, str(error)))
                progress.advance()
        except KeyboardInterrupt:
            summary.stopped = True
        finally:
            progress.finish()

    def _one(self, file: SourceBytes, summary: IngestSummary) -> None:
        with self._store.view() as view:
            before = view.source_digest(file.source)
            stored_fingerprint = view.fingerprint if view.counts()[1] else None
        if before == file.sha256:
            summary.unchanged.append(file.source)
            return
        document = cleaned(read_document(file), remove=self._settings.cleaning)
        encoder = self._encoder()
        print_of_encoder = fingerprint(encoder, self._settings)
        if stored_fingerprint not in (None, print_of_encoder):  # said before the encoding, not after it
            raise EncoderMismatchError(mismatch_message(self._store.folder))
        passages = _encoded(encoder, self._settings, document, document.text)
        self._store.put(document, passages, print_of_encoder)
        (summary.added if before is None else summary.replaced).append(file.source)
        summary.passages += len(passages)


def cut(
    encoder: Encoder,
    settings: Settings,
    text: str,
    sections: Sequence[Section],
    metadata: Metadata,
    removed: Sequence[RemovedSpan] = (),
    pages: Sequence[int] = (),
) -> tuple[str, list[Passage]]:
    """The prefix that each passage of a text is encoded with, and the passages.

    Raises:
        SourceError: The title leaves no room for passages.
    """
    prefix = prefix_of(metadata.title, encoder, settings.title_tokens)
    room = encoder.max_tokens - encoder.special_tokens - PREFIX_MARGIN
    if room - encoder.count_tokens(prefix) < MIN_PASSAGE_TOKENS:
        raise SourceError("its title leaves the encoder no room for passages; set FOOTNOTE_TITLE_TOKENS lower")
    room -= encoder.count_tokens(prefix)
    splitter = PassageSplitter(encoder.count_tokens, min(settings.passage_tokens, room), room)
    return prefix, splitter.split(text, sections, metadata.language, removed, pages)


def encoded_passages(
    encoder: Encoder,
    settings: Settings,
    text: str,
    sections: Sequence[Section],
    metadata: Metadata,
    removed: Sequence[RemovedSpan] = (),
    pages: Sequence[int] = (),
) -> list[EncodedPassage]:
    """Cut a text into passages and encode each in one pass."""
    prefix, passages = cut(encoder, settings, text, sections, metadata, removed, pages)
    encodings = encoder.encode_passages([prefix + text[p.start : p.end] for p in passages])
    return [
        EncodedPassage(passage, encoding.vector.astype("<f4").tobytes(), signs_to_bytes(encoding.token_signs))
        for passage, encoding in zip(passages, encodings, strict=True)
    ]


def _encoded(
    encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> list[EncodedPassage]:
    return encoded_passages(
        encoder, settings, text, document.sections, document.metadata, document.removed, document.pages
    )
