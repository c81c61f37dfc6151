"""Confidence: whether the best passage answers at all.

No probability is given before a calibration has been fitted. What is known meanwhile is a floor: the mean MaxSim
below which a measured share of answerable questions falls.
"""

from collections.abc import Sequence

from service.answer import Confidence
from service.answering.candidates import Candidate
from service.answering.reranking import RerankedCandidate

__all__ = ["MAX_SIM_FLOORS", "found", "uncalibrated_confidence"]

MAX_SIM_FLOORS = {
    # all-MiniLM-L6-v2, measured on three sets of answerable questions (docs/retrieval.md)
    "051e2de600e464d2f66052ac018382016233c6b46fc08eef90eb7126144883de": 0.36,
}
"""Best mean MaxSim below which nothing is said to be found, by the digest of the encoder's weights."""


def found(ranked: Sequence[RerankedCandidate], weights_sha256: str) -> bool:
    """Whether the best MaxSim reaches the encoder's floor; an encoder without one refuses nothing."""
    return bool(ranked) and ranked[0].score >= MAX_SIM_FLOORS.get(weights_sha256, -1.0)


def uncalibrated_confidence(candidates: Sequence[Candidate], ranked: Sequence[RerankedCandidate]) -> Confidence:
    """A level from ranks only: medium if retrieval and reranking put the same passage first, else low."""
    agree = bool(ranked) and candidates[0].key == ranked[0].key
    return Confidence(level="medium" if agree else "low", probability=None)
