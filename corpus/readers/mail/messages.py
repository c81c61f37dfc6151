"""Messages: a document for the text of each, and documents for its attachments."""

import dataclasses
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.documents import Found, ReadOptions, SourceDocument, TextBuilder
from corpus.errors import SourceError
from corpus.files import SourceBytes, printable
from corpus.metadata import FrontMatter, metadata_of, read_sidecar
from corpus.readers.mail.bodies import Body, body_of
from corpus.readers.mail.headers import Heading, decoded_words, header, heading_of
from corpus.readers.mail.parts import Budget, Part, split_message
from corpus.readers.record_problems import SourceProblem

MAX_MESSAGES = 4
"""Messages in one another that are files, so that their nesting is not that of parts."""

MAX_NAME_CHARACTERS = 200
"""Characters of an attachment's name that its source has."""

MEDIA_TYPE = "message/rfc822"

_OF_MESSAGES = ("From", "To", "Subject", "Date", "Message-ID", "Received")
"""Headers of which a message has at least one."""

Items = Iterator[SourceDocument | SourceProblem]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message comes from.

    Args:
        file: The file that has it.
        source: Source of its document. That of the file if the file is this message.
        options: How to read it.
        depth: Number of messages around it that are files.
    """

    file: SourceBytes
    source: str
    options: ReadOptions
    depth: int = 0

    @property
    def is_file(self) -> bool:
        """Whether the file is this message."""
        return self.source == self.file.source

    def inner(self, name: str, *, is_file: bool) -> "Origin":
        """Return the origin of a message that is attached to this one."""
        return dataclasses.replace(self, source=f"{self.source}#{name}", depth=self.depth + is_file)


def read_message(data: bytes, origin: Origin) -> Items:
    """Yield the document of a message and those of its attachments, or the problem of what cannot be read.

    Raises:
        SourceError: It is no message.
    """
    budget = Budget()
    message = split_message(data, budget)
    if not any(
        header(message.head, name, None) for name in ("From", "To", "Subject", "Date", "Message-ID", "Received")
    ):
        raise SourceError("it does not begin with the headers of a mail message; save it from a mail program as .eml")
    yield from _documents(message, data, origin, budget)


def _documents(message: Part, data: bytes, origin: Origin, budget: Budget | None = None) -> Items:
    body = body_of(message, origin.options)
    heading = heading_of(message.head, body.charset)
    if budget is not None and budget.has_more:
        body.notes.append("it has more than 1,000 parts, and the others were not read")
    if budget is not None and budget.is_too_deep:
        body.notes.append("its parts are nested more than 16 deep, and the inner ones were not read")
    readable = list(_readable(body, origin))
    try:
        document = _document(heading, body, data, origin)
    except SourceError as error:
        if origin.is_file and not readable:
            raise
        yield SourceProblem(origin.source, str(error), is_named=True)
    else:
        if document is not None:
            yield document
    for name, part in readable:
        yield from _attachment(name, part, origin, heading.subject)


def _readable(body: Body, origin: Origin) -> Iterator[tuple[str, Part]]:
    """Yield the attachments in a format that is read, with their names. The others are noted.

    Pictures that are shown inside the text, such as logos, are no attachments.
    """
    for name, part in _named(body):
        if part.media_type.startswith("image/") and part.head.get("Content-ID"):
            continue
        problem = None if part.is_message else _unsupported(name, part, origin)
        if problem is None:
            yield name, part
        else:
            body.notes.append(f"its attachment {name} was not read: {problem}")


def _document(heading: Heading, body: Body, data: bytes, origin: Origin) -> SourceDocument | None:
    """Return the document of a message; None if it has nothing but attachments."""
    builder = TextBuilder()
    builder.heading(heading.subject, 1)
    for level, text in body.blocks:
        builder.heading(text, level) if level else builder.paragraph(text)
    if body.problem is not None:
        if not body.blocks:
            raise body.problem
        body.notes.append(f"a part of its text was left out: {body.problem}")
    sent = heading.sent
    found = Found(
        title=heading.subject or None,
        authors=heading.senders,
        published=sent if sent is None or isinstance(sent, str) else sent.date(),
        extra=heading.extra,
        notes=body.notes,
    )
    if builder.is_empty:
        if body.attachments:
            return None
        raise SourceError("it has no text")
    content = builder.content(found)
    beside = read_sidecar(origin.file.sidecar)
    return SourceDocument(
        source=origin.source,
        source_sha256=origin.file.sha256 if origin.is_file else _digest(data, origin),
        media_type=MEDIA_TYPE,
        text=content.text,
        metadata=metadata_of(
            content,
            [beside if origin.is_file else _lacking(beside, found)],
            [],
            printable(Path(origin.source).stem),
            origin.options.today,
        ),
        sections=content.sections,
        file=None if origin.is_file else origin.file.source,
    )


def _digest(data: bytes, origin: Origin) -> str:
    salt = origin.file.sidecar.data if origin.file.sidecar is not None else b""
    return hashlib.sha256(hashlib.sha256(data).digest() + salt).hexdigest()


def _lacking(beside: FrontMatter, found: Found) -> FrontMatter:
    """Return a sidecar without the keys that a message has itself."""
    has = {"title": found.title, "authors": found.authors, "published": found.published}
    return beside.model_copy(update={key: [] if key == "authors" else None for key, value in has.items() if value})


def _named(body: Body) -> Iterator[tuple[str, Part]]:
    """Yield each attachment with a name, of which no other one has it."""
    seen: set[str] = set()
    for number, part in enumerate(body.attachments, start=1):
        words = decoded_words(part.head.get_filename() or "", body.charset)
        if not words and part.is_message and part.parts:
            words = header(part.parts[0].head, "Subject", None)
        name = "".join(c for c in words.replace("/", " ").replace("\\", " ") if c.isprintable()).strip(" .")
        name = name[-MAX_NAME_CHARACTERS:] or f"part-{number}"
        if name in seen:
            name = f"{number}-{name}"
        seen.add(name)
        yield name, part


def _unsupported(name: str, part: Part, origin: Origin) -> str | None:
    """Return why an attachment is in none of the formats that are read; None if it is in one, or should be."""
    from corpus.readers.formats import SUFFIXES, format_of

    file = _file(name, part, origin)
    try:
        format_of(file, origin.options)
    except SourceError as error:
        return None if file.path.suffix.lower() in SUFFIXES else str(error)
    return None


def _file(name: str, part: Part, origin: Origin) -> SourceBytes:
    """Return an attachment as a file. Without a suffix, its media type tells the format."""
    from corpus.readers.formats import FORMATS

    suffixes = (each.suffixes[0] for each in FORMATS if each.media_type == part.media_type)
    suffix = "" if Path(name).suffix else next(suffixes, "")
    return SourceBytes(Path(f"{name}{suffix}"), part.decoded(), source=f"{origin.source}#{name}")


def _attachment(name: str, part: Part, origin: Origin, subject: str) -> Items:
    """Yield the documents of an attachment, or its problem. It costs nothing else."""
    source = f"{origin.source}#{name}"
    try:
        for item in _read(name, part, origin):
            if isinstance(item, SourceDocument):
                extra = {**item.metadata.extra, "attached_to": subject} if subject else item.metadata.extra
                metadata = dataclasses.replace(item.metadata, extra=extra)
                yield dataclasses.replace(item, file=origin.file.source, metadata=metadata)
            else:
                yield item
    except SourceError as error:
        yield SourceProblem(source, str(error), is_named=True)
    except MemoryError:
        raise
    except Exception as error:  # any other error refuses this attachment only
        yield SourceProblem(source, f"it cannot be read ({type(error).__name__}); save it as a file", is_named=True)


def _read(name: str, part: Part, origin: Origin) -> Items:
    from corpus.readers.formats import format_of
    from corpus.readers.mail.eml import EML

    if part.is_message:
        if not part.parts:
            raise SourceError("it is nested too deeply in other messages; save it as a file")
        yield from _documents(part.parts[0], part.body, origin.inner(name, is_file=False))
        return
    file = _file(name, part, origin)
    found = format_of(file, origin.options)
    if found is EML:
        if origin.depth >= MAX_MESSAGES:
            raise SourceError("it is nested too deeply in other messages; save it as a file")
        yield from read_message(file.data, origin.inner(name, is_file=True))
    else:
        yield from found.read(file, origin.options)
