"""`footnote-eval train-maps`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from eval.cli.options import held_out_option, seed_option, sets_option
from eval.cli.train import check_enough, loaded_sets, make_writable
from eval.errors import SetError
from service.runtime.terminal import NonEmptyPath, data_option


@click.command("train-maps")
@sets_option("BEIR folder with short answers, or question set; may be repeated.")
@data_option
@click.option(
    "--out",
    required=True,
    type=NonEmptyPath(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep records and measures here, and write the maps to DIR/maps.",
)
@held_out_option
@seed_option
def train_maps(set_paths: Sequence[Path], data: Path | None, out: Path, share: float, seed: int) -> None:
    """Train the question maps, which change a question's token vectors before they are compared.

    It takes a few minutes of one processor core, most of them to encode the passages again.
    """
    from embeddings.tokens import write_maps
    from eval.training import divided, encoded_examples, mined
    from eval.training import train_maps as trained
    from service.opening import load_encoder
    from service.runtime.terminal import say
    from service.settings import load_settings

    sets = loaded_sets(set_paths)
    make_writable(out)
    settings = load_settings(data=data)
    encoder = load_encoder(settings, say)
    records = [record for given in sets for record in mined(given, data, out / "records", say)]
    learnt, _ = divided(records, share, 0)
    check_enough(len(records), len(learnt), share)
    examples = encoded_examples(learnt, encoder, settings.title_tokens)
    if not examples:
        raise SetError("There is no question to learn from: none has an answering passage and enough others.")
    say(f"Learning from {len(examples):,} questions.")
    names = [given.questions.name for given in sets]
    facts = {"sets": names, "questions": len(examples), "held_out": share, "seed": seed}
    card = write_maps(out / "maps", trained(examples, seed, say), encoder.weights_sha256, facts)
    say(f"Wrote maps {card.sha256[:12]} to {out / 'maps'}.")
