"""`footnote-eval train`."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eval.cli.options import held_out_option, seed_option, sets_option
from eval.errors import SetError
from service.runtime.terminal import NonEmptyPath, data_option

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from eval.runs import LoadedSet
    from eval.training import Schedule

MOST_MEASURED = 200
"""Questions of each set, with and without an answer each, that are measured on."""


@click.command()
@sets_option("BEIR folder with short answers, or question set; may be repeated.")
@data_option
@click.option(
    "--out",
    required=True,
    type=NonEmptyPath(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep records, checkpoint and measures here. An interrupted training resumes from it.",
)
@click.option(
    "--written",
    type=NonEmptyPath(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Learn from the questions of DIR/SET.jsonl too, for each BEIR folder SET.",
)
@click.option(
    "--most",
    type=click.IntRange(1),
    metavar="N",
    help="Learn from at most N questions of each BEIR folder, drawn by a hash.",
)
@click.option(
    "--steps", type=click.IntRange(1, 10**6), default=4000, show_default=True, help="Steps of some 22 passages each."
)
@click.option(
    "--average",
    type=NonEmptyPath(path_type=Path, dir_okay=False, exists=True),
    metavar="CHECKPOINT",
    help="Write the mean of the weights and those of another training, such as the one that this one continues.",
)
@held_out_option
@seed_option
def train(
    set_paths: Sequence[Path],
    data: Path | None,
    written: Path | None,
    most: int | None,
    out: Path,
    steps: int,
    average: Path | None,
    share: float,
    seed: int,
) -> None:
    """Train a reader: a model that reads question and passage together.

    A step takes about a second of one processor core. The reader is written to the folder `reader` in DIR; the setting
    FOOTNOTE_READER names it.
    """
    from embeddings.encoder import DEFAULT_ENCODER, model_folder
    from eval.training import (
        ReaderModel,
        average_with,
        divided,
        export_reader,
        mined,
        reader_measures,
        reader_tokenizer,
        sampled,
    )
    from eval.training import train as train_reader
    from service.runtime.terminal import say

    sets = loaded_sets(set_paths, written)
    make_writable(out)
    records = [record for given in sets for record in mined(given, data, out / "records", say)]
    learnt, held_out = divided(records, share, MOST_MEASURED)
    public = {path.name for path in set_paths if path.is_dir()}
    learnt = learnt if most is None else sampled(learnt, most, public)
    check_enough(len(records), len(learnt), share)
    say(f"Learning from {len(learnt):,} questions, measuring on {len(held_out):,} about other articles.")
    start, measures = model_folder(DEFAULT_ENCODER), dict[str, float]()
    if average is not None:
        average_with(ReaderModel(start), average)  # refuses a wrong file before hours of work

    def measure(model: ReaderModel, tokenizer: Tokenizer) -> Mapping[str, float]:
        measures.update(reader_measures(model, tokenizer, held_out))
        return measures

    trained = train_reader(learnt, start, out, _schedule(steps, seed), measure, say)
    facts: dict[str, object] = {}
    if average is not None:
        average_with(trained.model, average)
        facts["averaged_with_sha256"] = hashlib.sha256(average.read_bytes()).hexdigest()
        measures.update(reader_measures(trained.model, reader_tokenizer(start), held_out))
    names = [given.questions.name for given in sets]
    schedule = asdict(_schedule(trained.steps, seed))
    facts |= {"sets": names, "questions": len(learnt), "schedule": schedule, "held_out": share, **measures}
    card = export_reader(trained.model, start, learnt, out / "reader", facts)
    say(f"Wrote reader {card.version} to {out / 'reader'}. To use it, set FOOTNOTE_READER to this folder.")


def _schedule(steps: int, seed: int) -> Schedule:
    from eval.training import Schedule

    return Schedule(steps=steps, warmup=max(1, steps // 20), decay=max(1, steps * 3 // 8), seed=seed)


def make_writable(out: Path) -> None:
    """Make a folder, and check before hours of work that files can be written to it.

    Raises:
        FootnoteError: It cannot be made or written.
    """
    from eval.files import unwritable_reported

    with unwritable_reported(out):
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()


def check_enough(records: int, learnt: int, share: float) -> None:
    """Check that there are records to learn from.

    Args:
        records: Number of records of all articles.
        learnt: Number of those to learn from.
        share: Share of the articles that is held out.

    Raises:
        SetError: There are none.
    """
    if not records:
        raise SetError(
            "There is no question to learn from: none has a retrieved passage that answers it, or is marked as "
            "unanswerable. Check the answers of the sets."
        )
    if not learnt:
        raise SetError(
            f"There is no question to learn from: all {records:,} are about held-out articles. Give more sets, or a "
            f"lower --held-out than {share:g}."
        )


def loaded_sets(paths: Sequence[Path], written: Path | None = None) -> list[LoadedSet]:
    """Return sets, and the questions written about their documents.

    Raises:
        UsageError: Two sets have the same name.
    """
    from eval.runs import LoadedSet, load_set
    from eval.sets import BeirFolder, load_written

    if len({path.name.removesuffix(".jsonl") for path in paths}) < len(
        paths
    ):  # the records of one would be taken for those of the other
        raise click.UsageError("Two sets have the same name. Give each set once, under a distinct name.")
    sets = []
    for given in map(load_set, paths):
        sets.append(given)
        more = written and written / f"{given.questions.name}.jsonl"
        if more and more.is_file() and isinstance(given.source, BeirFolder):
            beir = load_written(more, given.source)
            sets.append(LoadedSet(more, beir.questions, beir))
    return sets
