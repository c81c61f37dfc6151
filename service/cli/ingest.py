"""`footnote ingest` and `footnote reindex`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.runtime.terminal import NonEmptyPath, data_option, emit_json, json_option, one_line, plain, plural, say

if TYPE_CHECKING:
    from corpus.documents import ReadOptions
    from corpus.errors import FootnoteError
    from corpus.store import Store
    from embeddings.encoder import Encoder
    from service.ingest import Ingester, IngestSummary, OutcomePreview
    from service.settings import Settings

INTERRUPTED = 130

SHOWN_GONE = 10
"""Documents without a file that are named; the others are counted."""


class _TimedLoader:
    """Loads the encoder at the first call, and measures the seconds that this takes.

    Loading a new encoder includes preparing it for this machine, once, which says nothing about the speed of
    encoding.

    Args:
        load: Loads the encoder.
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


@click.command()
@click.argument("paths", nargs=-1, required=True, type=NonEmptyPath(path_type=Path), metavar="PATH...")
@click.option("--prune", is_flag=True, help="Remove documents whose files under PATH are gone.")
@click.option("--force", is_flag=True, help="With --prune, remove them even if most files are gone.")
@click.option("--watch", is_flag=True, help="Keep running and ingest changed files, until Ctrl-C.")
@click.option("--dry-run", is_flag=True, help="Show the outcome for each file without changing anything.")
@click.option(
    "--password",
    prompt=True,
    prompt_required=False,
    hide_input=True,
    default=None,
    help="Password of encrypted PDF files. Without a value, prompt for it.",
)
@click.option("--text-field", default="text", show_default=True, help="Key or column with a record's text.")
@click.option("--encoding", metavar="NAME", help="Encoding of texts that are not UTF-8, such as windows-1252.")
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
    """Ingest documents: text, Markdown, HTML, PDF, EPUB, office files, mail, subtitles, JSON, CSV …, or folders.

    Unchanged files are skipped, changed files replace their documents, and moved files keep theirs. Files whose reader
    has changed are read again. An unreadable file affects only itself; the exit code is then 1.
    """
    from corpus.documents import ReadOptions
    from embeddings.encoder import lower_priority
    from service.ingest import Ingester
    from service.opening import load_encoder
    from service.runtime.progress import progress_for
    from service.settings import load_settings
    from service.stores import open_store

    lower_priority()
    _check_encoding(encoding)
    _check_text("--password", password)
    _check_text("--text-field", text_field)
    options = ReadOptions(password=password, text_field=text_field, encoding=encoding)
    if force and not prune:
        raise click.UsageError("--force requires --prune.")
    if watch and (dry_run or as_json):
        raise click.UsageError("--watch cannot be combined with --dry-run or --json.")
    settings = load_settings(data=data)
    pruned = paths if prune else ()
    if dry_run:
        return _dry_run(settings, options, paths, pruned, force, as_json)
    changes = _changes(paths) if watch else None
    begun = time.monotonic()
    load = _TimedLoader(lambda: load_encoder(settings, say))
    with open_store(settings, create=True) as store:
        ingester = Ingester(store, load, settings, options)
        summary = ingester.ingest(paths, progress_for(), prune=pruned, force=force)
        code = _ended(store, settings, summary, paths, begun, load, as_json)
        if changes is not None and not summary.stopped:
            _watch(ingester, paths, prune, changes)
            return 0
    return code


def _ended(
    store: Store,
    settings: Settings,
    summary: IngestSummary,
    paths: Sequence[Path],
    begun: float,
    load: _TimedLoader,
    as_json: bool,
) -> int:
    """Bring the indexes up to date, print the summary, and return the exit code."""
    from service.opening import refresh_projection

    if (summary.added or summary.replaced) and not summary.stopped:
        refresh_projection(settings, load())
    seconds = time.monotonic() - begun - load.seconds
    summary.name_as_given(paths)
    if as_json:
        emit_json({**_as_json(summary), "seconds": round(seconds, 2)})
    else:
        show_summary(summary, seconds)
    _warn_of_other_settings(store, settings)
    return INTERRUPTED if summary.stopped else 1 if summary.refused else 0


def _warn_of_other_settings(store: Store, settings: Settings) -> None:
    """Say that unchanged documents stay as they were stored, with other settings."""
    from corpus.store import mismatch_message
    from service.retrieval import with_settings

    with store.view() as view:
        stored = view.fingerprint if view.counts()[1] else None
    if stored is not None and stored != (wanted := with_settings(stored, settings)):
        say(mismatch_message(settings.data, stored, wanted))


def _changes(paths: Sequence[Path]) -> Iterator[set[Path]]:
    """Return the changes from now on, including those during the first ingest."""
    from service.ingest import changes_of

    changes = changes_of(paths)
    next(changes)
    return changes


def _watch(ingester: Ingester, paths: Sequence[Path], prune: bool, changes: Iterator[set[Path]]) -> None:
    from service.ingest import Watch

    def fail(error: FootnoteError) -> None:
        click.echo(f"{plain(str(error))} Trying again.", err=True)

    click.echo("Watching for changes. Press Ctrl-C to stop.", err=True)
    Watch(ingester, paths, prune=prune, report=show_summary, fail=fail).follow(changes)
    click.echo("Stopped watching.", err=True)


def _check_encoding(encoding: str | None) -> None:
    from corpus.text import known_as

    try:
        known_as(encoding or "utf-8")
    except LookupError:
        raise click.UsageError(f"There is no encoding '{encoding}'. Give one such as windows-1252.") from None


def _check_text(option: str, value: str | None) -> None:
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.UsageError(f"{option} is not valid UTF-8. Check the terminal's encoding.") from None


def _dry_run(
    settings: Settings,
    options: ReadOptions,
    paths: Sequence[Path],
    pruned: Sequence[Path],
    force: bool,
    as_json: bool,
) -> int:
    from service.ingest import Action, GivenNames, preview
    from service.opening import load_encoder
    from service.runtime.progress import progress_for

    load = partial(load_encoder, settings, say)
    skipped: Counter[str] = Counter()
    found = preview(settings, load, paths, progress_for(), prune=pruned, force=force, options=options, skipped=skipped)
    names = GivenNames(paths)
    outcomes = [replace(each, source=names.of(each.source)) for each in found]
    if as_json:
        emit_json({"files": outcomes, "skipped": dict(skipped)})
    else:
        for outcome in outcomes:
            _show_outcome(outcome)
        counts = Counter(outcome.action for outcome in outcomes)
        actions = ", ".join(f"{counts[action]} {action.value}" for action in Action if counts[action])
        click.echo(f"Dry run: {actions or 'no file'}. Nothing was changed.")
        _show_read_again(sum(outcome.read_again for outcome in outcomes))
        _show_skipped(skipped)
    return 1 if any(outcome.action is Action.REFUSED for outcome in outcomes) else 0


def _show_outcome(outcome: OutcomePreview) -> None:
    details = [
        f"from {outcome.was}" if outcome.was else "",
        outcome.reason or "",
        f"the same as {outcome.same_as}" if outcome.same_as else "",
        plural(len(outcome.passages), "passage") if outcome.passages else "",
        *outcome.notes,
    ]
    note = "; ".join(detail for detail in details if detail)
    click.echo(f"{outcome.action.value:9} {one_line(outcome.source)}{f' ({one_line(note)})' if note else ''}")
    for passage in outcome.passages:
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
        "read_again": summary.read_again,
        "gone": summary.gone,
        "skipped": dict(summary.skipped),
        "files": summary.files,
        "passages": summary.passages,
        "stopped": summary.stopped,
    }


def show_summary(summary: IngestSummary, seconds: float | None = None) -> None:
    """Print the summary of an ingest."""
    from service.ingest import Action

    for source, reason in summary.refused:
        click.echo(f"Refused {one_line(source)}: {one_line(reason)}.", err=True)
    for source, note in summary.notes:
        click.echo(f"{one_line(source)}: {one_line(note)}.", err=True)
    for source, other in summary.same:
        click.echo(f"{one_line(source)} has the same content as {one_line(other)}; both are documents.")
    counts = {action: len(getattr(summary, action.value)) for action in Action}
    if summary.stopped and not sum(counts.values()):
        click.echo("Stopped before the first document. Run the command again to continue.", err=True)
        return
    if counts[Action.REFUSED] == sum(counts.values()) > 0:
        click.echo("Nothing was ingested.")
    else:
        actions = ", ".join(f"{count} {action.value}" for action, count in counts.items() if count or action == "added")
        duration = "" if seconds is None else f" in {seconds:.1f} s"
        files = "" if summary.stopped or summary.documents == summary.files else f" in {plural(summary.files, 'file')}"
        click.echo(f"Documents: {actions}{files} ({plural(summary.passages, 'passage')} encoded{duration}).")
    _show_read_again(len(summary.read_again))
    _show_gone(summary.gone)
    _show_skipped(summary.skipped)
    if summary.stopped:
        click.echo(
            "Stopped before the end. Finished documents are stored; run the command again to continue.", err=True
        )


def _show_read_again(count: int) -> None:
    if count:
        click.echo(f"{count} read again: {'its' if count == 1 else 'their'} reader has changed.")


def _show_gone(gone: Sequence[str]) -> None:
    if gone:
        more = f" and {len(gone) - SHOWN_GONE:,} more" if len(gone) > SHOWN_GONE else ""
        named = ", ".join(map(one_line, gone[:SHOWN_GONE])) + more
        if len(gone) == 1:
            why = "its file is gone or was uploaded; the document stays as it is"
        else:
            why = "their files are gone or were uploaded; the documents stay as they are"
        click.echo(f"{len(gone):,} not read, because {why}: {named}.")


def _show_skipped(skipped: Counter[str]) -> None:
    from corpus.readers import what_suffix_is

    if skipped:
        kinds = ", ".join(f"{count} {one_line(suffix)}" for suffix, count in sorted(skipped.items()))
        click.echo(f"Skipped files of other types: {kinds}.")
        for suffix in sorted(skipped):
            what = what_suffix_is(suffix)
            if what is not None:
                click.echo(f"  {suffix} is {what}.")


@click.command()
@click.argument("paths", nargs=-1, type=NonEmptyPath(path_type=Path), metavar="[PATH...]")
@click.option("--read", is_flag=True, help="Ingest the files of stored documents again instead; only those under PATH.")
@data_option
@json_option
def reindex(paths: tuple[Path, ...], read: bool, data: Path | None, as_json: bool) -> int:
    """Split and encode all stored documents again, with the current encoder and sizes.

    All changes take effect in one step at the end, so an interruption leaves the old state.

    With --read, do what `footnote ingest` does with the files of the stored documents: read those again that have
    changed, or whose reader has. Documents whose files are gone stay as they are.
    """
    from embeddings.encoder import lower_priority
    from service.ingest import Ingester
    from service.opening import load_encoder, refresh_projection
    from service.runtime.progress import progress_for
    from service.settings import load_settings
    from service.stores import open_store

    lower_priority()
    if paths and not read:
        raise click.UsageError("PATH requires --read.")
    settings = load_settings(data=data)
    begun = time.monotonic()
    load = _TimedLoader(lambda: load_encoder(settings, say, for_reindex=not read))
    with open_store(settings) as store:
        if read:
            summary = Ingester(store, load, settings).read_again(paths, progress_for())
            return _ended(store, settings, summary, paths, begun, load, as_json)
        documents = Ingester(store, load, settings).reindex(progress_for())
    refresh_projection(settings, load())
    seconds = time.monotonic() - begun - load.seconds
    if as_json:
        emit_json({"documents": documents, "seconds": round(seconds, 2)})
    else:
        click.echo(f"Reindexed {plural(documents, 'document')} in {seconds:.1f} s.")
    return 0
