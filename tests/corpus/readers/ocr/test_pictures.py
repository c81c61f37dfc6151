"""Words in pictures."""

import pytest

pytest.importorskip("rapidocr", reason="needs the extra ocr")

from PIL import Image

from corpus.errors import SourceError
from corpus.readers.ocr import pages as recognising
from tests.corpus.readers.files import only, page_texts
from tests.corpus.readers.ocr.drawing import ENGLISH, SPANISH, page, saved
from tests.corpus.samples import is_clause


@pytest.mark.parametrize("lines", [SPANISH, ENGLISH], ids=["Spanish", "English"])
def test_a_clean_page_is_read_to_the_letter(lines: tuple[str, ...]) -> None:
    document = only(saved(page(*lines)), "page.png")
    assert document.text == " ".join(lines)
    assert document.media_type == "image/png"
    assert list(document.pages) == []


def test_the_confidence_is_kept() -> None:
    confidence = only(saved(page(*ENGLISH)), "page.png").metadata.extra["recognised_pages"]
    assert isinstance(confidence, dict)
    assert set(confidence) == {"1"}
    assert 0.9 < confidence["1"] <= 1


def test_a_sidecar_cannot_say_how_sure_the_recognition_is() -> None:
    document = only("---\nrecognised_pages: {'1': 0.5}\nplace: Rye\n---\nWords.", "a.md")
    assert document.metadata.extra == {"place": "Rye"}


LINE = "The lighthouse keeper resigned in 1931."


def _with_alpha() -> bytes:
    picture = Image.new("RGBA", (900, 200), (0, 0, 0, 0))
    picture.putalpha(page(LINE, width=900, height=200, left=60, top=60).convert("L").point(lambda value: 255 - value))
    return saved(picture)


def _line() -> Image.Image:
    return page(LINE, width=900, height=200, left=60, top=60)


def _turned_by_exif() -> bytes:
    exif = Image.Exif()
    exif[0x112] = 6  # shown turned to the right
    return saved(_line().rotate(90, expand=True), "JPEG", exif=exif.tobytes())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", lambda: saved(_line(), "JPEG", quality=80)),
        ("a.webp", lambda: saved(_line(), "WEBP")),
        ("a.bmp", lambda: saved(_line(), "BMP")),
        ("a.gif", lambda: saved(_line(), "GIF")),
        ("cmyk.jpg", lambda: saved(_line().convert("CMYK"), "JPEG")),
        ("fax.tif", lambda: saved(_line().convert("1"), "TIFF", compression="group4")),
        ("deep.png", lambda: saved(_line().convert("L").point(lambda value: value * 9, "I").convert("I;16"))),
        ("clear.png", _with_alpha),
        ("exif.jpg", _turned_by_exif),
        ("large.png", lambda: saved(_line().resize((9000, 2000)))),
        ("small.png", lambda: saved(page(LINE, size=12, width=360, height=80, left=20, top=20))),
        ("named.txt", lambda: saved(_line())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_of_any_kind_is_read(name: str, data: object) -> None:
    assert callable(data)
    assert only(data(), name).text == LINE


@pytest.mark.parametrize("turned", [90, 180, 270, 4])
def test_a_page_that_lies_askew_or_upside_down_is_read(turned: int) -> None:
    picture = page(*ENGLISH).rotate(turned, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    assert only(saved(picture), "a.png").text == " ".join(ENGLISH)


def test_each_page_of_a_tiff_file_is_a_page() -> None:
    first, second = (page(*lines).convert("1") for lines in (ENGLISH, SPANISH))
    data = saved(first, "TIFF", compression="group4", save_all=True, append_images=[second])
    document = only(data, "fax.tiff")
    assert page_texts(document) == [" ".join(ENGLISH), " ".join(SPANISH)]
    assert list(document.metadata.extra["recognised_pages"]) == ["1", "2"]  # type: ignore[call-overload]


def test_of_an_animation_the_first_picture_is_read() -> None:
    data = saved(_line(), "GIF", save_all=True, append_images=[page("Other words.", width=900, height=200)])
    document = only(data, "a.gif")
    assert document.text == LINE
    assert document.metadata.extra["reader_notes"] == ["only the first picture of the animation was read"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (lambda: saved(page(*ENGLISH))[:9000], "it is a damaged picture; get a new copy"),
        (lambda: saved(page(*ENGLISH))[:20], "it is a damaged PNG file; get a new copy"),
        (lambda: b"\xff\xd8\xff\xe0" + bytes(100), "it is a damaged JPEG file; get a new copy"),
        (lambda: saved(Image.new("1", (10_000, 8000))), "it has more than 75 million pixels; save it smaller"),
        (lambda: saved(Image.new("1", (30_000, 30_000))), "it has more than 75 million pixels; save it smaller"),
        (
            lambda: saved(Image.new("RGB", (400, 300), "white")),
            "it has no text: no words were recognised; give",
        ),
        (lambda: saved(Image.new("RGB", (1, 1))), "it has no text: no words were recognised"),
        (lambda: saved(Image.new("RGB", (1, 5000))), "it has no text: no words were recognised"),
        (lambda: b"\0\0\0\x18ftypheic" + bytes(50), "it is a picture in HEIC format; save it as PNG, JPEG or TIFF"),
    ],
)
def test_a_picture_that_cannot_be_read_is_refused(data: object, reason: str) -> None:
    assert callable(data)
    with pytest.raises(SourceError) as refused:
        only(data(), "a.png")
    assert str(refused.value).startswith(reason)
    assert is_clause(str(refused.value))


def test_a_damaged_page_of_a_tiff_file_costs_itself_only() -> None:
    first, second = (page(*lines).convert("1") for lines in (SPANISH, ENGLISH))
    data = bytearray(saved(first, "TIFF", compression="tiff_lzw", save_all=True, append_images=[second]))
    data[200:2000] = bytes(1800)
    document = only(bytes(data), "fax.tiff")
    assert page_texts(document) == ["", " ".join(ENGLISH)]
    assert document.metadata.extra["reader_notes"] == ["unreadable pages were left out: page 1"]


def test_pages_beyond_the_time_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognising, "PAGE_SECONDS", 0)
    with pytest.raises(SourceError, match="recognising its words takes too long; split it"):
        only(saved(page(*ENGLISH)), "a.png")


def test_a_text_that_begins_like_a_bitmap_is_text() -> None:
    assert only("BM is how the minutes begin.", "a.txt").media_type == "text/plain"


@pytest.mark.parametrize("sign", ["O", "1)", "—"])
def test_a_picture_with_nothing_but_a_sign_has_no_words(sign: str) -> None:
    with pytest.raises(SourceError, match="no words were recognised"):
        only(saved(page(sign, width=900, height=200, left=60, top=60)), "drawing.png")
