import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.text.sentences import MAX_LOOKED_AT, sentence_spans
from tests.corpus.samples import UNHURRIED

LANGUAGES = ["en", "EN", "es", "es-SV", "fr", "de", "ja", "zh-Hant", "ar", "he", "hi", "th", "my", "el", "ru", "am"]
UNKNOWN_LANGUAGES = ["", "xx", "qaa", "x-private", "1", "日本", "\0", "../..", "a" * 1000]

texts = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
        st.sampled_from(
            ["One. ", "Two? ", "三。", "«Sí.» ", "Dr. ", "U.S. ", "e.g. ", "…", "\n\n", "\r\n", "\u2028", "\0", "\x85"]
        ),
        st.sampled_from(["👩\u200d👩\u200d👧", "🇸🇻", "e\u0301", "مرحبا؟ ", "שלום. ", "\u202e", "\ufeff", "ก", "।"]),
    ),
    max_size=30,
).map("".join)


@given(text=texts, language=st.one_of(st.sampled_from(LANGUAGES + UNKNOWN_LANGUAGES), st.text(max_size=8)))
@example(text="👩\u200d👩\u200d👧 One. 🇸🇻 Two.\0 Three.", language="en")
@example(text="\n" * 50, language="en")
@UNHURRIED
def test_sentences_follow_each_other_and_cover_any_text_in_any_language(text: str, language: str) -> None:
    spans = sentence_spans(text, language)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


def test_an_empty_text_has_no_sentences() -> None:
    assert sentence_spans("") == []


def test_spans_count_code_points_and_not_bytes() -> None:
    text = "😀😀 One is here. Él llegó. 漢字です。Three."
    found = [text[start:end].strip() for start, end in sentence_spans(text)]
    assert found == ["😀😀 One is here.", "Él llegó.", "漢字です。", "Three."]


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    text = "Dr. Ruiz met the U.S. envoy. They talked."
    assert [text[start:end].strip() for start, end in sentence_spans(text)] == [
        "Dr. Ruiz met the U.S. envoy.",
        "They talked.",
    ]


@pytest.mark.parametrize("language", ["es", "ES", "es-SV", "es-419"])
def test_a_primary_language_counts_whatever_its_case_and_subtags(language: str) -> None:
    text = "La Sra. Ruiz llegó. Nadie habló."
    assert [text[start:end].strip() for start, end in sentence_spans(text, language)] == [
        "La Sra. Ruiz llegó.",
        "Nadie habló.",
    ]


@pytest.mark.parametrize("language", UNKNOWN_LANGUAGES)
def test_an_unknown_language_is_cut_by_the_general_rules(language: str) -> None:
    text = "One is here. Two is there."
    assert [text[start:end].strip() for start, end in sentence_spans(text, language)] == [
        "One is here.",
        "Two is there.",
    ]


@pytest.mark.parametrize("flood", ["“", "«", "![[", "[", "(", ". A", "a", "停戦"])
def test_a_flood_is_parted_before_it_is_looked_at(flood: str) -> None:
    text = (flood * MAX_LOOKED_AT)[: 3 * MAX_LOOKED_AT + 7]
    spans = sentence_spans(text)
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(text)
    assert max(end - start for start, end in spans) <= MAX_LOOKED_AT


def test_sentences_are_found_alike_wherever_a_long_text_is_parted() -> None:
    text = "The truce began in 2012. Who asked for it? Nobody knows, they say. " * 1000
    sentence = sentence_spans(text[:67])
    spans = sentence_spans(text)
    assert len(text) > 3 * MAX_LOOKED_AT
    assert spans == [(start + at, end + at) for at in range(0, len(text), 67) for start, end in sentence]
