"""Scanned pages of a PDF: those without text, but with pictures or outlines of letters."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from corpus.readers.ocr.engine import is_installed
from corpus.readers.ocr.pages import INSTALL, MAX_PIXELS, Recognition

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 200
"""Resolution in which a page is drawn. In A4, its smallest print is then 15 pixels high."""

STAMP_CHARACTERS = 150
"""Maximum length of the text of a scanned page: a page number or a stamp that was put on it."""

MAX_OBJECTS = 1000
"""Maximum objects of a page that are looked at. A scanned page has few."""

_COVERED = 0.5
"""Share of a page that the picture of it covers."""


@dataclass(slots=True)
class Scans:
    """The scanned pages of a PDF.

    Args:
        recognition: Recognises them.
        unread: Those that are left out because the extra `ocr` is not installed.
    """

    recognition: Recognition = field(default_factory=Recognition)
    unread: list[int] = field(default_factory=list)

    def paragraphs(self, page: Any, text: str, number: int) -> list[str]:  # noqa: ANN401 - pypdfium2 has no types
        """Return the recognised paragraphs of a page; none if it is not scanned.

        Args:
            page: A page of pypdfium2's. Its text objects are removed.
            text: Its text.
            number: Its number, from 1.
        """
        if not _is_scanned(page, text):
            return []
        if not is_installed():
            self.unread.append(number)
            return []
        return self.recognition.paragraphs(lambda: _picture_of(page), number)

    def refusal(self) -> str | None:
        """Return why a file without any text is refused, if its pages are scanned."""
        if self.unread:
            return f"it has no text: its pages are scanned; {INSTALL}, or run text recognition (OCR) on it first"
        return self.recognition.refusal()

    def notes(self, numbers: Callable[[list[int]], str]) -> list[str]:
        """Return notes for the summary. `numbers` names pages."""
        unread = [f"scanned pages were left out; {INSTALL}: {numbers(self.unread)}"] if self.unread else []
        return [*unread, *self.recognition.notes(numbers)]


def _is_scanned(page: Any, text: str) -> bool:  # noqa: ANN401
    from pypdfium2 import raw

    stamp = text.strip()
    if not stamp:
        return bool(raw.FPDFPage_CountObjects(page) > 0)
    if len(stamp) > STAMP_CHARACTERS:
        return False
    objects = list(islice(page.get_objects(max_depth=2), MAX_OBJECTS))
    invisible = raw.FPDF_TEXTRENDERMODE_INVISIBLE
    if any(
        each.type == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(each) == invisible for each in objects
    ):
        return False  # the words of the picture have been recognised
    pictures = (each.get_bounds() for each in objects if each.type == raw.FPDF_PAGEOBJ_IMAGE)
    least = _COVERED * page.get_width() * page.get_height()
    return any((right - left) * (top - bottom) >= least for left, bottom, right, top in pictures)


def _picture_of(page: Any) -> "Image":  # noqa: ANN401
    """Return a page as a picture, without its text, which need not be recognised."""
    from pypdfium2 import raw

    for each in list(islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1), MAX_OBJECTS)):
        page.remove_obj(each)
    area = max(1.0, page.get_width() * page.get_height())
    scale = min(DPI / 72, (MAX_PIXELS / area) ** 0.5)
    bitmap = page.render(scale=scale)
    try:
        return bitmap.to_pil().convert("RGB")  # type: ignore[no-any-return] # a copy
    finally:
        bitmap.close()
