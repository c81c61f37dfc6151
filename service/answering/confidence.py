"""Confidence: the probability that the first passage answers, by a calibration fitted on labelled questions."""

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
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.reranking import RerankedCandidate

LEVELS: Sequence[tuple[float, Level]] = ((0.9, "very_high"), (0.7, "high"), (0.4, "medium"))
"""Minimum probability of each level. Lower probabilities are `low`."""

_Share = Annotated[float, Field(ge=0, le=1)]


_Count = Annotated[int, Field(ge=0)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CalibrationSet(_Record):
    """Set of questions that a calibration was fitted on.

    Args:
        name: Name of the set.
        sha256: Digest of the set, as in stored runs.
        answerable: Number of answerable questions.
        unanswerable: Number of questions that the documents do not answer.
        left_out: Number of answerable questions that were also asked without the documents that answer them.
    """

    name: str
    sha256: str
    answerable: _Count
    unanswerable: _Count
    left_out: _Count


class Calibration(_Record):
    """Logistic map from score to probability: `1 / (1 + exp(-(slope * score + intercept)))` (Platt, 1999).

    Args:
        format: Format version of the record.
        scoring: Version of the reranker's scores.
        weights_sha256: Digest of the encoder's weights.
        encoder: Fingerprint of the encoder and chunking it was fitted with, for human readers.
        fitted: Date of the fit.
        sets: Sets it was fitted on, all with equal weight.
        slope: Slope of the logistic function; above 0, so that the probability rises with the score.
        intercept: Intercept of the logistic function.
        refusals: Pairs of a share of answerable questions and the score below which that share lies, rising from
            share 0.
        record_sha256: `digest` of the record as written; None if the record was made by hand.
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
            raise PydanticCustomError("no_beginning", "the refusals must start at share 0")
        for (share, score), (next_share, next_score) in zip(self.refusals, self.refusals[1:], strict=False):
            if not (share < next_share and score <= next_score):
                raise PydanticCustomError("not_rising", "the refusals must rise")
        return self

    def digest(self) -> str:
        """Return the SHA-256 of all other fields of the record."""
        rest = self.model_dump(exclude={"record_sha256"})
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()

    def probability(self, score: float) -> float:
        """Return the probability that a first passage with this score answers the question."""
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, self.slope * score + self.intercept))))

    def threshold(self, share: float) -> float:
        """Return the score below which to refuse an answer, so that this share of answerable questions is refused.

        Args:
            share: In [0, 1]. Scores between two known shares are interpolated linearly. 0 refuses nothing. A share
                above the greatest known share counts as the greatest.
        """
        if share <= 0:
            return -math.inf
        for (below, low), (above, high) in zip(self.refusals, self.refusals[1:], strict=False):
            if share <= above:
                return low + (share - below) / (above - below) * (high - low)
        return self.refusals[-1][1]


def load_calibration(path: Path | None, weights_sha256: str, scoring: int) -> Calibration | None:
    """Return the calibration for an encoder and a reranker, from a file or from the package.

    Args:
        path: The calibration file; None selects the calibration included in the package.
        weights_sha256: Digest of the encoder's weights.
        scoring: Version of the reranker's scores.

    Returns:
        The calibration; None if `path` is None and the package has no calibration for this encoder and version.

    Raises:
        SettingsError: The file cannot be read, is not a calibration, or is for another encoder or scoring version.
    """
    if path is None:
        shipped = resources.files("service.answering") / "calibration.json"
        calibration = _parsed(shipped.read_bytes().decode(errors="replace"), "The packaged calibration file")
        return calibration if _fits(calibration, weights_sha256, scoring) else None
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The calibration {path} cannot be read. Check FOOTNOTE_CALIBRATION.") from error
    calibration = _parsed(text, f"{path}")
    if not _fits(calibration, weights_sha256, scoring):
        raise SettingsError(
            f"{path} was fitted for another encoder or scoring version. Fit it again with: footnote-eval calibrate"
        )
    return calibration


def _parsed(text: str, name: str) -> Calibration:
    try:
        calibration = Calibration.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"{name} is not a valid calibration ({where + ': ' if where else ''}{first['msg'].lower()}). "
            "Create one with: footnote-eval calibrate"
        ) from error
    if calibration.record_sha256 not in (None, calibration.digest()):
        raise SettingsError(
            f"{name} is damaged: its checksum does not match. Reinstall Footnote, or create a calibration with: "
            "footnote-eval calibrate"
        )
    return calibration


def _fits(calibration: Calibration, weights_sha256: str, scoring: int) -> bool:
    return (calibration.weights_sha256, calibration.scoring) == (weights_sha256, scoring)


def calibrated(evidence: float, calibration: Calibration) -> Confidence:
    """Return the confidence in a first passage with this evidence."""
    probability = calibration.probability(evidence)
    level: Level = next((level for least, level in LEVELS if probability >= least), "low")
    return Confidence(level, round(probability, 4))


def uncalibrated(candidates: Sequence[Candidate], first: RerankedCandidate | None) -> Confidence:
    """Return a level from ranks alone: medium if cosine, BM25 and reranking agree on the first passage, else low."""
    if first is None:
        return Confidence("low", None)
    itself = next(c for c in candidates if c.key == first.key)
    agreed = all(c.cosine <= itself.cosine and c.lexical <= itself.lexical for c in candidates)
    return Confidence("medium" if agreed else "low", None)
