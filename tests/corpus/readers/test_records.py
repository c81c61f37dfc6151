import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import SourceDocument
from corpus.errors import SourceError
from corpus.readers import ReadOptions, SourceProblem
from tests.corpus.readers.files import items, only
from tests.corpus.samples import UNHURRIED, is_clause


def lines(*records: object) -> str:
    return "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in records)


def test_a_beir_corpus_gives_a_document_for_each_line() -> None:
    data = lines(
        {"_id": "d1", "title": "La tregua", "text": "It began.", "metadata": {}},
        {"_id": "d2", "title": "", "text": "It ended.", "metadata": {"published": "2014-05-01", "place": "Izalco"}},
    )
    first, second = items(data, "corpus.jsonl")
    assert isinstance(first, SourceDocument)
    assert isinstance(second, SourceDocument)
    assert (first.source, first.file) == ("/documents/corpus.jsonl#d1", "/documents/corpus.jsonl")
    assert (first.text, first.metadata.title, first.metadata.extra) == ("It began.", "La tregua", {})
    assert (second.metadata.title, second.metadata.published) == ("It ended.", "2014-05-01")
    assert second.metadata.extra == {"place": "Izalco"}
    assert first.source_sha256 != second.source_sha256


def test_a_records_digest_is_its_own() -> None:
    def digests(*texts: str) -> list[str]:
        read = items(lines(*({"_id": text[0], "text": text} for text in texts)), "a.jsonl")
        return [item.source_sha256 for item in read if isinstance(item, SourceDocument)]

    assert digests("a one", "b two")[1] == digests("a three", "b two")[1]
    assert digests("a one")[0] != digests("a three")[0]


def test_a_record_without_an_id_is_named_by_its_line() -> None:
    read = items(lines({"text": "One."}, "", {"text": "Two."}), "a.jsonl")
    assert [item.source for item in read] == ["/documents/a.jsonl#line-1", "/documents/a.jsonl#line-3"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("{broken", "line 2 is not valid JSON; correct or remove it"),
        ([1], "line 2 is not a JSON object; correct or remove it"),
        ({"_id": "x"}, "line 2 has no 'text'; add it, or name the key that holds the text"),
        ({"_id": "x", "text": None}, "line 2 has no 'text'; add it, or name the key that holds the text"),
        ({"_id": "x", "text": 7}, "line 2: 'text' must be a text; correct or remove the line"),
        ({"_id": "x", "text": " \n"}, "line 2 has no text"),
        ({"_id": ["x"], "text": "T"}, "line 2: '_id' must be a line of text or a whole number; correct it"),
        ({"id": "a\nb", "text": "T"}, "line 2: 'id' must be a line of text or a whole number; correct it"),
        ({"id": "x" * 501, "text": "T"}, "line 2: 'id' is longer than 500 characters; shorten it"),
        ({"_id": "good", "text": "T"}, "line 2: its id is that of line 1; give each its own"),
        ({"text": "T", "published": "soon"}, "'published' in line 2 must be a date such as 2017-01-19; correct"),
        ({"text": "T", "metadata": {"url": "x"}}, "'url' in line 2 must be an http or https address; correct or"),
    ],
)
def test_a_bad_record_costs_only_itself(record: object, reason: str) -> None:
    read = items(lines({"_id": "good", "text": "T"}, record, {"_id": "last", "text": "T"}), "a.jsonl")
    assert [type(item) for item in read] == [SourceDocument, SourceProblem, SourceDocument]
    assert isinstance(read[1], SourceProblem)
    assert read[1].reason.startswith(reason)
    assert is_clause(read[1].reason)


def test_a_table_gives_a_document_for_each_row() -> None:
    data = 'id;body;authors;published;place\n7;"One ""quoted"" line;\nand another";Ana Ruiz; 2017-01-19;Izalco\n'
    read = only(data.replace("Ana Ruiz; 2017", '"Ana Ruiz; Luis Paz";2017'), "a.csv", ReadOptions(text_field="body"))
    assert (read.source, read.text) == ("/documents/a.csv#7", 'One "quoted" line;\nand another')
    assert (read.metadata.authors, read.metadata.published) == (("Ana Ruiz", "Luis Paz"), "2017-01-19")
    assert (read.metadata.extra, read.media_type) == ({"place": "Izalco"}, "text/csv")


def test_a_row_with_more_cells_than_columns_costs_only_itself() -> None:
    read = items("id,text\n1,One, two\n\n2,Three\n3,\n", "a.csv")
    assert [getattr(item, "reason", "read") for item in read] == [
        "line 2 has 3 cells, not 2; put texts that hold the delimiter in quotes",
        "read",
        "line 5 has no 'text'; add it, or name the key that holds the text",
    ]


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        ("id,words\n1,One\n", "a.csv", "it has no column 'text'; name the column of texts, or give it a header line"),
        ("text,text\n1,One\n", "a.csv", "two of its columns have the same name; give each its own"),
        ("id,text\n", "a.csv", "it holds no record; give a file with one on each line"),
        ("", "a.csv", "it has no column 'text'"),
        ("\n\n", "a.jsonl", "it holds no record; give a file with one on each line"),
        (b"{\0}", "a.jsonl", "it is a binary file"),
    ],
)
def test_a_file_without_records_is_refused(data: str | bytes, name: str, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        items(data, name)
    assert str(refused.value).startswith(reason)


def test_a_quotation_that_never_ends_is_named() -> None:
    (problem,) = items('id,text\n1,"One\n2,Two\n', "a.csv")
    assert isinstance(problem, SourceProblem)
    assert problem.reason.endswith("is not valid CSV; check its quotes")


@UNHURRIED
@given(st.lists(st.dictionaries(st.text(max_size=8) | st.sampled_from(["text", "_id", "title", "tags"]), st.text())))
def test_whatever_records_hold_each_is_read_or_named(records: list[dict[str, str]]) -> None:
    read = items(lines({"_id": "first record", "text": "T"}, *records), "a.jsonl")[1:]
    assert len(read) == len(records)
    assert all(is_clause(item.reason) for item in read if isinstance(item, SourceProblem))
