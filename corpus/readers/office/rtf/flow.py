"""The blocks of an RTF file's body, a note or a text box, collected from its characters."""

from dataclasses import dataclass, field

from corpus.documents import TextBuilder

_REPEATED_CHARACTERS = 1000
"""Characters of a cell that are repeated in each further row that it spans, as in DOCX."""


@dataclass(slots=True)
class Block:
    """A paragraph, a heading, a table or a list.

    Args:
        level: Level of a heading; else 0.
        lines: Its text; of a list, that of each item.
        is_item: Whether it is a list.
    """

    level: int
    lines: list[str]
    is_item: bool = False


@dataclass(slots=True)
class Flow:
    """A sequence of blocks."""

    blocks: list[Block] = field(default_factory=list)
    _is_item: bool = False
    _mark: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _cells: list[str] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _beside: list["Flow"] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Add characters to the paragraph."""
        self._pieces.append(text)

    def begin_item(self) -> None:
        """Note that the paragraph is an item of a list."""
        self._is_item = True

    def add_mark(self, text: str) -> None:
        """Add to the number or bullet of an item, as the program wrote it. Bullets are left out."""
        self._mark.append(text)

    def add_beside(self, flow: "Flow") -> None:
        """Add a text box after the paragraph."""
        self._beside.append(flow)

    def end_paragraph(self, level: int, *, in_table: bool) -> None:
        """End a paragraph: of a cell, or of the text.

        Args:
            level: Level if it is a heading; else 0.
            in_table: Whether it is in a cell of a table.
        """
        if in_table:
            self._pieces.append(" ")
            return
        is_item, mark = self._is_item, "".join(self._mark)
        self._is_item, self._mark = False, []
        text = self._taken()
        if any(c.isalnum() for c in mark):
            text = f"{mark} {text}"
        if text.strip() and self._cells:
            self.end_row([])
        if not self._cells:
            self._end_table()
        if is_item and self.blocks and self.blocks[-1].is_item:
            self.blocks[-1].lines.append(text)
        elif text.strip():
            self.blocks.append(Block(level, [text], is_item=is_item))
        self._end_beside()

    def end_cell(self) -> None:
        """End a cell of a table."""
        self._cells.append(" ".join(self._taken().split()))

    def end_row(self, joined: list[bool]) -> None:
        """End a row of a table.

        Args:
            joined: For each of its cells, whether it continues the cell above.
        """
        above = self._rows[-1] if self._rows else []
        for at, joins in enumerate(joined[: len(self._cells)]):
            if joins and at < len(above) and not self._cells[at]:
                self._cells[at] = above[at][:_REPEATED_CHARACTERS]
        self._rows.append(self._cells)
        self._cells = []

    def finish(self) -> None:
        """End the last paragraph and table."""
        if self._cells:
            self.end_row([])
        self.end_paragraph(0, in_table=False)
        self._end_table()

    def add_to(self, builder: TextBuilder) -> None:
        """Add the blocks to a text. The items of a list are lines of one paragraph."""
        for block in self.blocks:
            if block.level:
                builder.heading(block.lines[0], block.level)
            else:
                builder.paragraph("\n".join(block.lines))

    def _taken(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _end_table(self) -> None:
        if self._rows:
            self.blocks.append(Block(0, [" | ".join(row) for row in self._rows]))
            self._rows = []

    def _end_beside(self) -> None:
        for flow in self._beside:
            flow.finish()
            self.blocks.extend(flow.blocks)
        self._beside.clear()
