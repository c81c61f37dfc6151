"""`footnote verify`."""

import json
from pathlib import Path

import click

from service.cli.output import data_option, emit_json, json_option, plain, plural

__all__ = ["verify"]


@click.command()
@data_option
@json_option
def verify(data: Path | None, as_json: bool) -> int:
    """Check every stored span, text and vector; rebuild an index on disk if it is damaged.

    The exit code is 3 if something is wrong that cannot be rebuilt.
    """
    from corpus import LexicalProjection, View
    from embeddings import VectorProjection
    from service.progress import progress_for
    from service.settings import load_settings
    from service.verify import problems

    folder = load_settings(data=data).data
    with View(folder) as view:
        found = list(problems(view, progress_for()))
        counts = view.counts()
        rebuilt: dict[str, str] = {}
        not_rebuilt: dict[str, str] = {}
        kind = None
        if not found and view.fingerprint is not None:
            dimension = int(json.loads(view.fingerprint)["dimension"])
            vectors, lexical = VectorProjection(folder), LexicalProjection(folder)
            if problem := vectors.problem(view, dimension):
                vectors.open(view, dimension)
                (not_rebuilt if vectors.problem(view, dimension) else rebuilt)["vector"] = problem
            if problem := lexical.problem(view):
                lexical.open(view)
                (not_rebuilt if lexical.problem(view) else rebuilt)["lexical"] = problem
            kind = vectors.kind()
    if as_json:
        about = {"documents": counts[0], "passages": counts[1], "vector_index": kind}
        emit_json({**about, "problems": found, "rebuilt": rebuilt, "not_rebuilt": not_rebuilt})
    else:
        for one in found:
            click.echo(plain(f"{one.document or 'The store'}: {one.detail}"), err=True)
        for index, was in rebuilt.items():
            click.echo(f"The {index} index on disk {was}; it has been rebuilt.")
        for index, was in not_rebuilt.items():
            click.echo(
                f"The {index} index on disk {was}, and cannot be rebuilt: {folder} cannot be written, or its disk is "
                "full. Until then, every start makes it anew in memory.",
                err=True,
            )
        checked = f"{plural(counts[0], 'document')} and {plural(counts[1], 'passage')}"
        if kind is not None:
            checked += f", vector index {kind}"
        click.echo(f"Checked {checked}: {_verdict(len(found), len(not_rebuilt))}")
    return 3 if found or not_rebuilt else 0


def _verdict(problems: int, not_rebuilt: int) -> str:
    if problems:
        return f"{plural(problems, 'problem')} found. Ingest the documents named again."
    if not_rebuilt:
        return "all that is stored is well, but not every index on disk."
    return "all is well."
