"""Answers with question maps."""

from collections.abc import Mapping

import numpy as np
import pytest

from embeddings.tokens import QuestionMaps
from service.answering.answer import Turn
from service.answering.pipeline import Pipeline
from service.opening import make_pipeline
from tests.service.answering.conftest import Over

TEXTS: Mapping[str, str] = {
    "mole.txt": "The mole is made of stone from the quarry. It is 412 metres long.",
    "pier.txt": "The pier is made of larch from the island. It is 90 metres long.",
}
QUESTION = "Which stone is the mole made of?"
HISTORY = [Turn("user", QUESTION), Turn("assistant", "The mole is made of stone.")]


@pytest.fixture(scope="module")
def plain(over: Over) -> Pipeline:
    own = over(TEXTS)
    return Pipeline(own.library, own.settings)


def mapped(pipeline: Pipeline, sign: int) -> Pipeline:
    same = np.eye(384, dtype=np.float32)
    maps = QuestionMaps("tested", sign * same, np.zeros(384, dtype=np.float32), same)
    return Pipeline(pipeline.library, pipeline.settings, maps=maps)


def test_maps_that_change_nothing_change_no_answer(plain: Pipeline) -> None:
    expected, found = plain.ask(QUESTION), mapped(plain, 1).ask(QUESTION)

    assert [(p.id, p.highlights) for p in found.passages] == [(p.id, p.highlights) for p in expected.passages]
    assert [p.score for p in found.passages] == pytest.approx([p.score for p in expected.passages], abs=1e-4)


def test_scores_are_those_of_the_mapped_question(plain: Pipeline) -> None:
    assert mapped(plain, -1).ask(QUESTION).passages[0].score < plain.ask(QUESTION).passages[0].score - 0.1


def test_a_question_read_with_earlier_ones_is_compared_as_it_is(plain: Pipeline) -> None:
    follow_up = "And how long is it?"

    expected = plain.ask(follow_up, history=HISTORY).passages
    assert [p.score for p in mapped(plain, -1).ask(follow_up, history=HISTORY).passages] == [p.score for p in expected]


def test_a_calibration_of_scores_without_the_maps_is_not_used(plain: Pipeline) -> None:
    assert make_pipeline(plain.settings, plain.library).calibration is not None
    assert mapped(plain, 1).scoring == "maxsim-1+maps-tested"
    assert mapped(plain, 1).calibration is None


def test_the_service_uses_the_maps_of_the_default_encoder(plain: Pipeline) -> None:
    maps = make_pipeline(plain.settings, plain.library).maps

    assert maps is not None
    assert maps.version in make_pipeline(plain.settings, plain.library).scoring
