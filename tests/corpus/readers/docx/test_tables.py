"""Tables of Word documents."""

import pytest

from tests.corpus.readers.files import docx_of, only, outline, para


def cell(text: str = "", about: str = "") -> str:
    inside = text if text.startswith("<") else para(text) if text else "<w:p/>"
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{inside}</w:tc>"


def row(*cells: str, about: str = "") -> str:
    return f"<w:tr><w:trPr>{about}</w:trPr>{''.join(one if one.startswith('<') else cell(one) for one in cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def text_of(*rows: str) -> str:
    return only(docx_of(table(*rows)), "a.docx").text


RESTART, CONTINUE = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_an_empty_cell_keeps_its_place() -> None:
    empty = cell()
    rows = (row("Ship", "Berth", "Crew"), row("Tern", empty, "9"), row(empty, "4", empty), row(empty, empty, empty))
    assert text_of(*rows) == "Ship | Berth | Crew\nTern | | 9\n| 4"


def test_a_cell_over_several_rows_is_in_each_of_them() -> None:
    rows = (row(cell("Tern", RESTART), "4"), row(cell("", CONTINUE), "5"), row(cell("Wren", RESTART), "6"))
    assert text_of(*rows) == "Tern | 4\nTern | 5\nWren | 6"


def test_a_long_cell_is_repeated_to_the_end_of_a_word() -> None:
    words = "word " * 400
    text = text_of(row(cell(words, RESTART), "4"), row(cell("", CONTINUE), "5"))
    assert text.split("\n")[1] == f"{('word ' * 200).strip()} | 5"


def test_a_cell_over_several_columns_is_read_once() -> None:
    spanning = cell("Ships", '<w:gridSpan w:val="2"/>')
    old = cell("Ships", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>")
    assert text_of(row(spanning, "Crew"), row(*old, "9")) == "Ships | Crew\nShips | 9"


def test_rows_and_cells_that_are_deleted_are_out() -> None:
    change = 'w:id="1" w:author="Ida"'
    gone = row("Old", "1", about=f"<w:del {change}/>")
    half = row("New", cell("2", f"<w:cellDel {change}/>"), cell("3", f"<w:cellIns {change}/>"))
    assert text_of(gone, half, row("Newer", "4", about=f"<w:ins {change}/>")) == "New | 3\nNewer | 4"


def test_a_row_that_begins_late_keeps_its_columns() -> None:
    assert text_of(row("a", "b"), row("late", about='<w:gridBefore w:val="1"/>')) == "a | b\n| late"


def test_rows_and_cells_in_content_controls_are_read() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    custom = "<w:customXml w:element='e'>{}</w:customXml>"
    rows = (
        row("a", control.format(cell("b"))),
        control.format(row("c", "d")),
        custom.format(row("e", custom.format(cell("f")))),
    )
    assert text_of(*rows) == "a | b\nc | d\ne | f"


def test_the_parts_of_a_cell_stay_apart() -> None:
    parts = cell(para("Quay 1") + para("250 places.") + para("Open at:") + para("six"))
    assert text_of(row("Wren", parts)) == "Wren | Quay 1; 250 places. Open at: six"


def test_a_table_in_a_cell_is_in_its_row() -> None:
    inner = table(row("summer", "4"), row(cell(), "winter", "12"))
    assert text_of(row("Tern", cell(inner + "<w:p/>"), "end")) == "Tern | summer, 4; winter, 12 | end"


def test_a_frame_of_one_cell_is_read_as_paragraphs() -> None:
    inside = para("Of fees", properties='<w:outlineLvl w:val="0"/>') + para("They are due.") + table(row("a", "b"))
    read = only(docx_of(table(row(cell(inside)))), "a.docx")
    assert read.text == "Of fees\n\nThey are due.\n\na | b"
    assert outline(read) == [("Of fees", 1, "Of fees")]


def test_a_table_that_only_arranges_text_is_read_cell_by_cell() -> None:
    cells = (para(t, properties='<w:outlineLvl w:val="0"/>') + para(f"{t} are due.") for t in ("Fees", "Dues"))
    assert text_of(row(*(cell(one) for one in cells))) == "Fees\n\nFees are due.\n\nDues\n\nDues are due."


def test_headings_that_name_columns_leave_a_table_a_table() -> None:
    heads = (cell(para(text, properties='<w:outlineLvl w:val="0"/>')) for text in ("Ship", "Berth"))
    assert text_of(row(*heads), row("Tern", "4")) == "Ship | Berth\nTern | 4"


@pytest.mark.parametrize(
    ("odd", "shown"),
    [
        (row(), ""),
        ("<w:tr/>", ""),
        (row(cell("b", '<w:gridSpan w:val="99999999999999999999"/>'), "c"), "b | c\n"),
        (row(cell("b", '<w:gridSpan w:val="-4"/>'), cell("c", '<w:gridSpan w:val="x"/>')), "b | c\n"),
        (row("b", "c", about='<w:gridBefore w:val="999999999"/><w:gridAfter w:val="x"/>'), "| " * 63 + "b | c\n"),
        (row(cell("b", CONTINUE), cell("c", '<w:vMerge w:val="odd"/>')), "a | c\n"),
        (f"<w:tr>{para('b')}<w:tc/>{cell('c')}</w:tr>", "b | | c\n"),
    ],
)
def test_an_odd_row_costs_only_itself(odd: str, shown: str) -> None:
    body = para("Before.") + table(row("a", "1"), odd, row("z", "9")) + para("After.")
    assert only(docx_of(body), "a.docx").text == f"Before.\n\na | 1\n{shown}z | 9\n\nAfter."


def test_a_hidden_row_is_left_out() -> None:
    hidden = f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{para('Secret')}</w:tc><w:tc>{para('9')}</w:tc></w:tr>"
    shown = "".join(
        f"<w:tr><w:tc>{para(a)}</w:tc><w:tc>{para(b)}</w:tc></w:tr>" for a, b in (("Boat", "Tons"), ("Auk", "7"))
    )
    assert only(docx_of(f"<w:tbl>{shown}{hidden}</w:tbl>"), "a.docx").text == "Boat | Tons\nAuk | 7"
