"""Which word of the documents a misspelt one stands for."""

import pytest

from corpus.store import Filters
from service.answering.pipeline import Pipeline
from service.answering.questions.spelling import corrected, edits
from tests.corpus.samples import filters_of
from tests.service.answering.conftest import Over

DOCUMENTS = {
    "weir.txt": "The weir\n\nOkonjo mended the weir. The millers thanked Okonjo. The wheelwright came later.",
    "pond.txt": "---\npublisher: Guild\n---\nThe pond\n\nThe miller Okonja dug the pond. Ólafsdóttir fished in it.",
}


@pytest.fixture(scope="module")
def mills(tiny_over: Over) -> Pipeline:
    return tiny_over(DOCUMENTS)


def correct(pipeline: Pipeline, word: str, filters: Filters | None = None, *, name: bool = False) -> str | None:
    with pipeline.library.snapshot() as snapshot:
        return corrected(word, snapshot.searcher, snapshot.searcher.allowed(filters), name=name)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Okonxjo", "Okonjo"),
        ("Okojo", "Okonjo"),
        ("Oknojo", "Okonjo"),
        ("mlilers", "millers"),
        ("whelwright", "wheelwright"),
        ("wheelwrihgt", "wheelwright"),
        ("wheleright", "wheelwright"),
        ("whelrihgt", None),
        ("whelwrihgt", "wheelwright"),
        ("Olafsdotir", "Ólafsdóttir"),
        ("Olafsdotxir", "Ólafsdóttir"),
        ("Xkonjo", None),
        ("weri", None),
        ("quetzal", None),
        ("製粉所はいつ", None),
        ("мельница", None),
        ("x" * 500, None),
    ],
)
def test_a_word_with_few_mistakes_is_found(mills: Pipeline, written: str, meant: str | None) -> None:
    assert correct(mills, written) == meant


def test_a_name_stands_only_for_a_word_with_a_capital(mills: Pipeline) -> None:
    assert correct(mills, "Okojo", name=True) == "Okonjo"
    assert correct(mills, "Mlilers", name=True) is None
    assert correct(mills, "Mlilers") == "millers"


def test_a_word_of_another_meaning_is_not_taken(tiny_over: Over) -> None:
    texts = {"a.txt": "Hypotension is low pressure.", "b.txt": "An interstellar cloud."}

    assert correct(tiny_over(texts), "hypertension") is None
    assert correct(tiny_over(texts), "intrastellar") is None
    assert correct(tiny_over(texts), "hypotensoin") == "hypotension"


def test_it_is_written_in_lower_case_where_the_question_is(mills: Pipeline) -> None:
    assert correct(mills, "okojo") == "okonjo"


def test_of_two_words_the_more_frequent_one_is_taken(tiny_over: Over) -> None:
    texts = {"a.txt": "The miller is Barrow.", "b.txt": "The baker is Barlow.", "c.txt": "Barlow sells bread."}

    assert correct(tiny_over(texts), "Barow") == "Barlow"


def test_a_word_of_documents_that_the_filters_forbid_is_never_named(mills: Pipeline) -> None:
    guild, others = filters_of(publishers=["Guild"]), filters_of(without_documents=["pond"])

    assert correct(mills, "Okonxja", guild) == "Okonja"
    assert correct(mills, "Olafsdotir", others) is None
    assert correct(mills, "wheelwrihgt", guild) is None


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("", "", 0),
        ("mill", "mill", 0),
        ("mill", "mil", 1),
        ("mill", "milk", 1),
        ("mill", "imll", 1),
        ("mill", "weir", 3),
    ],
)
def test_edits_are_counted(one: str, other: str, distance: int) -> None:
    assert edits(one, other, 2) == edits(other, one, 2) == distance


def test_more_edits_than_matter_are_not_counted() -> None:
    assert edits("mill", "waterwheel", 1) == 2
