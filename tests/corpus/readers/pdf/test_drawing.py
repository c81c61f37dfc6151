"""Pages of a PDF as pictures, with words marked."""

import contextlib
import random
import re
import struct
import zlib

import pypdfium2
import pytest

from corpus.errors import SourceError
from corpus.readers.pdf import drawing
from corpus.readers.pdf.drawing import draw_page, marks_of
from tests.corpus.readers.files import only, pdf
from tests.corpus.readers.pdf.drawing import Item, block, drawn
from tests.corpus.readers.pdf.test_annotations import form, noted

LEFT = ["The council met in May and", "heard the keeper of the light-", "house about the winter."]
RIGHT = ["Its second column says that", "nobody else was asked before", "the doors were closed again."]
TABLE: list[Item] = [
    (72, 400, "Port"),
    (200, 400, "Ships"),
    (300, 400, "Change"),
    (72, 386, "Arvik"),
    (200, 386, "12"),
    (300, 386, "-3"),
    (72, 372, "Belen"),
    (200, 372, "12"),
    (300, 372, "12"),
]


def columns() -> list[Item]:
    """Two columns, drawn line by line, and a table below them."""
    rows = zip(block(72, 700, LEFT), block(320, 700, RIGHT), strict=True)
    return [*(item for row in rows for item in row), *TABLE]


def pages_of(data: bytes) -> list[str]:
    read = only(data, "a.pdf")
    ends = [*read.pages[1:], len(read.text)]
    return [read.text[start:end] for start, end in zip(read.pages, ends, strict=True)]


def words_in(data: bytes, number: int, marks: list[drawing.Box]) -> str:
    """What PDFium reads inside of boxes, without blanks and hyphens."""
    with contextlib.closing(pypdfium2.PdfDocument(data)) as document:
        text = document[number].get_textpage()
        parts = [
            text.get_text_bounded(left + 1, bottom + 2.5, right - 1, top - 4) for left, bottom, right, top in marks
        ]
    return re.sub(r"[\s\ufffe\x02]|(?<=\w)-", "", "".join(parts))


def plain(words: str) -> str:
    return re.sub(r"[\s|]|(?<=\w)-", "", words)


def test_the_marks_hold_exactly_the_words_of_a_span() -> None:
    data = drawn(columns(), block(72, 700, ["Another page begins here,", "with words of its own."]))
    pages = pages_of(data)
    draw = random.Random(3)  # noqa: S311 - no secret
    for _ in range(100):
        number = draw.randrange(2)
        words = [found.span() for found in re.finditer(r"\S+", pages[number])]
        first = draw.randrange(len(words))
        last = draw.randrange(first, len(words))
        start, end = words[first][0], words[last][1]
        marks = marks_of(data, number, pages[number], start, end)
        assert words_in(data, number, marks) == plain(pages[number][start:end])


def test_equal_cells_are_marked_in_their_own_rows() -> None:
    data = drawn(columns())
    [text] = pages_of(data)
    start = text.index("Belen | 12")
    marks = marks_of(data, 0, text, start, start + len("Belen | 12 | 12"))
    assert len(marks) == 3
    assert all(368 < bottom < top < 386 for _, bottom, _, top in marks)


def test_each_line_has_a_mark_of_its_own() -> None:
    data = drawn(columns())
    [text] = pages_of(data)
    end = text.index("winter.") + len("winter.")
    marks = marks_of(data, 0, text, text.index("The council"), end)
    assert len(marks) == 3
    assert all(left < 80 and right < 320 for left, _, right, _ in marks)


def test_nothing_is_marked_for_an_empty_span() -> None:
    data = drawn(columns())
    assert marks_of(data, 0, pages_of(data)[0], 5, 5) == []


def test_the_box_of_a_form_value_and_of_a_comment_is_marked() -> None:
    data = form("/FT /Tx /V (Mara)")
    text = only(data, "a.pdf").text
    at = text.index("Mara")
    assert [tuple(map(round, box)) for box in marks_of(data, 0, text, at, at + 4)] == [(72, 600, 300, 618)]
    data = noted("/Subtype /Text /Contents (Ask the harbour master.)")
    text = only(data, "a.pdf").text
    at = text.index("Ask the")
    assert [tuple(map(round, box)) for box in marks_of(data, 0, text, at, at + 7)] == [(72, 600, 300, 618)]


def test_the_picture_is_a_png_with_coloured_marks() -> None:
    data = drawn(columns())
    [text] = pages_of(data)
    start = text.index("Arvik")
    width, height, pixel = opened(draw_page(data, 0, text, start, start + 5))
    assert (width, height) == (1224, 1584)
    left, bottom, right, top = marks_of(data, 0, text, start, start + 5)[0]
    inside = {pixel(x, y) for x in range(int(2 * left), int(2 * right)) for y in range(int(2 * (792 - top)), 812)}
    assert (255, 222, 92) in inside
    assert (0, 0, 0) in inside
    assert pixel(1000, 100) == (255, 255, 255)
    assert bottom < 386 < top


def opened(png: bytes) -> tuple[int, int, "Pixel"]:
    """Width, height and a function that returns the colour at a place, of a PNG without filters."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        chunks[png[at + 4 : at + 8]] = png[at + 8 : at + 8 + length]
        at += length + 12
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    return width, height, Pixel(zlib.decompress(chunks[b"IDAT"]), width)


class Pixel:
    def __init__(self, rows: bytes, width: int) -> None:
        self._rows, self._step = rows, 3 * width + 1

    def __call__(self, x: int, y: int) -> tuple[int, ...]:
        at = y * self._step + 1 + 3 * x
        return tuple(self._rows[at : at + 3])


@pytest.mark.parametrize("box", ["0 0 14400 14400", "0 0 14400 3", "0 0 3 14400"])
def test_a_huge_page_is_drawn_smaller(box: str) -> None:
    data = pdf([["Words."]]).replace(b"/MediaBox [0 0 612 792]", f"/MediaBox [{box}]".encode())
    width, height, _ = opened(draw_page(data, 0, "Words.", 0, 0))
    assert max(width, height) <= drawing.MAX_SIDE + 1
    assert width * height <= drawing.MAX_PIXELS * 1.01


def test_a_page_with_too_many_letters_has_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_LETTERS", 10)
    data = pdf([["More words than these."]])
    assert marks_of(data, 0, "More words than these.", 0, 4) == []


def test_text_that_the_page_does_not_have_is_not_marked() -> None:
    assert marks_of(pdf([["Words."]]), 0, "0123456789", 0, 10) == []


def test_a_turned_page_is_marked_as_it_is_shown() -> None:
    data = pdf([["Words on a page that is shown turned."]], page="/Rotate 90")
    width, height, pixel = opened(draw_page(data, 0, "Words on a page that is shown turned.", 0, 5))
    assert (width, height) == (1584, 1224)
    yellow = [(x, y) for x in range(0, width, 4) for y in range(0, height, 4) if pixel(x, y) == (255, 222, 92)]
    assert yellow
    assert all(1400 < x < 1480 and 130 < y < 220 for x, y in yellow)


@pytest.mark.parametrize("data", [b"%PDF-1.4\nnothing", pdf([["Words."]], password="open sesame")])
def test_a_file_that_does_not_open_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"^this page cannot be drawn$"):
        draw_page(data, 0, "Words.", 0, 0)


def test_a_page_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^this page cannot be drawn$"):
        draw_page(pdf([["Words."]]), 7, "Words.", 0, 0)
