"""Training of the question maps."""

import numpy as np
import pytest

from embeddings.encoder.encoder import Encoder
from embeddings.tokens.maxsim import QuestionTokens
from eval.training import maps
from eval.training.mining import MinedPassage, Record
from service.answering import highlight
from service.answering.ranking import maxsim

TEXT = "The mole is long. It began in the spring. Boats lie there."
START = TEXT.index("spring")
RIGHT = MinedPassage("Truce", TEXT, [(START, START + 6)])
WRONG = [MinedPassage("Tides", f"The tide is high on day {day}. It is low at night.") for day in range(4)]
RECORDS = [Record("months", str(n), "Truce", "When did it begin?", [RIGHT], WRONG) for n in range(maps.BATCH)]


@pytest.fixture(scope="module")
def examples(tiny_encoder: Encoder) -> list[maps.Example]:
    return maps.encoded_examples(RECORDS, tiny_encoder, 8)


def test_scores_are_those_of_the_service() -> None:
    assert (maps.HALF_WINDOW, maps.WINDOW, maps.LEXICAL) == (maxsim.HALF_WINDOW, maxsim.WINDOW, maxsim.LEXICAL)
    assert maps.LENGTH_PENALTY == highlight.LENGTH_PENALTY


def test_only_questions_with_an_answer_and_enough_other_passages_are_encoded(tiny_encoder: Encoder) -> None:
    unanswerable = Record("months", "u", "Truce", "When?", [], WRONG)
    few = Record("months", "f", "Truce", "When?", [RIGHT], WRONG[:2])

    assert maps.encoded_examples([unanswerable, few], tiny_encoder, 8) == []


def test_an_example_has_the_answering_passage_first_and_its_sentences(examples: list[maps.Example]) -> None:
    example = examples[0]

    assert len(example.passages) == len(example.lexical) == 5
    assert len(example.sentence_of) == len(example.passages[0])
    assert example.answers.tolist() == [False, True, False]
    assert set(example.sentence_of.tolist()) == {-1, 0, 1, 2}
    assert ((example.lexical >= 0) & (example.lexical <= 1)).all()


def test_max_sim_is_that_of_the_service(examples: list[maps.Example]) -> None:
    import torch

    example = examples[0]
    tokens = torch.from_numpy(example.question)
    found = [float(maps._max_sim(maps._signs(one) @ tokens.T)) for one in example.passages]
    halves, counts = QuestionTokens(example.question).greatest(example.passages, maps.HALF_WINDOW)

    expected = [whole + maps.WINDOW * window for whole, window in zip(*maxsim.max_sims(halves, counts), strict=True)]
    assert found == pytest.approx(expected, abs=1e-4)


def test_training_is_reproducible_and_learns(examples: list[maps.Example], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "RANKING_EPOCHS", 10)
    monkeypatch.setattr(maps, "SENTENCE_EPOCHS", 10)
    first, second = maps.train_maps(examples, 0), maps.train_maps(examples, 0)

    for name in ("ranking", "weight", "sentences"):
        assert (getattr(first, name) == getattr(second, name)).all()
        assert np.isfinite(getattr(first, name)).all()

    def margin(tokens: np.ndarray) -> float:
        halves, counts = QuestionTokens(tokens.astype(np.float32)).greatest(examples[0].passages, maps.HALF_WINDOW)
        whole, window = maxsim.max_sims(halves, counts)
        scores = np.array(whole) + maps.WINDOW * np.array(window)
        return float(scores[0] - scores[1:].max())

    assert margin(first.for_ranking(examples[0].question)) > margin(examples[0].question)
