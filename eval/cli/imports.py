"""`footnote-eval import`."""

from collections.abc import Sequence
from pathlib import Path

import click

from eval.cli.options import either, url_option
from service.runtime.terminal import NonEmptyPath, data_option, emit_json


@click.command("import")
@click.argument("feedback", type=NonEmptyPath(path_type=Path))
@click.option("--out", required=True, type=NonEmptyPath(path_type=Path), metavar="FILE", help="Write candidates here.")
@data_option
@url_option
@click.option(
    "--known",
    multiple=True,
    type=NonEmptyPath(path_type=Path),
    metavar="SET",
    help="Leave out the questions of this set; may be repeated.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def import_(
    feedback: Path, out: Path, data: Path | None, url: str | None, known: Sequence[Path], force: bool, as_json: bool
) -> None:
    """Make candidates for a question set from feedback (JSON Lines, one rating per line).

    A person must approve each candidate before `run` accepts it.
    """
    from eval.report import print_imported
    from eval.runs import texts
    from eval.sets import candidates_from, check_free, load_feedback, load_questions, write_candidates
    from service.runtime.progress import progress_for

    either(data, url)
    check_free(out, feedback, force=force)
    ratings = load_feedback(feedback)
    questions = [question for path in known for question in load_questions(path, candidates=True).questions]
    with texts(data, url) as text_of:
        imported = candidates_from(ratings, text_of, questions, progress_for())
    if imported.candidates:
        write_candidates(imported.candidates, out)
    if as_json:
        counts = {"candidates": len(imported.candidates), "known": imported.known}
        emit_json({**counts, "skipped": imported.skipped})
    else:
        print_imported(imported, out)
