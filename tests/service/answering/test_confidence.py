"""Calibrations: what they make of a score, which files are one, and what is said without any."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import SettingsError
from embeddings.encoder.encoder import Encoder
from service.answering.answer import Answer, Confidence
from service.answering.confidence import Calibration, calibrated, load_calibration, uncalibrated
from service.answering.pipeline import Pipeline
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.maxsim import SCORING_VERSION
from service.answering.ranking.reranking import RerankedCandidate
from service.settings import Settings
from tests.service.conftest import Add, OpenLibrary, OpenPipeline

Write = Callable[..., Path]

WEIGHTS = "0" * 64
GIVEN: dict[str, Any] = {
    "format": 1,
    "scoring": SCORING_VERSION,
    "weights_sha256": WEIGHTS,
    "encoder": "{}",
    "fitted": "2026-11-22",
    "sets": [{"name": "mine", "sha256": "1" * 64, "answerable": 30, "unanswerable": 20, "left_out": 10}],
    "slope": 10.0,
    "intercept": -4.0,
    "refusals": [[0.0, 0.2], [0.1, 0.3], [0.5, 0.5]],
}
CALIBRATION = Calibration.model_validate(GIVEN)


def first(key: int) -> RerankedCandidate:
    return RerankedCandidate(key, 0.5, 0.4)


def test_a_score_becomes_a_probability_by_the_logistic_function() -> None:
    assert CALIBRATION.probability(0.4) == 0.5
    assert CALIBRATION.probability(0.6) == pytest.approx(1 / (1 + math.exp(-2)))


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(1e-3, 1e12))
def test_probabilities_stay_in_bounds_and_rise_with_the_score(a: float, b: float, slope: float) -> None:
    steep = CALIBRATION.model_copy(update={"slope": slope})
    low, high = sorted((a, b))
    assert 0 <= steep.probability(low) <= steep.probability(high) <= 1


@pytest.mark.parametrize(
    ("share", "score"),
    [(0.1, 0.3), (0.05, 0.25), (0.3, 0.4), (0.5, 0.5), (0.9, 0.5), (1e-9, 0.2)],
)
def test_the_score_for_a_share_lies_between_the_known_ones_by_proportion(share: float, score: float) -> None:
    assert CALIBRATION.threshold(share) == pytest.approx(score)


def test_no_share_refuses_nothing() -> None:
    assert CALIBRATION.threshold(0) == -math.inf


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
def test_levels_follow_the_probability(probability: float, level: str) -> None:
    score = (math.log(probability / (1 - probability)) + 4 + 1e-9) / 10
    confidence = calibrated(score, CALIBRATION)
    assert confidence.level == level
    assert confidence.probability == pytest.approx(probability, abs=1e-4)


# Files


@pytest.fixture
def save(write: Write) -> Callable[..., Path]:
    """Writes a calibration with some values changed."""
    return lambda **changed: write("calibration.json", json.dumps({**GIVEN, **changed}))


def test_a_file_that_the_settings_name_is_read(save: Callable[..., Path]) -> None:
    assert load_calibration(save(), WEIGHTS, SCORING_VERSION) == CALIBRATION


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"slope": 0},
        {"slope": -1},
        {"slope": math.nan},
        {"intercept": math.inf},
        {"intercept": None},
        {"refusals": []},
        {"refusals": [[0, 0.2]]},
        {"refusals": [[0, math.nan], [0.5, 0.4]]},
        {"refusals": [[0, 0.4], [0.5, 0.3]]},
        {"refusals": [[0.5, 0.3], [0, 0.4]]},
        {"refusals": [[0.1, 0.3], [0.5, 0.4]]},
        {"refusals": [[0, 0.3], [1.5, 0.4]]},
        {"sets": [{"name": "mine"}]},
        {"surprise": 1},
    ],
)
def test_what_is_no_calibration_is_refused(save: Callable[..., Path], changed: dict[str, Any]) -> None:
    path = save(**changed)
    with pytest.raises(SettingsError) as caught:
        load_calibration(path, WEIGHTS, SCORING_VERSION)
    assert str(caught.value).startswith(f"{path} is not a valid calibration (")
    assert str(caught.value).endswith("). Create one with: footnote-eval calibrate")


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 10_000])
def test_what_is_no_json_object_is_refused(write: Write, content: str) -> None:
    with pytest.raises(SettingsError, match="is not a valid calibration"):
        load_calibration(write("calibration.json", content), WEIGHTS, SCORING_VERSION)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, write: Write) -> None:
    for path in (tmp_path / "none.json", tmp_path, write("binary.json", b"\xff")):
        with pytest.raises(SettingsError) as caught:
            load_calibration(path, WEIGHTS, SCORING_VERSION)
        assert str(caught.value) == f"The calibration {path} cannot be read. Check FOOTNOTE_CALIBRATION."


@pytest.mark.parametrize("changed", [{"weights_sha256": "2" * 64}, {"scoring": SCORING_VERSION + 1}])
def test_a_file_for_another_encoder_or_score_is_refused(save: Callable[..., Path], changed: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"another encoder or scoring version\. Fit it again with: footnote-eval"):
        load_calibration(save(**changed), WEIGHTS, SCORING_VERSION)


def test_the_calibration_that_comes_along_is_the_default_encoders(default_encoder: Encoder) -> None:
    calibration = load_calibration(None, default_encoder.weights_sha256, SCORING_VERSION)
    assert calibration is not None
    assert {given.name for given in calibration.sets} == {"squad-dev-a", "clapnq-dev", "mtrag-un", "starter"}
    assert 0.2 < calibration.threshold(Settings().refused_answerable) < 0.4
    assert calibration.probability(0.2) < 0.1
    assert calibration.probability(0.65) > 0.9


def test_no_calibration_comes_along_for_another_encoder() -> None:
    assert load_calibration(None, WEIGHTS, SCORING_VERSION) is None


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


def test_a_refused_question_keeps_its_confidence_and_its_passages(
    add: Add, settings: Settings, open_library: OpenLibrary, tiny_encoder: Encoder, save: Callable[..., Path]
) -> None:
    add("truce.md", "# Truce\n\nThe truce began in the year 2012.\n")

    def ask(**given: Any) -> Answer:
        return Pipeline(open_library(), settings.model_copy(update=given)).ask("When did it begin?")

    score = ask().passages[0].score
    refusals = [[0, -1], [0.05, score + 1e-6], [0.5, 1]]
    path = save(weights_sha256=tiny_encoder.weights_sha256, refusals=refusals)
    refused = ask(calibration=path)
    assert (refused.status, refused.answer) == ("not_found", None)
    assert refused.passages[0].score == score
    assert refused.confidence.probability == round(CALIBRATION.probability(score), 4)
    answered = ask(calibration=path, refused_answerable=0)
    assert answered.status == "answered"
    assert answered.confidence == refused.confidence


def test_without_a_calibration_no_probability_is_invented_and_nothing_refused(
    add: Add, open_pipeline: OpenPipeline
) -> None:
    add("truce.md", "# Truce\n\nThe truce began in the year 2012.\n")
    answer = open_pipeline().ask("How is bread baked?")
    assert answer.status == "answered"
    assert answer.confidence.probability is None
