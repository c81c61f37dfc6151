import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.metadata.front_matter import TOO_DEEP, TOO_MANY_DIGITS
from corpus.metadata.precedence import NOTES
from corpus.readers.record_problems import SourceProblem
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
        ('{"text": "T", "x": %s}' % ("9" * 5000), f"line 2 {TOO_MANY_DIGITS}"),
        ('{"text": "T", "x": [%s]}' % ("9" * 41), f"line 2 {TOO_MANY_DIGITS}"),
        ('{"text": "T", "title": %s}' % ("9" * 5000), f"line 2 {TOO_MANY_DIGITS}"),
        ({"text": "T", "x": "\ud800"}, "line 2 has an unpaired surrogate, which is not a character; correct or remove"),
        ({"text": "T", "\ud800": "x"}, "line 2 has an unpaired surrogate, which is not a character; correct or remove"),
        ({"text": "T", "x": "y" * 300_000}, "line 2 has more than 256 KiB of metadata; shorten it"),
        ({"_id": "x"}, "line 2 has no 'text'; add it, or name the key with --text-field"),
        ({"_id": "x", "text": None}, "line 2 has no 'text'; add it, or name the key with --text-field"),
        ({"_id": "x", "text": 7}, "line 2: 'text' must be a text; correct or remove it"),
        ({"_id": "x", "text": " \n"}, "line 2 has no text"),
        ({"_id": ["x"], "text": "T"}, "line 2: '_id' must be a text or an integer; correct it"),
        ({"_id": "x\u0007", "text": "T"}, "line 2: '_id' contains control characters; remove them"),
        ({"id": "a\nb", "text": "T"}, "line 2: 'id' contains control characters; remove them"),
        ({"id": "x" * 501, "text": "T"}, "line 2: 'id' is longer than 500 characters; shorten it"),
        ({"_id": "good", "text": "T"}, "line 2: its id is that of line 1; change one"),
    ],
)
def test_a_bad_record_costs_only_itself(record: object, reason: str) -> None:
    read = items(lines({"_id": "good", "text": "T"}, record, {"_id": "last", "text": "T"}), "a.jsonl")
    assert [type(item) for item in read] == [SourceDocument, SourceProblem, SourceDocument]
    assert isinstance(read[1], SourceProblem)
    assert read[1].reason.startswith(reason)
    assert is_clause(read[1].reason)


@pytest.mark.parametrize(
    ("about", "note"),
    [
        ({"title": "\ud800"}, "'title' in line 1 must be a line of text; it was ignored"),
        ({"published": "soon"}, "'published' in line 1 must be a date such as 2017-01-19; it was ignored"),
        ({"metadata": {"url": "x"}}, "'url' in line 1 must be an http or https address; it was ignored"),
    ],
)
def test_a_key_that_cannot_be_used_costs_itself_and_not_its_record(about: dict[str, object], note: str) -> None:
    read = only(lines({"_id": "a", "text": "T", "place": "Weir", **about}), "a.jsonl")
    assert read.metadata.extra == {"place": "Weir", NOTES: [note]}


def test_a_table_gives_a_document_for_each_row() -> None:
    data = 'id;body;authors;published;place\n7;"One ""quoted"" line;\nand another";Ana Ruiz; 2017-01-19;Izalco\n'
    read = only(data.replace("Ana Ruiz; 2017", '"Ana Ruiz; Luis Paz";2017'), "a.csv", ReadOptions(text_field="body"))
    assert (read.source, read.text) == ("/documents/a.csv#7", 'One "quoted" line;\nand another')
    assert (read.metadata.authors, read.metadata.published) == (("Ana Ruiz", "Luis Paz"), "2017-01-19")
    assert (read.metadata.extra, read.media_type) == ({"place": "Izalco"}, "text/csv")


def deep(depth: int, kind: str) -> str:
    opening, closing = {"list": ("[", "]"), "object": ('{"a": ', "}"), "both": ('[{"a": ', "}]")}[kind]
    return opening * depth + "1" + closing * depth


@pytest.mark.parametrize("kind", ["list", "object", "both"])
@pytest.mark.parametrize("place", ['"x": {}', '"metadata": {}', '"metadata": {{"x": {}}}'])
@pytest.mark.parametrize("depth", [18, 100, 247, 494, 700, 960, 990, 2000, 100_000])
def test_a_record_that_is_too_deep_costs_only_itself(depth: int, place: str, kind: str) -> None:
    record = '{"_id": "deep", "text": "T", ' + place.format(deep(depth, kind)) + "}"
    read = items(lines({"_id": "good", "text": "T"}, record, {"_id": "last", "text": "T"}), "a.jsonl")
    assert [type(item) for item in read] == [SourceDocument, SourceProblem, SourceDocument]
    assert isinstance(read[1], SourceProblem)
    assert read[1].reason == f"line 2 {TOO_DEEP}"


def test_whatever_is_raised_while_a_record_is_read_costs_only_that_record(monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = hashlib.sha256

    def breaking(data: bytes) -> object:
        if data == b'{"_id": "a", "text": "break"}':
            raise OverflowError("as a parser may")
        return sha256(data)

    monkeypatch.setattr(hashlib, "sha256", breaking)
    read = items(lines({"_id": "a", "text": "break"}, {"_id": "b", "text": "T"}), "a.jsonl")
    assert read[0] == SourceProblem(
        "/documents/a.jsonl#a", "line 1 cannot be read (OverflowError); correct or remove it", is_named=True
    )
    assert read[1].source == "/documents/a.jsonl#b"


NAMES = [
    "cls",
    "self",
    "extra",
    "model_config",
    "model_extra",
    "_fields_set",
    "_private",
    "__dict__",
    "copy",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_key_may_have_any_name(name: str) -> None:
    data = lines({"text": "T", "title": "It", name: ["kept"]}, {"text": "T", "metadata": {name: {"a": "kept"}}})
    read = items(data, "a.jsonl")
    assert [item.metadata.extra for item in read if isinstance(item, SourceDocument)] == [
        {name: ["kept"]},
        {name: {"a": "kept"}},
    ]


@pytest.mark.parametrize("notes", [5, "abc", ["mine"], {"a": 1}])
def test_each_message_of_the_reader_is_unique(notes: object) -> None:
    document = only(lines({"text": "T", "reader_notes": notes, "place": "Izalco"}), "a.jsonl")
    assert document.metadata.extra == {"place": "Izalco"}


SENT = TypeAdapter(SourceDocument)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["\ud800", 10**50]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=30,
)


@UNHURRIED
@given(st.dictionaries(st.text(max_size=8) | st.sampled_from([*NAMES, "title", "tags", "url", "metadata"]), VALUES))
def test_the_kept_fields_of_any_record_survive_storing_and_sending(record: dict[str, object]) -> None:
    (item,) = items(lines({"text": "T", **record} | {"text": "T", "_id": "a"}), "a.jsonl")
    if isinstance(item, SourceProblem):
        assert is_clause(item.reason)
        return
    kept = json.dumps(item.metadata.extra, allow_nan=False, ensure_ascii=False).encode()
    assert json.loads(kept) == item.metadata.extra
    sent = SENT.validate_json(SENT.dump_json(item))
    assert sent.metadata.extra == item.metadata.extra


def test_a_row_with_more_cells_than_columns_costs_only_itself() -> None:
    read = items("id,text\n1,One, two\n\n2,Three\n3,\n", "a.csv")
    assert [getattr(item, "reason", "read") for item in read] == [
        "line 2 has 3 cells, not 2; put texts with the delimiter in quotes",
        "read",
        "line 5 has no 'text'; add it, or name the key with --text-field",
    ]


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (
            "id,words\n1,One\n",
            "a.csv",
            "it has no column 'text' (with commas between them, its columns are 'id', 'words'); name it with --text",
        ),
        ("text,text\n1,One\n", "a.csv", "two of its columns have the same name; rename one"),
        ("id,text\n", "a.csv", "it has no records; give a file with some"),
        ("", "a.csv", "it has no column 'text'"),
        ("\n\n", "a.jsonl", "it has no records; give a file with some"),
        (b"{\0}", "a.jsonl", "it is a binary file"),
    ],
)
def test_a_file_without_records_is_refused(data: str | bytes, name: str, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        items(data, name)
    assert str(refused.value).startswith(reason)


def told(data: str, name: str) -> list[str]:
    """Return the text of each record, and why others are refused."""
    return [item.text if isinstance(item, SourceDocument) else item.reason for item in items(data, name)]


QUOTES = "line 3 is not valid CSV; check its quotes"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('b7,"The wheel', QUOTES),
        ('b7,"The wheel" turns.', QUOTES),
        ('"b7,The wheel', QUOTES),
        ('b7,"The "wheel" turns."', QUOTES),
        ("b7,The wheel, it turns.", "line 3 has 3 cells, not 2; put texts with the delimiter in quotes"),
    ],
)
def test_a_row_that_is_not_valid_takes_no_other_row_with_it(row: str, reason: str) -> None:
    data = f'id,text\nb6,One.\n{row}\nb8,Three.\nb9,"Four, and\nmore."\n'
    assert told(data, "a.csv") == ["One.", reason, "Three.", "Four, and\nmore."]


def test_a_quotation_around_other_rows_is_no_cell() -> None:
    data = 'id,text\nb6,"One.\nb7,Two.\nb8,Three."\nb9,Four.\n'
    reason = "a quotation mark opens in line 2 and closes in line 4, around other rows; check its quotes"
    assert told(data, "a.csv") == [reason, "Two.", 'Three."', "Four."]


@pytest.mark.parametrize("text", ["Dear sir,\nthe wheel, it turns,\nyours", "a,b\nc,d", "b9\nb8"])
def test_a_cell_may_have_several_lines(text: str) -> None:
    assert told(f'id,text\nb7,"{text}"\nb8,Two.\n', "a.csv") == [text, "Two."]


def test_a_cell_may_have_several_lines_before_the_id() -> None:
    data = 'text,id\n"Dear sir,\nthe wheel turns.",b7\n"One, two.\nThree.",b8\n'
    assert told(data, "a.csv") == ["Dear sir,\nthe wheel turns.", "One, two.\nThree."]


def test_a_quotation_around_other_rows_before_their_ids_is_no_cell() -> None:
    data = 'text,id\n"One,b6\nTwo.,b7\nThree.",b8\nFour.,b9\n'
    assert told(data, "a.csv")[1:] == ["Two.", 'Three."', "Four."]


@pytest.mark.parametrize("quotes", ['x",""",', 'x",', 'x"",""y', '1,"a""'])
def test_rows_of_stray_quotes_are_each_told_of(quotes: str) -> None:
    read = told("id,text\n" + f"{quotes}\n" * 300 + "b7,The wheel turns.\n", "a.csv")
    assert read[-1] == "The wheel turns."
    assert len(read) > 100


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("ID,Text\nb7,The wheel turns.\n", "a.csv"),
        ("sep=;\nid;text\nb7;The wheel turns.\n", "a.csv"),
        ("id|text\nb7|The wheel turns.\n", "a.csv"),
        ("id\ttext\nb7\tThe wheel turns.\n", "a.tsv"),
        ("note, with commas, here;text;id\n;The wheel turns.;b7\n", "a.csv"),
        ('\ufeff"id";"text"\n"b7";"The wheel turns."\n', "a.csv"),
        ("\n\nid,text\nb7,The wheel turns.\n", "a.csv"),
        ('{\n  "id": "b7",\n  "text": "The wheel turns."\n}\n', "a.jsonl"),
        ('{"Id": "b7", "TEXT": "The wheel turns."}\n', "a.jsonl"),
    ],
)
def test_records_of_other_makes_are_read(data: str, name: str) -> None:
    read = only(data, name)
    assert (read.source, read.text) == (f"/documents/{name}#b7", "The wheel turns.")


def test_a_key_in_its_own_spelling_comes_before_another_spelling() -> None:
    read = only('{"text": "T", "Text": "other", "title": "One", "Title": "Two"}\n', "a.jsonl")
    assert (read.text, read.metadata.title, read.metadata.extra) == ("T", "One", {"Text": "other", "Title": "Two"})


def test_records_over_several_lines_stand_among_others_and_broken_ones() -> None:
    data = '{"text": "One."}\n{\n"text":\n"Two."}\n{"text": "Thr\n{"text": "Four."}\n{"text": "Five."'
    broken = "line {} is not valid JSON; correct or remove it"
    assert told(data, "a.jsonl") == ["One.", "Two.", broken.format(5), "Four.", broken.format(7)]


def test_a_title_of_a_record_has_no_markup() -> None:
    assert only('id,text\n1,"<p>The mill &amp; <i>the weir</i></p>"\n', "a.csv").metadata.title == "The mill & the weir"


def test_messages_name_no_options_where_there_are_none() -> None:
    options = ReadOptions(has_options=False)
    for data in (b"id,words\n1,One\n", "id,text\n1,Él\n".encode("cp1252")):
        with pytest.raises(SourceError) as refused:
            items(data, "a.csv", options)
        assert "--" not in str(refused.value)
    (problem,) = items('{"_id": "x"}\n', "a.jsonl", options)
    assert isinstance(problem, SourceProblem)
    assert problem.reason == "line 1 has no 'text'; add it"
    assert problem.is_named


def test_half_a_surrogate_pair_in_a_text_costs_its_record() -> None:
    bad, good = items('{"text": "The tower \\ud800 was built."}\n{"text": "Two."}\n', "a.jsonl")
    assert isinstance(bad, SourceProblem)
    assert bad.reason == "line 1: its text has an unpaired surrogate; correct or remove it"
    assert isinstance(good, SourceDocument)


@UNHURRIED
@given(st.lists(st.dictionaries(st.text(max_size=8) | st.sampled_from(["text", "_id", "title", "tags"]), st.text())))
def test_whatever_records_hold_each_is_read_or_named(records: list[dict[str, str]]) -> None:
    read = items(lines({"_id": "first record", "text": "T"}, *records), "a.jsonl")[1:]
    assert len(read) == len(records)
    assert all(is_clause(item.reason) for item in read if isinstance(item, SourceProblem))


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.ndjson"])
@pytest.mark.parametrize(
    "text",
    [
        '[{"_id": "a", "text": "One."}, {"text": "Two.", "port": "Izalco"}]\n',
        '\ufeff[\n  {"_id": "a", "text": "One."}\n,\n  {"text": "Two.", "port": "Izalco"}\n]\n\n',
    ],
)
def test_a_json_array_has_a_document_for_each_object(text: str, name: str) -> None:
    read = [each for each in items(text, name) if isinstance(each, SourceDocument)]
    assert [each.source for each in read] == [f"/documents/{name}#a", f"/documents/{name}#record-2"]
    assert [each.text for each in read] == ["One.", "Two."]
    assert read[1].metadata.extra == {"port": "Izalco"}
    assert {each.media_type for each in read} == {"application/json"}


def test_the_only_list_of_objects_in_an_object_has_the_records() -> None:
    text = '{"port": "Izalco", "tags": ["a"], "none": [],\n "logs": [{"id": 7, "text": "One."}, {"text": "Two."}]}'
    assert [each.source for each in items(text, "a.json")] == ["/documents/a.json#7", "/documents/a.json#record-2"]


def test_an_object_with_a_text_is_a_record() -> None:
    text = '{\n  "title": "A log",\n  "text": "One.",\n  "tags": ["a"]\n}\n'
    document = only(text, "a.json")
    assert (document.source, document.text, document.metadata.title) == ("/documents/a.json#record-1", "One.", "A log")


def test_json_lines_may_be_named_json() -> None:
    assert [
        each.source for each in items('{"_id": "a", "text": "One."}\n{"_id": "b", "text": "Two."}\n', "a.json")
    ] == [
        *("/documents/a.json#a", "/documents/a.json#b"),
    ]


def test_a_record_of_an_array_that_cannot_be_read_costs_itself() -> None:
    read = items('[{"text": "One."}, 5, {"text": 6}, {"a": "b"}, {"text": "Two."}]', "a.json")
    assert [type(each) for each in read] == [SourceDocument, *[SourceProblem] * 3, SourceDocument]
    assert [each.reason for each in read if isinstance(each, SourceProblem)] == [
        "record 2 is not a JSON object; correct or remove it",
        "record 3: 'text' must be a text; correct or remove it",
        "record 4 has no 'text'; add it, or name the key with --text-field",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"text": "One."}, {"text": ', "it is not valid JSON (line 1, column 29); correct it"),
        ('[{"text": "One."} {"text": "Two."}]', "it is not valid JSON after record 1"),
        ('[{"text": "One."}]\n[{"text": "Two."}]', "it has more after its JSON array"),
        ('{"a": 1,}', "it is not valid JSON (line 1, column 9); correct it"),
        ('{"a": 1}', "it is JSON without a list of objects; write one object per line and name it .jsonl"),
        ('"a"', "it is JSON without a list of objects"),
        ('{"a": [{"text": "One."}], "b": [{"text": "Two."}]}', "it is JSON with several lists of objects"),
        ("[]", "it has no records"),
        ('[{"a": ' + "[" * 100_000, "record 1 has lists or objects nested more than 16 deep"),
        ('{"a": ' + "[" * 100_000, "it has lists or objects nested more than 16 deep"),
        ('[{"a": ' + "9" * 5000 + "}]", "record 1 has a number of more than 40 digits"),
        ('{"a": ' + "9" * 5000 + "}", "it has a number of more than 40 digits"),
    ],
)
def test_other_json_is_refused_with_what_to_change(text: str, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        items(text, "a.json")
    assert str(refused.value).startswith(reason)
    assert is_clause(str(refused.value))


def test_a_line_with_a_list_refuses_that_record_only() -> None:
    read = items('[1]\n{"_id": "a", "text": "Text."}\n[2]\n', "a.jsonl")
    assert [type(item) for item in read] == [SourceProblem, SourceDocument, SourceProblem]


def test_a_refusal_shows_the_beginning_of_long_names_of_columns() -> None:
    with pytest.raises(SourceError) as refused:
        items("a" + " " * 900 + "b" * 900 + ",c\n1,2\n", "a.csv")
    assert f"its columns are 'a {'b' * 58}', 'c')" in str(refused.value)
    assert is_clause(str(refused.value))
