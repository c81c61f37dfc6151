"""Confidence: levels and statuses of a calibration, and what is said without any."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder.encoder import Encoder
from service.answering.answer import Answer, Confidence, Reason, Status
from service.answering.confidence import Borders, Evidence, calibrated, claims_warning, uncalibrated
from service.answering.pipeline import Pipeline
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.reranking import RerankedCandidate
from service.settings import Settings
from tests.service.answering.conftest import Over, without_reader
from tests.service.answering.test_calibration import CALIBRATION, GIVEN
from tests.service.conftest import Add, OpenLibrary, OpenPipeline

Write = Callable[..., Path]


def first(key: int) -> RerankedCandidate:
    return RerankedCandidate(key, 0.5, 0.4)


@pytest.mark.parametrize(
    ("probability", "level"),
    [
        (0.95, "very_high"),
        (0.9, "very_high"),
        (0.89, "high"),
        (0.7, "high"),
        (0.69, "medium"),
        (0.4, "medium"),
        (0.3, "low"),
    ],
)
def test_levels_follow_the_probability_of_the_answer(probability: float, level: str) -> None:
    evidence = (math.log(probability / (1 - probability)) + 4 + 1e-9) / 10
    confidence = calibrated(Evidence(answer=evidence, passage=0.0), CALIBRATION)
    assert confidence.level == level
    assert confidence.probability == pytest.approx(probability, abs=1e-4)


def test_answer_and_passage_have_probabilities_by_their_own_maps() -> None:
    confidence = calibrated(Evidence(answer=0.4, passage=0.4), CALIBRATION)
    assert (confidence.probability, confidence.passage_probability) == (0.5, round(1 / (1 + math.exp(-2)), 4))


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_a_passage_is_never_less_probable_than_its_answer(answer: float, passage: float) -> None:
    confidence = calibrated(Evidence(answer, passage), CALIBRATION)
    assert confidence.probability is not None
    assert confidence.passage_probability is not None
    assert confidence.probability <= confidence.passage_probability


@pytest.mark.parametrize(
    ("evidence", "status", "reason"),
    [
        (None, "not_found", None),
        (Evidence(answer=0.9, passage=0.299), "not_found", None),
        (Evidence(answer=0.599, passage=0.3), "uncertain", "doubt"),
        (Evidence(answer=0.6, passage=0.3), "answered", None),
    ],
)
def test_the_passage_decides_whether_something_was_found_and_the_answer_whether_it_is_claimed(
    evidence: Evidence | None, status: Status, reason: Reason | None
) -> None:
    borders = Borders.of(CALIBRATION, refused_answerable=0.1, wrong_answers=0.1)
    assert borders.status(evidence) == (status, reason)


def test_a_share_of_wrong_answers_that_no_border_keeps_claims_nothing() -> None:
    borders = Borders.of(CALIBRATION, refused_answerable=0.1, wrong_answers=0.01)
    assert borders.status(Evidence(1e9, 1e9)) == ("uncertain", "doubt")


@pytest.mark.parametrize(("answer", "status"), [(0.359, "uncertain"), (0.36, "answered")])
def test_an_answer_with_a_low_confidence_is_not_claimed_whatever_the_border(answer: float, status: Status) -> None:
    calibration = CALIBRATION.model_copy(update={"claims": [(0.5, 0.1)]})
    borders = Borders.of(calibration, refused_answerable=0.0, wrong_answers=0.5)
    assert borders.status(Evidence(answer, passage=0.9))[0] == status


def test_without_a_calibration_everything_that_was_found_is_claimed() -> None:
    borders = Borders.of(None, refused_answerable=0.1, wrong_answers=0.1)
    assert borders.status(Evidence(-1e9, -1e9)) == ("answered", None)
    assert borders.status(None) == ("not_found", None)


# Warnings


def test_a_calibration_with_a_border_needs_no_warning() -> None:
    assert claims_warning(CALIBRATION, None, 0.05, only_reader=True) is None


@pytest.mark.parametrize(
    ("path", "claims", "name", "remedy"),
    [
        (None, CALIBRATION.claims, "the shipped calibration", "set a share of 0.05 or more, or fit"),
        (Path("own.json"), CALIBRATION.claims, "the calibration own.json", "set a share of 0.05 or more, or fit"),
        (Path("own.json"), [], "the calibration own.json", "fit"),
    ],
)
def test_a_share_without_a_border_is_said_with_what_to_do(
    path: Path | None, claims: list[tuple[float, float]], name: str, remedy: str
) -> None:
    calibration = CALIBRATION.model_copy(update={"claims": claims})
    assert claims_warning(calibration, path, 0.01, only_reader=True) == (
        f"No answer will be claimed, because {name} has no border for FOOTNOTE_WRONG_ANSWERS=0.01: {remedy} a "
        "calibration on more questions of your own with footnote-eval calibrate, and name it in FOOTNOTE_CALIBRATION."
    )


@pytest.mark.parametrize(
    ("only_reader", "said"),
    [
        (True, "fits this reader, so whatever is found is claimed as an answer, without a probability: set FOOTNOTE_"),
        (False, "fits this encoder, so whatever is found is claimed as an answer, without a probability: fit one with"),
    ],
)
def test_claims_without_a_calibration_are_said_with_what_is_missing(only_reader: bool, said: str) -> None:
    warning = claims_warning(None, None, 0.3, only_reader=only_reader)
    assert warning is not None
    assert warning.startswith(f"No calibration {said}")


# Without a calibration


def test_one_passage_first_by_meaning_words_and_reranking_is_medium() -> None:
    candidates = [Candidate(1, 0.9, 0.5), Candidate(2, 0.8, 0.4)]
    assert uncalibrated(candidates, first(1)) == Confidence("medium", None)


@pytest.mark.parametrize("key", [1, 2])
def test_several_passages_first_by_one_of_them_are_low(key: int) -> None:
    candidates = [Candidate(1, 0.9, 0.4), Candidate(2, 0.8, 0.5)]
    assert uncalibrated(candidates, first(key)) == Confidence("low", None)


def test_nothing_found_is_low() -> None:
    assert uncalibrated([], None) == Confidence("low", None)


# In the pipeline


@pytest.fixture
def save(write: Write) -> Callable[..., Path]:
    """Writes a calibration with some values changed."""
    return lambda **changed: write("calibration.json", json.dumps({**GIVEN, **changed}))


def test_a_question_that_is_refused_or_doubted_keeps_its_confidence_and_its_passages(
    add: Add, settings: Settings, open_library: OpenLibrary, tiny_encoder: Encoder, save: Callable[..., Path]
) -> None:
    add("truce.md", "# Truce\n\nThe truce began in the year 2012.\n")

    def ask(**given: Any) -> Answer:
        return Pipeline(open_library(), settings.model_copy(update=given)).ask("When did it begin?")

    score = ask().passages[0].score
    refusals = [[0, -1], [0.05, score + 1e-6], [0.5, 1]]
    path = save(weights_sha256=tiny_encoder.weights_sha256, refusals=refusals, claims=[[0.1, score]])
    refused = ask(calibration=path)
    assert (refused.status, refused.answer) == ("not_found", None)
    assert refused.passages[0].score == score
    assert refused.confidence.probability == round(CALIBRATION.answer.probability(score), 4)
    answered = ask(calibration=path, refused_answerable=0)
    assert answered.status == "answered"
    assert answered.confidence == refused.confidence
    doubted = ask(calibration=path, refused_answerable=0, wrong_answers=0.05)
    assert (doubted.status, doubted.reason, doubted.answer) == ("uncertain", "doubt", None)
    assert doubted.passages == answered.passages
    assert doubted.confidence == answered.confidence


def test_without_a_calibration_no_probability_is_invented_and_nothing_refused(
    add: Add, open_pipeline: OpenPipeline
) -> None:
    add("truce.md", "# Truce\n\nThe truce began in the year 2012.\n")
    answer = open_pipeline().ask("How is bread baked?")
    assert answer.status == "answered"
    assert answer.confidence.probability is None


@pytest.mark.parametrize("reads", [True, False], ids=["with a reader", "without one"])
def test_an_answer_of_another_year_has_less_evidence_than_its_passage(over: Over, reads: bool) -> None:
    pipeline = over({"mill.txt": "The mill of Askwater\n\nIn 1911 the mill ground 400 sacks of rye."})
    if not reads:
        pipeline = without_reader(pipeline)

    def lack(year: str) -> float:
        _, evidence = pipeline.ask_with_evidence(f"How many sacks of rye did the mill grind in {year}?")
        assert evidence is not None
        return evidence.passage - evidence.answer

    assert lack("1912") > lack("1911") + 0.3


@pytest.mark.parametrize(
    "text",
    [
        "Quiz night\n\nHow tall is the tower of Askwater?\n\nWho built the tower of Askwater?",
        "Contents\n\n1. The tower of Askwater ........ 4\n\n2. How tall the tower is ........ 9",
        "Sources\n\n[1] Toll, A. (2011). How tall is the tower of Askwater? Tower Press, 12-19.",
    ],
)
def test_words_that_are_never_an_answer_are_not_claimed(over: Over, text: str) -> None:
    answer = over({"tower.txt": text}).ask("How tall is the tower of Askwater?")

    assert answer.status != "answered"
    assert answer.confidence.probability == pytest.approx(0, abs=1e-3)
