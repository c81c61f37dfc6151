"""Pairs and batches of the reader's training."""

import random
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from embeddings.reader import pair_tokenizer
from eval.training.batches import MAX_TOKENS, batches, encoded, pairs_of
from eval.training.mining import MinedPassage, Record

NEGATIVES = [MinedPassage("Tides", f"The tide is high at {hour}.") for hour in range(6)]
POSITIVE = MinedPassage("Truce", "It began in March.", [(12, 17)])
ANSWERED = Record("set", "1", "Truce", "When did it begin?", [POSITIVE], NEGATIVES)
UNANSWERED = Record("set", "2", "Truce", "When did it end?", [], NEGATIVES)


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Tokenizer:
    return pair_tokenizer(Tokenizer.from_file(str(tiny_model / "tokenizer.json")), MAX_TOKENS)


def test_the_tokens_of_the_answer_are_marked(tokenizer: Tokenizer) -> None:
    passage = POSITIVE

    pair = encoded(tokenizer, ANSWERED.question, passage)

    marked = [passage.text[start:end] for start, end in pair.tokens.spans[pair.answers]]
    assert "".join(marked) == "March"


def test_without_an_answer_the_first_token_is_marked(tokenizer: Tokenizer) -> None:
    pair = encoded(tokenizer, UNANSWERED.question, NEGATIVES[0])

    assert [at for at, held in enumerate(pair.answers) if held] == [0]


def test_an_answer_competes_with_a_hard_negative() -> None:
    pairs = pairs_of(ANSWERED, random.Random(0))  # noqa: S311

    assert [pair.competes for pair in pairs[:2]] == [True, True]
    assert pairs[0].passage == POSITIVE
    assert pairs[1].passage in NEGATIVES[:4]
    assert all(not pair.passage.spans for pair in pairs[1:])


def test_near_misses_are_drawn() -> None:
    record = Record("set", "3", "Truce", "What began in 2012?", [POSITIVE], NEGATIVES)

    questions = [pair.question for seed in range(40) for pair in pairs_of(record, random.Random(seed))[2:]]  # noqa: S311

    assert len(set(questions)) > 2


def test_a_question_about_rows_is_not_altered() -> None:
    rows = MinedPassage("Tides", "2012: noon\n2013: one\n2014: two", [(0, 10)])
    record = Record("set", "4", "Tides", "When was the tide in 2012?", [rows], NEGATIVES)

    pairs = [pair for seed in range(40) for pair in pairs_of(record, random.Random(seed))]  # noqa: S311

    assert {pair.question.rstrip("?") for pair in pairs} == {"When was the tide in 2012"}


def test_an_unanswerable_question_has_no_answer_in_its_best_passages() -> None:
    assert [(pair.passage, pair.competes) for pair in pairs_of(UNANSWERED, random.Random(0))] == [  # noqa: S311
        (NEGATIVES[0], False),
        (NEGATIVES[1], False),
    ]


def test_batches_hold_all_records_within_the_limit(tokenizer: Tokenizer) -> None:
    made = list(batches([ANSWERED] * 30 + [UNANSWERED] * 30, tokenizer, 256, seed=1))

    assert all(batch.ids.numel() <= 256 for batch in made)
    assert sum(len(batch.contests) for batch in made) == 30
    assert sum(int(batch.answers[:, 0].sum()) for batch in made) >= 90
    for batch in made:
        assert torch.equal(batch.mask.bool().sum(1), (batch.ids != 0).sum(1))
        for first, second in batch.contests:
            assert not batch.answers[first, 0]
            assert batch.answers[second, 0]


def test_the_order_depends_on_the_seed_alone(tokenizer: Tokenizer) -> None:
    records = [ANSWERED, UNANSWERED] * 20

    one, same, other = ([batch.ids.tolist() for batch in batches(records, tokenizer, 256, seed)] for seed in (1, 1, 2))

    assert one == same != other
