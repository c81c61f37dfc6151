"""What an ingest would do, without doing it."""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import Passage, ReadOptions, SourceDocument
from corpus.errors import EncoderMismatchError, StoreMissingError
from corpus.files import find_files
from corpus.store import StoredSource, View, mismatch_message
from embeddings.encoder import Encoder
from service.ingest.preparing import prepared
from service.ingest.reading import Reading
from service.ingest.sources import lent, source_of_path
from service.ingest.steps import Action, FileDone, Prepared, Step
from service.retrieval import fingerprint
from service.runtime.progress import Progress
from service.settings import Settings

__all__ = ["PlannedPassage", "PlannedStep", "plan"]

FIRST_CHARACTERS = 60
"""As much of a passage as fits beside its span on a line."""


@dataclass(frozen=True, slots=True)
class PlannedPassage:
    """A passage that would be made: its span, where it stands, and how it begins."""

    start: int
    end: int
    section: str | None
    page: int | None
    begins: str


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What would become of a source.

    Args:
        passages: Those that would be encoded; none for what is not encoded.
        notes: What would be left out of its metadata, and why.
    """

    action: Action
    source: str
    reason: str | None
    was: str | None
    same_as: str | None
    title: str | None
    passages: tuple[PlannedPassage, ...]
    notes: tuple[str, ...] = ()


def plan(
    settings: Settings,
    encoder: Callable[[], Encoder],
    paths: Iterable[Path],
    progress: Progress,
    *,
    prune: Iterable[Path] = (),
    force: bool = False,
    options: ReadOptions | None = None,
) -> Iterator[PlannedStep]:
    """What `Ingester.ingest` would do with these paths, source by source. Nothing is written anywhere.

    Raises:
        StoreError: The store cannot be read, or was made with another encoder.
    """
    encoder = functools.cache(encoder)
    checked = functools.cache(lambda: _check(encoder(), settings))
    found = find_files(paths)
    for path, reason in found.problems:
        yield PlannedStep(Action.REFUSED, str(path), reason, None, None, None, ())

    def prepare(document: SourceDocument) -> Prepared:
        checked()
        return prepared(sandbox, encoder(), settings, document)

    def differs_in_name_only(identifier: str, document: SourceDocument) -> bool:
        with View(settings.data) as view:
            return view.differs_in_name_only(identifier, document)

    def is_intact(identifier: str) -> bool:
        with View(settings.data) as view:
            return view.is_intact(identifier)

    sources = [source_of_path(path, found.within.get(path)) for path in found.files]
    progress.start(len(sources))
    try:
        with lent(settings) as sandbox:
            read = functools.partial(sandbox.read, options=options, clean=settings.cleaning)
            reading = Reading(_stored(settings.data), prepare, differs_in_name_only, read, is_intact)
            pruned = reading.prune(prune, force=force)
            for step in itertools.chain(reading.steps(sources), pruned):
                if isinstance(step, FileDone):
                    progress.advance()
                else:
                    yield _planned(step)
    finally:
        progress.finish()


def _stored(folder: Path) -> list[StoredSource]:
    try:
        with View(folder) as view:
            return view.sources()
    except StoreMissingError:
        return []


def _check(encoder: Encoder, settings: Settings) -> None:
    try:
        with View(settings.data) as view:
            mismatch = view.counts()[1] and view.fingerprint != fingerprint(encoder, settings)
    except StoreMissingError:
        return
    if mismatch:
        raise EncoderMismatchError(mismatch_message(settings.data))


def _planned(step: Step) -> PlannedStep:
    title: str | None = None
    passages: tuple[PlannedPassage, ...] = ()
    notes: tuple[str, ...] = ()
    if isinstance(step.work, Prepared):
        document = step.work.document
        title = document.metadata.title
        notes = tuple(step.work.notes)
        passages = tuple(_passage(document.text, passage) for passage in step.work.passages)
    return PlannedStep(step.action, step.source, step.reason, step.was, step.same_as, title, passages, notes)


def _passage(text: str, passage: Passage) -> PlannedPassage:
    begins = " ".join(text[passage.start : min(passage.end, passage.start + 4 * FIRST_CHARACTERS)].split())
    if len(begins) > FIRST_CHARACTERS:
        begins = begins[:FIRST_CHARACTERS].rstrip() + "…"
    return PlannedPassage(passage.start, passage.end, passage.section, passage.page, begins)
