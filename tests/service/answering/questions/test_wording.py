"""A question in the spelling of the documents."""

import pytest

from corpus.store import Filters
from service.answering.pipeline import Pipeline
from service.answering.questions.wording import Wording, as_written, worded
from tests.corpus.samples import filters_of
from tests.service.answering.conftest import Over

DOCUMENTS = {
    "pond.txt": "The mill-pond\n\nThe mill-pond holds forty thousand litres. Jürgen Väth dug it on 3 May 1911.",
    "fire.txt": "---\npublisher: Guild\n---\nThe fire\n\nThe waterwheel burnt on 1925-08-09. It cost 12 sacks of rye.",
}


@pytest.fixture(scope="module")
def mills(over: Over) -> Pipeline:
    return over(DOCUMENTS)


def word(pipeline: Pipeline, question: str, filters: Filters | None = None) -> Wording:
    with pipeline.library.snapshot() as snapshot:
        return worded(question, snapshot.searcher, snapshot.encoder, filters)


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("How much does the millpond hold?", "How much does the mill-pond hold?"),
        ("When did the water wheel burn?", "When did the waterwheel burn?"),
        ("When did the water-wheel burn?", "When did the waterwheel burn?"),
        ("What did Juergen Vaeth dig?", "What did Jürgen Väth dig?"),
        ("What holds 40,000 litres?", "What holds forty thousand litres?"),
        ("What cost twelve sacks?", "What cost 12 sacks?"),
        ("What was dug on 1911-05-03?", "What was dug on 3 May 1911?"),
        ("What burnt on 9 August 1925?", "What burnt on 1925-08-09?"),
        ("What burnt in １９２５？", "What burnt in 1925?"),
    ],
)
def test_what_the_documents_write_otherwise_is_read_so_without_a_word(
    mills: Pipeline, question: str, read: str
) -> None:
    assert (word(mills, question).text, word(mills, question).spelling) == (read, None)


@pytest.mark.parametrize(
    "question", ["What did Jürgen dig?", "What did Jurgen dig?", "How deep is the mill-pond?", "?"]
)
def test_what_the_documents_write_so_stays(mills: Pipeline, question: str) -> None:
    assert word(mills, question) == Wording(question, question)


def test_both_ways_are_searched_where_documents_have_both(over: Over) -> None:
    pipeline = over({"one.txt": "It cost twelve sacks.", "other.txt": "It cost 12 ducks."})

    assert word(pipeline, "What cost 12?").query == [("What cost 12?", 1.0), ("twelve", 0.5)]


def test_an_ambiguous_day_is_searched_as_either(mills: Pipeline) -> None:
    query = word(mills, "What was dug on 5/3/1911?").query

    assert ("May", 0.5) in query


def test_a_misspelt_word_is_said(mills: Pipeline) -> None:
    assert word(mills, "When did the waterwhele burn?").spelling == "When did the waterwheel burn?"


def test_a_word_of_the_language_is_not_misspelt_though_no_document_has_it(mills: Pipeline) -> None:
    assert word(mills, "Who sells the mills of Europe?").spelling is None
    assert word(mills, "Where is the waters of it?").spelling is None


def test_a_question_about_something_else_is_not_corrected(mills: Pipeline) -> None:
    question = "Which Waterwhele Quetzalcoatlus Brontothere Vaquita?"

    assert word(mills, question).spelling is None


def test_no_word_of_documents_that_the_filters_forbid_is_used(mills: Pipeline) -> None:
    for question in ("How much does the millpond hold?", "What did Juergen dig?", "What holds 40,000 litres?"):
        assert word(mills, question, filters_of(publishers=["Guild"])).text == question


def test_the_answer_says_how_the_question_was_read(mills: Pipeline) -> None:
    answer = mills.ask("When did the waterwhele burn?")

    assert answer.question == "When did the waterwhele burn?"
    assert answer.interpretation is not None
    assert (answer.interpretation.turns, answer.interpretation.spelling) == ((), "When did the waterwheel burn?")
    assert answer.passages[0].citation.document_id == "fire"
    assert mills.ask("How much does the millpond hold?").interpretation is None


@pytest.mark.parametrize(
    ("question", "text", "read"),
    [
        ("What cost 12 sacks?", "Twelve sacks were paid.", "What cost twelve sacks?"),
        ("What cost 12 sacks?", "It cost 12 sacks, not twelve.", "What cost 12 sacks?"),
        ("What does Weiss own?", "Udo Weiß owns the barn.", "What does Weiß own?"),
        ("What burnt on 8/9/1925?", "The wheel burnt on 8 September 1925.", "What burnt on 8 September 1925?"),
        ("What burnt on 8/9/1925?", "The wheel burnt.", "What burnt on 8/9/1925?"),
    ],
)
def test_a_reader_gets_the_question_as_its_texts_write_it(question: str, text: str, read: str) -> None:
    assert as_written(question, [text]) == read


def test_a_name_in_another_spelling_is_answered(over: Over) -> None:
    pipeline = over({"staff.txt": "Staff\n\nKäthe Groß feeds the geese.\n\nUdo Weiß mends the fences."})
    answer = pipeline.ask("What does Udo Weiss mend?")

    assert answer.answer is not None
    assert answer.answer.text == "Udo Weiß mends the fences."


def test_full_width_digits_are_answered(over: Over) -> None:
    rows = "\n\n".join(f"Locker ２０{at} holds the {thing}." for at, thing in enumerate(("oars", "sails", "ropes")))
    answer = over({"lockers.txt": f"Lockers\n\n{rows}"}).ask("What does locker 201 hold?")

    assert answer.answer is not None
    assert answer.answer.text == "Locker ２０1 holds the sails."
