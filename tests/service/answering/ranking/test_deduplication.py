"""Folding and spreading, by hand."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.answering.ranking.deduplication import CLOSE_SCORES, Folding, Result, crowded, needed, spread
from service.answering.ranking.reranking import RerankedCandidate

ALIKE = (1.0, 0.0)

TRUCE = (
    "The truce between the two gangs began in March 2012, when thirty of their leaders were moved to prisons with fewer"
    " guards. In the fifteen months that followed, homicides fell by half. The government denied that it had had any"
    " part in it, and later that it had known."
)
FELL = "In the fifteen months that followed, homicides fell by half."
MENU = "Home | News | Opinion | Share this: Facebook Twitter. "


def ranked(*scores: float) -> list[RerankedCandidate]:
    return [RerankedCandidate(key, score, score) for key, score in enumerate(scores, start=1)]


def folded(
    texts: Sequence[str], highlight: str | None = None, vectors: Sequence[Sequence[float]] = (), k: int = 5
) -> list[str]:
    """The keys of each result with its duplicates (`1+2`), of texts in falling order and one highlight for all."""
    folding = Folding(
        ranked(*np.linspace(0.9, 0.1, len(texts))),
        unit(vectors or [ALIKE] * len(texts)),
        lambda candidate: texts[candidate.key - 1],
        lambda candidate: texts[candidate.key - 1] if highlight is None else highlight,
        k,
    )
    return keys_of(list(folding))


def keys_of(results: Sequence[Result]) -> list[str]:
    return ["+".join(str(c.key) for c in (result.candidate, *result.duplicates)) for result in results]


def unit(vectors: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    rows = np.array(vectors, dtype=np.float32).reshape(-1, 2)
    normalised: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normalised


def test_copies_take_one_place() -> None:
    assert folded([TRUCE, "Bread is baked.", TRUCE, TRUCE]) == ["1+3+4", "2"]


@given(st.lists(st.sampled_from([(1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)]), max_size=40), st.integers(1, 30))
def test_no_more_is_read_than_what_is_said_to_be_needed(directions: list[tuple[float, float]], k: int) -> None:
    vectors, read = unit(directions), set()

    def text_of(candidate: RerankedCandidate) -> str:
        read.add(candidate.key)
        return f"Nobody says {candidate.key} but this one."

    folding = Folding(ranked(*np.linspace(0.9, 0.1, len(vectors))), vectors, text_of, text_of, k)
    results = list(islice(folding, k))
    folding.complete(results)

    assert len(results) == min(k, len(vectors))
    assert read <= {rank + 1 for rank in needed(vectors, k)}


words = st.sampled_from(["one two three four five", "six seven eight nine ten", "and so on and on", "Café ² x"])
passages = st.tuples(st.lists(words, min_size=1, max_size=3).map(". ".join), st.sampled_from([(1.0, 0.0), (0.0, 1.0)]))


@given(st.lists(passages, max_size=30), st.integers(1, 30), st.integers(1, 4))
def test_the_first_results_and_all_their_duplicates_are_the_same_however_many_are_found(
    drawn: list[tuple[str, tuple[float, float]]], k: int, every: int
) -> None:
    def folding() -> Folding:
        return Folding(
            ranked(*np.linspace(0.9, 0.1, len(drawn))),
            unit([vector for _, vector in drawn]),
            lambda c: drawn[c.key - 1][0],
            lambda c: drawn[c.key - 1][0][:8],
            k,
        )

    some = folding()
    chosen = list(islice(some, k))[::every]
    some.complete(chosen)

    assert keys_of(chosen) == keys_of(list(folding())[:k:every])


@pytest.mark.parametrize(
    "copy",
    [
        TRUCE.upper(),
        TRUCE.replace(" ", "\n"),
        TRUCE.replace(" ", "\N{NO-BREAK SPACE}"),
        "“" + TRUCE.replace(", ", " — ") + "”",
        TRUCE.replace("In the fifteen", "**In the fifteen").replace("by half.", "by half.**"),
    ],
    ids=["case", "lines", "spaces", "punctuation", "markdown"],
)
def test_how_a_copy_is_set_does_not_matter(copy: str) -> None:
    assert folded([TRUCE, copy], FELL) == ["1+2"]


@pytest.mark.parametrize(
    "copy",
    [MENU + TRUCE, TRUCE[20:], TRUCE[:-60], TRUCE[40:] + " " + "Then the killing began again, worse than before."],
    ids=["menu before", "begins later", "ends before", "goes on"],
)
def test_copies_that_are_cut_at_other_places_are_folded(copy: str) -> None:
    assert folded([TRUCE, copy], FELL) == ["1+2"]


def test_a_copy_that_lacks_the_words_that_answer_stays() -> None:
    assert folded([TRUCE, TRUCE.replace(FELL, "")], FELL) == ["1", "2"]


def test_what_only_quotes_the_words_that_answer_stays() -> None:
    quoting = (
        f"“{FELL}” So the minister told parliament on Tuesday, and nobody there would believe a word of what he said."
    )

    assert folded([TRUCE, quoting], FELL) == ["1", "2"]


@pytest.mark.parametrize(
    ("figure", "other"),
    [
        ("1,200", "1,300"),
        ("1,200", "12,00"),
        ("6.6", "66"),
        ("5", "50"),
        ("5%", "5"),
        ("$5", "€5"),
        ("+5", "-5"),
        ("10²", "102"),
        ("5", "five"),
    ],
)
def test_statistics_that_differ_in_a_figure_stay(figure: str, other: str) -> None:
    report = "In {} the police counted {} homicides in the department, as the ministry of justice and security reports."
    texts = [report.format(2012, figure), report.format(2012, other)]

    assert folded(texts) == ["1", "2"]
    assert folded([report.format(2012, figure), report.format(2013, figure)]) == ["1", "2"]


def test_statistics_that_differ_beside_the_words_that_answer_are_folded() -> None:
    assert folded([TRUCE, TRUCE.replace("thirty", "forty")], FELL) == ["1+2"]


def test_another_inflection_of_the_words_that_answer_is_not_the_same() -> None:
    assert folded([TRUCE, TRUCE.replace("followed", "follow")], FELL) == ["1", "2"]


def test_half_a_word_is_not_the_word() -> None:
    assert folded([TRUCE, TRUCE.replace("by half", "by halfpence")], "homicides fell by half") == ["1", "2"]


def test_passages_with_unlike_vectors_are_not_compared() -> None:
    assert folded([TRUCE, TRUCE], FELL, vectors=[(1, 0), (0, 1)]) == ["1", "2"]


def test_a_duplicate_is_one_of_the_result_itself_and_not_of_its_duplicates() -> None:
    """What the third shares with the second but not with the first could not be cited for the first's words."""
    words = [f"word{at}" for at in range(60)]
    first, second, third = (" ".join(words[at : at + 40]) for at in (0, 10, 20))

    assert folded([first, second, third], " ".join(words[20:22])) == ["1+2", "3"]


@pytest.mark.parametrize("text", ["🕊", "?!", "…", "停戦", "x", "a b"])
def test_passages_of_next_to_no_words_are_folded_only_if_they_are_the_same(text: str) -> None:
    assert folded([text, text]) == ["1+2"]
    assert folded([text, "🦜"]) == ["1", "2"]
    assert folded([text, "—"]) == ["1", "2"]


def test_a_highlight_without_words_is_found_again() -> None:
    assert folded([f"{TRUCE} 🕊 So it was.", f"{TRUCE} 🕊 So it was."], "🕊") == ["1+2"]


def test_nothing_folded_is_nothing() -> None:
    folding = Folding([], unit([]), lambda _: "", lambda _: "", 5)

    assert list(folding) == []
    folding.complete([])


def test_beyond_the_results_that_are_wanted_copies_are_folded_only_under_these() -> None:
    different = [f"{TRUCE} Number {at} {'x' * at}." for at in range(25)]
    every = [*different, TRUCE + " Last.", TRUCE + " Last.", different[0]]
    alone = [[np.cos(at), np.sin(at)] for at in range(25)]

    few, many = (folded(every, vectors=[*alone, ALIKE, ALIKE, alone[0]], k=k) for k in (5, 30))

    assert few == ["1+28", *map(str, range(2, 28))]
    assert many == ["1+28", *map(str, range(2, 26)), "26+27"]


texts = st.lists(st.sampled_from(["a", "b", "c 1", "c 2", "🕊", "", "?"]), max_size=6).map(" ".join)
angles = st.integers(0, 7).map(lambda eighth: (np.cos(np.pi * eighth / 8), np.sin(np.pi * eighth / 8)))


@given(st.lists(st.tuples(texts, angles, st.booleans()), max_size=15))
def test_every_candidate_comes_once_as_a_result_or_as_a_duplicate_of_a_better_one(
    drawn: Sequence[tuple[str, Sequence[float], bool]],
) -> None:
    candidates = ranked(*(1 - at / 100 for at in range(len(drawn))))

    results = list(
        Folding(
            candidates,
            unit([vector for _, vector, _ in drawn]),
            lambda c: drawn[c.key - 1][0],
            lambda c: drawn[c.key - 1][0][: None if drawn[c.key - 1][2] else 1],
            5,
        )
    )

    assert sorted(c.key for r in results for c in (r.candidate, *r.duplicates)) == [c.key for c in candidates]
    in_order = [r.candidate.key for r in results]
    assert in_order == sorted(in_order)
    for result in results:
        keys = [result.candidate.key, *(c.key for c in result.duplicates)]
        assert keys == sorted(keys)


def spread_out(scores: Sequence[float], documents: Sequence[int], per_document: int) -> list[int]:
    """The keys after spreading; the first candidate's is 1."""
    results = [Result(candidate) for candidate in ranked(*scores)]
    return [r.candidate.key for r in spread(results, lambda c: documents[c.key - 1], per_document)]


def test_a_document_makes_room_for_others_that_score_close() -> None:
    assert spread_out([0.50, 0.50, 0.50, 0.49, 0.48], [7, 7, 7, 7, 8], per_document=2) == [1, 2, 5, 3, 4]


def test_a_document_makes_no_room_for_others_that_score_far_below() -> None:
    assert spread_out([0.50, 0.50, 0.50, 0.46], [7, 7, 7, 8], per_document=1) == [1, 2, 3, 4]


def test_how_close_is_measured_from_the_one_that_makes_room() -> None:
    scores = [0.50, 0.49, 0.47, 0.45]

    assert spread_out(scores, [7, 7, 7, 8], per_document=1) == [1, 2, 4, 3]


def test_within_its_share_a_document_keeps_its_place() -> None:
    assert spread_out([0.5, 0.5, 0.5, 0.5], [7, 7, 7, 8], per_document=3) == [1, 2, 3, 4]


def test_where_every_document_has_had_its_share_the_scores_decide() -> None:
    assert spread_out([0.5, 0.5, 0.5, 0.5], [7, 7, 8, 8], per_document=1) == [1, 3, 2, 4]


def test_duplicates_stay_with_their_result() -> None:
    first, other, copy = ranked(0.5, 0.49, 0.48)

    assert next(spread([Result(first, [copy]), Result(other)], lambda _: 7, 1)).duplicates == [copy]


def test_no_more_results_are_asked_for_than_it_takes_to_know_which_comes_next() -> None:
    asked_for: list[int] = []

    def results() -> Iterator[Result]:
        for candidate in ranked(0.50, 0.49, 0.48, 0.47):
            asked_for.append(candidate.key)
            yield Result(candidate)

    spread_out = spread(results(), lambda c: (7, 7, 8, 9)[c.key - 1], 1)

    assert [next(spread_out).candidate.key for _ in range(2)] == [1, 3]
    assert asked_for == [1, 2, 3]


@pytest.mark.parametrize("change", [("2012", "1999"), ("fell by half", "rose"), ("two gangs", "gangs of the town")])
def test_near_copies_are_one_family_whatever_their_vectors(change: tuple[str, str]) -> None:
    texts = [TRUCE, "Bread is baked.", TRUCE.replace(*change)]
    folding = Folding(
        ranked(0.9, 0.8, 0.7), unit([(1, 0), (0, 1), (0, 1)]), lambda c: texts[c.key - 1], lambda _: FELL, 5
    )
    assert [result.family for result in folding] == [1, 2, 1]


def test_near_copies_beyond_their_share_come_after_all_others_however_far_below() -> None:
    results = [Result(c, copy_of=None if c.key in (1, 5) else 1) for c in ranked(0.9, 0.9, 0.8, 0.8, 0.1)]
    spread_out = list(spread(results, lambda c: c.key, 2))
    assert [r.candidate.key for r in spread_out] == [1, 2, 5, 3, 4]
    assert crowded(spread_out, 2)
    assert not crowded(spread_out[:3], 2)


scored = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4)), max_size=20).map(
    lambda drawn: sorted(((score / 100, document) for score, document in drawn), reverse=True)
)


@given(scored, st.integers(1, 5))
def test_spreading_loses_nothing_and_moves_nothing_far(drawn: list[tuple[float, int]], per_document: int) -> None:
    scores, documents = [score for score, _ in drawn], [document for _, document in drawn]

    order = spread_out(scores, documents, per_document)

    assert sorted(order) == list(range(1, len(drawn) + 1))
    assert order[:1] == [1][: len(drawn)]
    for at, key in enumerate(order):
        waiting = [scores[later - 1] for later in order[at + 1 :]]
        assert max(waiting, default=-1) <= scores[key - 1] + CLOSE_SCORES + 1e-9
    of_a_document: Mapping[int, list[int]] = {d: [k for k in order if documents[k - 1] == d] for d in set(documents)}
    assert all(keys == sorted(keys) for keys in of_a_document.values())


@given(scored)
def test_a_share_that_none_exceeds_moves_nothing(drawn: list[tuple[float, int]]) -> None:
    order = spread_out([score for score, _ in drawn], [document for _, document in drawn], per_document=20)

    assert order == list(range(1, len(drawn) + 1))
