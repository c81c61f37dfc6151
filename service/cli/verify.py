"""`footnote verify`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import StoreCorruptError
from service.runtime.terminal import data_option, emit_json, json_option, one_line, plural, say

if TYPE_CHECKING:
    from service.upkeep import Problem, Verified


@click.command()
@click.option("--check", is_flag=True, help="Report damage without repairing it.")
@data_option
@json_option
def verify(check: bool, data: Path | None, as_json: bool) -> int:
    """Check every stored span, text and vector, originals and feedback, and repair damage from intact data.

    The exit code is 3 if damage remains.
    """
    from service.opening import load_encoder
    from service.runtime.progress import progress_for
    from service.settings import load_settings
    from service.stores import require_local
    from service.upkeep import clause, verified

    settings = load_settings(data=data)
    require_local(settings, "verify", "Restart the service: it checks the totals, and each row that it reads.")
    try:
        done = verified(settings, lambda: load_encoder(settings, say), progress_for(), check=check)
    except StoreCorruptError as error:
        raise StoreCorruptError(f"{clause(error)}. {_restore(settings.data)}") from error
    if as_json:
        emit_json(_as_json(done))
    else:
        _show(done, settings.data, check=check)
    has_damage = done.problems or done.not_rebuilt or done.feedback or done.originals.damaged
    return 3 if has_damage or (check and done.rebuilt) else 0


def _as_json(done: Verified) -> dict[str, object]:
    def as_json(problems: Sequence[Problem]) -> list[dict[str, object]]:
        return [{"document": one.document, "source": one.source, "detail": one.detail} for one in problems]

    return {
        "documents": done.documents,
        "passages": done.passages,
        "vector_index": done.kind,
        "problems": as_json(done.problems),
        "repaired": as_json(done.repaired),
        "rebuilt": dict(done.rebuilt),
        "not_rebuilt": dict(done.not_rebuilt),
        "feedback": done.feedback,
        "originals": asdict(done.originals),
    }


def _show(done: Verified, folder: Path, *, check: bool) -> None:
    for one in done.problems:
        origin = f" (from {one.source})" if one.source else ""
        click.echo(one_line(f"{one.document or 'The store'}{origin}: {one.detail}"), err=True)
    for one in done.repaired:
        click.echo(one_line(f"{one.document or 'The store'}: {one.detail}; it has been repaired."))
    for index, damage in done.rebuilt.items():
        click.echo(f"The {index} index on disk {damage}{'' if check else '; it has been rebuilt'}.")
    cause = f"{folder} is not writable, or its disk is full"
    if (folder / "index").is_file():
        cause = f"{folder / 'index'} is a file. Move it elsewhere"
    for index, damage in done.not_rebuilt.items():
        click.echo(
            f"The {index} index on disk {damage}, and cannot be rebuilt: {cause}. "
            "Until this is fixed, every start rebuilds it in memory.",
            err=True,
        )
    if done.feedback is not None:
        click.echo(one_line(done.feedback), err=True)
    _show_originals(done)
    checked = f"{plural(done.documents, 'document')} and {plural(done.passages, 'passage')}"
    if done.kind is not None:
        checked += f", vector index {done.kind}"
    if done.originals.intact:
        checked += f", {plural(done.originals.intact, 'original')}"
    click.echo(f"Checked {checked}: {_verdict(done, folder, check=check)}")


def _show_originals(done: Verified) -> None:
    for document in done.originals.removed:
        click.echo(f"{document}: its original was damaged, and has been removed. Ingest its file again to keep it.")
    for document in done.originals.damaged:
        click.echo(f"{document}: its original is damaged.", err=True)


def _verdict(done: Verified, folder: Path, *, check: bool) -> str:
    count = len(done.problems) + (len(done.rebuilt) if check else 0)
    if not count and done.not_rebuilt:
        return "the store is intact, but not every index on disk."
    if not count and done.originals.damaged:
        return "the documents are intact, but not all originals."
    if not count and done.feedback:
        return "the documents are intact, but not the feedback."
    if not count:
        return "everything is intact now." if done.repaired or done.rebuilt else "everything is intact."
    found = f"{plural(count, 'problem')} {'found' if check else 'left'}."
    if check:
        return f"{found} Nothing was changed. Repair with: footnote verify --data {folder}"
    if all(one.document for one in done.problems):
        return f"{found} Ingest these files again with: footnote ingest FILE --data {folder}"
    return f"{found} {_restore(folder)}"


def _restore(folder: Path) -> str:
    return f"Restore a backup with: footnote restore FILE --data {folder}, or ingest all files into another folder."
