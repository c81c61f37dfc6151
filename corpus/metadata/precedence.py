"""Metadata of a document from its sidecar, front matter, format, first lines and file name, in this order."""

import dataclasses
import datetime
import html
import re
from collections.abc import Sequence
from typing import Any

from pydantic import AnyHttpUrl, TypeAdapter, ValidationError

from corpus.documents import RECOGNISED, Content, Found, Metadata
from corpus.errors import SourceError
from corpus.files import Sidecar
from corpus.metadata.dates import read_date
from corpus.metadata.front_matter import MAX_URL_CHARACTERS, FrontMatter, read_metadata
from corpus.metadata.placeholders import is_no_title
from corpus.text import decode, language_of, normalise

MAX_TITLE_CHARACTERS = 200
"""A first line longer than this is a paragraph, not a title."""

NOTES = "reader_notes"
"""Key of `extra` for the reader's notes on what it left out or may have read wrongly; reserved for it."""

MAX_FOUND_CHARACTERS = 1000
MAX_FOUND_ITEMS = 100
_TITLE_LINES = 8
"""Lines at the beginning of a text that may be its title."""

_LINE_ENDS = re.compile("[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>|<!--[^<>]{0,500}-->")
_PICTURE = re.compile(r"!\[[^\[\]]{0,200}\](?:\([^()\s]{0,500}\)|\[[^\[\]]{0,200}\])")
_LINK = re.compile(r"\[([^\[\]]{0,200})\](?:\([^()\s]{0,500}\)|\[[^\[\]]{0,200}\])")
_BULLET = re.compile(r"^[-*+•‣▪■●○◦·–—\uf0b7]\s+(?=\S)")
_MARKUP = re.compile(r"^>\s+|\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)| #{1,6}$")
_ADDRESS = TypeAdapter(AnyHttpUrl)
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def read_sidecar(sidecar: Sidecar | None) -> FrontMatter:
    """Return the metadata in a sidecar; empty if there is none.

    Raises:
        SourceError: The sidecar is not YAML, or the value of a key is invalid.
    """
    if sidecar is None:
        return FrontMatter()
    where = f"its sidecar {sidecar.name}"
    try:
        text = decode(sidecar.data)
    except SourceError as error:
        raise SourceError(f"{where} cannot be used: {error}") from error
    return read_metadata(text, where)


def metadata_of(
    content: Content, written: Sequence[FrontMatter], guesses: Sequence[Found], name: str, today: datetime.date | None
) -> Metadata:
    """Merge the metadata of a document.

    Args:
        content: Text and sections of the document, and the metadata of its format.
        written: Metadata written for Footnote, highest precedence first; it precedes all metadata found.
        guesses: Metadata found in the text, used where the format has none.
        name: Title if there is no other.
        today: Later dates of publication are ignored, with a note; the present day if None.
    """
    chosen, others = _first_of(written)
    found = _joined([content.found, *guesses])
    notes: list[str] = list(content.found.notes)
    language = chosen.language or language_of(content.text, found.language)
    published = chosen.published or _published(found.published, language, notes)
    last = (today or datetime.datetime.now(datetime.UTC).date()) + datetime.timedelta(
        days=1
    )  # tomorrow has begun in some time zone
    if published is not None and published > last:
        notes.append(f"the date of publication {published.isoformat()} is in the future and was ignored")
        published = None
    written_extra = {key: value for key, value in others.items() if key != RECOGNISED}
    extra = {key: value for key, value in {**found.extra, **written_extra}.items() if key != NOTES}
    if notes:
        extra[NOTES] = notes
    return Metadata(
        title=chosen.title or _own_title(found.title) or _title(content, name),
        publisher=chosen.publisher or _line(found.publisher),
        authors=tuple(chosen.authors) or _lines(found.authors),
        published=None if published is None else published.isoformat(),
        language=language,
        url=str(chosen.url) if chosen.url else _address(found.url),
        tags=tuple(chosen.tags) or _lines(found.tags),
        extra=extra,
    )


def _first_of(written: Sequence[FrontMatter]) -> tuple[FrontMatter, dict[str, Any]]:
    """Return the known keys and the other keys, each from the first source that has it."""
    keys: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for front in reversed(written):
        values = {key: getattr(front, key) for key in FrontMatter.model_fields}
        keys.update({key: value for key, value in values.items() if value not in (None, [])})
        others.update(front.extra)
    return FrontMatter.model_construct(**keys), others


def _joined(found: Sequence[Found]) -> Found:
    """Return each field from the first source that has it."""
    values: dict[str, Any] = {
        field.name: next((value for one in found if (value := getattr(one, field.name))), field.default)
        for field in dataclasses.fields(Found)
        if field.name != "extra"
    }
    return Found(**values, extra=found[0].extra)


def _published(value: str | datetime.date | None, language: str | None, notes: list[str]) -> datetime.date | None:
    if not isinstance(value, str) or not value.strip():
        return value if isinstance(value, datetime.date) else None
    day = read_date(value, language)
    if day is None:
        notes.append(f"the date of publication {_line(value)!r} was not understood and was ignored")
    return day


def _own_title(text: str | None) -> str | None:
    """Return the title that the format has, unless it is the placeholder of a program."""
    title = _line(text)
    return None if title is None or is_no_title(title) else title


def _title(content: Content, name: str) -> str:
    """Return the first heading, else the first line with words if it is short, else the name."""
    if content.sections and content.sections[0].level == 1:
        return _BULLET.sub("", content.sections[0].title)[:MAX_TITLE_CHARACTERS]
    start = content.text.lstrip()[: _TITLE_LINES * MAX_FOUND_CHARACTERS]
    for line in _LINE_ENDS.split(start, _TITLE_LINES)[:_TITLE_LINES]:
        plain = _without_markup(line)
        if plain.strip("-*_=~+ ") or line.strip().startswith("#"):  # a rule or a picture is no line with words
            return plain if any(map(str.isalnum, plain)) and len(plain) <= MAX_TITLE_CHARACTERS else name
    return name


def _without_markup(line: str) -> str:
    plain = line.strip()
    if _TAG.search(plain):
        plain = html.unescape(_TAG.sub("", plain))
    plain = _BULLET.sub("", plain)
    return (_line(_MARKUP.sub("", _LINK.sub(r"\1", _PICTURE.sub("", plain)))) or "").lstrip("#").strip()


def _line(text: str | None) -> str | None:
    """Return the text as one line; the metadata of a format may contain anything."""
    plain = _BREAKS.sub(" ", normalise("NFC", text or "").encode(errors="ignore").decode()).strip()
    return plain[:MAX_FOUND_CHARACTERS].strip() or None


def _lines(texts: Sequence[str]) -> tuple[str, ...]:
    lines = dict.fromkeys(line for text in texts if (line := _line(text)))
    return tuple(lines)[:MAX_FOUND_ITEMS]


def _address(text: str | None) -> str | None:
    try:
        address = str(_ADDRESS.validate_python((text or "").strip()))
        return address if len(address) <= MAX_URL_CHARACTERS else None
    except ValidationError:
        return None
