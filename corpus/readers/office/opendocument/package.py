"""OpenDocument packages: the body, the styles that hide or number, and the metadata."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.documents import Found
from corpus.errors import SourceError
from corpus.readers.archives import has_member, is_archive, open_archive, parse_xml
from corpus.readers.html.elements import one_line
from corpus.readers.office.left_out import notes_on
from corpus.readers.office.packages import BROKEN

_MIME = "application/vnd.oasis.opendocument."
_MIME_WITHIN = 256
"""Bytes in which an archive names its type: the first member, stored, as the standard asks."""

_FLAT_WITHIN = 4096
_KIND = re.compile(rb"application/vnd\.oasis\.opendocument\.([a-z-]{1,40})")
_CONTENT = "content.xml"
_ENTRY = re.compile(rb"<manifest:file-entry\s[^<>]{1,1000}>")
_FOLDER = re.compile(rb"""full-path=["']([^"'<>]{1,200})/["']""")
_FORMULA_TYPE = b"application/vnd.oasis.opendocument.formula"
_ENCRYPTED = b"encryption-data"
_FAMILIES = {"span": "text", "a": "text", "p": "paragraph", "h": "paragraph", "table": "table", "page": "drawing-page"}
"""Families of the styles of elements, by the elements' names."""

_MOST_PARENTS = 100
"""Styles from which a style inherits. Programs make some ten."""


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of a list, or of headings, is numbered.

    Args:
        style: `1`, `a`, `A`, `i` or `I`; empty for none.
        prefix, suffix: Texts around the number.
        levels: Levels whose numbers are shown.
        start: The first number.
    """

    style: str
    prefix: str
    suffix: str
    levels: int
    start: int


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says. None: it says nothing.

    Args:
        parent: Name of the style from which it inherits; empty for none.
        hidden: Whether it hides texts, sheets or slides.
        position: 1 for raised characters, -1 for lowered ones, else 0.
    """

    parent: str = ""
    hidden: bool | None = None
    position: int | None = None


_PLAIN = Style()


@dataclass(slots=True)
class OpenDocument:
    """A file in OpenDocument format.

    Args:
        body: The element with the content.
        styles: Styles by family and name.
        lists: Levels of each style of lists, by level from 1.
        outline: Levels of headings.
        about: The element with metadata; None without.
        formulas: The text of each formula that is a document of its own, by its folder in the archive.
        left_out: What the reader leaves out, and how much of it.
    """

    body: Any
    styles: dict[tuple[str, str], Style] = field(default_factory=dict)
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    outline: dict[int, Level] = field(default_factory=dict)
    about: Any = None
    formulas: dict[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)

    def style(self, element: Any) -> Style:  # noqa: ANN401 - lxml has no types
        """Return the style of an element with what it inherits; an empty one if it has none."""
        family = _FAMILIES.get(name_of(element))
        return self._inherited(family, value_of(element, "style-name")) if family else _PLAIN

    def _inherited(self, family: str, name: str) -> Style:
        chain: list[str] = []
        while (family, name) in self.styles and name not in chain and len(chain) < _MOST_PARENTS:
            chain.append(name)
            name = self.styles[family, name].parent
        found = [self.styles[family, each] for each in chain]
        hidden = next((each.hidden for each in found if each.hidden is not None), None)
        style = Style("", hidden, next((each.position for each in found if each.position is not None), None))
        if chain:
            self.styles[family, chain[0]] = style
        return style

    def found(self) -> Found:
        """Return the metadata. The dates are those of the file, not of publication, so they go to `extra`."""
        values: dict[str, list[str]] = {}
        for element in () if self.about is None else self.about.iter("{*}meta"):
            for each in element:
                if isinstance(each.tag, str) and (text := " ".join("".join(each.itertext()).split())):
                    values.setdefault(name_of(each), []).append(text)
        created = next(iter(values.get("creation-date", [])), "")[:10]
        return Found(
            title=next(iter(values.get("title", [])), None),
            authors=tuple(values.get("initial-creator", []) or values.get("creator", [])),
            language=next(iter(values.get("language", [])), None),
            tags=tuple(values.get("keyword", [])),
            extra={"created": created} if created else {},
            notes=notes_on(self.left_out, self.damaged),
        )


def name_of(element: Any) -> str:  # noqa: ANN401
    """Return the local name of an element; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value_of(element: Any, name: str) -> str:  # noqa: ANN401
    """Return an attribute by its local name; empty without."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def whole_value(element: Any, name: str, default: int) -> int:  # noqa: ANN401
    """Return an attribute as a number, by its local name; the default if it is none."""
    value = value_of(element, name)
    return int(value) if value.isdecimal() and len(value) < 8 else default


def is_opendocument(data: bytes, kind: str) -> bool:
    """Return whether bytes are an OpenDocument file of a kind, such as `text`, or a template of it."""
    return kind_of(data) in (kind, f"{kind}-template")


def kind_of(data: bytes) -> str:
    """Return the kind of an OpenDocument file, such as `text` or `drawing`; empty if it is none."""
    if not is_archive(data):
        head = data[:_FLAT_WITHIN]
        found = _KIND.search(head) if b"office:document" in head else None
        return found[1].decode() if found else ""
    found = _KIND.search(data, 0, _MIME_WITHIN)
    if found is None and has_member(data, _CONTENT) and has_member(data, "META-INF/manifest.xml"):
        with open_archive(data) as archive:
            for name in ("mimetype", "META-INF/manifest.xml"):
                try:
                    with archive.open(name) as member:
                        found = found or _KIND.search(member.read(_FLAT_WITHIN))
                except BROKEN:
                    continue
    return found[1].decode() if found else ""


def open_document(data: bytes) -> OpenDocument:
    """Return the parts of an OpenDocument file.

    Raises:
        SourceError: It is damaged, encrypted, nested too deeply, or unpacks to too much.
    """
    damaged: list[str] = []
    formulas: dict[str, str] = {}
    if is_archive(data):
        content, *others = _members(data, damaged, formulas)
    else:
        content, others = parse_xml(data), []
    body = next(content.iterfind(".//{*}body"), None)
    if body is None or not len(body):
        raise SourceError("it is an OpenDocument file without its content; get a new copy, or save it again")
    document = OpenDocument(
        body[-1] if name_of(body[-1]) else body, about=others[1] if others else content, damaged=damaged
    )
    document.formulas = formulas
    for root in (each for each in (others[0] if others else None, content) if each is not None):
        _read_styles(document, root)
    return document


def _members(data: bytes, damaged: list[str], formulas: dict[str, str]) -> Iterator[Any]:
    """Yield the content, the styles, and the metadata; None in place of one that is missing or damaged.

    Args:
        data: The file.
        damaged: Gets the names of damaged members.
        formulas: Gets the texts of formulas.
    """
    from lxml import etree

    with open_archive(data) as archive:
        try:
            manifest = archive.read("META-INF/manifest.xml")
        except BROKEN:
            manifest = b""
        if _ENCRYPTED in manifest:
            raise SourceError("it is encrypted; save it without a password")
        yield parse_xml(archive.read(_CONTENT))
        for name in ("styles.xml", "meta.xml"):
            try:
                yield parse_xml(archive.read(name))
            except KeyError:
                yield None
            except (*BROKEN, etree.XMLSyntaxError):
                damaged.append(name)
                yield None
        for folder in _formula_folders(manifest):
            try:
                formulas[folder] = one_line(parse_xml(archive.read(f"{folder}/{_CONTENT}")))
            except (*BROKEN, etree.XMLSyntaxError):
                damaged.append(folder)


def _formula_folders(manifest: bytes) -> list[str]:
    entries = (entry for entry in _ENTRY.findall(manifest) if _FORMULA_TYPE in entry)
    folders = (folder for entry in entries if (folder := _FOLDER.search(entry)))
    return list(dict.fromkeys(folder[1].decode("utf-8", "replace") for folder in folders))


def _read_styles(document: OpenDocument, root: Any) -> None:  # noqa: ANN401
    for style in root.iter("{*}style"):
        family, name = value_of(style, "family"), value_of(style, "name")
        for each in [family] if family else set(_FAMILIES.values()):
            document.styles[each, name] = _style(style)
    for style in root.iter("{*}list-style"):
        document.lists[value_of(style, "name")] = dict(_levels(style, "list-level-style-number"))
    for style in root.iter("{*}outline-style"):
        document.outline = dict(_levels(style, "outline-level-style"))


def _style(element: Any) -> Style:  # noqa: ANN401
    hidden, position = None, None
    for properties in element:
        name = name_of(properties)
        if name == "drawing-page-properties":
            shown = value_of(properties, "visibility")
            hidden = shown == "hidden" if shown else hidden
        elif name in ("text-properties", "table-properties"):
            shown = value_of(properties, "display")
            hidden = shown in ("none", "false") if shown else hidden
            position = _position(value_of(properties, "text-position")) if name[1] == "e" else position
    return Style(value_of(element, "parent-style-name"), hidden, position)


def _position(text: str) -> int | None:
    """Return the sign of a place such as `super 58%` or `-33% 58%`. Characters of full size are no script."""
    place, _, size = text.partition(" ")
    if not place:
        return None
    if place[:1] == "0" or size.strip() == "100%":
        return 0
    return -1 if place == "sub" or place.startswith("-") else 1


def _levels(style: Any, name: str) -> Iterator[tuple[int, Level]]:  # noqa: ANN401
    for each in style.iterfind("{*}" + name):
        form = value_of(each, "num-format")
        if form:
            texts = value_of(each, "num-prefix"), value_of(each, "num-suffix")
            shown = whole_value(each, "display-levels", 1)
            yield whole_value(each, "level", 1), Level(form, *texts, shown, whole_value(each, "start-value", 1))
