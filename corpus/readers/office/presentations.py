"""PPTX: a page for each slide, titles as headings, the words of shapes in reading order, then the speaker's notes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.documents import Content, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.office.drawings import add_chart, diagram_lines, paragraphs_of, table_rows
from corpus.readers.office.left_out import check_some_is_left
from corpus.readers.office.packages import Package, is_package
from corpus.readers.office.reading_order import Box, in_reading_order

_MAIN = re.compile(
    rb"(?:presentationml|ms-powerpoint)\.(?:presentation|slideshow|template)(?:\.macroEnabled)?\.main\+xml"
)
_USUAL = "ppt/presentation.xml"
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr", "sldImg")
"""Placeholders that repeat on each slide."""

_OUTLINE = ("body", "obj", "subTitle")
"""Placeholders whose paragraphs are items."""

_LONGEST_HEADING = 120
"""Characters of a slide's first line that stands for a title."""

_FALSE = ("0", "false")
_TRUE = ("1", "true")

Boxes = dict[tuple[str, str], Box]


def read_presentation(data: bytes, options: ReadOptions) -> Content:
    """Return the slides of a presentation, in order. A hidden slide is an empty page.

    Raises:
        SourceError: It is damaged, encrypted, unpacks to too much, or has no visible text.
    """
    package = Package(data)
    main = package.main_part(_USUAL)
    root = package.part(main)
    if root is None:
        raise SourceError("it is a presentation without its list of slides; get a new copy, or save it again")
    related = package.related(main)
    builder = TextBuilder()
    layouts: dict[str, Boxes] = {}
    listed = (_relation(each) for each in root.iterfind("{*}sldIdLst/{*}sldId"))
    for part in dict.fromkeys(related[name][1] for name in listed if name in related):
        builder.page()
        slide = package.part(part)
        if slide is None:
            continue
        if slide.get("show") in _FALSE:
            package.left_out["hidden slides"] += 1
            continue
        _Slide(builder, package, part, layouts).add(slide)
    content = builder.content(package.found())
    check_some_is_left(content.text, content.found.notes)
    return content


def _relation(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    return next((value for name, value in element.attrib.items() if name.endswith("}id")), "")


@dataclass(frozen=True, slots=True)
class _Shape:
    element: Any
    kind: str
    """Type of its placeholder; empty if it is none."""


class _Slide:
    """Adds the words of a slide."""

    def __init__(self, builder: TextBuilder, package: Package, part: str, layouts: dict[str, Boxes]) -> None:
        self._builder = builder
        self._package = package
        self._related = package.related(part)
        self._layouts = layouts
        self._has_title = False

    def add(self, slide: Any) -> None:  # noqa: ANN401
        """Add the title, the other shapes, and the notes."""
        tree = slide.find("{*}cSld/{*}spTree")
        for shape in () if tree is None else self._ordered(tree):
            self._add_shape(shape)
        for notes in self._package.of_kind(self._related, "notesSlide"):
            self._add_notes(self._package.part(notes))
        if any(kind.lower().startswith("comment") for kind, _ in self._related.values()):
            self._package.left_out["comments on slides"] += 1

    def _ordered(self, group: Any) -> Iterator[_Shape]:  # noqa: ANN401
        """Yield the shapes of a group in reading order, titles first."""
        shapes = [shape for shape in self._shapes(group) if shape.kind not in _FURNITURE]
        titles = [shape for shape in shapes if shape.kind in _TITLES]
        others = [shape for shape in shapes if shape.kind not in _TITLES]
        yield from titles
        for at in in_reading_order([self._box(shape) for shape in others]):
            if others[at].element.tag.endswith("}grpSp"):
                yield from self._ordered(others[at].element)
            else:
                yield others[at]

    def _shapes(self, group: Any) -> Iterator[_Shape]:  # noqa: ANN401
        for element in group:
            name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            if name == "AlternateContent":
                yield from self._shapes(_alternative(element))
            elif name in ("sp", "grpSp", "graphicFrame"):
                about = element.find("./*/{*}cNvPr")
                place = element.find("./*/{*}nvPr/{*}ph")
                if about is not None and about.get("hidden") in _TRUE:
                    self._package.left_out["hidden shapes"] += 1
                else:
                    yield _Shape(element, "" if place is None else place.get("type", "obj"))

    def _box(self, shape: _Shape) -> Box | None:
        """Return where a shape is; a placeholder without a place is where its layout, or the master, has it."""
        own = _box_of(shape.element)
        if own is not None or not shape.kind:
            return own
        place = shape.element.find("./*/{*}nvPr/{*}ph")
        layout = next(self._package.of_kind(self._related, "slideLayout"), "")
        if layout not in self._layouts:
            self._layouts[layout] = dict(self._placeholders(layout))
        boxes = self._layouts[layout]
        return boxes.get(("idx", place.get("idx", "0"))) or boxes.get(("type", shape.kind))

    def _placeholders(self, layout: str) -> Iterator[tuple[tuple[str, str], Box]]:
        masters = self._package.of_kind(self._package.related(layout), "slideMaster") if layout else iter(())
        for kinds, part in ((("type",), next(masters, "")), (("type", "idx"), layout)):
            root = self._package.part(part) if part else None
            for shape in () if root is None else root.iter("{*}sp"):
                place, box = shape.find("./*/{*}nvPr/{*}ph"), _box_of(shape)
                if place is not None and box is not None:
                    for kind in kinds:
                        yield (kind, place.get(kind, "obj" if kind == "type" else "0")), box

    def _add_shape(self, shape: _Shape) -> None:
        if shape.element.tag.endswith("}graphicFrame"):
            self._add_frame(shape.element)
            return
        body = shape.element.find("{*}txBody")
        paragraphs = [] if body is None else paragraphs_of(body)
        if shape.kind in _TITLES:
            self._builder.heading(" ".join(text for text, _ in paragraphs), 1)
            self._has_title = self._has_title or bool(paragraphs)
            return
        if paragraphs and not self._has_title:
            self._has_title = True
            first = paragraphs[0][0]
            if len(first) <= _LONGEST_HEADING:
                self._builder.heading(first, 1)
                del paragraphs[0]
        add_paragraphs(self._builder, paragraphs, is_outline=shape.kind in _OUTLINE)

    def _add_frame(self, frame: Any) -> None:  # noqa: ANN401
        """Add a table, a chart or a diagram."""
        for table in frame.iter("{*}tbl"):
            self._builder.paragraph("\n".join(" | ".join(cells) for cells in table_rows(table)))
        for chart in frame.iter("{*}chart"):
            root = self._package.part(self._related.get(_relation(chart), ("", ""))[1])
            if root is not None:
                add_chart(self._builder, root)
        for diagram in frame.iter("{*}relIds"):
            name = next((value for name, value in diagram.attrib.items() if name.endswith("}dm")), "")
            root = self._package.part(self._related.get(name, ("", ""))[1])
            if root is not None:
                self._builder.paragraph("\n".join(diagram_lines(root)))

    def _add_notes(self, notes: Any) -> None:  # noqa: ANN401
        tree = None if notes is None else notes.find("{*}cSld/{*}spTree")
        for shape in () if tree is None else self._shapes(tree):
            body = shape.element.find("{*}txBody")
            if shape.kind not in _FURNITURE and body is not None:
                add_paragraphs(self._builder, paragraphs_of(body), is_outline=False)


def add_paragraphs(builder: TextBuilder, paragraphs: Sequence[tuple[str, bool]], *, is_outline: bool) -> None:
    """Add paragraphs; those that are items of a list, or all of an outline with several, as lines of one paragraph."""
    lines: list[str] = []
    for text, is_item in paragraphs:
        if lines and not (is_item or is_outline):
            builder.paragraph("\n".join(lines))
            lines = []
        if is_item or is_outline:
            lines.append(" ".join(text.split()))
        else:
            builder.paragraph(text)
    builder.paragraph("\n".join(lines))


def _alternative(element: Any) -> Any:  # noqa: ANN401
    """Return the version of alternative content with text: the choices first, then the fallback for other programs."""
    return next((each for each in element if next(each.iter("{*}t"), None) is not None), ())


def _box_of(element: Any) -> Box | None:  # noqa: ANN401
    frame = next(
        (found for name in ("spPr", "grpSpPr") if (found := element.find(f"{{*}}{name}/{{*}}xfrm")) is not None), None
    )
    frame = element.find("{*}xfrm") if frame is None else frame
    offset, extent = (None, None) if frame is None else (frame.find("{*}off"), frame.find("{*}ext"))
    if offset is None or extent is None:
        return None
    try:
        left, top = int(offset.get("x", "")[:12]), int(offset.get("y", "")[:12])
        return Box(left, top, left + int(extent.get("cx", "")[:12]), top + int(extent.get("cy", "")[:12]))
    except ValueError:
        return None


PPTX = ConvertedFormat(
    "PPTX",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
    has_signature=True,
    sniff=lambda data, suffix: is_package(data, _USUAL, _MAIN),
    convert=read_presentation,
    version=2,
)
