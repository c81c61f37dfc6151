"""`footnote ingest` and `footnote reindex`."""

from __future__ import annotations

import codecs
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.runtime.terminal import data_option, emit_json, json_option, one_line, plain, plural

if TYPE_CHECKING:
    from corpus.documents import ReadOptions
    from corpus.errors import FootnoteError
    from embeddings.encoder import Encoder
    from service.ingest import Ingester, IngestSummary, PlannedStep
    from service.settings import Settings

__all__ = ["ingest", "reindex", "show_summary"]

INTERRUPTED = 130


class _TimedLoader:
    """Loads the encoder at the first call, and measures the seconds that this takes.

    Loading a new encoder includes preparing it for this machine, once, which says nothing about the speed of
    encoding.

    Args:
        load: Loads it.
    """

    def __init__(self, load: Callable[[], Encoder]) -> None:
        self._load = load
        self._encoder: Encoder | None = None
        self.seconds = 0.0

    def __call__(self) -> Encoder:
        """Return the encoder."""
        if self._encoder is None:
            begun = time.monotonic()
            self._encoder = self._load()
            self.seconds = time.monotonic() - begun
        return self._encoder


class _NamedPath(click.Path):
    """A path that is not empty: `"$UNSET"` would stand for the present folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """The path."""
        if not str(value):
            self.fail("A path is empty. Name a file or folder; the present folder is '.'.", param, ctx)
        return super().convert(value, param, ctx)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=_NamedPath(path_type=Path), metavar="PATH...")
@click.option("--prune", is_flag=True, help="Remove documents whose files under PATH are gone.")
@click.option("--force", is_flag=True, help="With --prune, also if so many are gone that it may be a mistake.")
@click.option("--watch", is_flag=True, help="Go on bringing in what changes, until Ctrl-C.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and change nothing.")
@click.option(
    "--password",
    prompt=True,
    prompt_required=False,
    hide_input=True,
    default=None,
    help="Opens encrypted PDF files; asked for if left out.",
)
@click.option("--text-field", default="text", show_default=True, help="Key or column that holds a record's text.")
@click.option("--encoding", metavar="NAME", help="Of texts that are not UTF-8, such as windows-1252.")
@data_option
@json_option
def ingest(
    paths: tuple[Path, ...],
    prune: bool,
    force: bool,
    watch: bool,
    dry_run: bool,
    password: str | None,
    text_field: str,
    encoding: str | None,
    data: Path | None,
    as_json: bool,
) -> int:
    """Bring documents in: text, Markdown, HTML, PDF, DOCX, EPUB, JSON Lines and CSV files, or folders of them.

    A file that has not changed since is left alone; one that has is replaced; one that has been moved keeps its
    document. A file that cannot be read costs only itself: the others are kept, and the exit code is 1.
    """
    from corpus.documents import ReadOptions
    from corpus.store import Store
    from embeddings.encoder import lower_priority
    from service.ingest import Ingester
    from service.opening import load_encoder, refresh_projection
    from service.runtime.progress import progress_for
    from service.settings import load_settings

    lower_priority()
    _check_encoding(encoding)
    _check_text("--password", password)
    _check_text("--text-field", text_field)
    options = ReadOptions(password=password, text_field=text_field, encoding=encoding)
    if force and not prune:
        raise click.UsageError("--force goes with --prune.")
    if watch and (dry_run or as_json):
        raise click.UsageError("--watch goes neither with --dry-run nor with --json.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop as cleanly as at Ctrl-C
    settings = load_settings(data=data)
    pruned = paths if prune else ()
    if dry_run:
        return _show_plan(settings, options, paths, pruned, force, as_json)
    changes = _changes(paths) if watch else None
    begun = time.monotonic()
    load = _TimedLoader(lambda: load_encoder(settings))
    with Store(settings.data, create=True) as store:
        ingester = Ingester(store, load, settings, options)
        summary = ingester.ingest(paths, progress_for(), prune=pruned, force=force)
        if (summary.added or summary.replaced) and not summary.stopped:
            refresh_projection(settings, load())
        seconds = time.monotonic() - begun - load.seconds
        if as_json:
            emit_json({**_as_json(summary), "seconds": round(seconds, 2)})
        else:
            show_summary(summary, seconds)
        if changes is not None and not summary.stopped:
            _watch(ingester, paths, prune, changes)
    return INTERRUPTED if summary.stopped else 0 if watch or not summary.refused else 1


def _changes(paths: Sequence[Path]) -> Iterator[set[Path]]:
    """What changes from now on, also while the files are ingested for the first time."""
    from service.ingest import changes_of

    changes = changes_of(paths)
    next(changes)
    return changes


def _watch(ingester: Ingester, paths: Sequence[Path], prune: bool, changes: Iterator[set[Path]]) -> None:
    from service.ingest import Watch

    def tell(summary: IngestSummary) -> None:
        show_summary(summary)

    def fail(error: FootnoteError) -> None:
        click.echo(f"{plain(str(error))} It is tried again.", err=True)

    click.echo("Watching for changes. Press Ctrl-C to stop.", err=True)
    Watch(ingester, paths, prune=prune, tell=tell, fail=fail).follow(changes)
    click.echo("Stopped watching.", err=True)


def _check_encoding(encoding: str | None) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise click.UsageError(f"There is no encoding '{encoding}'. Name one such as windows-1252.") from None


def _check_text(option: str, value: str | None) -> None:
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.UsageError(f"{option} is not valid UTF-8. Check the terminal's encoding.") from None


def _show_plan(
    settings: Settings,
    options: ReadOptions,
    paths: Sequence[Path],
    pruned: Sequence[Path],
    force: bool,
    as_json: bool,
) -> int:
    from service.ingest import Action, plan
    from service.opening import load_encoder
    from service.runtime.progress import progress_for

    planned = plan(
        settings, lambda: load_encoder(settings), paths, progress_for(), prune=pruned, force=force, options=options
    )
    steps = list(planned)
    if as_json:
        emit_json({"files": steps})
    else:
        for step in steps:
            _show_step(step)
        counts = Counter(step.action for step in steps)
        said = ", ".join(f"{counts[action]} {action.value}" for action in Action if counts[action])
        click.echo(f"Would be: {said or 'nothing'}. Nothing was changed.")
    return 1 if any(step.action is Action.REFUSED for step in steps) else 0


def _show_step(step: PlannedStep) -> None:
    details = [
        f"from {step.was}" if step.was else "",
        step.reason or "",
        f"the same as {step.same_as}" if step.same_as else "",
        plural(len(step.passages), "passage") if step.passages else "",
        *step.notes,
    ]
    said = "; ".join(detail for detail in details if detail)
    click.echo(f"{step.action.value:9} {one_line(step.source)}{f' ({one_line(said)})' if said else ''}")
    for passage in step.passages:
        section = f"  {one_line(passage.section)}:" if passage.section else ""
        click.echo(f"    [{passage.start}–{passage.end}]{section} {one_line(passage.begins)}")


def _as_json(summary: IngestSummary) -> dict[str, object]:
    return {
        "added": summary.added,
        "unchanged": summary.unchanged,
        "replaced": summary.replaced,
        "moved": [{"from": before, "source": source} for before, source in summary.moved],
        "removed": summary.removed,
        "refused": [{"source": source, "reason": reason} for source, reason in summary.refused],
        "notes": [{"source": source, "note": note} for source, note in summary.notes],
        "same": [{"source": source, "as": other} for source, other in summary.same],
        "skipped": dict(summary.skipped),
        "passages": summary.passages,
        "stopped": summary.stopped,
    }


def show_summary(summary: IngestSummary, seconds: float | None = None) -> None:
    """Say what became of each source."""
    for source, reason in summary.refused:
        click.echo(f"Refused {one_line(source)}: {one_line(reason)}.", err=True)
    for source, note in summary.notes:
        click.echo(f"{one_line(source)}: {one_line(note)}.", err=True)
    for source, other in summary.same:
        click.echo(f"{one_line(source)} holds the same as {one_line(other)}; both are documents.")
    counts = [
        f"{len(sources)} {what}"
        for what, sources in (
            ("added", summary.added),
            ("replaced", summary.replaced),
            ("moved", summary.moved),
            ("removed", summary.removed),
            ("unchanged", summary.unchanged),
            ("refused", summary.refused),
        )
        if sources or what == "added"
    ]
    took = "" if seconds is None else f" in {seconds:.1f} s"
    click.echo(f"Documents: {', '.join(counts)} ({plural(summary.passages, 'passage')} encoded{took}).")
    if summary.skipped:
        kinds = ", ".join(f"{count} {one_line(suffix)}" for suffix, count in sorted(summary.skipped.items()))
        click.echo(f"Passed over files of other types: {kinds}.")
    if summary.stopped:
        click.echo("Stopped before the end. What was added is stored; run the same command again to go on.", err=True)


@click.command()
@data_option
@json_option
def reindex(data: Path | None, as_json: bool) -> None:
    """Cut and encode all stored documents anew, with the present encoder and sizes.

    Everything changes in one step at the end, so that an interruption leaves the old state.
    """
    from corpus.store import Store
    from embeddings.encoder import lower_priority
    from service.ingest import Ingester
    from service.opening import load_encoder, refresh_projection
    from service.runtime.progress import progress_for
    from service.settings import load_settings

    lower_priority()
    settings = load_settings(data=data)
    begun = time.monotonic()
    load = _TimedLoader(lambda: load_encoder(settings, anew=True))
    with Store(settings.data) as store:
        documents = Ingester(store, load, settings).reencode(progress_for())
    refresh_projection(settings, load())
    seconds = time.monotonic() - begun - load.seconds
    if as_json:
        emit_json({"documents": documents, "seconds": round(seconds, 2)})
    else:
        click.echo(f"Re-encoded {plural(documents, 'document')} in {seconds:.1f} s.")
