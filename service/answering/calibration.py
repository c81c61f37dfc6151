"""Calibrations: records fitted on labelled questions that turn evidence into probabilities and borders."""

import hashlib
import json
import math
from collections.abc import Sequence
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from corpus.errors import SettingsError

SHIPPED = "calibrations"
"""Folder of this package with the calibrations that are part of it, one JSON file each."""

WITH_READER = "+reader-"
"""Between the version of a reranker and that of a reader, in a version of the evidence."""

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


class LogisticMap(_Record):
    """Map from evidence to probability: `1 / (1 + exp(-(slope * evidence + intercept)))` (Platt, 1999).

    Args:
        slope: Above 0, so that the probability rises with the evidence.
        intercept: Intercept.
    """

    slope: Annotated[float, Field(gt=0)]
    intercept: float

    def probability(self, evidence: float) -> float:
        """Return the probability at this evidence."""
        return 1 / (1 + math.exp(-max(-500.0, min(500.0, self.slope * evidence + self.intercept))))

    def evidence(self, probability: float) -> float:
        """Return the evidence at this probability, which is above 0 and below 1."""
        return (math.log(probability / (1 - probability)) - self.intercept) / self.slope


class Calibration(_Record):
    """Maps from evidence to probability, and the borders of `not_found` and `answered`.

    Args:
        format: Format version of the record.
        scoring: Version of the evidence, as from `scoring_of`.
        weights_sha256: Digest of the encoder's weights.
        encoder: Fingerprint of the encoder and chunking it was fitted with, for human readers.
        fitted: Date of the fit.
        sets: Sets it was fitted on, all with equal weight.
        answer: Map of the answer evidence: the probability that the words of the answer answer.
        passage: Map of the passage evidence: the probability that the first passage answers.
        refusals: Pairs of a share of answerable questions and the passage evidence below which that share lies, rising
            from share 0.
        claims: Pairs of a share of wrong answers, rising, and the least answer evidence at which at most this share of
            claimed answers is wrong, which does not rise. Shares that no border keeps are absent.
        record_sha256: `digest` of the record as written; None if the record was made by hand.
    """

    format: Literal[2]
    scoring: str
    weights_sha256: str
    encoder: str
    fitted: str
    sets: list[CalibrationSet]
    answer: LogisticMap
    passage: LogisticMap
    refusals: Annotated[list[tuple[_Share, float]], Field(min_length=2)]
    claims: list[tuple[_Share, float]]
    record_sha256: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Calibration":
        if self.refusals[0][0] != 0:
            raise PydanticCustomError("no_beginning", "the refusals must start at share 0")
        _check_order(self.refusals, "refusals", rising=True)
        _check_order(self.claims, "claims", rising=False)
        return self

    def digest(self) -> str:
        """Return the SHA-256 of all other fields of the record."""
        rest = self.model_dump(exclude={"record_sha256"})
        return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()

    def refusal_border(self, share: float) -> float:
        """Return the passage evidence below which to refuse, so that this share of answerable questions is refused.

        Args:
            share: In [0, 1]. Evidence between two known shares is interpolated linearly. 0 refuses nothing. A share
                above the greatest known share counts as the greatest.
        """
        if share <= 0:
            return -math.inf
        for (below, low), (above, high) in pairwise(self.refusals):
            if share <= above:
                return low + (share - below) / (above - below) * (high - low)
        return self.refusals[-1][1]

    def claim_border(self, share: float) -> float:
        """Return the least answer evidence of a claim, so that at most this share of claimed answers is wrong.

        Args:
            share: In [0, 1]. A share between two known shares counts as the lower one.

        Returns:
            Infinity if no known border keeps the share: then nothing may be claimed.
        """
        return min((border for known, border in self.claims if known <= share), default=math.inf)


def _check_order(pairs: Sequence[tuple[float, float]], name: str, *, rising: bool) -> None:
    for (share, border), (next_share, next_border) in pairwise(pairs):
        if share >= next_share or (border > next_border if rising else border < next_border):
            raise PydanticCustomError("not_ordered", f"the {name} must {'rise' if rising else 'not rise'}")


def scoring_of(reranker: str, reader: str | None) -> str:
    """Return the version of the evidence of a reranker and a reader, by their versions; None if nothing is read."""
    return reranker if reader is None else f"{reranker}{WITH_READER}{reader}"


def load_calibration(path: Path | None, weights_sha256: str, scoring: str) -> Calibration | None:
    """Return the calibration for an encoder and a reranker, from a file or from the package.

    Args:
        path: The calibration file; None selects the calibration of the package that fits.
        weights_sha256: Digest of the encoder's weights.
        scoring: Version of the evidence.

    Returns:
        The calibration; None if `path` is None and the package has no calibration for this encoder and version.

    Raises:
        SettingsError: The file cannot be read, is not a calibration, or is for another encoder or scoring version.
    """
    if path is None:
        found = (c for c in shipped_calibrations() if _fits(c, weights_sha256, scoring))
        return next(found, None)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The calibration {path} cannot be read. Check FOOTNOTE_CALIBRATION.") from error
    calibration = _parsed(text, f"{path}")
    if not _fits(calibration, weights_sha256, scoring):
        raise SettingsError(f"{path} was fitted {_misfit(calibration, weights_sha256, scoring)}")
    return calibration


def is_calibrated(weights_sha256: str) -> bool:
    """Return whether the package has a calibration for an encoder, with some reader or none.

    Args:
        weights_sha256: Digest of the encoder's weights.

    Raises:
        SettingsError: A packaged calibration is damaged.
    """
    return any(calibration.weights_sha256 == weights_sha256 for calibration in shipped_calibrations())


def shipped_calibrations() -> list[Calibration]:
    """Return the calibrations of the package, by name of the file.

    Raises:
        SettingsError: A file is damaged.
    """
    folder = resources.files("service.answering") / SHIPPED
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return [
        _parsed(file.read_bytes().decode(errors="replace"), f"The packaged calibration {file.name}") for file in files
    ]


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


def _fits(calibration: Calibration, weights_sha256: str, scoring: str) -> bool:
    return (calibration.weights_sha256, calibration.scoring) == (weights_sha256, scoring)


def _misfit(calibration: Calibration, weights_sha256: str, scoring: str) -> str:
    """Return for what else a calibration was fitted, and what to do."""
    reranker, _, reader = calibration.scoring.partition(WITH_READER)
    used_reranker, _, used_reader = scoring.partition(WITH_READER)
    again = "it again with: footnote-eval calibrate"
    if (calibration.weights_sha256, reranker) != (weights_sha256, used_reranker):
        return f"for another encoder or scoring version. Fit {again}"
    if not reader:
        return f"without a reader, but one is in use. Set FOOTNOTE_READER=off, or fit {again}"
    what = "with another reader than the one in use" if used_reader else "with a reader, but none is in use"
    return f"{what}. Set FOOTNOTE_READER to the one that it was fitted with, or fit {again}"
