"""Jupyter notebooks: Markdown, code and text outputs of the cells, in their order."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.metadata import TOO_DEEP
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.text import markdown_headings
from corpus.text import decode

_COLOURS = re.compile(r"\x1b\[[0-9;]{0,20}m")
_PLAIN = ("text/plain", "text/markdown", "text/latex")


def read_notebook(data: bytes, options: ReadOptions) -> Content:
    """Return the cells of a notebook. Headings of Markdown cells begin sections; pictures are left out.

    Raises:
        SourceError: It is no notebook.
    """
    book = _parsed(decode(data, has_options=options.has_options))
    builder = TextBuilder()
    for cell in _cells(book):
        text = _text(cell.get("source", cell.get("input")))
        if cell.get("cell_type") == "markdown":
            _add_markdown(builder, text)
        elif cell.get("cell_type") == "heading":  # up to nbformat 3
            level = cell.get("level")
            builder.heading(text, level if isinstance(level, int) else 1)
        else:
            builder.paragraph(text)
        for output in _objects(cell.get("outputs")):
            builder.paragraph(_COLOURS.sub("", _output(output)))
    return builder.content(_found(book.get("metadata")))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        book = json.loads(text)
    except RecursionError as error:
        raise SourceError(f"it {TOO_DEEP}") from error
    except ValueError as error:
        raise SourceError("it is not valid JSON, so it is no notebook; save it again in Jupyter") from error
    if not isinstance(book, dict) or not any(isinstance(book.get(key), list) for key in ("cells", "worksheets")):
        raise SourceError("it is JSON without the cells of a notebook; save it again in Jupyter")
    return book


def _cells(book: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _objects(book.get("cells"))
    for sheet in _objects(book.get("worksheets")):
        yield from _objects(sheet.get("cells"))


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _text(value: object) -> str:
    """Return a text, which may be a list of lines."""
    if isinstance(value, list):
        return "".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _add_markdown(builder: TextBuilder, text: str) -> None:
    at = 0
    for section, end in markdown_headings(text):
        _add_paragraphs(builder, text[at : section.start])
        builder.heading(section.title, section.level)
        at = end
    _add_paragraphs(builder, text[at:])


def _add_paragraphs(builder: TextBuilder, text: str) -> None:
    for block in text.split("\n\n"):
        builder.paragraph(block)


def _output(output: Mapping[str, Any]) -> str:
    """Return the text of an output; empty if it is a picture or a widget."""
    if output.get("output_type") in ("error", "pyerr"):
        return ": ".join(part for key in ("ename", "evalue") if (part := _text(output.get(key))))
    shown = output.get("data", output)
    texts = (_text(shown.get(kind)) for kind in _PLAIN) if isinstance(shown, dict) else iter(())
    return next((text for text in texts if text), _text(output.get("text")))


def _found(about: object) -> Found:
    if not isinstance(about, dict):
        return Found()
    names = (_text(each.get("name")) for each in _objects(about.get("authors")))
    return Found(title=_text(about.get("title")) or None, authors=[name for name in names if name])


IPYNB = ConvertedFormat(
    "notebook",
    "application/x-ipynb+json",
    (".ipynb",),
    has_signature=False,
    sniff=lambda data, suffix: False,
    convert=read_notebook,
)
