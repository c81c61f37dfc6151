"""Tokens of a question and a passage."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from embeddings.reader import pair_tokenizer, pair_tokens

MOST = 120


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Tokenizer:
    return pair_tokenizer(Tokenizer.from_file(str(tiny_model / "tokenizer.json")), MOST)


def test_the_tokens_inside_are_those_of_the_text(tokenizer: Tokenizer) -> None:
    text = "It began in March."

    tokens = pair_tokens(tokenizer, "When did it begin?", "Truce", text)

    assert "".join(text[start:end] for start, end in tokens.spans[tokens.inside]) == "ItbeganinMarch."
    assert not tokens.inside[tokens.types == 0].any()


def test_a_long_passage_is_cut_and_the_question_is_not(tokenizer: Tokenizer) -> None:
    question = "When did it begin? " * 2

    tokens = pair_tokens(tokenizer, question, "", "It began in March. " * 200)

    assert len(tokens.ids) == MOST
    assert (tokens.types == 0).sum() == len(tokenizer.encode(question).ids)


def test_a_question_without_end_is_cut_instead_of_the_passage(tokenizer: Tokenizer) -> None:
    tokens = pair_tokens(tokenizer, "when? " * 1000, "", "It began in March.")

    assert len(tokens.ids) <= MOST
    assert "March" in "It began in March."[: tokens.spans[tokens.inside][-1, 1]]
