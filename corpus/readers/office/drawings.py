"""DrawingML, the text in the shapes of presentations and workbooks: paragraphs, tables, charts and diagrams."""

from collections.abc import Iterator, Sequence
from typing import Any

from corpus.documents import TextBuilder
from corpus.readers.docx.equations import equation
from corpus.readers.docx.scripts import lowered, raised
from corpus.readers.office.number_formats import shown
from corpus.readers.office.numbering import numeral
from corpus.readers.office.packages import unescaped

_NUMBERS = {"arabic": "1", "alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}
_REPEATED_CHARACTERS = 1000
"""Characters of a cell that are repeated in each further row that it spans, as in DOCX."""


def paragraphs_of(body: Any) -> list[tuple[str, bool]]:  # noqa: ANN401 - lxml has no types
    """Return the paragraphs of a text body, each with whether it is an item of a list.

    Line ends within a paragraph are kept. A number that the program counts is written before its item.
    """
    found: list[tuple[str, bool]] = []
    counts: dict[int, int] = {}
    for paragraph in body.iterfind("{*}p"):
        text = text_of(paragraph)
        if not text.strip():
            continue
        about = paragraph.find("{*}pPr")
        level = _whole(about, "lvl", 0)
        numbered = None if about is None else about.find("{*}buAutoNum")
        counts = {at: count for at, count in counts.items() if at < level or (at == level and numbered is not None)}
        if numbered is not None:
            counts[level] = counts.get(level, _whole(numbered, "startAt", 1) - 1) + 1
            text = f"{_mark(numbered.get('type', ''), counts[level])} {text}"
        listed = level > 0 or numbered is not None or (about is not None and about.find("{*}buChar") is not None)
        found.append((text, listed))
    return found


def text_of(paragraph: Any) -> str:  # noqa: ANN401
    """Return the text of a paragraph: its runs, fields, equations and line ends, in order."""
    pieces: list[str] = []
    _add_text(pieces, paragraph)
    return "".join(pieces)


def _add_text(pieces: list[str], parent: Any) -> None:  # noqa: ANN401
    for each in parent:
        name = each.tag.rpartition("}")[2] if isinstance(each.tag, str) else ""
        if name in ("r", "fld"):
            pieces.append(_run(each))
        elif name == "br":
            pieces.append("\n")
        elif name in ("oMath", "oMathPara"):
            text = equation(each)
            is_number = text[:1].isdecimal() and bool(pieces) and pieces[-1][-1:].isdecimal()
            pieces.append(f" {text}" if is_number else text)
        elif name == "AlternateContent":
            pieces.append(next((text for version in each if (text := text_of(version))), ""))
        elif name:
            _add_text(pieces, each)


def _run(run: Any) -> str:  # noqa: ANN401
    """Return the text of a run. Raised and lowered figures have characters of their own."""
    text = unescaped("".join(each.text or "" for each in run.iterfind("{*}t")))
    about = run.find("{*}rPr")
    baseline = "" if about is None else about.get("baseline", "").removesuffix("%")
    if baseline in ("", "0"):
        return text
    return lowered(text) if baseline.startswith("-") else raised(text)


def _mark(kind: str, count: int) -> str:
    style = next((mark for name, mark in _NUMBERS.items() if kind.startswith(name)), "1")
    before, after = ("(" if kind.endswith("ParenBoth") else ""), ("." if kind.endswith("Period") else "")
    return f"{before}{numeral(count, style)}{')' if 'Paren' in kind else after}"


def _whole(element: Any, name: str, default: int) -> int:  # noqa: ANN401
    value = "" if element is None else element.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 6 else default


def table_rows(table: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """Yield the cells of each row of a table. A cell that spans rows is in each of them."""
    above: list[str] = []
    for row in table.iterfind("{*}tr"):
        cells: list[str] = []
        for at, cell in enumerate(row.iterfind("{*}tc")):
            if cell.get("vMerge") in ("1", "true"):
                cells.append(above[at][:_REPEATED_CHARACTERS] if at < len(above) else "")
            elif cell.get("hMerge") in ("1", "true"):
                cells.append("")
            else:
                body = cell.find("{*}txBody")
                cells.append(" ".join(text for text, _ in paragraphs_of(body)) if body is not None else "")
        yield cells
        above = cells


_MOST_POINTS = 100_000
"""Most cells of a chart's data. A larger chart shows no values that anybody reads."""


def add_chart(builder: TextBuilder, chart: Any) -> None:  # noqa: ANN401
    """Add the titles of a chart as paragraphs, and its data as a table: the values that the file keeps for display."""
    for title in chart.iter("{*}title"):
        builder.paragraph(" ".join(" ".join(text_of(paragraph).split()) for paragraph in title.iter("{*}p")))
    series = [
        each for each in chart.iter("{*}ser") if {"val", "yVal"} & {child.tag.rpartition("}")[2] for child in each}
    ]
    columns = [_points(each, "val") or _points(each, "yVal") for each in series]
    names = [" ".join(_points(each, "tx").values()) for each in series]
    categories = next((found for each in series if (found := _points(each, "cat") or _points(each, "xVal"))), {})
    places = sorted(set().union(categories, *columns))
    if places and len(places) * len(columns) <= _MOST_POINTS:
        rows = [["", *names], *([categories.get(at, ""), *(column.get(at, "") for column in columns)] for at in places)]
        builder.paragraph("\n".join(" | ".join(" ".join(cell.split()) for cell in row) for row in rows))


def _points(series: Any, name: str) -> dict[int, str]:  # noqa: ANN401
    """Return the kept values of one part of a series, by their place."""
    element = series.find("{*}" + name)
    points: dict[int, str] = {}
    code = "" if element is None else element.findtext(".//{*}formatCode") or ""
    for point in () if element is None else element.iter("{*}pt"):
        value = point.find("{*}v")
        text = "" if value is None else (value.text or "").strip()
        if text:
            form = point.get("formatCode") or code
            points.setdefault(_whole(point, "idx", 0), shown(text, form) if form else text)
    return points


def diagram_lines(diagram: Any) -> Sequence[str]:  # noqa: ANN401
    """Return the texts of the nodes of a diagram (SmartArt), in the order of the outline."""
    texts = (
        " ".join(" ".join(text_of(paragraph).split()) for paragraph in point.iter("{*}p"))
        for point in diagram.iter("{*}pt")
        if point.get("type", "node") in ("node", "asst")
    )
    return [text for text in texts if text]
