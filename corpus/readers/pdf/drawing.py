"""A page of a PDF as a picture, with words of its text marked."""

import contextlib
import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from corpus.errors import SourceError
from corpus.readers.pdf.alignment import aligned, letters_of
from corpus.readers.pdf.annotations import annotations_of, draw_annotations
from corpus.readers.pdf.encryption import decrypted
from corpus.readers.pdf.runs import WIDE, boxes_of, text_of

SCALE = 2.0
"""Pixels per point: 144 per inch, enough for a page as wide as half a screen."""

MAX_SIDE = 4_096
"""Maximum width and height of a picture, in pixels."""

MAX_PIXELS = 4_000_000
"""Maximum pixels of a picture, twice those of a page of A4: 12 MB before they are compressed."""

MAX_LETTERS = 200_000
"""Letters of a page, or of its text, above which no words are marked. A newspaper page has a tenth."""

_FILL = (255, 222, 92, 255)
"""Colour of the marks, multiplied with the page, so that black letters stay black."""

_EDGE = (180, 83, 9, 255)
"""Colour of their edges, which has contrast with white and with black."""

_EDGE_POINTS = 0.75

_OUT = 1.0
"""Points by which a mark is larger than its letters."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


def draw_page(data: bytes, number: int, text: str, start: int, end: int) -> bytes:
    """Return a page as a PNG, with the words `[start, end)` of its text marked.

    Of a comment, and of the value of a form field, the whole box is marked.

    Args:
        data: The PDF.
        number: Number of the page, from 0.
        text: The canonical text of this page.
        start: First code point to mark.
        end: Code point after the last one to mark.

    Raises:
        SourceError: The PDF or the page cannot be opened.
    """
    import pypdfium2

    try:
        marks = marks_of(data, number, text, start, end)
        # opened again, because looking for the words may change annotations
        with _opened(data) as document, contextlib.closing(document[number]) as page:
            for mark in marks:
                _mark(page, mark)
            return _png(page)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise SourceError("this page cannot be drawn") from error


def marks_of(data: bytes, number: int, text: str, start: int, end: int) -> list[Box]:
    """Return the boxes to mark, one for each line or cell; arguments as for `draw_page`.

    Raises:
        PdfiumError: The PDF or the page cannot be opened.
    """
    if start >= end:
        return []
    with _opened(data) as document:
        letters, boxes = _letters(document, number)
    return list(lines_of(boxes_of_span(letters, boxes, text, start, end)))


def boxes_of_span(page: str, boxes: list[Box], text: str, start: int, end: int) -> list[Box]:
    """Return the boxes of the letters `[start, end)` of a page's canonical text, in the order of that text.

    Args:
        page: The page's own text.
        boxes: The box of each of its code points.
        text: The canonical text of the page.
        start: First code point of the span.
        end: Code point after the last one.
    """
    letters, places = letters_of(text)
    own, indexes = letters_of(page)
    if max(len(letters), len(own)) > MAX_LETTERS:
        return []
    found = aligned(letters, own, _parts([boxes[at] for at in indexes]))
    return [boxes[indexes[place]] for at, place in zip(places, found, strict=True) if start <= at < end and place >= 0]


def lines_of(boxes: Iterable[Box]) -> Iterator[Box]:
    """Yield boxes in which those of letters beside each other are put together."""
    line: Box | None = None
    last: Box | None = None
    for box in boxes:
        if line is not None and last is not None and _are_on_one_line(last, box):
            line = min(line[0], box[0]), min(line[1], box[1]), max(line[2], box[2]), max(line[3], box[3])
        else:
            if line is not None:
                yield line
            line = box
        last = box
    if line is not None:
        yield line


def _parts(boxes: list[Box]) -> list[int]:
    """Return the number of the part of a line to which each letter belongs."""
    parts = [0] * len(boxes)
    for at in range(1, len(boxes)):
        parts[at] = parts[at - 1] + (not _are_beside(boxes[at - 1], boxes[at]))
    return parts


def _are_beside(box: Box, after: Box) -> bool:
    """Return whether a box is on the line of another, without a wide gap between them."""
    height = max(box[3] - box[1], after[3] - after[1])
    return (
        min(box[3], after[3]) - max(box[1], after[1]) > min(box[3] - box[1], after[3] - after[1]) / 2
        and max(after[0] - box[2], box[0] - after[2]) < WIDE * height
    )


def _are_on_one_line(box: Box, after: Box) -> bool:
    """Return whether two letters are beside each other, or above each other in text that is turned."""
    return _are_beside(box, after) or _are_beside(_turned(box), _turned(after))


def _turned(box: Box) -> Box:
    return box[1], box[0], box[3], box[2]


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        plain = decrypted(data) if b"/Encrypt" in data else None
        if plain is None:
            raise
        document = pypdfium2.PdfDocument(plain)
    with contextlib.closing(document):
        if document.get_formtype():
            document.init_forms()
        yield document


def _letters(document: Any, number: int) -> tuple[str, list[Box]]:  # noqa: ANN401 - pypdfium2 has no types
    """Return the text of a page with its form values and comments, and the box of each code point."""
    with contextlib.closing(document[number]) as page:
        text, boxes = _drawn_letters(page)
        annotations = annotations_of(page, page.formenv, text)
        is_changed = annotations.drawn and draw_annotations(page, annotations.known)
    if is_changed:
        with contextlib.closing(document[number]) as page:
            text, boxes = _drawn_letters(page)
    for words, box in (*annotations.values, *annotations.texts):
        text += words
        boxes += [box] * len(words)
    return text, boxes


def _drawn_letters(page: Any) -> tuple[str, list[Box]]:  # noqa: ANN401
    with contextlib.closing(page.get_textpage()) as letters:
        text = text_of(letters)
        box = boxes_of(letters)
        return text, [box(at) for at in range(len(text))]


def _mark(page: Any, box: Box) -> None:  # noqa: ANN401
    """Draw a mark on a page, in memory."""
    from pypdfium2 import raw

    left, bottom, right, top = box
    shape = left - _OUT, bottom - _OUT, right - left + 2 * _OUT, top - bottom + 2 * _OUT
    fill = raw.FPDFPageObj_CreateNewRect(*shape)
    raw.FPDFPageObj_SetFillColor(fill, *_FILL)
    raw.FPDFPageObj_SetBlendMode(fill, b"Multiply")
    raw.FPDFPath_SetDrawMode(fill, raw.FPDF_FILLMODE_WINDING, False)
    edge = raw.FPDFPageObj_CreateNewRect(*shape)
    raw.FPDFPageObj_SetStrokeColor(edge, *_EDGE)
    raw.FPDFPageObj_SetStrokeWidth(edge, _EDGE_POINTS)
    raw.FPDFPath_SetDrawMode(edge, raw.FPDF_FILLMODE_NONE, True)
    for drawn in (fill, edge):
        raw.FPDFPage_InsertObject(page, drawn)  # which then belongs to the page


def _png(page: Any) -> bytes:  # noqa: ANN401
    """Return a page as a PNG of limited size. PDFium has no encoder."""
    width, height = page.get_size()
    if not 0 < width < math.inf or not 0 < height < math.inf:
        raise ValueError("the page has no size")
    scale = min(SCALE, MAX_SIDE / max(width, height), math.sqrt(MAX_PIXELS / (width * height)))
    with contextlib.closing(page.render(scale=scale, rev_byteorder=True)) as bitmap:
        pixels, stride, used = memoryview(bitmap.buffer), bitmap.stride, 3 * bitmap.width
        rows = b"".join(b"\0" + pixels[at : at + used] for at in range(0, stride * bitmap.height, stride))
        head = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
