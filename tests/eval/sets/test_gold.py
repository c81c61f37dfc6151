"""Gold spans: located exactly once or refused, and covered by passages of any splitting."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import UnknownDocumentError
from eval.errors import SetError
from eval.sets.gold import Gold, GoldDocument, GoldSpan, answering_documents, is_relevant, resolve, retrieved_items
from eval.sets.questions import load_questions
from tests.eval.samples import citation, passage

Write = Callable[..., Path]
TEXT = "The truce began in 2012. The talks began in 2019. Again, the talks."


def text_of(document: str) -> str:
    if document != "truce":
        raise UnknownDocumentError(document)
    return TEXT


def set_of(write: Write, document: str, quote: str) -> Path:
    line = f'{{"id": "a", "question": "q", "answers": [{{"document": "{document}", "quote": "{quote}"}}]}}'
    return write("set.jsonl", line)


def test_a_quote_becomes_its_span(write: Write) -> None:
    gold = resolve(load_questions(set_of(write, "truce", "began in 2012")), text_of)["a"]
    (span,) = gold.spans
    assert TEXT[span.start : span.end] == "began in 2012"


@pytest.mark.parametrize(
    ("document", "quote", "complaint"),
    [
        ("nobody", "x", "there is no document 'nobody' in the store."),
        ("truce", "in 2013", "the quote “in 2013” does not occur in 'truce'. Copy it exactly."),
        ("truce", "began", "the quote “began” occurs in 'truce' twice. Make it longer."),
    ],
)
def test_a_quote_that_is_not_found_once_is_refused(write: Write, document: str, quote: str, complaint: str) -> None:
    questions = load_questions(set_of(write, document, quote))
    with pytest.raises(SetError, match=r"line 1 \('a'\)") as caught:
        resolve(questions, text_of)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("quote", "difference"),
    [
        ("The  truce began", "spaces or line breaks"),
        ("the Truce began", "upper and lower case"),
        ("talks—began", "dashes, hyphens or punctuation and other spaces or line breaks"),
        ("The talks, began in", "dashes, hyphens or punctuation"),
        ("The trücé began", "accents or forms of letters"),
    ],
)
def test_a_quote_with_a_slip_is_refused_with_the_difference(write: Write, quote: str, difference: str) -> None:
    with pytest.raises(SetError) as caught:
        resolve(load_questions(set_of(write, "truce", quote)), text_of)
    message = f"does not occur in 'truce'; its words do, with other {difference}. Copy it exactly."
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize(
    ("start", "end", "covers"), [(0, 100, True), (12, 100, True), (15, 100, True), (16, 100, False), (50, 100, False)]
)
def test_a_passage_counts_if_it_covers_half_of_the_gold(start: int, end: int, covers: bool) -> None:
    gold = Gold(spans=[GoldSpan("d", 10, 20)])
    assert is_relevant(passage("d", start, end), gold, 0.5, gold.grades) is covers
    assert is_relevant(passage("other", start, end), gold, 0.5, gold.grades) is False


def test_a_duplicate_that_was_folded_in_counts() -> None:
    gold = Gold(spans=[GoldSpan("d", 10, 20)])
    folded = passage("elsewhere", 0, 9, also=[citation("d", 0, 50)])
    assert retrieved_items([folded], gold, 0.5) == ["d#10,20"]


def test_gold_is_counted_once_however_the_text_is_cut() -> None:
    gold = Gold(spans=[GoldSpan("d", 10, 20), GoldSpan("e", 0, 5)])
    ranked = [passage("x", 0, 9), passage("d", 0, 30), passage("d", 10, 40), passage("e", 0, 9)]
    assert retrieved_items(ranked, gold, 0.5) == ["passage:x-0-9", "d#10,20", "passage:d-10-40", "e#0,5"]
    assert set(gold.grades) == {"d#10,20", "e#0,5"}


def test_document_gold_ranks_documents_by_their_first_passage() -> None:
    gold = Gold(documents=[GoldDocument("d", 2)])
    ranked = [passage("e", 0, 9), passage("e", 9, 20), passage("d", 0, 9)]
    assert retrieved_items(ranked, gold, 0.5) == ["e", "d"]
    assert gold.grades == {"d": 2}


def test_a_duplicate_from_a_gold_document_counts() -> None:
    gold = Gold(documents=[GoldDocument("d"), GoldDocument("f")])
    folded = passage("e", 0, 9, also=[citation("x", 0, 9), citation("d", 5, 14)])
    ranked = [passage("y", 0, 9), folded, passage("e", 9, 20), passage("d", 0, 9), passage("f", 0, 9)]

    assert retrieved_items(ranked, gold, 0.5) == ["y", "d", "e", "f"]
    assert is_relevant(folded, gold, 0.5, gold.grades)
    assert answering_documents([folded], gold, 0.5) == {"d"}
