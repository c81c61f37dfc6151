"""Hostile files, made from grammars: one module for each format, each with the kinds of files that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.corpus.readers.files import epub, pdf, word
from tests.hostile.generators import book, markdown, pdf_files, plain, records, tables, webpage, word_files
from tests.hostile.generators.draw import MARKER, Draw, Kinds

__all__ = ["FORMATS", "MARKER", "Case", "Format", "case_of"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: what its files are named, what makes hostile ones, and a good one with a word that it holds."""

    name: str
    kinds: Kinds
    good: bytes
    word: str


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file."""

    format: str
    kind: str
    name: str
    data: bytes


_BODY = f"<body><article><h1>Prisons</h1><p>{'Talks went on. ' * 20}</p></article></body>"
_PAGE = f"<!DOCTYPE html><html lang='en'>{_BODY}</html>"

FORMATS: Mapping[str, Format] = {
    "text": Format("a.txt", plain.KINDS, b"Talks went on in the prisons.\n", "prisons"),
    "markdown": Format("a.md", markdown.KINDS, b"# Prisons\n\nTalks went on.\n", "Prisons"),
    "csv": Format("a.csv", tables.KINDS, b"id,text\n1,Talks in the prisons.\n", "prisons"),
    "jsonl": Format("a.jsonl", records.KINDS, b'{"text": "Talks in the prisons."}\n', "prisons"),
    "html": Format("a.html", webpage.KINDS, _PAGE.encode(), "Prisons"),
    "epub": Format("a.epub", book.KINDS, epub("<p>Talks in the prisons.</p>"), "prisons"),
    "docx": Format("a.docx", word_files.KINDS, word("T", "Ana Ruiz"), "truce"),
    "pdf": Format("a.pdf", pdf_files.KINDS, pdf([["Talks in the prisons."]]), "prisons"),
}
"""By name."""


def case_of(format_name: str, seed: int, number: int, room: int | None = None, kind: str | None = None) -> Case:
    """The case of a number: the same for the same seed.

    Args:
        format_name: Of `FORMATS`.
        seed: Of all cases.
        number: Of this one.
        room: Bytes of the file, roughly; drawn if None.
        kind: Of the format's; drawn if None.
    """
    one = FORMATS[format_name]
    draw = Draw(f"{seed} {format_name} {number}", room)
    kind = draw.choice(sorted(one.kinds)) if kind is None else kind
    return Case(format_name, kind, one.name, one.kinds[kind](draw))
