"""Recall, precision and order of words, and what differs, checked by hand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reading.fidelity import EXAMPLES, Difference, Fidelity, compare_words
from eval.reading.words import words

NONE = Difference(0, [])


def compared(reference: str, found: str) -> Fidelity:
    return compare_words(words(reference), words(found))


def test_a_text_read_as_it_is_has_every_share_and_no_difference() -> None:
    assert compared("Boats left at 5.", "boats left\nat 5") == Fidelity(
        words=4, recall=1, precision=1, order=1, missing=NONE, extra=NONE, glued=NONE, split=NONE,
        numbers_missing=NONE, numbers_extra=NONE,
    )  # fmt: skip


def test_a_word_counts_as_often_as_it_occurs() -> None:
    found = compared("the boat and the quay", "the boat the the")
    assert (found.recall, found.precision) == (3 / 5, 3 / 4)
    assert (found.missing.count, found.extra.count) == (2, 1)


def test_words_that_are_repeated_too_often_are_shown_once() -> None:
    assert compared("ring the bell", "ring the bell ring the bell").extra == Difference(3, ["ring", "the", "bell"])


def test_moved_words_lower_the_order_alone() -> None:
    found = compared("one two three four five six", "four five six one two three")
    assert (found.recall, found.precision, found.order) == (1, 1, 0.5)


def test_the_order_is_of_the_words_in_common() -> None:
    assert compared("one two three four", "one menu three").order == 1


def test_a_missing_sentence_is_shown_whole_though_its_common_words_occur_elsewhere() -> None:
    kept = "The mayor closed the bridge on Monday."
    found = compared(f"{kept} The owner of the mill sued the town in May. {kept}", f"{kept} {kept}")
    assert found.missing == Difference(10, ["owner of the mill sued the town in may"])


def test_one_word_that_is_lost_inside_a_sentence_is_shown() -> None:
    assert compared("He did not sign it.", "He did sign it.").missing == Difference(1, ["not"])


def test_glued_and_split_words_are_counted_and_shown() -> None:
    found = compared("Paid by cash in hand, never overdue.", "Paid bycash in hand, never over due.")
    assert found.glued == Difference(1, ["by cash → bycash"])
    assert found.split == Difference(1, ["overdue → over due"])


def test_sentences_and_table_cells_without_a_space_between_them_are_glued() -> None:
    assert compared("It sank. Nobody drowned.", "It sank.Nobody drowned.").glued == Difference(
        1, ["sank nobody → sanknobody"]
    )
    assert compared("Year 2010 2011 2012", "Year 201020112012").glued == Difference(
        1, ["2010 2011 2012 → 201020112012"]
    )


def test_a_joined_word_that_both_texts_have_is_not_glued() -> None:
    text = "The foot note is a footnote."
    assert compared(text, text).glued == NONE
    assert compared("A foot note; a footnote.", "A footnote; a footnote.").glued.count == 1


def test_words_that_both_texts_have_beside_each_other_are_not_glued() -> None:
    assert compared("A wind of 9 m/s; boat ms8.", "A wind of 9 m/s; boat MS 8.").glued == NONE


def test_altered_numbers_are_counted_on_both_sides() -> None:
    found = compared("It cost 1,250 in 1987 and m² 3.", "It cost 1.250 in 1987 and m2 3.")
    assert found.numbers_missing == Difference(2, ["1,250", "²"])
    assert found.numbers_extra == Difference(2, ["1.250", "m2"])


def test_nothing_read_has_no_precision_and_no_order() -> None:
    found = compared("Not a word of 7.", "")
    assert (found.recall, found.precision, found.order) == (0, None, None)
    assert found.missing.count == 5


def test_long_differences_are_cut() -> None:
    found = compare_words([f"w{n}" for n in range(100)], [f"v{n}" for n in range(100) for _ in (0, 1)])
    assert found.missing.examples == ["w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 …"]
    assert len(found.numbers_extra.examples) == EXAMPLES


def longest_common(a: list[str], b: list[str]) -> int:
    """The textbook's table."""
    row = [0] * (len(b) + 1)
    for x in a:
        new = [0]
        for (diagonal, above), y in zip(pairwise(row), b, strict=True):
            new.append(diagonal + 1 if x == y else max(above, new[-1]))
        row = new
    return row[-1]


text = st.lists(st.sampled_from("abcde"), min_size=1, max_size=90)


@given(text, text)
def test_the_order_is_the_longest_common_subsequence(reference: list[str], found: list[str]) -> None:
    measured = compare_words(reference, found)
    common = measured.recall * len(reference)
    assert common == pytest.approx((measured.precision or 0) * len(found))
    assert (measured.order or 0) * common == pytest.approx(longest_common(reference, found))
