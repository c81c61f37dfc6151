"""The text of a message: its plain part, or its HTML part where the plain one says less."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.documents import ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.html.elements import add_blocks
from corpus.readers.html.page import page_tree
from corpus.readers.html.unseen import remove_unseen
from corpus.readers.mail.charsets import part_text
from corpus.readers.mail.parts import Part

STUB_SHARE = 0.5
"""Share of the HTML part's words below which a plain part is a stub, such as a hint to use another program."""

_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_CIPHER = re.compile(r"\A[ \t]*-----BEGIN PGP MESSAGE-----")
_MARKS = "> \t"


@dataclass(slots=True)
class Body:
    """The text of a message and its attachments.

    Args:
        blocks: Paragraphs of the text, and headings, each with its level; that of a paragraph is 0.
        attachments: Attached files and messages, in order.
        charset: The first declared encoding of a text.
        notes: What was left out, or may be read wrongly.
        problem: Why a part of the text cannot be read.
    """

    blocks: list[tuple[int, str]] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)
    charset: str | None = None
    notes: list[str] = field(default_factory=list)
    problem: SourceError | None = None

    @property
    def words(self) -> int:
        """Number of words."""
        return sum(len(text.split()) for _, text in self.blocks)


def body_of(message: Part, options: ReadOptions) -> Body:
    """Return the text of a message and its attachments. Nothing is fetched; a text that cannot be decoded is noted."""
    body = Body()
    _add(body, message, options, is_whole=True)
    if body.blocks and _CIPHER.match(body.blocks[0][1]):
        body.blocks.clear()
        body.problem = _encrypted()
    return body


def _add(body: Body, part: Part, options: ReadOptions, *, is_whole: bool = False) -> None:
    kind = part.media_type
    if kind == "multipart/alternative" and part.parts:
        _add_best(body, part.parts, options)
    elif kind == "multipart/encrypted" or kind in _ENCRYPTED:
        body.problem = _encrypted()
    elif part.parts and not part.is_message:
        for each in part.parts:
            _add(body, each, options)
    elif kind == "message/external-body":
        body.notes.append("a part of it is kept elsewhere and was not fetched")
    elif part.is_message or (part.is_file and not is_whole) or not _is_text(part):
        if kind not in _SIGNATURES:
            body.attachments.append(part)
    else:
        _add_text(body, part, options)


def _add_best(body: Body, parts: Sequence[Part], options: ReadOptions) -> None:
    """Add the first alternative with words, unless a later one has far more. Attachments are those of all."""
    best: Body | None = None
    for part in parts:
        other = Body()
        _add(other, part, options)
        body.attachments.extend(other.attachments)
        if best is None or best.words < STUB_SHARE * other.words:
            best = other
    if best is not None:
        body.blocks.extend(best.blocks)
        body.notes.extend(best.notes)
        body.charset = body.charset or best.charset
        body.problem = body.problem or best.problem


def _is_text(part: Part) -> bool:
    """Return whether a part is shown as text: a report of delivery is, a multipart without a boundary too."""
    return part.media_type.startswith(("text/", "message/", "multipart/")) and part.media_type not in (
        "text/calendar",
        "text/vcard",
        "text/x-vcard",
        "text/directory",
        "text/rtf",
    )


def _add_text(body: Body, part: Part, options: ReadOptions) -> None:
    charset = part.head.get_content_charset()
    try:
        text = part_text(part.decoded(), charset, options, body.notes)
        blocks = list(_of_html(text) if part.media_type == "text/html" else _of_plain(text, part))
    except SourceError as error:
        body.problem = body.problem or error
        return
    body.charset = body.charset or charset
    body.blocks.extend(blocks)


def _of_html(text: str) -> Iterator[tuple[int, str]]:
    """Yield the headings and paragraphs of an HTML part. All of it is text: a message has no menus."""
    if not text.strip():
        return
    builder = TextBuilder()
    tree = page_tree(text.encode("utf-8", "replace"), ReadOptions(), [])
    remove_unseen(tree)
    found = tree.find("body")
    add_blocks(builder, tree if found is None else found)
    content = builder.content()
    levels = {section.start: section.level for section in content.sections}
    at = 0
    for block in content.text.split("\n\n"):
        yield levels.get(at, 0), block
        at += len(block) + 2


def _of_plain(text: str, part: Part) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a plain part. Lines of quotation marks only are empty."""
    lines: list[str] = []
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in _unfolded(plain, part) if str(part.head.get_param("format")).lower() == "flowed" else plain:
        if line.strip(_MARKS):
            lines.append(line)
        elif lines:
            yield 0, "\n".join(lines)
            lines.clear()
    if lines:
        yield 0, "\n".join(lines)


def _unfolded(lines: Sequence[str], part: Part) -> Iterator[str]:
    """Yield lines without the line ends of format=flowed (RFC 3676): after a blank, within one level of quotation."""
    is_deleted = str(part.head.get_param("delsp")).lower() == "yes"
    pending: list[str] = []
    level = ""
    for line in lines:
        marks = line[: len(line) - len(line.lstrip(">"))]
        words = line[len(marks) :].removeprefix(" ")
        if pending and (marks != level or words == "-- "):
            yield "".join(pending)
            pending.clear()
        if not pending and marks:
            pending.append(f"{marks} ")
        level = marks
        is_flowed = words.endswith(" ") and words != "-- "
        pending.append(words[:-1] if is_flowed and is_deleted else words)
        if not is_flowed:
            yield "".join(pending)
            pending.clear()
    if pending:
        yield "".join(pending)


def _encrypted() -> SourceError:
    return SourceError("it is encrypted; decrypt it in a mail program and save it without encryption")
