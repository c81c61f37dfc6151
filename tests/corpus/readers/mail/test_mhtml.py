"""Web pages that a browser saved in one file."""

import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import only

TOP = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://news.example/lamps\r\nSubject: The lamps\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="edge"\r\n\r\n'
)
PAGE = "<html><head><title>The lamps</title></head><body><nav>Menu</nav><article><p>{}</p></article></body></html>"
WORDS = "The keeper lit the lamps of the old harbour, and the pilots saw them from the sea. " * 5


def saved(page: bytes, kind: str = "text/html", encoding: str = "8bit") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    head += "Content-Location: https://news.example/lamps\r\n\r\n"
    picture = b"--edge\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    return b"".join((TOP.encode(), b"--edge\r\n", head.encode(), page, b"\r\n", picture, b"--edge--\r\n"))


@pytest.mark.parametrize("name", ["a.mht", "a.mhtml"])
def test_a_saved_page_is_read_as_a_web_page(name: str) -> None:
    read = only(saved(PAGE.format(WORDS).encode()), name)
    assert read.text == WORDS.strip()
    assert (read.metadata.title, read.metadata.url) == ("The lamps", "https://news.example/lamps")


def test_transfer_encodings_and_declared_encodings_are_undone() -> None:
    quoted = PAGE.format(WORDS + "The caf=C3=A9 was cl=\r\nosed.").encode()
    assert only(saved(quoted, encoding="quoted-printable"), "a.mht").text.endswith("The café was closed.")
    latin = PAGE.format(WORDS + "Le café était fermé.").encode("latin-1")
    assert only(saved(latin, 'text/html; charset="windows-1252"'), "a.mht").text.endswith("Le café était fermé.")


def test_a_file_without_a_page_is_refused_with_what_to_do() -> None:
    with pytest.raises(SourceError, match=r"it has no web page in it; open it in a browser, and save it as \.html"):
        only(saved(b"Words.", "text/plain"), "a.mht")


def test_a_page_that_was_only_named_so_is_read() -> None:
    assert only(PAGE.format(WORDS), "a.mht").text == WORDS.strip()
