"""Parsing and checking of requirements."""

import pytest

from eval.errors import RequirementError
from eval.runs.gate import Requirement, parse_requirement


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("nDCG@10>=0.8", Requirement("nDCG@10", ">=", 0.8)),
        (" hit@5 > .9 ", Requirement("hit@5", ">", 0.9)),
        ("latency_p95_ms<=50", Requirement("latency_p95_ms", "<=", 50.0)),
    ],
)
def test_a_requirement_is_read(text: str, requirement: Requirement) -> None:
    assert parse_requirement(text) == requirement


@pytest.mark.parametrize("text", ["nDCG@10", "nDCG@10=0.8", ">=1", "nDCG@10>=high", "", "nDCG@10>=0.8 and more"])
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(RequirementError, match=r"is not a requirement\. Write one such as 'nDCG@10>=0\.8'\."):
        parse_requirement(text)


def test_an_unknown_measure_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RequirementError, match=r"There is no measure 'nDCG@11'. Known are: nDCG@10, MRR@10"):
        parse_requirement("nDCG@11>=0.5")
