"""Pages drawn as pictures, for text recognition."""

import io
from collections.abc import Sequence
from typing import Any

import pytest

pytest.importorskip("rapidocr", reason="needs the extra ocr")

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

SPANISH = (
    "El ayuntamiento de Almuñécar aprobó el viernes 8 de junio de 2018",
    "la compra del molino viejo por 92.350,40 € (un 6,5 % menos de lo",
    "pedido). ¿Quién firmó? La concejala Inés Peña, según el acta.",
)
ENGLISH = (
    "The ferry company told the parish on 12 May 1994 that the slipway",
    "would close for nine weeks. Councillor O'Brien called it \"a poor",
    'bargain" and asked for $4,200.75 in compensation; none was paid.',
)


def font(size: int) -> Any:
    return ImageFont.truetype(font_manager.findfont("DejaVu Serif"), size)


def page(
    *lines: str, size: int = 30, width: int = 1654, height: int = 1000, left: int = 150, top: int = 120
) -> Image.Image:
    """A page of A4's width at 200 dpi, with lines one below the other; an empty one leaves a gap."""
    picture = Image.new("RGB", (width, height), "white")
    write(picture, lines, left, top, size)
    return picture


def write(picture: Image.Image, lines: Sequence[str], left: int, top: int, size: int = 30) -> None:
    draw = ImageDraw.Draw(picture)
    for at, line in enumerate(lines):
        draw.text((left, top + at * size * 1.45), line, font=font(size), fill="black")


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
