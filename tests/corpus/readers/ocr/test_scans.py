"""Scanned pages of a PDF."""

import pytest

pytest.importorskip("rapidocr", reason="needs the extra ocr")

import zlib

from PIL import Image

from corpus.readers.ocr import pages as recognising
from tests.corpus.readers.files import only, page_texts
from tests.corpus.readers.ocr.drawing import ENGLISH, SPANISH, page

TYPED = "This page was typed."


def scanned(*pages: Image.Image | str, over: str = "") -> bytes:
    """A PDF of pictures, each of which fills its page, and of pages with a line of text. `over` is drawn upon them."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for each in pages:
        if isinstance(each, str):
            drawn = f"BT /F1 11 Tf 72 700 Td ({each}) Tj ET"
        else:
            data = zlib.compress(each.convert("L").tobytes()).hex() + ">"
            objects.append(
                f"<< /Type /XObject /Subtype /Image /Width {each.width} /Height {each.height} /ColorSpace /DeviceGray "
                f"/BitsPerComponent 8 /Filter [/ASCIIHexDecode /FlateDecode] /Length {len(data)} >>\n"
                f"stream\n{data}\nendstream"
            )
            drawn = f"q 595 0 0 {595 * each.height // each.width} 0 100 cm /I Do Q {over}"
        picture = f"/XObject << /I {len(objects)} 0 R >>"
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 500] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> {picture} >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body = "".join(f"{number} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n".encode("latin-1")


def test_scanned_pages_are_read_among_others() -> None:
    document = only(scanned(page(*SPANISH), TYPED, page(*ENGLISH)), "a.pdf")
    assert page_texts(document) == [" ".join(SPANISH), TYPED, " ".join(ENGLISH)]
    assert list(document.metadata.extra["recognised_pages"]) == ["1", "3"]  # type: ignore[call-overload]


def test_a_stamp_on_a_scanned_page_is_read_once_and_kept_as_text() -> None:
    document = only(scanned(page(*ENGLISH), over="BT /F1 11 Tf 400 20 Td (FOLDER-000417) Tj ET"), "a.pdf")
    assert document.text == "FOLDER-000417\n\n" + " ".join(ENGLISH)


def test_a_scanned_page_with_a_text_layer_is_not_recognised() -> None:
    document = only(scanned(page(*ENGLISH), over="BT 3 Tr /F1 11 Tf 72 90 Td (Its own words.) Tj ET"), "a.pdf")
    assert document.text == "Its own words."
    assert "recognised_pages" not in document.metadata.extra


def test_a_blank_scanned_page_is_named() -> None:
    document = only(scanned(page(*ENGLISH), Image.new("L", (827, 600), 255)), "a.pdf")
    assert document.metadata.extra["reader_notes"] == ["no words were recognised: page 2"]


def test_pages_beyond_the_time_of_a_file_are_named() -> None:
    recognition = recognising.Recognition(seconds=0)
    assert recognition.paragraphs(lambda: page(*ENGLISH), 4) == []
    assert recognition.notes(recognising.named_pages) == [
        "recognising the words takes too long, so they were left out; split the file: page 4"
    ]


def test_a_picture_whose_data_are_damaged_is_a_page_without_words() -> None:
    data = scanned(TYPED, page(*ENGLISH))
    at = data.index(b"stream\n78") + 200
    damaged = data[:at] + b"Q" * 50 + data[at + 50 :]
    document = only(damaged, "a.pdf")
    assert page_texts(document)[0] == TYPED


def test_a_page_of_any_size_is_recognised() -> None:
    data = scanned(page(*ENGLISH)).replace(b"/MediaBox [0 0 595 500]", b"/MediaBox [0 0 595 500] /UserUnit 40")
    assert only(data, "a.pdf").text == " ".join(ENGLISH)
