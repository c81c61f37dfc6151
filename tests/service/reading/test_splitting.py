"""Texts cut by the reading process: the same passages as here, within limits."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from corpus.documents.document import Passage, SourceDocument
from corpus.errors import SourceError
from corpus.passages.splitting import CHARACTERS_PER_TOKEN, PassageSplitter
from embeddings.encoder.encoder import Encoder
from service.reading import splitting as splitting_module
from service.reading.sandbox import Sandbox
from service.reading.splitting import DocumentStructure, PassageSizes, split_text
from tests.corpus.readers.files import bytes_of, epub, pdf, word
from tests.service.reading.test_sandbox import PAGE

SIZES = PassageSizes(40, 8)
PROSE = "The truce began in the year 2012. Who began it? The gang did, in the prison.\n\n" * 30
RECORDS = (
    '{"_id": "a", "text": "The truce."}\n[]\n{"_id": "b", "text": "The talks."}\n{"_id": "c", "text": "The gang."}\n'
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox()) as sandbox:
        yield sandbox


def here(encoder: Encoder, document: SourceDocument) -> tuple[str, list[Passage]]:
    about = document.metadata
    layout = DocumentStructure(about.title, about.language, document.sections, document.pages, document.removed_spans)
    made = split_text(encoder, SIZES, layout, document.text)
    return made.prefix, list(made.passages)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", PROSE),
        ("a.md", f"# One\n\n{PROSE}\n## Two\n\n{PROSE}"),
        ("a.html", PAGE),
        ("a.pdf", pdf([["One."], ["Two."]])),
        ("a.docx", word()),
        ("a.epub", epub()),
        ("a.csv", "text\nThe truce.\n"),
    ],
)
def test_passages_are_those_that_are_cut_here(
    sandbox: Sandbox, tiny_encoder: Encoder, name: str, data: str | bytes
) -> None:
    for document in sandbox.read(bytes_of(data, name)):
        assert isinstance(document, SourceDocument)
        made = sandbox.split(document, document.text, SIZES, tiny_encoder.tokenizer_file)
        assert (made.prefix, list(made.passages)) == here(tiny_encoder, document)
        assert made.passages


def test_a_text_that_was_not_read_here_is_cut_as_well(sandbox: Sandbox, tiny_encoder: Encoder) -> None:
    [document] = sandbox.read(bytes_of(PROSE, "a.txt"))
    assert isinstance(document, SourceDocument)
    before = sandbox.split(document, document.text, SIZES, tiny_encoder.tokenizer_file)
    list(sandbox.read(bytes_of("Text.", "b.txt")))
    assert sandbox.split(document, document.text, SIZES, tiny_encoder.tokenizer_file) == before


@pytest.mark.parametrize("disturb", ["nothing", "kill", "cut another", "read another"])
def test_a_file_of_records_is_read_to_its_end_whatever_comes_between(
    sandbox: Sandbox, tiny_encoder: Encoder, disturb: str
) -> None:
    tokenizer = tiny_encoder.tokenizer_file
    [other] = sandbox.read(bytes_of(PROSE, "a.txt"))
    assert isinstance(other, SourceDocument)
    met = []
    for item in sandbox.read(bytes_of(RECORDS, "a.jsonl")):
        if isinstance(item, SourceDocument):
            assert len(sandbox.split(item, item.text, SIZES, tokenizer).passages) == 1
        met.append(item.source.rpartition("#")[2])
        if disturb == "kill":
            assert sandbox._session is not None
            sandbox._session.process.kill()
        elif disturb == "cut another":
            assert len(sandbox.split(other, other.text, SIZES, tokenizer).passages) > 1
        elif disturb == "read another":
            assert len(list(sandbox.read(bytes_of(RECORDS, "b.jsonl")))) == 4
    assert met == ["a", "line-2", "b", "c"]


def test_a_title_that_leaves_no_room_is_refused(sandbox: Sandbox, tiny_encoder: Encoder) -> None:
    [document] = sandbox.read(bytes_of(f"# {'a b c ' * 33}\n\n{PROSE}", "a.md"))
    assert isinstance(document, SourceDocument)
    with pytest.raises(SourceError, match="FOOTNOTE_TITLE_TOKENS"):
        sandbox.split(document, document.text, PassageSizes(40, 4000), tiny_encoder.tokenizer_file)


def test_more_passages_than_a_document_may_have_are_refused(
    tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting_module, "MAX_PASSAGES", 3)
    with pytest.raises(SourceError, match="more than 3 passages; split it"):
        split_text(tiny_encoder, SIZES, DocumentStructure("Title"), PROSE)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 08:00:00 INFO request 17 took 12 ms\n" * 4000,
        "a " * 100_000,
        "9" * 200_000,
        "The truce began in the year. " * 7000,
        "\n" * 200_000,
        "é" * 200_000,
    ],
)
def test_no_long_text_is_tokenized_at_once(text: str) -> None:
    longest = 0

    def count(piece: str) -> int:
        nonlocal longest
        longest = max(longest, len(piece))
        return len(piece.split())

    most = 60
    passages = PassageSplitter(count, 50, most).split(text)
    assert longest <= (most + 1) * CHARACTERS_PER_TOKEN
    covered = "".join(text[passage.start : passage.end] for passage in passages)
    assert "".join(covered.split()) == "".join(text.split())


def test_each_encoder_has_its_own_length_limit(sandbox: Sandbox, tiny_encoder: Encoder) -> None:
    [document] = sandbox.read(bytes_of(PROSE, "a.txt"))
    assert isinstance(document, SourceDocument)
    prompted = replace(tiny_encoder.tokenizer_file, max_tokens=tiny_encoder.max_tokens - 30)  # the same tokenizer

    before = sandbox.split(document, PROSE, SIZES, tiny_encoder.tokenizer_file)

    assert len(sandbox.split(document, PROSE, SIZES, prompted).passages) > len(before.passages)
