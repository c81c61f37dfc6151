"""The control words and groups of RTF, and the text that they make."""

import codecs
import contextlib
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from corpus.errors import SourceError
from corpus.readers.docx.scripts import lowered, raised
from corpus.readers.docx.symbols import symbols
from corpus.readers.office.rtf.flow import Flow
from corpus.readers.office.rtf.words import CHARACTERS, CHARSETS, KNOWN, SKIPPED

MAX_GROUPS = 1000
"""Deepest nesting of groups. Programs write some 20."""

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_HEADING = re.compile(r"(?i)heading ([1-9])")
_UTF8 = 65001
_NO_HEADING = 9


@dataclass(slots=True)
class _Group:
    """What ends with a group."""

    skipped: bool = False
    target: str = ""
    """Where its words go: empty for the text, else the name of a destination."""
    hidden: bool = False
    deleted: bool = False
    fallback: int = 1
    """Characters after a Unicode character that stand for it in old programs."""
    font: int | None = None
    style: int = 0
    outline: int = 0
    in_table: bool = False
    position: int = 0
    """1 for raised characters, -1 for lowered ones."""
    closing: str = ""
    """Text that stands after the group."""

    def inner(self) -> "_Group":
        """Return the state at the start of a group in it. `copy.copy` takes ten times as long."""
        return _Group(
            self.skipped,
            self.target,
            self.hidden,
            self.deleted,
            self.fallback,
            self.font,
            self.style,
            self.outline,
            self.in_table,
            self.position,
        )


@dataclass(slots=True)
class RtfReader:
    """Reads an RTF file.

    Args:
        data: The file, from its first brace on.
        encoding: Encoding of characters whose font has none.
        fonts: Number of the character set of each font.
        names: Name of each font, in pieces.
        styles: Name of each style of paragraphs, in pieces.
        about: Fields of the information, in pieces.
        notes: Footnotes and endnotes.
        left_out: What is not in the text, and how much of it.
        is_cut: Whether a group has no end.
    """

    data: bytes
    encoding: str = "cp1252"
    fonts: dict[int, int] = field(default_factory=dict)
    names: dict[int, list[str]] = field(default_factory=dict)
    styles: dict[int, list[str]] = field(default_factory=dict)
    about: dict[str, list[str]] = field(default_factory=dict)
    notes: list[Flow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False
    _flows: list[tuple[int, Flow]] = field(default_factory=lambda: [(0, Flow())])
    _group: _Group = field(default_factory=_Group)
    _stack: list[_Group] = field(default_factory=list)
    _bytes: bytearray = field(default_factory=bytearray)
    _joined: list[bool] = field(default_factory=list)
    _joins: bool = False
    _default_font: int | None = None
    _to_skip: int = 0
    _optional: bool = False

    def read(self) -> Flow:
        """Return the body."""
        at = 0
        while at < len(self.data) and (found := _TOKEN.match(self.data, at)):
            at = found.end()
            word, number, code, sign, brace, text = found.groups()
            if brace:
                self._brace(brace)
                if not self._stack:
                    break
            elif word == b"bin":
                at += max(int(number or 0), 0)
            elif word:
                self._control(word.decode(), int(number) if number else None)
            elif sign:
                self._sign(sign.decode("latin-1"))
            else:
                self._add_bytes(bytes([int(code, 16)]) if code else text or b"")
        self.is_cut = bool(self._stack)
        while self._stack:
            self._brace(b"}")
        self._flush()
        body = self._flows[0][1]
        body.finish()
        return body

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._to_skip = 0
        self._optional = False
        if brace == b"{":
            if len(self._stack) >= MAX_GROUPS:
                raise SourceError(
                    f"its groups are nested more than {MAX_GROUPS:,} deep; save it again from another program"
                )
            self._stack.append(self._group)
            self._group = self._group.inner()
        elif self._stack:
            self._add(self._group.closing)
            if len(self._flows) > 1 and self._flows[-1][0] == len(self._stack):
                self._flows.pop()
            self._group = self._stack.pop()

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._optional = True
        elif sign in "\r\n":
            self._control("par", None)
        elif self._to_skip:
            self._to_skip -= 1
        elif sign in CHARACTERS:
            self._flush()
            self._add(CHARACTERS[sign])

    def _control(self, name: str, value: int | None) -> None:
        if self._to_skip and name != "u":
            self._to_skip -= 1
            return
        self._flush()
        optional, self._optional = self._optional, False
        if name in SKIPPED or (optional and name not in KNOWN):
            self.left_out["comments"] += name == "annotation"
            self._group.skipped = True
        elif self._group.skipped:
            return
        elif name in CHARACTERS:
            self._add(CHARACTERS[name])
        elif name in _ACTIONS:
            _ACTIONS[name](self, value)

    # Control words of characters

    def unicode(self, value: int | None) -> None:
        """Add a character by its number; the characters for old programs follow."""
        character = chr((value or 0) % 0x10000)
        is_place = "\uf000" <= character <= "\uf0ff"
        self._add(self._symbols(character, character) if is_place else character)
        self._to_skip = self._group.fallback

    def plain(self, value: int | None) -> None:
        """Reset the properties of characters."""
        self._group.hidden, self._group.deleted, self._group.position = False, False, 0
        self._group.font = self._default_font

    def default_font(self, value: int | None) -> None:
        """Set the font of text without one."""
        self._default_font = self._group.font = value

    def set_group(self, name: str, value: int | str | None) -> None:
        """Set a property of the group."""
        setattr(self._group, name, value)

    def open_bracket(self, before: str) -> None:
        """Begin a part of an equation, which stands in brackets."""
        self._add(f"{before}(")
        self._group.closing = ")"

    def code_page(self, value: int | None) -> None:
        """Set the encoding of characters whose font has none."""
        with contextlib.suppress(LookupError):
            self.encoding = codecs.lookup("utf-8" if value == _UTF8 else f"cp{value}").name

    def set_encoding(self, name: str) -> None:
        """Set the encoding of characters to that of an old system."""
        self.encoding = name

    def character_set(self, value: int | None) -> None:
        """Set the encoding of a font."""
        if self._group.target == "fonttbl" and self._group.font is not None:
            self.fonts[self._group.font] = value or 0

    # Control words of paragraphs and tables

    def end_paragraph(self, value: int | None) -> None:
        """End a paragraph."""
        if not self._group.target:
            self._flow.end_paragraph(self._level(), in_table=self._group.in_table)

    def new_paragraph(self, value: int | None) -> None:
        """Reset the properties of paragraphs."""
        self._group.style, self._group.outline, self._group.in_table = 0, 0, False

    def outline_level(self, value: int | None) -> None:
        """Set the level of a heading, from 0; 9 is none."""
        self._group.outline = value + 1 if value is not None and 0 <= value < _NO_HEADING else 0

    def mark(self, value: int | None) -> None:
        """Begin the number or bullet of an item."""
        self._group.target = "mark"
        self._flow.begin_item()

    def begin_row(self, value: int | None) -> None:
        """Begin the definition of a row."""
        self._joined = []

    def join_cell(self, value: int | None) -> None:
        """Define that the next cell continues the one above."""
        self._joins = True

    def define_cell(self, value: int | None) -> None:
        """End the definition of a cell."""
        self._joined.append(self._joins)
        self._joins = False

    def end_cell(self, value: int | None) -> None:
        """End a cell."""
        self._flow.end_cell()

    def end_row(self, value: int | None) -> None:
        """End a row."""
        self._flow.end_row(self._joined)

    def blank(self, value: int | None) -> None:
        """End a cell or a row of a table in a cell."""
        self._add(" ")

    # Control words of destinations

    def info(self, name: str, value: int | None) -> None:
        """Begin a field of the information, or set a part of its date."""
        if value is not None and self._group.target == "created":
            self.about[name] = [str(value)]
        elif self._group.target == "info":
            self._group.target = f"info {name}"

    def created(self, value: int | None) -> None:
        """Begin the date of creation."""
        if self._group.target == "info":
            self._group.target = "created"

    def note(self, value: int | None) -> None:
        """Begin a footnote or an endnote."""
        self.notes.append(self._begin_flow())

    def text_box(self, value: int | None) -> None:
        """Begin a text box."""
        beside = self._flow
        beside.add_beside(self._begin_flow())

    @property
    def _flow(self) -> Flow:
        return self._flows[-1][1]

    def _begin_flow(self) -> Flow:
        flow = Flow()
        self._flows.append((len(self._stack), flow))
        self._group.target = ""
        self._group.in_table = False
        self._group.position = 0
        return flow

    def _level(self) -> int:
        name = "".join(self.styles.get(self._group.style, [])).strip("; ")
        heading = _HEADING.match(name)
        return int(heading[1]) if heading else 1 if name == "Title" else self._group.outline

    def _add_bytes(self, text: bytes) -> None:
        if self._to_skip:
            taken = min(self._to_skip, len(text))
            self._to_skip -= taken
            text = text[taken:]
        if not self._group.skipped:
            self._bytes += text

    def _flush(self) -> None:
        if self._bytes:
            text = bytes(self._bytes)
            self._bytes.clear()
            self._add(self._decoded(text))

    def _decoded(self, text: bytes) -> str:
        charset = self.fonts.get(self._group.font) if self._group.font is not None else None
        encoding = CHARSETS.get(charset, self.encoding) if charset else self.encoding
        if encoding == "symbol":
            return self._symbols(text.decode("latin-1"), text.decode("cp1252", "replace"))
        return text.decode(encoding, "replace")

    def _symbols(self, text: str, otherwise: str) -> str:
        """Return what the places of a symbol font show, or something else if the font is not known."""
        name = "".join(self.names.get(self._group.font or 0, [])).strip("; ")
        shown = symbols(text, name)
        return shown if shown != text or not name else otherwise

    def _add(self, text: str) -> None:
        group = self._group
        if group.skipped:
            return
        if group.hidden or group.deleted:
            self.left_out["hidden texts" if group.hidden else "deleted texts"] += (
                bool(text.strip()) and not group.target
            )
        elif not group.target:
            self._flow.add(raised(text) if group.position > 0 else lowered(text) if group.position else text)
        elif group.target == "mark":
            self._flow.add_mark(text)
        elif group.target == "fonttbl" and group.font is not None:
            self.names.setdefault(group.font, []).append(text)
        elif group.target == "stylesheet":
            self.styles.setdefault(group.style, []).append(text)
        elif group.target.startswith("info "):
            self.about.setdefault(group.target.removeprefix("info "), []).append(text)


Action = Callable[[RtfReader, int | None], None]


def _set_to(name: str, fixed: str | bool | int) -> Action:
    return lambda reader, value: reader.set_group(name, fixed)


def _toggle(name: str) -> Action:
    return lambda reader, value: reader.set_group(name, value != 0)


def _number(name: str, least: int = 0, most: int = 2**31) -> Action:
    return lambda reader, value: reader.set_group(name, min(max(value or 0, least), most))


def _encoding(name: str) -> Action:
    return lambda reader, value: reader.set_encoding(name)


def _bracket(before: str) -> Action:
    return lambda reader, value: reader.open_bracket(before)


def _info(name: str) -> Action:
    return lambda reader, value: reader.info(name, value)


_ACTIONS: Mapping[str, Action] = {
    "u": RtfReader.unicode,
    "uc": _number("fallback", 0, 100),
    "v": _toggle("hidden"),
    "deleted": _toggle("deleted"),
    "plain": RtfReader.plain,
    **dict.fromkeys(("super", "msup"), _set_to("position", 1)),
    **dict.fromkeys(("sub", "msub"), _set_to("position", -1)),
    "nosupersub": _set_to("position", 0),
    **{name: _bracket(before) for name, before in (("mnum", ""), ("mden", "/"), ("mrad", "√"))},
    "f": _number("font"),
    "ansicpg": RtfReader.code_page,
    **{name: _encoding(old) for name, old in (("mac", "mac-roman"), ("pc", "cp437"), ("pca", "cp850"))},
    "deff": RtfReader.default_font,
    "fcharset": RtfReader.character_set,
    **dict.fromkeys(("par", "sect", "page", "column"), RtfReader.end_paragraph),
    "pard": RtfReader.new_paragraph,
    "s": _number("style"),
    "outlinelevel": RtfReader.outline_level,
    "intbl": _set_to("in_table", True),
    "trowd": RtfReader.begin_row,
    "clvmrg": RtfReader.join_cell,
    "cellx": RtfReader.define_cell,
    "cell": RtfReader.end_cell,
    "row": RtfReader.end_row,
    **dict.fromkeys(("nestcell", "nestrow"), RtfReader.blank),
    **dict.fromkeys(("listtext", "pntext"), RtfReader.mark),
    "footnote": RtfReader.note,
    "shptxt": RtfReader.text_box,
    **{name: _set_to("target", name) for name in ("upr", "fonttbl", "stylesheet", "info")},
    "ud": _set_to("target", ""),
    **{name: _info(name) for name in ("title", "author", "keywords", "yr", "mo", "dy")},
    "creatim": RtfReader.created,
}
"""What control words do, besides those for characters and for groups that are skipped."""
