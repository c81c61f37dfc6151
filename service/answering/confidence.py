"""Confidence: the chance that the first passage answers, by a calibration that was fitted on labelled questions."""

import hashlib
import json
import math
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from corpus.errors import SettingsError
from service.answering.answer import Confidence, Level
from service.answering.candidates import Candidate
from service.answering.reranking import RerankedCandidate

__all__ = ["Calibration", "CalibrationSet", "calibrated", "load_calibration", "uncalibrated"]

LEVELS: Sequence[tuple[float, Level]] = ((0.9, "very_high"), (0.7, "high"), (0.4, "medium"))
"""The least probability of each level; below all of them it is low."""

_Share = Annotated[float, Field(ge=0, le=1)]


_Count = Annotated[int, Field(ge=0)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CalibrationSet(_Record):
    """What a calibration was fitted on.

    Args:
        name: Of the set.
        sha256: Its digest, as stored runs have it.
        answerable: How many answerable questions were asked.
        unanswerable: How many that the documents do not answer.
        left_out: How many answerable ones were asked once more without the documents that answer them.
    """

    name: str
    sha256: str
    answerable: _Count
    unanswerable: _Count
    left_out: _Count


class Calibration(_Record):
    """Turns a score into a probability: `1 / (1 + exp(-(slope * score + intercept)))` (Platt, 1999).

    Args:
        format: Of this record.
        scoring: The version of the score that it holds for.
        weights_sha256: Digest of the encoder's weights.
        encoder: The fingerprint of the encoder and chunking it was fitted with, for people.
        fitted: The date.
        sets: What it was fitted on; each counts the same.
        slope: Of the logistic function; above 0, so that a better score is never a lower probability.
        intercept: Of the logistic function.
        refusals: For shares of answerable questions, from 0 on and rising, the score below which that share lies.
        record_sha256: What `digest` gives of the record as it was written; None of one made by hand.
    """

    format: Annotated[int, Field(ge=1, le=1)]
    scoring: int
    weights_sha256: str
    encoder: str
    fitted: str
    sets: list[CalibrationSet]
    slope: Annotated[float, Field(gt=0)]
    intercept: float
    refusals: Annotated[list[tuple[_Share, float]], Field(min_length=2)]
    record_sha256: str | None = None

    @model_validator(mode="after")
    def _rising(self) -> "Calibration":
        if self.refusals[0][0] != 0:
            raise PydanticCustomError("no_beginning", "the refusals must begin with the share 0")
        for (share, score), (next_share, next_score) in zip(self.refusals, self.refusals[1:], strict=False):
            if not (share < next_share and score <= next_score):
                raise PydanticCustomError("not_rising", "the refusals must rise")
        return self

    def digest(self) -> str:
        """SHA-256 of all the rest of the record."""
        rest = self.model_dump(exclude={"record_sha256"})
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()

    def probability(self, score: float) -> float:
        """The chance that a first passage of this score answers."""
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, self.slope * score + self.intercept))))

    def threshold(self, share: float) -> float:
        """The score below which to refuse, so that this share of answerable questions is refused.

        Args:
            share: In [0, 1]. Between two known shares the score is found by proportion; 0 refuses nothing, and a share
                above the greatest known one refuses as many as that.
        """
        if share <= 0:
            return -math.inf
        for (below, low), (above, high) in zip(self.refusals, self.refusals[1:], strict=False):
            if share <= above:
                return low + (share - below) / (above - below) * (high - low)
        return self.refusals[-1][1]


def load_calibration(path: Path | None, weights_sha256: str, scoring: int) -> Calibration | None:
    """Return the calibration for an encoder and a reranker: from a file, else the one that comes with Footnote.

    Args:
        path: The file; None if the settings name none.
        weights_sha256: Of the encoder.
        scoring: The reranker's version.

    Returns:
        None if no file is named and none comes with Footnote for this encoder.

    Raises:
        SettingsError: The named file cannot be read, is no calibration, or is for another encoder or score.
    """
    if path is None:
        shipped = resources.files("service.answering") / "calibration.json"
        calibration = _parsed(shipped.read_bytes().decode(errors="replace"), "The calibration that comes with Footnote")
        return calibration if _fits(calibration, weights_sha256, scoring) else None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The calibration {path} cannot be read. Check FOOTNOTE_CALIBRATION.") from error
    calibration = _parsed(text, f"{path}")
    if not _fits(calibration, weights_sha256, scoring):
        raise SettingsError(
            f"{path} was fitted for another encoder or an earlier score. Fit it anew with: footnote-eval calibrate"
        )
    return calibration


def _parsed(text: str, name: str) -> Calibration:
    try:
        calibration = Calibration.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"{name} is no calibration ({where + ': ' if where else ''}{first['msg'].lower()}). "
            "Make one with: footnote-eval calibrate"
        ) from error
    if calibration.record_sha256 not in (None, calibration.digest()):
        raise SettingsError(
            f"{name} is damaged: it is not what was written. Install Footnote again, or make one with: "
            "footnote-eval calibrate"
        )
    return calibration


def _fits(calibration: Calibration, weights_sha256: str, scoring: int) -> bool:
    return (calibration.weights_sha256, calibration.scoring) == (weights_sha256, scoring)


def calibrated(evidence: float, calibration: Calibration) -> Confidence:
    """Confidence in a first passage with this evidence."""
    probability = calibration.probability(evidence)
    level: Level = next((level for least, level in LEVELS if probability >= least), "low")
    return Confidence(level, round(probability, 4))


def uncalibrated(candidates: Sequence[Candidate], first: RerankedCandidate | None) -> Confidence:
    """A level from ranks only: medium if meaning, words and reranking put the same passage first, else low."""
    if first is None:
        return Confidence("low", None)
    itself = next(c for c in candidates if c.key == first.key)
    agreed = all(c.cosine <= itself.cosine and c.lexical <= itself.lexical for c in candidates)
    return Confidence("medium" if agreed else "low", None)
