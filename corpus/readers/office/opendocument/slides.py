"""ODP: a page for each slide, titles as headings, the words of shapes in reading order, then the speaker's notes."""

import re
from collections.abc import Iterator
from typing import Any

from corpus.documents import Content, ReadOptions, TextBuilder
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.office.left_out import check_some_is_left
from corpus.readers.office.opendocument.package import is_opendocument, name_of, open_document, value_of
from corpus.readers.office.opendocument.text import TextReader
from corpus.readers.office.reading_order import Box, in_reading_order

_FURNITURE = ("header", "footer", "date-time", "page-number", "page")
_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,6})?)(cm|mm|in|pt|pc|px)")
_UNITS = {"cm": 10.0, "mm": 1.0, "in": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "px": 25.4 / 96}
_SHAPES = {"frame", "custom-shape", "rect", "ellipse", "circle", "g", "line", "connector", "path", "polygon", "caption"}


def read_slides(data: bytes, options: ReadOptions) -> Content:
    """Return the slides of an OpenDocument presentation, in order. A hidden slide is an empty page.

    Raises:
        SourceError: It is damaged, encrypted, unpacks to too much, or has no visible text.
    """
    document = open_document(data)
    builder = TextBuilder()
    reader = TextReader(builder, document)
    for page in document.body.iterfind("{*}page"):
        builder.page()
        if document.style(page).hidden:
            document.left_out["hidden slides"] += 1
            continue
        for shape in _ordered(page):
            if value_of(shape, "class") == "title":
                builder.heading(" ".join(reader.cell_lines(shape)), 1)
            else:
                reader.blocks([shape])
        reader.notes()
        for notes in page.iterfind("{*}notes"):
            for frame in notes.iterfind("{*}frame"):
                if value_of(frame, "class") not in _FURNITURE:
                    reader.blocks(frame)
    content = builder.content(document.found())
    check_some_is_left(content.text, content.found.notes)
    return content


def _ordered(parent: Any) -> Iterator[Any]:  # noqa: ANN401 - lxml has no types
    """Yield the shapes of a slide or group in reading order, titles first."""
    found = [each for each in parent if name_of(each) in _SHAPES and value_of(each, "class") not in _FURNITURE]
    titles = [shape for shape in found if value_of(shape, "class") == "title"]
    others = [shape for shape in found if value_of(shape, "class") != "title"]
    yield from titles
    for at in in_reading_order([_box(shape) for shape in others]):
        if name_of(others[at]) == "g":
            yield from _ordered(others[at])
        else:
            yield others[at]


def _box(shape: Any) -> Box | None:  # noqa: ANN401
    """Return where a shape is, in hundredths of a millimetre; a group is where its shapes are."""
    if name_of(shape) == "g":
        inner = [box for each in shape.iter() if name_of(each) in _SHAPES - {"g"} and (box := _box(each)) is not None]
        return _around(inner) if inner else None
    sides = [_hundredths(value_of(shape, name)) for name in ("x", "y", "width", "height")]
    left, top, width, height = sides
    if left is None or top is None or width is None or height is None:
        return None
    return Box(left, top, left + width, top + height)


def _around(boxes: list[Box]) -> Box:
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _hundredths(length: str) -> int | None:
    found = _LENGTH.fullmatch(length)
    return round(100 * float(found[1]) * _UNITS[found[2]]) if found else None


ODP = ConvertedFormat(
    "ODP",
    "application/vnd.oasis.opendocument.presentation",
    (".odp", ".otp", ".fodp"),
    has_signature=True,
    sniff=lambda data, suffix: is_opendocument(data, "presentation"),
    convert=read_slides,
    version=2,
)
