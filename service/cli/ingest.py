"""`footnote ingest` and `footnote reindex`."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.output import data_option, emit_json, json_option, plain, plural

if TYPE_CHECKING:
    from service.ingest import IngestSummary

__all__ = ["ingest", "reindex", "show_summary"]

INTERRUPTED = 130


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@data_option
@json_option
def ingest(paths: tuple[Path, ...], data: Path | None, as_json: bool) -> int:
    """Bring documents in: .txt and .md files, or folders of them.

    A file that has not changed since is left alone; one that has is replaced. A file that cannot be read costs
    only itself: the others are kept, and the exit code is 1.
    """
    from corpus import Store
    from service.cli.loading import load_encoder, refresh_projection
    from service.ingest import Ingester
    from service.progress import progress_for
    from service.settings import load_settings

    settings = load_settings(data=data)
    begun = time.monotonic()
    load = functools.cache(lambda: load_encoder(settings))
    with Store(settings.data, create=True) as store:
        summary = Ingester(store, load, settings).ingest(paths, progress_for())
    if summary.added or summary.replaced:
        refresh_projection(settings, load())
    seconds = time.monotonic() - begun
    if as_json:
        emit_json({**_as_json(summary), "seconds": round(seconds, 2)})
    else:
        show_summary(summary, seconds)
    return INTERRUPTED if summary.stopped else 1 if summary.refused else 0


def _as_json(summary: IngestSummary) -> dict[str, object]:
    return {
        "added": summary.added,
        "unchanged": summary.unchanged,
        "replaced": summary.replaced,
        "refused": [{"source": source, "reason": reason} for source, reason in summary.refused],
        "skipped": dict(summary.skipped),
        "passages": summary.passages,
        "stopped": summary.stopped,
    }


def show_summary(summary: IngestSummary, seconds: float) -> None:
    """Say what became of each source."""
    for source, reason in summary.refused:
        click.echo(f"Refused {plain(source)!s}: {plain(reason)}.", err=True)
    counts = [
        f"{len(sources)} {what}"
        for what, sources in (
            ("added", summary.added),
            ("replaced", summary.replaced),
            ("unchanged", summary.unchanged),
            ("refused", summary.refused),
        )
        if sources or what == "added"
    ]
    click.echo(f"Documents: {', '.join(counts)} ({plural(summary.passages, 'passage')} encoded in {seconds:.1f} s).")
    if summary.skipped:
        kinds = ", ".join(f"{count} {plain(suffix)}" for suffix, count in sorted(summary.skipped.items()))
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
    from corpus import Store
    from service.cli.loading import load_encoder, refresh_projection
    from service.ingest import Ingester
    from service.progress import progress_for
    from service.settings import load_settings

    settings = load_settings(data=data)
    begun = time.monotonic()
    load = functools.cache(lambda: load_encoder(settings))
    with Store(settings.data) as store:
        documents = Ingester(store, load, settings).reencode(progress_for())
    refresh_projection(settings, load())
    seconds = time.monotonic() - begun
    if as_json:
        emit_json({"documents": documents, "seconds": round(seconds, 2)})
    else:
        click.echo(f"Re-encoded {plural(documents, 'document')} in {seconds:.1f} s.")
