"""The text of a Word document's body, a cell, a text box or a note: blocks in the order of reading."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.readers.docx.equations import equation
from corpus.readers.docx.fields import form_value
from corpus.readers.docx.names import a, is_on, is_true, m, mc, number_of, value_of, w
from corpus.readers.docx.numbering import Numbering
from corpus.readers.docx.scripts import lowered, raised
from corpus.readers.docx.styles import Styles, outline_level
from corpus.readers.docx.symbols import symbols
from corpus.readers.docx.tables import Block, table_blocks

_DIAGRAM_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_WHITE = str.maketrans("\t\n\r", "   ")
_MOVED: Mapping[str | None, Callable[[str], str]] = {"superscript": raised, "subscript": lowered}


@dataclass(slots=True)
class Story:
    """What all parts of a document's text share.

    Args:
        styles: Its styles.
        numbering: Its lists.
        diagrams: The parts with the words of diagrams, by the relationship that a drawing names; each is read once.
        notes: Kind and identifier of each note, in the order of the marks that refer to them.
        has_unread_parts: Whether it includes text in other formats or files, which is not read.
    """

    styles: Styles
    numbering: Numbering
    diagrams: dict[str, Callable[[], Any]] = field(default_factory=dict)
    notes: dict[tuple[str, str], None] = field(default_factory=dict)
    has_unread_parts: bool = False


def blocks_of(element: Any, story: Story) -> list[Block]:  # noqa: ANN401 - lxml has no types
    """Return the text of an element with paragraphs and tables. Changes must be accepted before."""
    walk = _Walk(story)
    walk.inside(element)
    walk.end()
    return walk.blocks


class _Walk:
    """Collects the pieces of a paragraph until it ends. Elements that are not known are read as what they hold."""

    def __init__(self, story: Story) -> None:
        self.blocks: list[Block] = []
        self._story = story
        self._pieces: list[str] = []
        self._boxes: list[Block] = []
        self._is_open = False
        self._properties: Any = None
        self._style = story.styles.paragraph(None)
        self._font: str | None = None
        self._has_own_mark = False

    def inside(self, element: Any) -> None:  # noqa: ANN401
        for child in element:
            read = _READERS.get(child.tag)
            if read is None:
                self.inside(child)
            else:
                read(self, child)

    def end(self) -> None:
        """End the paragraph. Text boxes follow the paragraph that they are anchored to."""
        if not (self._is_open or self._pieces or self._boxes):
            return
        text = "".join(self._pieces)
        label = self._label(text)
        if text.strip():
            level = outline_level(self._properties)
            self.blocks.append(Block(label + text, (self._style.level or 0) if level is None else level))
        self.blocks.extend(self._boxes)
        self._pieces, self._boxes, self._properties, self._is_open = [], [], None, False
        self._style = self._story.styles.paragraph(None)

    def _label(self, text: str) -> str:
        """Count the paragraph and return its number. Word counts empty paragraphs, and none whose mark is hidden."""
        own = None if self._properties is None else self._properties.find(w("numPr"))
        list_id = value_of(own, "numId") or self._style.list_id
        mark = _mark(self._properties)
        if not list_id or (not text.strip() and self._is_hidden(mark, value_of(mark, "rStyle"))):
            return ""
        level = number_of(value_of(own, "ilvl"))
        level = self._style.list_level if level is None else level
        return self._story.numbering.label(list_id, level, self._style.list_style)

    def _paragraph(self, element: Any) -> None:  # noqa: ANN401
        properties = element.find(w("pPr"))
        self._properties, self._is_open = properties, True
        self._style = self._story.styles.paragraph(value_of(properties, "pStyle"))
        self.inside(element)
        if not _goes_on(properties):
            self.end()

    def _table(self, element: Any) -> None:  # noqa: ANN401
        self.end()
        self.blocks.extend(table_blocks(element, lambda cell: blocks_of(cell, self._story)))

    def _run(self, element: Any) -> None:  # noqa: ANN401
        properties = element.find(w("rPr"))
        named = value_of(properties, "rStyle")
        if self._is_hidden(properties, named):
            return
        fonts = None if properties is None else properties.find(w("rFonts"))
        self._font = None if fonts is None else fonts.get(w("ascii"))
        self._has_own_mark = False
        move = _MOVED.get(value_of(properties, "vertAlign") or self._story.styles.character(named).position)
        if move is None:
            self.inside(element)
        else:
            before = len(self._pieces)
            self.inside(element)
            self._pieces[before:] = [move("".join(self._pieces[before:]))]

    def _is_hidden(self, properties: Any, named: str | None) -> bool:  # noqa: ANN401
        """Return whether a run is hidden: by itself, else by its style or its paragraph's, and not by both."""
        own = is_on(properties, "vanish")
        return bool(self._style.hidden) != bool(self._story.styles.character(named).hidden) if own is None else own

    def _text(self, element: Any) -> None:  # noqa: ANN401
        if element.text and not self._has_own_mark:
            self._pieces.append(symbols(element.text.translate(_WHITE), self._font))

    def _symbol(self, element: Any) -> None:  # noqa: ANN401
        values = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        try:
            character = chr(int(values.get("char", ""), 16))
        except (ValueError, OverflowError):
            return
        self._pieces.append(symbols(character, values.get("font")))

    def _field(self, element: Any) -> None:  # noqa: ANN401
        if value := form_value(element):
            self._pieces.append(value)

    def _note(self, element: Any) -> None:  # noqa: ANN401
        kind = element.tag.rpartition("}")[2].removesuffix("Reference")
        self._story.notes.setdefault((f"{kind}s", element.get(w("id"), "")))
        self._has_own_mark = is_true(element.get(w("customMarkFollows")))

    def _ruby(self, element: Any) -> None:  # noqa: ANN401
        for name, before, after in (("rubyBase", "", ""), ("rt", "(", ")")):
            for part in element.iterchildren(w(name)):
                self._pieces.append(before)
                self.inside(part)
                self._pieces.append(after)

    def _alternatives(self, element: Any) -> None:  # noqa: ANN401
        """Read the first alternative that holds text: newer programs show the first one, older ones the last."""
        for alternative in element.iterchildren(mc("Choice"), mc("Fallback")):
            before = len(self._pieces), len(self._boxes), len(self.blocks)
            self.inside(alternative)
            if before != (len(self._pieces), len(self._boxes), len(self.blocks)):
                return

    def _box(self, element: Any) -> None:  # noqa: ANN401
        self._boxes.extend(blocks_of(element, self._story))

    def _drawn(self, element: Any) -> None:  # noqa: ANN401
        """Read a paragraph of a drawing, such as a label in a diagram."""
        text = "".join(part.text or "" for part in element.iter(a("t")))
        if text.strip():
            self._boxes.append(Block(text))

    def _diagram(self, element: Any) -> None:  # noqa: ANN401
        """Read the words of a diagram (SmartArt), which are in a part of their own."""
        read = self._story.diagrams.pop(element.get(_DIAGRAM_DATA, ""), None)
        for paragraph in () if read is None else read().iter(a("p")):
            self._drawn(paragraph)

    def _word_art(self, element: Any) -> None:  # noqa: ANN401
        if text := element.get("string"):
            self._boxes.append(Block(text))

    def _equation(self, element: Any) -> None:  # noqa: ANN401
        text = equation(element)
        is_number = text[:1].isdecimal() and bool(self._pieces) and self._pieces[-1][-1:].isdecimal()
        self._pieces.append(f" {text}" if is_number else text)

    def _equations(self, element: Any) -> None:  # noqa: ANN401
        for one in element.iterchildren(m("oMath")):
            self._pieces.append(f"\n{equation(one)}\n")

    def _chunk(self, element: Any) -> None:  # noqa: ANN401
        self._story.has_unread_parts = True

    def _nothing(self, element: Any) -> None:  # noqa: ANN401
        pass


def _goes_on(properties: Any) -> bool:  # noqa: ANN401
    """Return whether a paragraph goes on in the next one: its mark is deleted, or it is a drop cap."""
    if properties is None:
        return False
    mark, frame = _mark(properties), properties.find(w("framePr"))
    deleted = mark is not None and any(mark.find(w(name)) is not None for name in ("del", "moveFrom"))
    return deleted or (frame is not None and frame.get(w("dropCap"), "none") != "none")


def _mark(properties: Any) -> Any:  # noqa: ANN401
    """Return the properties of a paragraph's mark."""
    return None if properties is None else properties.find(w("rPr"))


def _writes(text: str) -> Callable[[_Walk, Any], None]:
    return lambda walk, element: walk._pieces.append(text)


_READERS: Mapping[str, Callable[[_Walk, Any], None]] = {
    w("p"): _Walk._paragraph,
    w("tbl"): _Walk._table,
    w("r"): _Walk._run,
    w("t"): _Walk._text,
    **dict.fromkeys((w("tab"), w("ptab")), _writes("\t")),
    **dict.fromkeys((w("br"), w("cr")), _writes("\n")),
    w("noBreakHyphen"): _writes("-"),
    w("sym"): _Walk._symbol,
    "{http://schemas.microsoft.com/office/word/2015/wordml/symex}symEx": _Walk._symbol,
    w("fldChar"): _Walk._field,
    **dict.fromkeys((w("footnoteReference"), w("endnoteReference")), _Walk._note),
    w("ruby"): _Walk._ruby,
    mc("AlternateContent"): _Walk._alternatives,
    w("txbxContent"): _Walk._box,
    a("p"): _Walk._drawn,
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds": _Walk._diagram,
    "{urn:schemas-microsoft-com:vml}textpath": _Walk._word_art,
    m("oMath"): _Walk._equation,
    m("oMathPara"): _Walk._equations,
    **dict.fromkeys((w("altChunk"), w("subDoc")), _Walk._chunk),
    **dict.fromkeys((w("pPr"), w("rPr"), w("sdtPr"), w("del"), w("moveFrom")), _Walk._nothing),
}
"""What reads an element, by its name."""
