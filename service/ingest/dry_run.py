"""The dry run of an ingest."""

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import Passage, ReadOptions
from corpus.errors import StoreMissingError
from corpus.readers import find_files
from embeddings.encoder import Encoder
from service.ingest.change_detection import ChangeDetector, StoredSources
from service.ingest.outcomes import Action, FileDone, Outcome, SplitDocument
from service.ingest.passages import Splitter
from service.ingest.sources import borrowed_sandbox, found_sources
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings
from service.stores import open_view

FIRST_CHARACTERS = 60
"""Characters of a passage that fit beside its span on a line."""


@dataclass(frozen=True, slots=True)
class PassagePreview:
    """A passage of a dry run: its span, section, page and first words."""

    start: int
    end: int
    section: str | None
    page: int | None
    begins: str


@dataclass(frozen=True, slots=True)
class OutcomePreview:
    """An outcome of a dry run.

    Args:
        passages: The passages to encode.
        notes: What is left out of the metadata, and why.
        read_again: Whether the bytes are those stored, and are read again because their reader has changed.
    """

    action: Action
    source: str
    reason: str | None
    was: str | None
    same_as: str | None
    title: str | None
    passages: tuple[PassagePreview, ...]
    notes: tuple[str, ...] = ()
    read_again: bool = False


def preview(
    settings: Settings,
    encoder: Callable[[], Encoder],
    paths: Iterable[Path],
    progress: Progress,
    *,
    prune: Iterable[Path] = (),
    force: bool = False,
    options: ReadOptions | None = None,
    skipped: Counter[str] | None = None,
) -> Iterator[OutcomePreview]:
    """Yield the outcomes of `Ingester.ingest` with these arguments. Write nothing.

    `skipped` receives the number of files of other types in folders, by suffix.

    Raises:
        StoreError: The store cannot be read, or is of another encoder.
    """
    encoder = functools.cache(encoder)
    found = find_files(paths)
    if skipped is not None:
        skipped.update(found.skipped)
    for path, reason in found.problems:
        yield OutcomePreview(Action.REFUSED, str(path), reason, None, None, None, ())
    stored = _stored(settings)
    sources = found_sources(found)
    progress.start(len(sources), "files")
    try:
        with borrowed_sandbox(settings) as sandbox:
            read = functools.partial(sandbox.read, options=options, clean=settings.cleaning)
            current = functools.cache(lambda: fingerprint(encoder(), settings))
            splitter = Splitter(sandbox, encoder, settings, stored.fingerprint, current)
            detector = ChangeDetector(functools.partial(open_view, settings), stored, read, splitter)
            for outcome in itertools.chain(detector.outcomes(sources), detector.prune(prune, force=force)):
                if isinstance(outcome, FileDone):
                    progress.advance()
                else:
                    yield _outcome_preview(outcome)
    finally:
        progress.finish()


def _stored(settings: Settings) -> StoredSources:
    try:
        with open_view(settings) as view:
            return StoredSources.of(view)
    except StoreMissingError:
        return StoredSources((), None)


def _outcome_preview(outcome: Outcome) -> OutcomePreview:
    title: str | None = None
    passages: tuple[PassagePreview, ...] = ()
    notes: tuple[str, ...] = ()
    if isinstance(outcome.work, SplitDocument):
        document = outcome.work.document
        title = document.metadata.title
        notes = tuple(outcome.work.notes)
        passages = tuple(_passage_preview(document.text, passage) for passage in outcome.work.passages)
    return OutcomePreview(
        outcome.action,
        outcome.source,
        outcome.reason,
        outcome.was,
        outcome.same_as,
        title,
        passages,
        notes,
        outcome.read_again,
    )


def _passage_preview(text: str, passage: Passage) -> PassagePreview:
    begins = " ".join(text[passage.start : min(passage.end, passage.start + 4 * FIRST_CHARACTERS)].split())
    if len(begins) > FIRST_CHARACTERS:
        begins = begins[:FIRST_CHARACTERS].rstrip() + "…"
    return PassagePreview(passage.start, passage.end, passage.section, passage.page, begins)
