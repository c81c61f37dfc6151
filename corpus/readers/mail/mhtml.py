"""MHTML: a web page with its pictures in one file, as browsers save it (RFC 2557)."""

import dataclasses
from collections.abc import Iterator

from corpus.documents import Content, ReadOptions
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.html.page import read_html
from corpus.readers.mail.charsets import part_text
from corpus.readers.mail.headers import header
from corpus.readers.mail.parts import Budget, Part, split_message


def read_web_page(data: bytes, options: ReadOptions) -> Content:
    """Return the main content of the page, which is the first part in HTML. Its frames are not read.

    Raises:
        SourceError: It has no page, or one that cannot be read.
    """
    page = next((part for part in _parts(split_message(data, Budget())) if part.media_type == "text/html"), None)
    if page is None:
        raise SourceError("it has no web page in it; open it in a browser, and save it as .html or .pdf")
    notes: list[str] = []
    charset = page.head.get_content_charset()
    text = part_text(page.decoded(), charset, options, notes).encode("utf-8", "replace") if charset else page.decoded()
    content = read_html(text, options)
    url = content.found.url or header(page.head, "Content-Location", None)
    return dataclasses.replace(
        content, found=dataclasses.replace(content.found, url=url, notes=[*notes, *content.found.notes])
    )


def _parts(part: Part) -> Iterator[Part]:
    yield part
    for each in part.parts:
        yield from _parts(each)


MHTML = ConvertedFormat(
    "MHTML",
    "multipart/related",
    (".mht", ".mhtml"),
    has_signature=False,
    sniff=lambda data, suffix: False,
    convert=read_web_page,
)
