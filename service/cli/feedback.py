"""`footnote feedback list|export|remove`."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.runtime.terminal import NonEmptyPath, advice_for, data_option, emit_json, json_option, one_line, plural

if TYPE_CHECKING:
    from service.upkeep import Feedback, StoredRating

NONE_YET = "There is no feedback yet."


@click.group()
def feedback() -> None:
    """List, export and remove ratings of answers."""


@feedback.command("list")
@data_option
@json_option
def list_ratings(data: Path | None, as_json: bool) -> None:
    """List the ratings, oldest first."""
    ratings = _opened(data).ratings()
    entries = [{"id": rating.id, **json.loads(rating.entry)} for rating in ratings]
    if as_json:
        emit_json(entries)
        return
    for entry in entries:
        click.echo(one_line(advice_for(data, _line(entry))))
    click.echo(f"{plural(len(entries), 'rating')}." if entries else NONE_YET)


def _line(entry: Mapping[str, Any]) -> str:
    try:
        passage = entry["passage"]
        about = entry["status"] if passage is None else passage["document_id"]
        return f"{entry['id']}  {entry['at']}  {entry['rating']:4}  {about}  {entry['question']}"
    except (KeyError, TypeError, ValueError):
        return f"{entry['id']}  is damaged. Remove it with: footnote feedback remove {entry['id']}"


@feedback.command("export")
@click.option("--out", type=NonEmptyPath(path_type=Path), metavar="FILE", help="Write to this file.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@data_option
def export(out: Path | None, force: bool, data: Path | None) -> None:
    """Write the ratings as JSON Lines for `footnote-eval import`, oldest first. Nothing is removed."""
    if force and out is None:
        raise click.UsageError("--force requires --out.")
    ratings = _opened(data).ratings()
    if not ratings:
        click.echo(f"{NONE_YET} Nothing was written.", err=True)
        return
    if out is None:
        for rating in ratings:
            click.echo(rating.entry)
        return
    _write(out, ratings, force=force)
    click.echo(f"Wrote {plural(len(ratings), 'rating')} to {out}.", err=True)


@feedback.command("remove")
@click.argument("identifiers", nargs=-1, metavar="[ID]...")
@click.option("--before", metavar="DATE", help="Remove ratings from before this date (UTC), such as 2026-01-31.")
@click.option("--all", "everything", is_flag=True, help="Remove all ratings.")
@data_option
@json_option
def remove(
    identifiers: tuple[str, ...], before: str | None, everything: bool, data: Path | None, as_json: bool
) -> None:
    """Remove ratings permanently: by id (all of the ids or none), before a date, or all."""
    if bool(identifiers) + (before is not None) + everything != 1:
        raise click.UsageError("Give either ids, --before DATE or --all.")
    date = None if before is None else _date(before)
    ratings = _opened(data)
    if identifiers:
        ratings.remove(identifiers)
        count = len(set(identifiers))
    else:
        count = ratings.remove_before(date)
    if as_json:
        emit_json({"removed": count})
    else:
        click.echo(f"Removed {plural(count, 'rating')}.")


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError("--before must be a date such as 2026-01-31.") from None


def _opened(data: Path | None) -> Feedback:
    """Return the feedback in the data folder, which has a store or has had feedback."""
    from service.settings import load_settings
    from service.stores import open_view
    from service.upkeep import Feedback

    settings = load_settings(data=data)
    ratings = Feedback(settings.data, settings.feedback_limit)
    if not ratings.path.exists():
        open_view(settings).close()  # raises without a store; a store without feedback is fine
    return ratings


def _write(path: Path, ratings: Sequence[StoredRating], *, force: bool) -> None:
    """Write a file atomically."""
    from corpus.errors import InputError
    from corpus.files import replaced

    if path.exists() and not force:
        raise InputError(f"{path} exists already. Give another name with --out, or overwrite it with --force.")
    try:
        with replaced(path) as file:
            file.writelines(f"{rating.entry}\n".encode() for rating in ratings)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}). Check its folder, or give another name with --out."
        ) from error
