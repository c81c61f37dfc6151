"""Pictures: their words, recognised. A TIFF file may have several pages."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.ocr.engine import is_installed
from corpus.readers.ocr.pages import INSTALL, MAX_PIXELS, Recognition, named_pages

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PICTURE_PIXELS = 75_000_000
"""Maximum pixels of a picture: A3 at 600 dpi. Its bytes may unpack to any size."""

MAX_PAGES = 2000
"""Maximum pages of a TIFF file."""

_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
"""Sizes of the second header of a BMP file."""


def read_picture(data: bytes, options: ReadOptions) -> Content:
    """Return the words in a picture. Only a TIFF file has pages; of an animation, the first picture is read.

    Raises:
        SourceError: The extra `ocr` is not installed, the picture is damaged or too large, or no words were recognised.
    """
    if not is_installed():
        raise SourceError(f"it is a picture; {INSTALL}, or give a document with text")
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"]) as picture:
            return _content(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error


def _content(picture: "Image") -> Content:
    builder = TextBuilder()
    recognition = Recognition()
    damaged: list[int] = []
    has_pages = picture.format == "TIFF"
    for number, page in enumerate(_pages_of(picture), start=1):
        if has_pages:
            builder.page()
        if page is None:
            damaged.append(number)
            continue
        for paragraph in recognition.paragraphs(lambda page=page: page, number):  # type: ignore[misc]
            builder.paragraph(paragraph)
    if builder.is_empty:
        raise SourceError(recognition.refusal() or "it is a damaged picture; get a new copy, or save it again")
    notes = recognition.notes(named_pages if has_pages else None)
    if damaged:
        notes.append(f"unreadable pages were left out: {named_pages(damaged)}")
    if picture.format in ("PNG", "WEBP", "GIF") and getattr(picture, "is_animated", False):
        notes.append("only the first picture of the animation was read")
    return builder.content(Found(extra=recognition.extra, notes=notes))


def _pages_of(picture: "Image") -> "Iterator[Image | None]":
    """Yield the pages; None for a damaged one. Only a TIFF file has several."""
    for number in range(MAX_PAGES if picture.format == "TIFF" else 1):
        try:
            picture.seek(number)
        except EOFError:
            return
        yield _page_of(picture)


def _page_of(picture: "Image") -> "Image | None":
    """Return the current page of a file upright, in mode RGB, of at most `MAX_PIXELS`; None if it is damaged.

    Raises:
        SourceError: It is too large.
    """
    from PIL import ImageOps
    from PIL.Image import Resampling

    if picture.width * picture.height > MAX_PICTURE_PIXELS:
        raise _too_large()
    try:
        picture.load()
        page = _on_white(picture)
        scale = (MAX_PIXELS / (page.width * page.height)) ** 0.5
        if scale < 1:
            size = max(1, int(page.width * scale)), max(1, int(page.height * scale))
            page = page.resize(size, Resampling.BICUBIC, reducing_gap=2.0)
        page.info["exif"] = picture.info.get("exif", b"")
        return ImageOps.exif_transpose(page).convert("RGB")
    except MemoryError:
        raise
    except Exception:  # of any type: Pillow has a decoder for each of many codecs
        return None


def _on_white(picture: "Image") -> "Image":
    """Return a picture with 8 bits per channel, without transparency."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):  # 16 bits or more, of which a scanner may use some only
        wide = picture.convert("F")
        low, high = wide.getextrema()
        assert isinstance(low, float) and isinstance(high, float)  # noqa: S101, PT018 - one channel
        factor = 255 / max(1e-9, high - low)
        return wide.point(lambda value: value * factor - low * factor).convert("L")
    if "A" in picture.mode[1:] or "a" in picture.mode or "transparency" in picture.info:
        coloured = picture.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _too_large() -> SourceError:
    return SourceError(
        f"it has more than {MAX_PICTURE_PIXELS // 1_000_000} million pixels; save it smaller, or in parts"
    )


def _is_webp(data: bytes, suffix: str) -> bool:
    return data.startswith(b"RIFF") and data[8:12] == b"WEBP"


def _is_bitmap(data: bytes, suffix: str) -> bool:
    header = int.from_bytes(data[14:18], "little")
    return data.startswith(b"BM") and data[6:10] == bytes(4) and header in _BITMAP_HEADERS


def _picture(name: str, suffixes: tuple[str, ...], *signatures: bytes) -> ConvertedFormat:
    def sniff(data: bytes, suffix: str) -> bool:
        return data.startswith(signatures)

    return ConvertedFormat(
        name, f"image/{name.lower()}", suffixes, has_signature=True, sniff=sniff, convert=read_picture
    )


PICTURES = (
    _picture("PNG", (".png",), b"\x89PNG\r\n\x1a\n"),
    _picture("JPEG", (".jpg", ".jpeg"), b"\xff\xd8\xff"),
    _picture("TIFF", (".tif", ".tiff"), b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    _picture("GIF", (".gif",), b"GIF87a", b"GIF89a"),
    ConvertedFormat("WebP", "image/webp", (".webp",), has_signature=True, sniff=_is_webp, convert=read_picture),
    ConvertedFormat("BMP", "image/bmp", (".bmp",), has_signature=True, sniff=_is_bitmap, convert=read_picture),
)
"""Formats of pictures."""
