"""Confidence: the chance that the first passage answers, by a calibration that was fitted on labelled questions."""

import json
import math
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from corpus.errors import SettingsError
from service.answer import Confidence, Level
from service.answering.candidates import Candidate
from service.answering.reranking import SCORING_VERSION, RerankedCandidate

__all__ = ["Calibration", "CalibrationSet", "calibrated", "load_calibration", "uncalibrated"]

LEVELS: Sequence[tuple[float, Level]] = ((0.9, "very_high"), (0.7, "high"), (0.4, "medium"))
"""The least probability of each level; below all of them it is low."""

_Share = Annotated[float, Field(ge=0, le=1)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CalibrationSet(_Record):
    """What a calibration was fitted on: questions of each kind, and how far the set's first passages answer."""

    name: str
    sha256: str
    answerable: int
    unanswerable: int
    left_out: int


class Calibration(_Record):
    """Turns a score into a probability: `1 / (1 + exp(-(slope * score + intercept)))` (Platt, 1999).

    Args:
        format: Of this record.
        scoring: The version of the score that it holds for.
        weights_sha256: Digest of the encoder's weights.
        encoder: The fingerprint of the encoder and chunking it was fitted with, for people.
        fitted: The date.
        sets: What it was fitted on; each counts the same.
        slope, intercept: Of the logistic function.
        refusals: For shares of answerable questions, rising, the score below which that share lies.
    """

    format: Annotated[int, Field(ge=1, le=1)]
    scoring: int
    weights_sha256: str
    encoder: str
    fitted: str
    sets: list[CalibrationSet]
    slope: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    intercept: Annotated[float, Field(allow_inf_nan=False)]
    refusals: Annotated[list[tuple[_Share, float]], Field(min_length=2)]

    @model_validator(mode="after")
    def _rising(self) -> "Calibration":
        for (share, score), (next_share, next_score) in zip(self.refusals, self.refusals[1:], strict=False):
            if not (share < next_share and score <= next_score):
                raise PydanticCustomError("not_rising", "the refusals must rise")
        return self

    def probability(self, score: float) -> float:
        """The chance that a first passage of this score answers."""
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, self.slope * score + self.intercept))))

    def threshold(self, share: float) -> float:
        """The score below which this share of answerable questions lies, between two known ones by proportion."""
        if share <= 0:
            return -math.inf
        before = self.refusals[0]
        for known in self.refusals[1:]:
            if share <= known[0]:
                part = max(0.0, (share - before[0]) / (known[0] - before[0]))
                return before[1] + part * (known[1] - before[1])
            before = known
        return before[1]


def load_calibration(path: Path | None, weights_sha256: str) -> Calibration | None:
    """The calibration for an encoder: from a file that the settings name, else one that comes with Footnote.

    Returns:
        None if no file is named and none comes with Footnote for this encoder.

    Raises:
        SettingsError: The named file cannot be read, is no calibration, or is for another encoder or score.
    """
    if path is None:
        shipped = resources.files("service.answering") / "calibration.json"
        calibration = _parsed(shipped.read_text(encoding="utf-8"), "The calibration that comes with Footnote")
        return calibration if _fits(calibration, weights_sha256) else None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The calibration {path} cannot be read. Check FOOTNOTE_CALIBRATION.") from error
    calibration = _parsed(text, f"{path}")
    if not _fits(calibration, weights_sha256):
        raise SettingsError(
            f"{path} was fitted for another encoder or an earlier score. Fit it anew with: footnote-eval calibrate"
        )
    return calibration


def _parsed(text: str, name: str) -> Calibration:
    try:
        return Calibration.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        raise SettingsError(f"{name} is no calibration. Make one with: footnote-eval calibrate") from error


def _fits(calibration: Calibration, weights_sha256: str) -> bool:
    return (calibration.weights_sha256, calibration.scoring) == (weights_sha256, SCORING_VERSION)


def calibrated(score: float, calibration: Calibration) -> Confidence:
    """Confidence in a first passage of this score."""
    probability = calibration.probability(score)
    level: Level = next((level for least, level in LEVELS if probability >= least), "low")
    return Confidence(level, round(probability, 4))


def uncalibrated(candidates: Sequence[Candidate], first: RerankedCandidate | None) -> Confidence:
    """A level from ranks only: medium if meaning, words and reranking put the same passage first, else low."""
    if first is None:
        return Confidence("low", None)
    best = [max(candidates, key=lambda c: (c.cosine, -c.key)), max(candidates, key=lambda c: (c.lexical, -c.key))]
    return Confidence("medium" if all(c.key == first.key for c in best) else "low", None)
