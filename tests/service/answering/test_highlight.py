"""The best sentence, with similarities made by hand."""

import itertools
import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.encoder.encoder import Encoder
from service.answering.answer import Span
from service.answering.highlight import (
    CREDITS,
    EMPTY_PENALTY,
    LENGTH_PENALTY,
    NON_ANSWER_PENALTY,
    Highlighter,
    best_sentence,
    highlighted,
    sentences_of,
)
from service.answering.sentences import Passage, QuestionWords, is_empty, split_sentences
from tests.corpus.samples import UNHURRIED

Weights = Mapping[str, float | Sequence[float]]
"""Similarity of words to the question's tokens: one figure a token."""


NOTHING = QuestionWords.of("")


def highlight(text: str, weights: Weights, prefix: str = "", language: str | None = None, asked: str = "") -> str:
    """The answer in a passage whose tokens are its words, encoded after a prefix."""
    span = spans_of(text, weights, prefix, language, asked)[-1]
    return text[span.start : span.end]


def spans_of(text: str, weights: Weights, prefix: str = "", language: str | None = None, asked: str = "") -> list[Span]:
    words = list(re.finditer(r"\w+", prefix + text))
    spans = [(-len(prefix), -len(prefix)), *((m.start() - len(prefix), m.end() - len(prefix)) for m in words)]
    rows = [[9.0, 9.0], *(np.broadcast_to(weights.get(m[0], 0.0), 2) for m in words)]  # 9: a special token
    sentences = sentences_of(Passage(text, language=language), np.array(spans))
    return highlighted(sentences, np.array(rows, dtype=np.float32), QuestionWords.of(asked))


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
    assert spans_of("It is so. It is so. It is so.", {"so": 0.5}) == [Span(0, 9)]


def test_what_is_said_is_preferred_to_what_is_asked() -> None:
    text = "When did the truce begin? I would rather not say."

    assert highlight(text, {"truce": 0.9, "begin": 0.9, "say": -0.5}) == "I would rather not say."


@pytest.mark.parametrize("question", ["When?", "“When?”", '"When?"', "いつ？", "متى؟", "¿Cuándo?"])
def test_questions_are_known_by_their_mark(question: str) -> None:
    word = re.findall(r"\w+", question)[0]

    assert highlight(f"{question} Later the mill burned.", {word: 1.0, "Later": 0.1}) == "Later the mill burned."


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
    text = "Café 🦜🦜 e\u0301 Ñandú 👨‍👩‍👧. Ñico habló en marzo. 🦜 fin."

    assert highlight(text, {"marzo": 0.5}) == "Ñico habló en marzo."


def test_white_space_around_a_sentence_is_left_out() -> None:
    text = "One.\n\n   Two is here. \t\n\nThree."

    assert highlight(text, {"Two": 1.0}) == "Two is here."


@pytest.mark.parametrize("text", ["One sentence without an end", "One sentence.", "🦜", "a"])
def test_a_passage_of_one_sentence_is_its_own_highlight(text: str) -> None:
    assert highlight(text, {"One": 0.1}) == text


@pytest.mark.parametrize("text", ["🦜 🦜. 🦜!", "…", "— . — ."])
def test_a_passage_without_tokens_is_highlighted_whole(text: str) -> None:
    assert spans_of(text, {}) == [Span(0, len(text))]


def test_sentences_without_tokens_are_passed_over() -> None:
    assert highlight("🦜🦜. Said with words. …!", {"words": -0.9}) == "Said with words."


def test_the_documents_language_says_where_sentences_end() -> None:
    text = "Habló el Sr. Lara en marzo. Luego no."

    assert highlight(text, {"Lara": 0.5}, language="es-SV") == "Habló el Sr. Lara en marzo."


# What heads a sentence counts for it


def test_the_text_below_the_heading_that_repeats_the_question_answers_it() -> None:
    text = "## Opening of the weir\n\nAt dawn.\n\n## Price of the rye\n\nTwo francs."
    weights = {"Opening": 0.9, "weir": 0.9, "Price": 0.1, "dawn": 0.05, "francs": 0.1}

    assert highlight(text, weights) == "At dawn."


def test_a_match_of_its_own_counts_more_than_one_of_the_heading() -> None:
    text = "## The weir\n\nIt leaks.\n\n## The pond\n\nIn it is the old weir."

    assert highlight(text, {"weir": 0.8}) == "In it is the old weir."


def test_an_answer_has_the_match_of_the_question_above_it() -> None:
    text = "Who built the weir?\n\nAda Toll.\n\nIt is of stone, and the pond is of clay."

    assert highlight(text, {"built": 0.9, "weir": 0.9, "stone": 0.2, "Ada": 0.1}) == "Ada Toll."


# Several spans


def test_a_row_is_highlighted_below_the_header_of_its_table() -> None:
    text = "The fees of the mill are these.\n\n| Grain | Fee |\n|---|---|\n| Rye | 3 |\n| Oats | 4 |"

    spans = spans_of(text, {"Oats": 0.9, "Fee": 0.5})

    assert [text[span.start : span.end] for span in spans] == ["| Grain | Fee |", "| Oats | 4 |"]


def test_an_item_is_highlighted_below_its_lead_in() -> None:
    text = "Bring with you:\n\n- a sack\n- a cord\n\nThe mill opens at six in the morning."

    spans = spans_of(text, {"cord": 0.9})

    assert [text[span.start : span.end] for span in spans] == ["Bring with you:", "- a cord"]


def test_a_sentence_below_a_heading_is_highlighted_alone() -> None:
    assert spans_of("# Fees\n\nTwo francs a sack.", {"francs": 0.9}) == [Span(8, 26)]


# What the question insists on


def test_the_year_of_the_question_decides() -> None:
    text = "In 1911 the mill ground rye for the whole valley. In 1912 the mill ground oats."
    weights = {"1911": 0.9, "mill": 0.5, "1912": 0.8}

    assert highlight(text, weights) == "In 1911 the mill ground rye for the whole valley."
    assert highlight(text, weights, asked="What did the mill grind in 1912?") == "In 1912 the mill ground oats."


def test_a_sentence_has_the_year_of_its_heading() -> None:
    text = "## 1911\n\nThe mill ground rye for the valley.\n\n## 1912\n\nThe mill ground oats for the valley."
    answer = highlight(text, {"rye": 0.2, "mill": 0.5}, asked="What did the mill grind in 1912?")

    assert answer == "The mill ground oats for the valley."


def test_the_row_with_the_words_of_the_question_decides() -> None:
    text = "Upper weir: 2 m\nLower weir: 3 m\nMill pond: 5 m"
    weights = {"Upper": 0.6, "Lower": 0.55, "weir": 0.5}

    assert highlight(text, weights) == "Upper weir: 2 m"
    assert highlight(text, weights, asked="How deep is the lower weir?") == "Lower weir: 3 m"


def test_a_sentence_that_repeats_the_question_is_passed_over() -> None:
    text = "The rye of the valley is ground at the mill. Ada does it by night."
    weights = {"rye": 0.9, "valley": 0.9, "ground": 0.9, "Ada": 0.1}
    asked = "Who ground the rye of the valley at the mill?"

    assert highlight(text, weights, asked=asked) == "Ada does it by night."
    assert highlight(text[:44], weights, asked=asked) == text[:44]
    assert highlight(text, weights, asked=asked.replace("Who", "Is")) == text[:44]


def by_hand(text: str, spans: Sequence[tuple[int, int]], similarities: NDArray[np.float32]) -> Span:
    """The same, sentence by sentence, as one would write it down."""
    passage = Passage(text)
    sentences = split_sentences(passage)
    tokens = {
        at: inside
        for at, one in enumerate(sentences)
        if (inside := [n for n, (a, b) in enumerate(spans) if one.span.start <= a < b <= one.span.end and b > 0])
    }

    def matches(at: int, generations: int) -> NDArray[np.float32]:
        own: NDArray[np.float32] = np.sqrt(np.clip(similarities[tokens[at]].max(axis=0), 0, 1))
        head = sentences[at].head
        if head == at or head not in tokens or not generations:
            return own
        below: NDArray[np.float32] = np.maximum(
            own, np.float32(CREDITS.get(sentences[head].kind, 0)) * matches(head, generations - 1)
        )
        return below

    found = [(-np.inf, 0, Span(0, len(text)))]
    for at in tokens:
        span = sentences[at].span
        beside = NON_ANSWER_PENALTY * (not sentences[at].kind.answers)
        beside += EMPTY_PENALTY * is_empty(passage, sentences, at)
        score = float(matches(at, 2).mean()) - LENGTH_PENALTY * math.log(span.end - span.start) - beside
        found.append((score, -at, span))
    return max(found, key=lambda one: one[:2])[2]


parts = st.sampled_from(["Word ", "Is it? ", "# Head\n", "\n\n", "  ", "end. ", "é", "停戦。", "\u3000", "A. ", "a:\n"])


@UNHURRIED
@given(st.lists(parts, max_size=30).map("".join), st.lists(st.integers(-9, 99), max_size=60), st.data())
def test_the_best_sentence_is_the_one_found_by_hand(text: str, borders: list[int], data: st.DataObject) -> None:
    spans = [(a, a + b % 5) for a, b in zip(sorted(borders), borders, strict=True)] or [(0, 0)]
    spans = data.draw(st.permutations(spans)) if data.draw(st.booleans()) else spans
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    similarities = rng.uniform(-1, 1, size=(len(spans), data.draw(st.integers(1, 40)))).astype(np.float32)

    sentences = sentences_of(Passage(text, language="en"), np.array(spans))
    best = best_sentence(sentences, similarities, NOTHING)

    chosen = Span(0, len(text)) if best is None else sentences.sentences[best].span
    assert chosen == by_hand(text, spans, similarities)


def test_a_passage_seen_before_is_highlighted_as_if_it_were_new(tiny_encoder: Encoder) -> None:
    text, title, rng = "One was here. Two was not. And three?", "Counting", np.random.default_rng(1)
    tokens = len(tiny_encoder.token_spans(f"{title}. {text}"))
    remembering = Highlighter(tiny_encoder, 16)

    for similarities in rng.uniform(-1, 1, size=(20, tokens, 5)).astype(np.float32):
        new = Highlighter(tiny_encoder, 16).highlight(Passage(text, title), similarities, NOTHING)
        assert remembering.highlight(Passage(text, title), similarities, NOTHING) == new


@UNHURRIED
@given(st.text(alphabet="ab .?!\n\té🦜#“”", min_size=1), st.text(alphabet="xé🦜 ", max_size=9))
def test_a_highlight_is_always_a_trimmed_part_of_the_passage(text: str, prefix: str) -> None:
    text = text.strip() or "a"
    spans = spans_of(text, {"a": 0.3, "b": 0.2}, prefix)

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    shown = [text[span.start : span.end] for span in spans]
    assert shown == [part.strip() for part in shown]
