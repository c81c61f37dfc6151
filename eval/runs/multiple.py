"""Evaluation of one or more sets, each with its own run and baseline, and with the same requirements."""

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

TAKEN = ("index", "index.html", "summary.md", "junit.xml")
"""Names next to the folders of the sets, in a data folder or in a report."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The run of a set, its comparison with the baseline, and its checks."""

    run: Run
    comparison: Comparison | None
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        """Whether all checks passed."""
        return all(check.passed for check in self.checks)


def check_names(sets: Sequence[LoadedSet]) -> None:
    """Check that multiple sets have distinct names, which are used for folders.

    Raises:
        SetError: Two names are equal except for case, or a name is reserved.
    """
    seen: dict[str, Path] = {}
    for given in sets if len(sets) > 1 else ():
        name, path = given.questions.name, given.path
        if name.casefold() in TAKEN:
            raise SetError(f"With other sets, a set cannot be named '{name}': {path}. Rename it.")
        if name.casefold() in seen:
            raise SetError(
                f"The sets {seen[name.casefold()]} and {path} have the same name '{name}', which also names "
                "their reports. Rename one."
            )
        seen[name.casefold()] = path


def baselines(path: Path | None, sets: Sequence[LoadedSet], k: int, overlap: float) -> dict[str, Run]:
    """Return the baseline of each set by the set's name; empty without a baseline.

    Args:
        path: A stored run for one set; for multiple sets, a folder with `<set name>/run.json` for each.
        sets: The sets.
        k: Number of passages per question.
        overlap: Share of a gold span that a relevant passage covers.

    Raises:
        BaselineError: A run is missing, or has another set or other parameters.
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
    """Measure each set, compare it with its baseline, and check the requirements.

    Args:
        sets: The sets, in order.
        before: Baselines by name of the set.
        data: Data folder; with multiple sets, each BEIR folder gets a subfolder with the name of the set.
        url: Address of a running service to ask instead.
        k: Number of passages per question.
        overlap: Share of a gold span that a relevant passage covers.
        requirements: Requirements for each run.
        no_regression: Whether a measure that is significantly worse than the baseline's fails.

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
        checks = check_requirements(run.measures, requirements)
        if comparison is not None and no_regression:
            checks += check_no_regression(comparison.measures)
        evaluations.append(Evaluation(run, comparison, checks))
    return evaluations
