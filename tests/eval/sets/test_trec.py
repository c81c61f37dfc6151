"""Topics and qrels as a set."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import SetError
from eval.sets.gold import GoldDocument
from eval.sets.trec import TrecSet, load_trec

Write = Callable[..., Path]

TOPICS = "1\twhen\n2\twho\n3\twhere\n4\twhy\n"
QRELS = "1 0 truce 2\n1 0 prison 1\n1 0 talks 0\n2 Q0 prison 1\n3 0 truce 0\n9 0 truce 1\n"


def load(write: Write, topics: str = TOPICS, qrels: str = QRELS) -> TrecSet:
    return load_trec(write("topics.tsv", topics), write("qrels.txt", qrels))


def test_grades_are_kept_and_what_does_not_answer_is_no_gold(write: Write) -> None:
    trec = load(write)
    assert [question.id for question in trec.questions.questions] == ["1", "2"]
    gold = trec.gold({"truce", "prison"})
    assert gold["1"].documents == [GoldDocument("truce", 2), GoldDocument("prison", 1)]
    assert gold["2"].grades == {"prison": 1}


def test_skipped_topics_are_counted(write: Write) -> None:
    assert load(write).left_out == [
        "Left out: 1 topic without any judgement.",
        "Left out: 1 topic without a grade above 0.",
        "Left out: 1 topic of the qrels that the topics do not have.",
    ]


def test_the_digest_tells_other_questions_and_other_judgements(write: Write) -> None:
    before = load(write).questions.sha256
    assert load(write).questions.sha256 == before
    assert load(write, topics=TOPICS.replace("when", "how")).questions.sha256 != before
    assert load(write, qrels=QRELS.replace("truce 2", "truce 1")).questions.sha256 != before


def test_a_document_that_is_not_in_the_store_is_named_with_its_line(write: Write) -> None:
    with pytest.raises(SetError, match=r"qrels\.txt, line 2: there is no document 'prison' in the store\. "):
        load(write).gold({"truce"})
    with pytest.raises(SetError, match=r"line 1: there is no document 'truce' in the store \(and 1 other missing"):
        load(write).gold(set())


@pytest.mark.parametrize(
    ("qrels", "complaint"),
    [
        ("1 0 truce 2\n1 0 prison\n", "line 2: not 'topic, iteration, document, grade' separated by spaces."),
        ("1 0 truce high\n", "line 1: not 'topic, iteration, document, grade' separated by spaces."),
        ("1 0 truce 1\n\n1 0 truce 0\n", "line 3: topic and document are already judged in line 1."),
        ("\n", "has no judgement."),
        ("7 0 truce 1\n", "Check that their ids match."),
    ],
)
def test_a_mistake_in_the_qrels_is_named(write: Write, qrels: str, complaint: str) -> None:
    with pytest.raises(SetError) as caught:
        load(write, qrels=qrels)
    assert complaint in str(caught.value)
    assert "qrels.txt" in str(caught.value)
