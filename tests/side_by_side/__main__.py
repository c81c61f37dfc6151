"""Compare Footnote with other systems: the same model, passages and questions, each system in its own process.

python -m tests.side_by_side --set DIR
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from corpus.errors import FootnoteError
from eval.sets import load_beir
from service.runtime.progress import progress_for
from tests.side_by_side.comparison import compare_systems
from tests.side_by_side.registry import SYSTEMS
from tests.side_by_side.result import as_markdown


def system_names(context: click.Context, parameter: click.Parameter, value: str) -> Sequence[str]:
    """Read comma-separated names, or `all`; duplicates are dropped."""
    names = list(SYSTEMS) if value.strip() == "all" else [name.strip() for name in value.split(",")]
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown:
        raise click.BadParameter(f"There is no system '{unknown[0]}'. Choose from: {', '.join(SYSTEMS)}, or all.")
    return list(dict.fromkeys(names))


@click.command(help=(__doc__ or "").partition("\n")[0])
@click.option("--set", "folder", type=click.Path(path_type=Path), metavar="DIR", required=True, help="BEIR folder.")
@click.option(
    "--systems",
    callback=system_names,
    default="all",
    show_default=True,
    metavar="NAME,…",
    help=f"Systems to measure: {', '.join(SYSTEMS)}.",
)
@click.option("--questions", type=click.IntRange(1), metavar="N", help="Ask a sample of N questions  [default: all]")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the sample.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the results here as JSON.")
def main(folder: Path, systems: Sequence[str], questions: int | None, seed: int, out: Path | None) -> None:
    try:
        results = compare_systems(load_beir(folder), systems, progress_for(), questions=questions, seed=seed)
    except FootnoteError as error:
        raise click.ClickException(str(error)) from error
    click.echo(as_markdown(results), nl=False)
    if out is not None:
        out.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
