"""Options of several subcommands, and checks of their combinations."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from service.runtime.terminal import NonEmptyPath

Command = TypeVar("Command", bound=Callable[..., object])

DEFAULT_K = 100
DEFAULT_OVERLAP = 0.5

qrels_option = click.option(
    "--qrels", type=NonEmptyPath(path_type=Path), metavar="FILE", help="TREC judgements; --set holds their topics."
)
topic_field_option = click.option(
    "--topic-field", metavar="NAME", help="Ask this field of TREC topics, such as 'desc'."
)
url_option = click.option("--url", metavar="URL", help="A running service to ask instead, by its address.")
k_option = click.option(
    "-k", type=click.IntRange(1, 100), metavar="N", default=DEFAULT_K, show_default=True, help="Passages to ask for."
)
overlap_option = click.option(
    "--overlap",
    type=click.FloatRange(0, 1, min_open=True),
    metavar="X",
    default=DEFAULT_OVERLAP,
    show_default=True,
    help="Share of a quote that a passage must cover to count.",
)

held_out_option = click.option(
    "--held-out",
    "share",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.2,
    show_default=True,
    help="Share of the articles that are not learnt from. A reader is measured on them.",
)
seed_option = click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)


def sets_option(help_text: str) -> Callable[[Command], Command]:
    """Return the option `--set`, which may be repeated."""
    return click.option(
        "--set",
        "set_paths",
        required=True,
        multiple=True,
        type=NonEmptyPath(path_type=Path),
        metavar="SET",
        help=help_text,
    )


def fit_topics(qrels: Path | None, topic_field: str | None) -> None:
    """Check that `--topic-field` comes with topics."""
    if topic_field is not None and qrels is None:
        raise click.UsageError("--topic-field needs --qrels FILE.")


def either(data: Path | None, url: str | None) -> None:
    """Check that only one source of documents is given."""
    if data is not None and url is not None:
        raise click.UsageError("Give either --data or --url.")
