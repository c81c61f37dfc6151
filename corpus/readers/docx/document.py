"""DOCX: the body of a Word document, its footnotes and endnotes, and its core properties."""

import datetime
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.readers.archives import open_archive
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.docx.blocks import Story, blocks_of
from corpus.readers.docx.fields import accept_changes, remove_field_codes
from corpus.readers.docx.names import w
from corpus.readers.docx.numbering import Numbering
from corpus.readers.docx.package import Package, is_word
from corpus.readers.docx.styles import Styles

_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_docx(data: bytes, options: ReadOptions) -> Content:
    """Return the body of a Word document, then its footnotes and endnotes, as Word shows them without comments.

    Tracked changes are accepted. Styles that are headings, or are based on one, and outline levels begin sections.

    Raises:
        SourceError: It is damaged, encrypted, or unpacks to too much.
    """
    with open_archive(data) as archive:
        package = Package(archive)
        targets = package.targets(package.main)
        related = dict(targets.values())
        styles = Styles(package.xml(related.get("styles")))
        diagrams: dict[str, Callable[[], Any]] = {
            name: partial(package.xml, part) for name, (kind, part) in targets.items() if kind == "diagramData"
        }
        story = Story(styles, Numbering(package.xml(related.get("numbering")), styles), diagrams)
        builder = TextBuilder()
        for block in blocks_of(_shown(package.document()), story):
            if block.level:
                builder.heading(block.text, block.level)
            else:
                builder.paragraph(block.text)
        for kind in ("footnotes", "endnotes"):
            for note in _notes(_shown(package.xml(related.get(kind))), kind, story):
                builder.paragraph(note)
        return builder.content(_found(package.xml(package.properties), story))


def _shown(root: Any) -> Any:  # noqa: ANN401 - lxml has no types
    """Return a part without what Word does not show."""
    if root is not None:
        accept_changes(root)
        remove_field_codes(root)
    return root


def _notes(root: Any, kind: str, story: Story) -> Iterator[str]:  # noqa: ANN401
    """Yield the notes that the text refers to, in its order."""
    notes = {} if root is None else {note.get(w("id")): note for note in root}
    for of_kind, name in list(story.notes):
        note = notes.get(name) if of_kind == kind else None
        if note is not None and note.get(w("type")) not in _SEPARATORS:
            yield "\n".join(block.text for block in blocks_of(note, story))


def _found(properties: Any, story: Story) -> Found:  # noqa: ANN401
    """Return the core properties. Their dates are those of the file, not of publication, so they go to `extra`."""
    notes = ["it includes text in other formats or files, which was not read"] if story.has_unread_parts else []
    values = {} if properties is None else {one.tag.rpartition("}")[2]: one.text or "" for one in properties.iter("*")}
    authors = tuple(name for part in values.get("creator", "").split(";") if (name := part.strip()))
    return Found(
        title=values.get("title", "").strip() or None,
        authors=authors,
        language=values.get("language") or None,
        tags=tuple(tag for part in re.split("[,;]", values.get("keywords", "")) if (tag := part.strip())),
        extra=dict(_created(values.get("created", ""))),
        notes=notes,
    )


def _created(text: str) -> Iterator[tuple[str, str]]:
    day = _DAY.match(text.strip())
    try:
        if day is not None:
            yield "created", datetime.date.fromisoformat(day[0]).isoformat()
    except ValueError:
        return


DOCX = ConvertedFormat(
    "DOCX",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    (".docx", ".docm", ".dotx", ".dotm"),
    has_signature=True,
    sniff=lambda data, suffix: is_word(data),
    convert=read_docx,
    version=3,
)
