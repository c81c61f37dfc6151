"""The lexical index against BM25 by hand."""

import math
import random
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from corpus.lexical.analysis import stop_terms, terms
from corpus.lexical.bm25 import MAX_TERMS, SCORE_DECIMALS, Bm25, rounded_length
from corpus.lexical.index import LexicalIndex
from corpus.lexical.part import Accept, Bounds, IndexPart
from corpus.lexical.words import CountedTexts
from corpus.store.filtering.filters import Allowed
from tests.corpus.allowing import Listed, Unlisted
from tests.corpus.samples import UNHURRIED

Hits = list[tuple[int, float]]

TOLERANCE = 1e-3
"""Between 32-bit sums, rounded to four decimals, and those by hand."""

WORDS = ["truce", "gang", "gangs", "2012", "MS-13", "Cerén", "the", "who", "中国", "mayor", "6.6"]

words = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
"""Texts short enough for tantivy to remember their length exactly (it does up to 40 terms)."""

collections = st.dictionaries(st.integers(0, 2**62), words, max_size=25)


def by_hand(passages: Mapping[int, str], parts: Sequence[tuple[str, float]]) -> dict[int, float]:
    """BM25 with k1 1.2 and b 0.75, as Lucene and tantivy count."""
    weights = Counter[str]()
    for text, weight in parts:
        for term in terms(text):
            weights[term] += weight  # type: ignore[assignment]
    weights = Counter({term: w for term, w in weights.items() if term not in stop_terms()}) or weights
    found = {key: Counter(terms(text)) for key, text in passages.items()}
    average = sum(counts.total() for counts in found.values()) / max(1, len(found))
    scores: dict[int, float] = {}
    for term, weight in weights.items():
        having = sum(term in counts for counts in found.values())
        idf = math.log(1 + (len(found) - having + 0.5) / (having + 0.5))
        for key, counts in found.items():
            if term in counts:
                frequency = counts[term]
                saturation = frequency / (frequency + 1.2 * (1 - 0.75 + 0.75 * counts.total() / average))
                scores[key] = scores.get(key, 0.0) + weight * idf * 2.2 * saturation
    return scores


def assert_best(hits: Hits, scores: Mapping[int, float], depth: int) -> None:
    """These are the best of those scores, each with its own, in an order that the scores and keys give."""
    assert len(hits) == min(depth, len(scores))
    assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    assert all(math.isclose(score, scores[key], rel_tol=TOLERANCE, abs_tol=TOLERANCE) for key, score in hits)
    ranked = sorted(scores.values(), reverse=True)[:depth]
    assert [score for _, score in hits] == pytest.approx(ranked, rel=TOLERANCE, abs=TOLERANCE)


@UNHURRIED
@given(collections, words, st.integers(0, 30))
def test_the_search_finds_what_bm25_by_hand_finds(passages: dict[int, str], question: str, depth: int) -> None:
    index = LexicalIndex.in_memory(passages.items())

    assert_best(index.search(question, depth), by_hand(passages, [(question, 1)]), depth)


@UNHURRIED
@given(collections, st.lists(st.tuples(words, st.sampled_from([0.0, 0.3, 0.5, 1.0])), max_size=3))
def test_the_parts_of_a_question_count_with_their_weights(
    passages: dict[int, str], parts: list[tuple[str, float]]
) -> None:
    index = LexicalIndex.in_memory(passages.items())

    assert_best(index.search(parts, 30), by_hand(passages, [part for part in parts if part[1]]), 30)


@UNHURRIED
@given(collections, words, st.integers(1, 30), st.data())
def test_a_restricted_search_finds_exactly_the_best_of_those_allowed(
    passages: dict[int, str], question: str, depth: int, data: st.DataObject
) -> None:
    index = LexicalIndex.in_memory(passages.items())
    known = st.sampled_from(sorted(passages)) if passages else st.nothing()
    allowed = data.draw(st.lists(known | st.integers(0, 2**62)))
    scores = by_hand(passages, [(question, 1)])

    best = {k: s for k, s in scores.items() if k in allowed}

    assert_best(index.search(question, depth, Listed(allowed)), best, depth)
    assert_best(index.search(question, depth, Unlisted(allowed)), best, depth)


@pytest.fixture(scope="module")
def large() -> LexicalIndex:
    """5,000 passages of which each tenth is about a mayor, the more so the later, and all about a truce."""
    return LexicalIndex.in_memory(
        (key, f"truce number {key} " + "of mayors " * (key // 500 if key % 10 == 0 else 0)) for key in range(1, 5001)
    )


@pytest.mark.parametrize("allowed", [range(1, 40), range(1, 400), range(1, 5001, 2), range(4000, 4400), range(1, 5001)])
@pytest.mark.parametrize("question", ["truce", "mayor", "the mayors of the truce", "4321", "mayor number 77"])
@pytest.mark.parametrize("depth", [1, 10, 100, 6000])
def test_filters_of_any_width_leave_as_many_as_there_are(
    large: LexicalIndex, question: str, depth: int, allowed: range
) -> None:
    everything = [hit for hit in large.search(question, 5000) if hit[0] in allowed]

    for passages in (Listed(allowed), Unlisted(allowed)):
        found = large.search(question, depth, passages)
        assert [key for key, _ in found] == [key for key, _ in everything[:depth]]
        assert [score for _, score in found] == pytest.approx([score for _, score in everything[:depth]], rel=1e-4)


def test_equal_scores_go_by_key_even_at_the_border() -> None:
    index = LexicalIndex.in_memory((key, "the same words everywhere") for key in range(300, 0, -1))

    for depth in (1, 7, 100, 299, 300, 400):
        assert [key for key, _ in index.search("same words", depth)] == list(range(1, 301))[:depth]


@UNHURRIED
@given(st.permutations([*(f"truce {word} {word} gang" for word in WORDS), *["truce mayor gang 2012 MS-13"] * 4]))
def test_the_order_does_not_depend_on_the_order_of_ingestion(texts: list[str]) -> None:
    passages = dict(enumerate(texts))
    found = LexicalIndex.in_memory(passages.items()).search("gangs, the mayor and the truce of 2012 with MS-13", 50)

    reference = dict(enumerate(sorted(texts)))
    expected = LexicalIndex.in_memory(reference.items()).search("gangs, the mayor and the truce of 2012 with MS-13", 50)
    assert sorted((-s, passages[k]) for k, s in found) == sorted((-s, reference[k]) for k, s in expected)


ODD = {
    "nothing": "",
    "white space": " \n\t\u2003 ",
    "one letter": "a",
    "one character": "中",
    "a character that no passage has": "龘",
    "punctuation": "?!…—“”",
    "emoji": "🦆🦆 🏳️‍🌈",
    "a NUL": "truce\0truce",
    "half a surrogate pair": "truce \ud83d",
    "query syntax": 'text:truce +gang -mayor ("2012"^2 OR *) AND NOT {a TO b} [1 TO 2] ~2 /x/ \\',
    "operators alone": "AND OR NOT",
    "a long word": "x" * 70_000,
    "many words": " ".join(f"word{at}" for at in range(5000)),
    "one word many times": "truce " * 5000,
    "combining marks alone": "\u0301" * 50,
    "right to left": "\u202eecurt",
}


@pytest.mark.parametrize("question", ODD.values(), ids=ODD)
@pytest.mark.parametrize("allowed", [None, [], [1], [2, 99]])
def test_no_question_is_too_odd(question: str, allowed: list[int] | None) -> None:
    index = LexicalIndex.in_memory([(1, "truce of 2012"), (2, "the gang, a mayor in 中国")])

    passages = None if allowed is None else Listed(allowed)
    found = index.search(question, 10, passages)

    assert set(key for key, _ in found) <= {1, 2} & set(allowed if allowed is not None else (1, 2))
    assert all(score > 0 for _, score in found)
    assert index.search([(question, 1.0), (question, 0.3)], 10, passages) is not None


@UNHURRIED
@given(st.text(st.characters(exclude_categories=())), st.integers(-2, 3))
def test_no_text_raises(text: str, depth: int) -> None:
    index = LexicalIndex.in_memory([(1, text), (2, "truce")])

    assert len(index.search(text, depth)) <= max(depth, 0)


def test_words_that_only_ask_count_where_there_are_no_others() -> None:
    index = LexicalIndex.in_memory([(1, "The Who were a band"), (2, "a truce and a band")])

    assert [key for key, _ in index.search("Who are The Who?", 5)] == [1]
    assert [key for key, _ in index.search("Who made the truce?", 5)] == [2]
    assert [key for key, _ in index.search([("What was that?", 0.3), ("truce", 1.0)], 5)] == [2]


def test_of_a_long_question_the_rare_words_count() -> None:
    common = " ".join(f"common{chr(97 + a)}{chr(97 + b)}" for a in range(10) for b in range(26))
    index = LexicalIndex.in_memory([*((key, common) for key in range(1, 40)), (50, "something rare, unheard")])

    assert len(set(terms(common))) > 3 * MAX_TERMS
    assert index.search(f"{common} something rare, unheard", 1)[0][0] == 50


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    words = CountedTexts([])
    parts = [IndexPart.in_folder(tmp_path, words, []), IndexPart.opened(tmp_path, 0, -1)]
    for index in (LexicalIndex.in_memory([]), *(LexicalIndex(words, [part]) for part in parts)):
        assert len(index) == 0
        assert index.search("truce", 5) == []
        assert index.search("truce", 5, Listed([1])) == []


def test_an_index_grown_in_steps_is_the_one_made_at_once(tmp_path: Path) -> None:
    texts = {key: " ".join(WORDS[(key * step) % len(WORDS)] for step in range(1 + key % 9)) for key in range(400)}
    keys, words, tokens = list(texts), CountedTexts(texts.items()), 0
    for at in range(0, 400, 10):
        part = IndexPart.in_folder(tmp_path, words, keys[at : at + 10], tokens)
        tokens = part.tokens

    grown, at_once = LexicalIndex(words, [part]), LexicalIndex.in_memory(texts.items())
    assert grown.keys() == at_once.keys() == keys
    for question in ("gang truce", "Cerén 2012", "6.6 MS-13 中国 mayors of the gang", "who"):
        for depth in (1, 10, 400):
            assert grown.search(question, depth) == at_once.search(question, depth)


def test_threads_share_an_index() -> None:
    index = LexicalIndex.in_memory((key, f"truce number {key} of {key % 7} gangs") for key in range(500))
    expected = [index.search(f"truce {at}", 20) for at in range(50)]
    seen: list[list[Hits]] = []
    threads = [
        threading.Thread(target=lambda: seen.append([index.search(f"truce {at}", 20) for at in range(50)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [expected] * 4


@given(collections, words, words)
def test_no_passage_scores_above_the_bound(passages: dict[int, str], one: str, other: str) -> None:
    index = LexicalIndex.in_memory(passages.items())
    for question in (one, [(one, 1.0), (other, 0.3)]):
        best = max((score for _, score in index.search(question, 50)), default=0.0)
        assert best <= index.bound(question) + 5e-5  # scores are rounded to four decimals


def test_the_bound_is_nearly_reached_by_a_passage_of_nothing_but_the_question() -> None:
    index = LexicalIndex.in_memory([(1, "truce prison " * 20), (2, "bread"), (3, "bees"), (4, "chess " * 20)])

    [(_, score)] = index.search("the truce in prison", 5)

    assert 0.8 * index.bound("the truce in prison") < score < index.bound("the truce in prison")


def test_a_word_that_no_passage_has_raises_the_bound() -> None:
    index = LexicalIndex.in_memory([(1, "truce"), (2, "bread")])

    assert index.bound("truce quetzal") > index.bound("truce") > 0
    assert index.bound([("truce", 0.5)]) == pytest.approx(index.bound("truce") / 2)


@pytest.mark.parametrize("question", ["", "?!", "🕊", [], [("", 1.0)], [("truce", 0.0)]])
def test_the_bound_of_a_question_without_words_is_nothing(question: str | list[tuple[str, float]]) -> None:
    assert LexicalIndex.in_memory([(1, "truce")]).bound(question) == 0
    assert LexicalIndex.in_memory([]).bound(question) == 0


def test_the_scores_of_given_passages_are_those_of_a_search(large: LexicalIndex) -> None:
    best = large.search("the mayors of the truce", 5000)

    scores = large.scores("the mayors of the truce", [key for key, _ in best[::7]])

    assert scores == pytest.approx(dict(best[::7]), rel=1e-4)


def test_passages_without_a_word_of_the_question_have_no_score(large: LexicalIndex) -> None:
    assert large.scores("mayor", [1, 500]).keys() == {500}
    assert large.scores("quetzal", [1]) == large.scores("mayor", []) == {}


# Indexes of other passages than the snapshot's


class OwnFrequencies(IndexPart):
    """A mutant with tantivy's frequencies in place of the snapshot's."""

    def _query(self, terms: Mapping[str, float], passages: int) -> tantivy.Query | None:
        one_of = [(tantivy.Occur.Should, self._term(term)) for term in terms]
        return tantivy.Query.boolean_query(one_of)


class OwnAverage(IndexPart):
    """A mutant that takes the average length of its passages for that of the snapshot."""

    def proposed(self, bm25: Bm25, depth: int, accept: Accept, allowed: Allowed | None) -> list[Bounds]:
        bm25.average = self.tokens / len(self)
        return super().proposed(bm25, depth, accept, allowed)


def of_others(part: type[IndexPart]) -> tuple[LexicalIndex, LexicalIndex]:
    """An index of 20 passages, made of 620 of which 600 were removed, and one of nothing else.

    The removed ones are long, and have the word that is rare in those that are left.
    """
    kept = {key: "gang " * (1 + key) + "filler " * (20 - key) for key in range(20)} | {20: "truce " + "filler " * 60}
    removed = {key: "truce " + "word " * 200 for key in range(100, 700)}
    everything, snapshot = CountedTexts([*kept.items(), *removed.items()]), CountedTexts(kept.items())
    made = part.in_memory(everything, everything.passage_keys())
    return LexicalIndex(snapshot, [made], foreign=True), LexicalIndex.in_memory(kept.items())


def differ(part: type[IndexPart]) -> bool:
    stale, fresh = of_others(part)
    return any(
        stale.search(question, depth) != fresh.search(question, depth)
        or sorted(stale.matching(question, depth)) != sorted(key for key, _ in fresh.search(question, depth))
        for question in ("truce gang", "gang filler", "truce filler", "gang", "filler")
        for depth in range(1, 22)
    )


def test_removed_passages_change_no_result() -> None:
    assert not differ(IndexPart)


@pytest.mark.parametrize("mutant", [OwnFrequencies, OwnAverage])
def test_the_check_notices_statistics_of_other_passages(mutant: type[IndexPart]) -> None:
    assert differ(mutant)


@UNHURRIED
@given(collections, collections, words, st.integers(1, 12), st.data())
def test_any_parts_give_the_results_of_a_new_index(
    kept: dict[int, str], removed: dict[int, str], question: str, depth: int, data: st.DataObject
) -> None:
    removed = {key: text for key, text in removed.items() if key not in kept}
    border = data.draw(st.integers(0, 2**62))
    everything, snapshot = CountedTexts([*kept.items(), *removed.items()]), CountedTexts(kept.items())
    keys = everything.passage_keys()
    parts = [
        IndexPart.in_memory(everything, [key for key in keys if (key > border) == later]) for later in (False, True)
    ]
    stale, fresh = LexicalIndex(snapshot, parts, foreign=True), LexicalIndex.in_memory(kept.items())
    allowed = data.draw(st.none() | st.lists(st.sampled_from(keys) if keys else st.nothing()).map(Listed))
    expected = fresh.search(question, depth, allowed)
    assert stale.search(question, depth, allowed) == expected
    assert sorted(stale.matching(question, depth, allowed)) == sorted(key for key, _ in expected)
    assert stale.keys() == fresh.keys()
    assert stale.occurring(WORDS, allowed) == fresh.occurring(WORDS, allowed)


# BM25 from the words


def test_scores_are_those_of_tantivy() -> None:
    """Tantivy adds 32-bit floats, so that some differ in the last decimal."""
    chance = random.Random(5)  # noqa: S311
    vocabulary = [f"word{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]
    texts = {
        key: " ".join(chance.choices(vocabulary[: 1 + key % 400], k=chance.randrange(1, 600))) for key in range(2000)
    }
    index, words = LexicalIndex.in_memory(texts.items()), CountedTexts(texts.items())
    compared = different = 0
    for at in range(0, 400, 20):
        question = f"{vocabulary[at]} {vocabulary[(at * 7) % 400]} {vocabulary[at // 2]}"
        bm25 = Bm25(words, question)
        mine = bm25.scores(list(texts))
        theirs = {each.key: (each.low + each.high) / 2 for each in index.parts[0].proposed(bm25, 2000, _all, None)}
        assert mine.keys() == theirs.keys()
        for key, score in mine.items():
            compared += 1
            different += score != round(theirs[key], SCORE_DECIMALS)
            assert score == pytest.approx(theirs[key], abs=1.01e-4)
    assert compared > 5000
    assert different < compared / 100


def _all(keys: Sequence[int]) -> Sequence[bool]:
    return [True] * len(keys)


def test_lengths_are_rounded_as_lucene_rounds_them() -> None:
    assert [rounded_length(length) for length in (0, 1, 39, 40, 41, 42, 100, 1000, 10**6)] == [
        *(0, 1, 39, 40, 40, 42, 96, 984, 983064),
    ]
