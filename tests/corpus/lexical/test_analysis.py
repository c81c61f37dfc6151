"""Words that mean the same find each other, in passages and questions alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.lexical.analysis import LONGEST_TERM_BYTES, normalised, stop_terms, terms
from tests.corpus.samples import UNHURRIED

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
"""Half surrogate pairs too."""


@pytest.mark.parametrize(
    "spellings",
    [
        ("truce", "Truce", "TRUCE", "truces", "truce's", "truce’s", "TRUCE’S"),
        ("gang", "gangs", "gangs'", "“gang”", "‘gangs’"),
        ("Sánchez Cerén", "Sanchez Ceren", "SÁNCHEZ CERÉN", "Sa\u0301nchez Cere\u0301n", "Sánchez-Cerén"),
        ("14²", "14 2", "14\u2082"),
        ("MS-13", "MS13", "MS 13", "ms–13", "MS\u201113", "Ms 13’s"),
        ("1200", "1,200", "1.200", "1'200", "1\u00a0200", "1\u202f200"),
        ("1234567", "1,234,567", "1.234.567"),
        ("1234.5", "1,234.5", "1.234,5"),
        ("6.6", "6,6"),
        ("US", "U.S.", "us"),
        ("negociación", "negociaciones", "negociacion", "negoció", "negociar"),
        ("pandilla", "pandillas"),
        ("negotiate", "negotiated", "negotiations"),
        ("víctimas", "victims", "victima"),
        ("nego\u00adtiation", "negotiation"),
        ("Straße", "STRASSE"),
        ("Łódź", "Lodz"),
        ("Αθήνα", "αθηνα"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_the_same_have_the_same_terms(spellings: tuple[str, ...]) -> None:
    assert {spelling: terms(spelling) for spelling in spellings} == dict.fromkeys(spellings, terms(spellings[0]))
    assert terms(spellings[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [("6.6", "66"), ("1.2", "12"), ("1200", "1.2"), ("2012", "2013"), ("police", "policy"), ("MS-13", "MS-18")],
)
def test_what_means_something_else_has_other_terms(one: str, other: str) -> None:
    assert terms(one) != terms(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.03.2012", ["12", "03", "2012"]),
        ("1,2,3", ["1", "2", "3"]),
        ("the 1990s", ["the", "1990", "s"]),
        ("日本語", ["日本", "本語"]),
        ("中", ["中"]),
        ("在2012年", ["在", "2012", "年"]),
        ("Москва", ["москва"]),
        ("हिन्दी", ["हिन्दी"]),
        ("", []),
        ("?!… 🦆 \0", []),
        ("a\ud800b", ["ab"]),
        ("x" * LONGEST_TERM_BYTES, []),
    ],
    ids=ascii,
)
def test_a_text_has_these_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize("text", ["ภาษาไทย", "العربية", "עברית", "한국어", "ქართული", "Ελληνικά", "မြန်မာ"])
def test_every_script_has_terms(text: str) -> None:
    assert terms(text)


@UNHURRIED
@given(ANY_TEXT)
def test_any_text_has_terms_without_space(text: str) -> None:
    assert all(term and term == term.strip() and len(term.encode()) <= LONGEST_TERM_BYTES for term in terms(text))


@UNHURRIED
@given(st.lists(st.sampled_from("the truce MS-13 1,200 6.6 U.S. Cerén 日本 ’s mara's - . , '".split()), max_size=12))
def test_case_does_not_matter(words: list[str]) -> None:
    text = " ".join(words)

    assert terms(text.upper()) == terms(text)


@pytest.mark.parametrize("word", ["What", "who", "THE", "did", "¿Qué", "quién", "los", "más", "don't"])
def test_words_that_only_ask_are_stop_words(word: str) -> None:
    assert set(terms(word)) - {"don"} <= stop_terms()


@pytest.mark.parametrize("word", ["truce", "tregua", "president", "2012", "mayor", "war"])
def test_words_that_say_something_are_none(word: str) -> None:
    assert not set(terms(word)) & stop_terms()


def test_a_normalised_text_is_words_with_one_space_between() -> None:
    assert normalised("In 2012,  MS-13’s U.S. “truce”\n— 1,200 fewer.") == "In 2012 MS 13 US truce 1200 fewer"
