"""Unicode normalisation gives what the standard library gives, in linear time (`tests.hostile.test_growth`)."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.normalization import Form, normalise
from tests.corpus.samples import UNHURRIED

FORMS: tuple[Form, ...] = ("NFC", "NFKC", "NFKD")
MARKS = "\u0301\u0323\u0308\u0327\u0345\u0344\u0f73\u0f71\uff9e\u3099\u20dd\u200d—"


@pytest.mark.parametrize("form", FORMS)
def test_each_mark_among_others_is_put_in_order_as_the_standard_library_does(form: Form) -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character)[0] == "M" or character in "\uff9e\uff9f":
            text = "a" + ("\u0301\u0323" + character) * 20 + "é" + character * 40 + "\u0323" * 40
            assert normalise(form, text) == unicodedata.normalize(form, text)


@UNHURRIED
@given(st.text(st.sampled_from("aéÁ가ﬁ " + MARKS) | st.characters(), min_size=1).map(lambda text: text * 8))
def test_any_text_comes_out_as_from_the_standard_library(text: str) -> None:
    for form in FORMS:
        assert normalise(form, text) == unicodedata.normalize(form, text)


@UNHURRIED
@given(st.lists(st.sampled_from(MARKS), min_size=31, max_size=200).map("".join))
def test_long_runs_of_marks_come_out_as_from_the_standard_library(marks: str) -> None:
    for form in FORMS:
        assert normalise(form, "e" + marks + "o") == unicodedata.normalize(form, "e" + marks + "o")


def test_all_that_combines_is_looked_at() -> None:
    combining = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(c)]
    assert not any(c.isalnum() or c.isspace() or c.isascii() for c in combining)
