"""Confidence in an answer, and the status that it allows, by a calibration."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.answering.answer import Confidence, Level, Reason, Status
from service.answering.calibration import Calibration
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.reranking import RerankedCandidate

LEVELS: Sequence[tuple[float, Level]] = ((0.9, "very_high"), (0.7, "high"), (0.4, "medium"))
"""Minimum probability of each level. Lower probabilities are `low`."""

LEAST_CLAIMED = LEVELS[-1][0]
"""Least probability of a claimed answer, whatever share of wrong answers is allowed: below it, its level is `low`."""

DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Evidence:
    """Input of the calibration; greater is more probable. A calibration is valid for one version of it.

    Args:
        answer: How well the chosen sentence answers.
        passage: How well the first passage answers.
    """

    answer: float
    passage: float


@dataclass(frozen=True, slots=True)
class Borders:
    """Evidence that each status needs. The defaults claim everything.

    Args:
        passage: Least passage evidence; below it, the status is `not_found`.
        answer: Least answer evidence of `answered`; infinity if nothing may be claimed.
    """

    passage: float = -math.inf
    answer: float = -math.inf

    @classmethod
    def of(cls, calibration: Calibration | None, refused_answerable: float, wrong_answers: float) -> "Borders":
        """Return the borders of a calibration; without one, those that claim everything.

        An answer with a low confidence is not claimed, even if the claims above it are so often right that the share of
        wrong ones would stay small enough.

        Args:
            calibration: The calibration.
            refused_answerable: Share of answerable questions that may be refused.
            wrong_answers: Share of claimed answers that may be wrong.
        """
        if calibration is None:
            return cls()
        least = calibration.answer.evidence(LEAST_CLAIMED)
        return cls(calibration.refusal_border(refused_answerable), max(least, calibration.claim_border(wrong_answers)))

    def status(self, evidence: Evidence | None) -> tuple[Status, Reason | None]:
        """Return the status of an answer and its reason.

        Args:
            evidence: Evidence of the answer; None without a passage.
        """
        if evidence is None or evidence.passage < self.passage:
            return "not_found", None
        if evidence.answer < self.answer:
            return "uncertain", "doubt"
        return "answered", None


def claims_warning(
    calibration: Calibration | None, path: Path | None, wrong_answers: float, *, only_reader: bool
) -> str | None:
    """Return the sentence for an operator whose service claims nothing, or everything; None if it claims by a border.

    Args:
        calibration: The calibration in use; None if none fits.
        path: Its file; None if it is from the package.
        wrong_answers: Share of claimed answers that may be wrong.
        only_reader: Whether the package has a calibration for the encoder, with another reader than the one in use.
    """
    if calibration is None:
        what = "reader" if only_reader else "encoder"
        remedy = "set FOOTNOTE_READER=default, or fit one" if only_reader else "fit one"
        return (
            f"No calibration fits this {what}, so whatever is found is claimed as an answer, without a probability: "
            f"{remedy} with footnote-eval calibrate, and name it in FOOTNOTE_CALIBRATION."
        )
    if math.isfinite(calibration.claim_border(wrong_answers)):
        return None
    known = "" if not calibration.claims else f"set a share of {calibration.claims[0][0]:g} or more, or "
    return (
        f"No answer will be claimed, because the {'shipped calibration' if path is None else f'calibration {path}'} "
        f"has no border for FOOTNOTE_WRONG_ANSWERS={wrong_answers:g}: {known}fit a calibration on more questions of "
        "your own with footnote-eval calibrate, and name it in FOOTNOTE_CALIBRATION."
    )


def calibrated(evidence: Evidence, calibration: Calibration) -> Confidence:
    """Return the confidence in an answer with this evidence. The passage is never less probable than the answer."""
    answer = calibration.answer.probability(evidence.answer)
    passage = max(answer, calibration.passage.probability(evidence.passage))
    level: Level = next((level for least, level in LEVELS if answer >= least), "low")
    return Confidence(level, round(answer, DECIMALS), round(passage, DECIMALS))


def uncalibrated(candidates: Sequence[Candidate], first: RerankedCandidate | None) -> Confidence:
    """Return a level from ranks alone: medium if cosine, BM25 and reranking agree on the first passage, else low."""
    if first is None:
        return Confidence("low", None)
    itself = next(c for c in candidates if c.key == first.key)
    agreed = all(c.cosine <= itself.cosine and c.lexical <= itself.lexical for c in candidates)
    return Confidence("medium" if agreed else "low", None)
