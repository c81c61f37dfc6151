"""One set or several, each a run of its own, held to the same requirements and to a baseline of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from eval.errors import BaselineError, SetError
from eval.runs.comparison import Comparison, compare
from eval.runs.evaluation import LoadedSet, check_same, measured
from eval.runs.gate import Check, Requirement, check_no_regression, check_requirements
from eval.runs.run import Run, load_run
from eval.sets import BeirFolder
from service.runtime.terminal import plain

__all__ = ["Evaluation", "baselines", "check_names", "evaluate"]

TAKEN = ("index", "index.html", "summary.md", "junit.xml")
"""What stands beside the folders of the sets: in a data folder, or in a report."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A set's run, and what it was held to."""

    run: Run
    comparison: Comparison | None
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        """Whether everything that was required is met."""
        return all(check.passed for check in self.checks)


def check_names(sets: Sequence[LoadedSet]) -> None:
    """Each of several sets needs a name of its own, since folders are called by it.

    Raises:
        SetError: Two have the same name, but for case, or one has a name that is taken.
    """
    seen: dict[str, Path] = {}
    for given in sets if len(sets) > 1 else ():
        name, path = given.questions.name, given.path
        if name.casefold() in TAKEN:
            raise SetError(f"A set cannot be called '{name}' beside others: {path}. Rename it.")
        if name.casefold() in seen:
            raise SetError(
                f"The sets {seen[name.casefold()]} and {path} are both called '{name}', and so would be their "
                "reports. Rename one."
            )
        seen[name.casefold()] = path


def baselines(path: Path | None, sets: Sequence[LoadedSet], k: int, overlap: float) -> dict[str, Run]:
    """The run to compare each set with, by the set's name; empty if there is no baseline.

    Args:
        path: A stored run for one set; for several, a folder with `<set name>/run.json` for each.
        sets: What is to be asked.
        k: How many passages will be asked for.
        overlap: Share of a gold span that a passage will have to cover.

    Raises:
        BaselineError: A run is missing, over another set, or was asked or judged otherwise.
    """
    if path is None:
        return {}
    if len(sets) > 1 and not path.is_dir():
        raise BaselineError(
            f"With several sets, --baseline takes the folder that an earlier run over them wrote with --report; "
            f"{path} is not a folder."
        )
    found = {}
    for given in sets:
        name = given.questions.name
        file = path if len(sets) == 1 else path / name / "run.json"
        if len(sets) > 1 and not file.exists():
            raise BaselineError(
                f"The baseline {path} has no run of '{name}' (there is no {file}). "
                "Run these sets once with --report and give that folder, or leave the set out."
            )
        found[name] = load_run(file)
        check_same(given.questions, found[name], k, overlap)
    return found


def evaluate(
    sets: Sequence[LoadedSet],
    before: Mapping[str, Run],
    *,
    data: Path | None,
    url: str | None,
    k: int,
    overlap: float,
    requirements: Sequence[Requirement],
    no_regression: bool,
) -> list[Evaluation]:
    """Measure each set, compare it with its baseline, and hold it to the requirements.

    Args:
        sets: What to ask, one set after another.
        before: Baselines by the set's name.
        data: Data folder to ask; of several sets, a BEIR folder gets a folder of its own in it, called as the set.
        url: Address of a running service to ask instead.
        k: How many passages to ask for.
        overlap: Share of a gold span that a passage must cover.
        requirements: What each run must reach.
        no_regression: Whether a measure may not be significantly worse than the baseline's.

    Raises:
        FootnoteError: A set, the store or the service cannot be used.
    """
    evaluations = []
    for number, given in enumerate(sets, start=1):
        name, folder = given.questions.name, data
        if len(sets) > 1:
            click.echo(f"{plain(name)}: set {number} of {len(sets)}", err=True)
            if data is not None and isinstance(given.source, BeirFolder):
                folder = data / name
        run = measured(given, data=folder, url=url, k=k, overlap=overlap)
        comparison = compare(before[name], run) if name in before else None
        checks = check_requirements(run, requirements)
        if comparison is not None and no_regression:
            checks += check_no_regression(comparison)
        evaluations.append(Evaluation(run, comparison, checks))
    return evaluations
