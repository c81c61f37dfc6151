"""Found or not, and how sure, before anything is calibrated."""

import numpy as np
import pytest

from embeddings import Encoder
from service.answer import Confidence
from service.answering.candidates import Candidate
from service.answering.confidence import MAX_SIM_FLOORS, found, uncalibrated_confidence
from service.answering.reranking import RerankedCandidate

[MEASURED] = MAX_SIM_FLOORS
NOTHING = np.zeros((1, 1), dtype=np.float32)


def ranked(*scores: float) -> list[RerankedCandidate]:
    return [RerankedCandidate(key, score, NOTHING) for key, score in enumerate(scores, start=1)]


@pytest.mark.parametrize(("best", "answer"), [(0.37, True), (0.36, True), (0.359999, False), (-0.5, False)])
def test_the_best_passage_must_reach_the_measured_floor(best: float, answer: bool) -> None:
    assert found(ranked(best, -0.9), MEASURED) is answer


def test_an_encoder_that_was_not_measured_refuses_nothing() -> None:
    assert found(ranked(-1.0), "0" * 64)


def test_nothing_ranked_is_nothing_found() -> None:
    assert not found([], MEASURED)
    assert not found([], "0" * 64)


def test_the_measured_encoder_is_the_default_one(default_encoder: Encoder) -> None:
    assert default_encoder.weights_sha256 == MEASURED


def test_retrieval_and_reranking_of_one_mind_are_medium() -> None:
    candidates = [Candidate(1, 0.9), Candidate(2, 0.8)]

    assert uncalibrated_confidence(candidates, ranked(0.7, 0.6)) == Confidence("medium", None)


def test_retrieval_and_reranking_of_two_minds_are_low() -> None:
    candidates = [Candidate(2, 0.9), Candidate(1, 0.8)]

    assert uncalibrated_confidence(candidates, ranked(0.7, 0.6)) == Confidence("low", None)


def test_nothing_found_is_low() -> None:
    assert uncalibrated_confidence([], []) == Confidence("low", None)
