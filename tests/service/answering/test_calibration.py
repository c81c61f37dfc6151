"""Calibrations: what they make of evidence, and which files are one."""

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
from embeddings.tokens import load_maps, packaged_maps
from service.answering.calibration import Calibration, load_calibration, scoring_of, shipped_calibrations
from service.answering.ranking.maxsim import SCORING_VERSION
from service.settings import Settings

Write = Callable[..., Path]

WEIGHTS = "0" * 64
GIVEN: dict[str, Any] = {
    "format": 2,
    "scoring": SCORING_VERSION,
    "weights_sha256": WEIGHTS,
    "encoder": "{}",
    "fitted": "2026-11-22",
    "sets": [{"name": "mine", "sha256": "1" * 64, "answerable": 30, "unanswerable": 20, "left_out": 10}],
    "answer": {"slope": 10.0, "intercept": -4.0},
    "passage": {"slope": 10.0, "intercept": -2.0},
    "refusals": [[0.0, 0.2], [0.1, 0.3], [0.5, 0.5]],
    "claims": [[0.05, 0.7], [0.1, 0.6], [0.3, 0.4]],
}
CALIBRATION = Calibration.model_validate(GIVEN)


def test_evidence_becomes_a_probability_by_the_logistic_function_of_its_own() -> None:
    assert CALIBRATION.answer.probability(0.4) == 0.5
    assert CALIBRATION.passage.probability(0.2) == 0.5
    assert CALIBRATION.answer.probability(0.6) == pytest.approx(1 / (1 + math.exp(-2)))


def test_a_probability_becomes_the_evidence_that_has_it() -> None:
    assert CALIBRATION.answer.evidence(0.5) == 0.4
    assert CALIBRATION.answer.probability(CALIBRATION.answer.evidence(0.9)) == pytest.approx(0.9)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(1e-3, 1e12))
def test_probabilities_stay_in_bounds_and_rise_with_the_evidence(a: float, b: float, slope: float) -> None:
    steep = CALIBRATION.answer.model_copy(update={"slope": slope})
    low, high = sorted((a, b))
    assert 0 <= steep.probability(low) <= steep.probability(high) <= 1


@pytest.mark.parametrize(
    ("share", "evidence"),
    [(0.1, 0.3), (0.05, 0.25), (0.3, 0.4), (0.5, 0.5), (0.9, 0.5), (1e-9, 0.2)],
)
def test_the_border_of_refusals_lies_between_the_known_ones_by_proportion(share: float, evidence: float) -> None:
    assert CALIBRATION.refusal_border(share) == pytest.approx(evidence)


def test_no_share_refuses_nothing() -> None:
    assert CALIBRATION.refusal_border(0) == -math.inf


@pytest.mark.parametrize(
    ("share", "evidence"), [(0.05, 0.7), (0.0999, 0.7), (0.1, 0.6), (0.2, 0.6), (0.3, 0.4), (0.5, 0.4)]
)
def test_the_border_of_claims_is_that_of_the_greatest_known_share_that_is_allowed(
    share: float, evidence: float
) -> None:
    assert CALIBRATION.claim_border(share) == evidence


def test_where_no_border_keeps_the_share_nothing_may_be_claimed() -> None:
    assert CALIBRATION.claim_border(0.049) == math.inf
    assert CALIBRATION.model_copy(update={"claims": []}).claim_border(0.5) == math.inf


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
        {"format": 1},
        {"answer": {"slope": 0, "intercept": 1}},
        {"answer": {"slope": -1, "intercept": 1}},
        {"passage": {"slope": math.nan, "intercept": 1}},
        {"passage": {"slope": 1, "intercept": math.inf}},
        {"passage": None},
        {"claims": [[0.2, 0.5], [0.1, 0.6]]},
        {"claims": [[0.1, 0.5], [0.2, 0.6]]},
        {"claims": [[0.1, math.nan]]},
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


@pytest.mark.parametrize("changed", [{"weights_sha256": "2" * 64}, {"scoring": "another-1"}])
def test_a_file_for_another_encoder_or_score_is_refused(save: Callable[..., Path], changed: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"another encoder or scoring version\. Fit it again with: footnote-eval"):
        load_calibration(save(**changed), WEIGHTS, SCORING_VERSION)


@pytest.mark.parametrize(
    ("fitted", "used", "said"),
    [
        ("r-1", None, "with a reader, but none is in use. Set FOOTNOTE_READER to the one that it was fitted with"),
        (
            "r-1",
            "r-2",
            "with another reader than the one in use. Set FOOTNOTE_READER to the one that it was fitted with",
        ),
        (None, "r-2", "without a reader, but one is in use. Set FOOTNOTE_READER=off"),
    ],
)
def test_a_file_for_another_reader_is_refused_with_that_cause(
    save: Callable[..., Path], fitted: str | None, used: str | None, said: str
) -> None:
    path = save(scoring=scoring_of(SCORING_VERSION, fitted))
    with pytest.raises(SettingsError) as caught:
        load_calibration(path, WEIGHTS, scoring_of(SCORING_VERSION, used))
    assert str(caught.value) == f"{path} was fitted {said}, or fit it again with: footnote-eval calibrate"


def test_the_calibration_that_comes_along_is_the_default_encoders(default_encoder: Encoder) -> None:
    maps = load_maps(packaged_maps(), default_encoder.weights_sha256)
    assert maps is not None
    calibration = load_calibration(None, default_encoder.weights_sha256, f"{SCORING_VERSION}+maps-{maps.version}")
    assert calibration is not None
    assert {given.name for given in calibration.sets} == {"squad-dev-a", "squadshifts-reddit-part", "starter"}
    assert 0.2 < calibration.refusal_border(Settings().refused_answerable) < 0.4
    assert calibration.passage.probability(0.2) < 0.1
    assert calibration.passage.probability(0.65) > 0.9


def test_no_two_calibrations_that_come_along_are_for_the_same_encoder_and_score() -> None:
    fits = [(calibration.weights_sha256, calibration.scoring) for calibration in shipped_calibrations()]
    assert fits
    assert len(fits) == len(set(fits))
    assert all(calibration.record_sha256 for calibration in shipped_calibrations())


def test_no_calibration_comes_along_for_another_encoder() -> None:
    assert load_calibration(None, WEIGHTS, SCORING_VERSION) is None
