"""Gates: requirements that a run must meet before a release."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from eval.errors import RequirementError
from eval.measures import COMPARED
from eval.runs.comparison import MeasureComparison

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = re.compile(
    r"\s*(?P<measure>[A-Za-z_][\w@]*)\s*(?P<sign>>=|<=|>|<)\s*(?P<value>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*"
)

MEASURES = (
    *COMPARED,
    "wrong_claims",
    "refusal_precision",
    "refusal_recall",
    "AUROC",
    "AURC",
    "ECE",
    "ECE_passage",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A required value of a measure: `nDCG@10>=0.8`."""

    measure: str
    sign: str
    value: float

    def __str__(self) -> str:
        return f"{self.measure}{self.sign}{self.value:g}"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a requirement."""

    name: str
    passed: bool
    detail: str


def parse_requirement(text: str, known: Sequence[str] = MEASURES) -> Requirement:
    """Parse `MEASURE>=VALUE` (or `<=`, `>`, `<`).

    Args:
        text: The requirement.
        known: The measures that may be required.

    Raises:
        RequirementError: It is malformed or names an unknown measure.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise RequirementError(f"'{text}' is not a requirement. Write one such as '{known[0]}>=0.8'.")
    if match["measure"] not in known:
        whole = [name for name in known if name.rpartition("@")[0] not in known]
        formats = dict.fromkeys(name.rpartition("@")[2] for name in known if name not in whole)
        of_formats = f"; of one format, with {', '.join(f'@{each}' for each in formats)}" if formats else ""
        raise RequirementError(f"There is no measure '{match['measure']}'. Known are: {', '.join(whole)}{of_formats}.")
    return Requirement(match["measure"], match["sign"], float(match["value"]))


def check_requirements(measures: Mapping[str, float | None], requirements: Sequence[Requirement]) -> list[Check]:
    """Check measures against requirements; a measure that is not available meets none."""
    checks = []
    for requirement in requirements:
        value = measures.get(requirement.measure)
        passed = value is not None and _OPERATORS[requirement.sign](value, requirement.value)
        found = "not available" if value is None else str(value) if isinstance(value, int) else f"{value:.4f}"
        checks.append(Check(str(requirement), passed, f"{requirement.measure} is {found}"))
    return checks


def check_no_regression(measures: Sequence[MeasureComparison]) -> list[Check]:
    """Check that no measure is significantly worse than the baseline's, Holm-corrected over all measures.

    Measures that do not say which run is better are not checked.
    """
    return [
        Check(
            f"no regression of {m.measure}",
            m.verdict != "worse",
            f"{m.a:.4f} before, {m.b:.4f} now ({m.paired.difference:+.4f}, p = {m.p_holm:.3f} after Holm)",
        )
        for m in measures
        if m.better is not None
    ]


def write_junit(checks: Mapping[str, Sequence[Check]], path: Path) -> None:
    """Write the checks of each set as a test suite of JUnit XML."""
    xml = JUnitXml()
    for name, results in checks.items():
        suite = TestSuite(f"footnote-eval {name}")
        for check in results:
            case = TestCase(check.name, f"footnote-eval.{name}")
            if not check.passed:
                case.result = [Failure(check.detail)]
            suite.add_testcase(case)
        xml.add_testsuite(suite)
    xml.write(str(path), pretty=True)
