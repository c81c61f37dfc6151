"""Whether words can be recognised, and what is said where they cannot."""

from pathlib import Path

import pytest

from corpus.errors import SourceError
from corpus.readers import formats
from corpus.readers.discovery import find_files
from corpus.readers.ocr import pictures, scans
from tests.corpus.readers.files import only, page_texts, pdf
from tests.corpus.samples import is_clause


def _with_drawing(*pages: list[str]) -> bytes:
    """A PDF whose empty lines are drawings."""
    return pdf(pages).replace(b"BT /F1 11 Tf ET", b"0 0 9 9 re f    ")


@pytest.fixture
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pictures, scans, formats):
        monkeypatch.setattr(module, "is_installed", lambda: False)


@pytest.mark.usefixtures("not_installed")
def test_a_scanned_pdf_names_what_to_install() -> None:
    with pytest.raises(SourceError) as refused:
        only(_with_drawing([]), "a.pdf")
    assert str(refused.value) == (
        "it has no text: its pages are scanned; install footnote-qa[ocr] to have the words recognised, "
        "or run text recognition (OCR) on it first"
    )
    assert is_clause(str(refused.value))


@pytest.mark.usefixtures("not_installed")
def test_scanned_pages_among_others_are_named() -> None:
    document = only(_with_drawing(["Typed."], [], ["Typed too."], []), "a.pdf")
    assert page_texts(document) == ["Typed.", "", "Typed too.", ""]
    assert document.metadata.extra["reader_notes"] == [
        "scanned pages were left out; install footnote-qa[ocr] to have the words recognised: pages 2, 4"
    ]


def test_an_empty_page_is_not_scanned() -> None:
    document = only(pdf([["Typed."], []]), "a.pdf")
    assert "reader_notes" not in document.metadata.extra
    with pytest.raises(SourceError, match=r"^it has no text: its pages are empty$"):
        only(pdf([[]]), "a.pdf")


@pytest.mark.usefixtures("not_installed")
def test_a_picture_names_what_to_install() -> None:
    with pytest.raises(SourceError, match=r"^it is a picture; install footnote-qa\[ocr\] to have the words recognised"):
        only(b"\x89PNG\r\n\x1a\n", "a.png")


@pytest.mark.usefixtures("not_installed")
def test_pictures_in_folders_are_skipped_where_their_words_cannot_be_recognised(tmp_path: Path) -> None:
    for name in ("a.png", "b.JPG", "c.md"):
        (tmp_path / name).write_bytes(b"Words.")
    found = find_files([tmp_path])
    assert found.files == [tmp_path / "c.md"]
    assert found.skipped == {".png": 1, ".jpg": 1}


def test_pictures_in_folders_are_found_where_their_words_can_be_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "is_installed", lambda: True)
    (tmp_path / "a.png").write_bytes(b"Words.")
    assert find_files([tmp_path]).files == [tmp_path / "a.png"]
