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
        kind = None
        if not found and view.fingerprint is not None:
            dimension = int(json.loads(view.fingerprint)["dimension"])
            vectors, lexical = VectorProjection(folder), LexicalProjection(folder)
            if problem := vectors.problem(view, dimension):
                rebuilt["vector"] = problem
                vectors.open(view, dimension)
            if problem := lexical.problem(view):
                rebuilt["lexical"] = problem
                lexical.open(view)
            kind = vectors.kind()
    if as_json:
        about = {"documents": counts[0], "passages": counts[1], "vector_index": kind}
        emit_json({**about, "problems": found, "rebuilt": rebuilt})
    else:
        for one in found:
            click.echo(plain(f"{one.document or 'The store'}: {one.detail}"), err=True)
        for kind, was in rebuilt.items():
            click.echo(f"The {kind} index on disk {was}; it has been rebuilt.")
        checked = f"{plural(counts[0], 'document')} and {plural(counts[1], 'passage')}"
        if kind is not None:
            checked += f", vector index {kind}"
        verdict = (
            f"{plural(len(found), 'problem')} found. Ingest the documents named again." if found else "all is well."
        )
        click.echo(f"Checked {checked}: {verdict}")
    return 3 if found else 0
