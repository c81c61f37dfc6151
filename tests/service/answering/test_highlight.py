"""The best sentence, with similarities made by hand."""

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.text.sentences import sentence_spans
from embeddings.encoder.encoder import Encoder
from service.answering.answer import Span
from service.answering.highlight import (
    HEADING,
    LENGTH_PENALTY,
    NON_ANSWER_PENALTY,
    QUESTION_MARKS,
    Highlighter,
    best_sentence,
    sentences_of,
)

Weights = Mapping[str, float | Sequence[float]]
"""Similarity of words to the question's tokens: one figure a token."""


def highlight(text: str, weights: Weights, prefix: str = "", language: str | None = None) -> str:
    """The highlighted words of a passage whose tokens are its words, encoded after a prefix."""
    span = span_of(text, weights, prefix, language)
    return text[span.start : span.end]


def span_of(text: str, weights: Weights, prefix: str = "", language: str | None = None) -> Span:
    words = list(re.finditer(r"\w+", prefix + text))
    spans = [(-len(prefix), -len(prefix)), *((m.start() - len(prefix), m.end() - len(prefix)) for m in words)]
    rows = [[9.0, 9.0], *(np.broadcast_to(weights.get(m[0], 0.0), 2) for m in words)]  # 9: a special token
    return best_sentence(sentences_of(text, language, np.array(spans)), np.array(rows, dtype=np.float32))


def test_the_sentence_with_the_best_word_is_chosen() -> None:
    text = "Nothing here. The truce began in March. Nothing there."

    assert highlight(text, {"March": 0.9, "there": 0.5}) == "The truce began in March."


def test_the_mean_over_the_questions_tokens_decides() -> None:
    text = "One knows when. Another knows both."

    assert highlight(text, {"when": [1.0, 0.0], "both": [0.6, 0.6]}) == "Another knows both."


def test_the_words_of_one_sentence_do_not_count_for_the_next() -> None:
    text = "One knows when. Another knows where. A third knows nothing."

    assert highlight(text, {"when": [1.0, 0.0], "where": [0.0, 0.9]}) == "One knows when."


def test_only_the_best_word_for_each_token_counts() -> None:
    text = "Fair fair fair fair fair. Good and five other words of no use at all."

    assert highlight(text, {"fair": 0.5, "Fair": 0.5, "Good": 0.6}) == text[26:]


def test_of_equal_sentences_the_first_is_chosen() -> None:
    assert highlight("It is so. It is so. It is so.", {"so": 0.5}) == "It is so."
    assert span_of("It is so. It is so. It is so.", {"so": 0.5}) == Span(0, 9)


def test_what_is_said_is_preferred_to_what_is_asked() -> None:
    text = "When did the truce begin? I would rather not say."

    assert highlight(text, {"truce": 0.9, "begin": 0.9, "say": -0.5}) == "I would rather not say."


@pytest.mark.parametrize("question", ["When?", "“When?”", '"When?"', "いつ？", "متى؟", "¿Cuándo?"])
def test_questions_are_known_by_their_mark(question: str) -> None:
    word = re.findall(r"\w+", question)[0]

    assert highlight(f"{question} Later it was.", {word: 1.0, "Later": 0.1}) == "Later it was."


def test_of_nothing_but_questions_the_best_is_chosen() -> None:
    assert highlight("Who? When did it begin? Why?", {"begin": 0.3}) == "When did it begin?"


def test_a_heading_is_chosen_only_where_nothing_else_is_said() -> None:
    assert highlight("## When the truce began\n\nIn March.", {"truce": 0.9, "March": 0.1}) == "In March."
    assert highlight("## When the truce began", {"truce": 0.9}) == "## When the truce began"


@pytest.mark.parametrize("prefix", ["", "The truce. ", "Tregua 🦜 é: qué pasó. "])
def test_a_prefix_shifts_nothing_and_is_never_highlighted(prefix: str) -> None:
    text = "First this. Then the talks began. Then that."
    weights = {"talks": 0.5, "truce": 1.0, "Tregua": 1.0, "pasó": 1.0}

    assert highlight(text, weights, prefix) == "Then the talks began."


def test_accents_and_emoji_before_the_answer_shift_nothing() -> None:
    text = "Café 🦜🦜 e\u0301 Ñandú 👨‍👩‍👧. Él habló en marzo. 🦜 fin."

    assert highlight(text, {"marzo": 0.5}) == "Él habló en marzo."


def test_white_space_around_a_sentence_is_left_out() -> None:
    text = "One.\n\n   Two is here. \t\n\nThree."

    assert highlight(text, {"Two": 1.0}) == "Two is here."


@pytest.mark.parametrize("text", ["One sentence without an end", "One sentence.", "🦜", "a"])
def test_a_passage_of_one_sentence_is_its_own_highlight(text: str) -> None:
    assert highlight(text, {"One": 0.1}) == text


@pytest.mark.parametrize("text", ["🦜 🦜. 🦜!", "…", "— . — ."])
def test_a_passage_without_tokens_is_highlighted_whole(text: str) -> None:
    assert span_of(text, {}) == Span(0, len(text))


def test_sentences_without_tokens_are_passed_over() -> None:
    assert highlight("🦜🦜. Said with words. …!", {"words": -0.9}) == "Said with words."


def test_the_documents_language_says_where_sentences_end() -> None:
    text = "Habló el Sr. Lara en marzo. Luego no."

    assert highlight(text, {"Lara": 0.5}, language="es-SV") == "Habló el Sr. Lara en marzo."


def by_hand(text: str, spans: Sequence[tuple[int, int]], similarities: NDArray[np.float32]) -> Span:
    """The same, sentence by sentence, as one would write it down."""
    found = [(-np.inf, 0, Span(0, len(text)))]
    for at, (start, end) in enumerate(sentence_spans(text)):
        sentence = text[start:end].strip()
        tokens = [token for token, (a, b) in enumerate(spans) if start <= a < b <= end and b > 0]
        if sentence and tokens:
            met = np.sqrt(np.clip(similarities[tokens].max(axis=0), 0, 1))
            beside = NON_ANSWER_PENALTY * (sentence.endswith(QUESTION_MARKS) or sentence.startswith(HEADING))
            score = float(met.mean()) - LENGTH_PENALTY * math.log(len(sentence)) - beside
            lead = start + text[start:end].index(sentence)
            found.append((score, -at, Span(lead, lead + len(sentence))))
    return max(found, key=lambda one: one[:2])[2]


parts = st.sampled_from(["Word ", "Is it? ", "# Head\n", "\n\n", "  ", "end. ", "é", "停戦。", "\u3000", "A. "])


@given(st.lists(parts, max_size=30).map("".join), st.lists(st.integers(-9, 99), max_size=60), st.data())
def test_the_best_sentence_is_the_one_found_by_hand(text: str, borders: list[int], data: st.DataObject) -> None:
    spans = [(a, a + b % 5) for a, b in zip(sorted(borders), borders, strict=True)] or [(0, 0)]
    spans = data.draw(st.permutations(spans)) if data.draw(st.booleans()) else spans
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    similarities = rng.uniform(-1, 1, size=(len(spans), data.draw(st.integers(1, 40)))).astype(np.float32)

    found = best_sentence(sentences_of(text, "en", np.array(spans)), similarities)

    assert found == by_hand(text, spans, similarities)


def test_a_passage_seen_before_is_highlighted_as_if_it_were_new(tiny_encoder: Encoder) -> None:
    text, title, rng = "One was here. Two was not. And three?", "Counting", np.random.default_rng(1)
    tokens = len(tiny_encoder.token_spans(f"{title}. {text}"))
    remembering = Highlighter(tiny_encoder, 16)

    for similarities in rng.uniform(-1, 1, size=(20, tokens, 5)).astype(np.float32):
        new = Highlighter(tiny_encoder, 16).highlight(text, title, None, similarities)
        assert remembering.highlight(text, title, None, similarities) == new


@given(st.text(alphabet="ab .?!\n\té🦜#“”", min_size=1), st.text(alphabet="xé🦜 ", max_size=9))
def test_a_highlight_is_always_a_trimmed_part_of_the_passage(text: str, prefix: str) -> None:
    text = text.strip() or "a"
    span = span_of(text, {"a": 0.3, "b": 0.2}, prefix)

    assert 0 <= span.start < span.end <= len(text)
    highlighted = text[span.start : span.end]
    assert highlighted == highlighted.strip()
    inside = [(a, b) for a, b in sentence_spans(text) if a <= span.start and span.end <= b]
    assert inside or span == Span(0, len(text))
