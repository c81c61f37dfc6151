import pytest

from corpus.errors import SourceError
from corpus.readers.office import sheets, workbooks
from tests.corpus.readers.files import archive, only, outline
from tests.corpus.readers.office.files import MAIN, XML, Row, grid, relations, sheet_xml, slide, workbook

BERTHS: list[Row] = [["Boat", "Berth", "Depth"], ["Otter", 14, 3.5], ["Heron", 9, 4]]


def test_a_sheet_is_a_section_and_a_row_a_line() -> None:
    read = only(
        workbook({"Berths": sheet_xml(grid(BERTHS)), "Tides": sheet_xml(grid([["High", 6], ["Low", 12]]))}), "a.xlsx"
    )
    assert read.text == (
        "Berths\n\nBoat | Berth | Depth\nOtter | 14 | 3.5\nHeron | 9 | 4\n\nTides\n\nHigh | 6\nLow | 12"
    )
    assert outline(read) == [("Berths", 1, "Berths"), ("Tides", 1, "Tides")]


def test_a_row_has_the_place_of_its_first_cell() -> None:
    read = only(workbook({"Berths": sheet_xml(grid([*BERTHS, [], [None, "Closed in May."]]))}), "a.xlsx")
    places = {place.label: read.text[place.start :].split("\n")[0] for place in read.places}
    assert places["A2"] == "Otter | 14 | 3.5"
    assert places["B5"] == "Closed in May."


def test_a_workbooks_properties_are_its_metadata() -> None:
    about = only(workbook({"Berths": sheet_xml(grid(BERTHS))}), "a.xlsx").metadata
    assert (about.title, about.authors, about.tags) == ("Pilot rota", ("Ana Ruiz", "Bo Lind"), ("pilots", "harbour"))
    assert (about.published, about.extra["created"]) == (None, "2021-04-05")


def test_values_are_read_as_the_program_shows_them() -> None:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>0.25</v></c><c r="C1" s="2"><v>44256</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>A1</f><v>Heron</v></c><c r="B2" s="1"><f>1/2</f><v>0.5</v></c><c r="C2" t="b">'
        '<v>1</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" t="e"><v>#DIV/0!</v></c></row>'
    )
    strings = ["<t>Otter</t>", "<r><t>Ki</t></r><r><t>te</t></r><rPh><t>sound</t></rPh>"]
    read = only(workbook({"Boats": sheet_xml(rows)}, strings=strings, formats=["0%", "d mmm yyyy"]), "a.xlsx")
    assert read.text == "Boats\n\nOtter | 25% | 1 Mar 2021\nHeron | 50% | TRUE\nKite | #DIV/0!"


def test_characters_that_xml_cannot_have_are_read() -> None:
    strings = ["<t>Otter_x000D_ II</t>", "<t>snake_x005F_case and a_x_b</t>"]
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    read = only(workbook({"Boats": sheet_xml(rows)}, strings=strings), "a.xlsx")
    assert read.text == "Boats\n\nOtter II | snake_case and a_x_b"


def test_a_workbook_may_count_days_from_1904() -> None:
    rows = '<row r="1"><c r="A1" s="1"><v>42794</v></c></row>'
    data = workbook({"Days": sheet_xml(rows)}, formats=["yyyy-mm-dd"], about='date1904="1"')
    assert only(data, "a.xlsx").text == "Days\n\n2021-03-01"


def test_hidden_sheets_rows_and_columns_are_left_out_and_counted() -> None:
    rows = grid([["Boat", "Berth", "Owner"], ["Otter", 14, "Lind"], ["Heron", 9, "Ruiz"]])
    rows = rows.replace('<row r="2">', '<row r="2" hidden="1">')
    columns = '<cols><col min="3" max="16384" hidden="1"/></cols>'
    data = workbook({"Berths": sheet_xml(rows, columns), "Old": sheet_xml(grid(BERTHS))}, hidden=["Old"])
    read = only(data, "a.xlsx")
    assert read.text == "Berths\n\nBoat | Berth\nHeron | 9"
    assert read.metadata.extra["reader_notes"] == [
        "hidden columns were left out: 1",
        "hidden rows were left out: 1",
        "hidden sheets were left out: 1",
    ]


def test_a_workbook_of_hidden_sheets_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^it has no text that can be read \(hidden sheets were left out: 1\)"):
        only(workbook({"Old": sheet_xml(grid(BERTHS))}, hidden=["Old"]), "a.xlsx")


def test_a_cell_that_spans_rows_is_in_each_of_them() -> None:
    merged = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A1:B1"/></mergeCells>'
    rows = grid([["Pier", "Boat"], ["North", "Otter"], [None, "Heron"]])
    read = only(workbook({"Berths": sheet_xml(rows, after=merged)}), "a.xlsx")
    assert read.text == "Berths\n\nPier | Boat\nNorth | Otter\nNorth | Heron"


def test_an_empty_cell_keeps_the_columns_apart() -> None:
    read = only(workbook({"Berths": sheet_xml(grid([*BERTHS, ["Kite", None, 2]]))}), "a.xlsx")
    assert read.text.endswith("Kite | | 2")


def test_a_title_above_a_table_is_a_paragraph() -> None:
    read = only(workbook({"Berths": sheet_xml(grid([["Berths in spring"], *BERTHS]))}), "a.xlsx")
    assert read.text == "Berths\n\nBerths in spring\n\nBoat | Berth | Depth\nOtter | 14 | 3.5\nHeron | 9 | 4"


def test_a_long_table_repeats_its_header() -> None:
    rows: list[Row] = [[f"Boat number {at} of the list", at] for at in range(60)]
    rows.insert(0, ["Boat", "Berth"])
    read = only(workbook({"Berths": sheet_xml(grid(rows))}), "a.xlsx")
    parts = read.text.split("\n\n")[1:]
    assert len(parts) > 4
    assert all(part.startswith("Boat | Berth\n") and len(part) < 400 for part in parts)
    assert [line for part in parts for line in part.split("\n")[1:]] == [
        " | ".join(str(cell) for cell in row) for row in rows[1:]
    ]


def test_a_row_of_the_table_is_no_header() -> None:
    rows: list[Row] = [[f"Boat number {at} of the list", at] for at in range(60)]
    read = only(workbook({"Berths": sheet_xml(grid(rows))}), "a.xlsx")
    assert read.text.count("Boat number 0 of the list") == 1


def test_a_header_that_the_sheet_declares_is_one() -> None:
    rows = sheet_xml(
        grid([["2", "3"], *([f"Boat number {at} of the list", "a"] for at in range(60))]),
        '<sheetViews><sheetView><pane ySplit="1" state="frozen"/></sheetView></sheetViews>',
    )
    assert only(workbook({"Berths": rows}), "a.xlsx").text.count("2 | 3\n") > 3


def test_tables_side_by_side_are_apart() -> None:
    rows: list[Row] = [
        ["Boat", "Berth"],
        ["Otter", 14],
        ["Heron", 9, None, "Tide", "Hour"],
        [None, None, None, "High", 6],
    ]
    read = only(workbook({"Berths": sheet_xml(grid(rows))}), "a.xlsx")
    assert read.text == "Berths\n\nBoat | Berth\nOtter | 14\nHeron | 9\n\nTide | Hour\nHigh | 6"


def test_a_formula_without_a_result_is_counted() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1+1</f></c></row>'
    read = only(workbook({"Sum": sheet_xml(rows)}), "a.xlsx")
    assert read.metadata.extra["reader_notes"] == ["formulas without a stored result were left out: 1"]


def test_text_boxes_on_a_sheet_are_read() -> None:
    box = "<x:txBody><a:p><a:r><a:t>Closed in May.</a:t></a:r></a:p></x:txBody>"
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": f'{XML}<x:wsDr xmlns:x="x" xmlns:a="a">{box}</x:wsDr>',
    }
    read = only(workbook({"Berths": sheet_xml(grid([["Otter", 14]]))}, members=members), "a.xlsx")
    assert read.text == "Berths\n\nOtter | 14\n\nClosed in May."


def test_cells_without_a_reference_are_counted_on() -> None:
    rows = '<row><c><v>1</v></c><c><v>2</v></c></row><row><c r="C2"><v>3</v></c></row>'
    read = only(workbook({"Sum": sheet_xml(rows)}), "a.xlsx")
    assert [place.label for place in read.places] == ["A1", "C2"]


def test_a_damaged_sheet_costs_only_its_rest() -> None:
    broken = sheet_xml(grid(BERTHS)).replace("<v>9</v>", "<v>9</w>")
    read = only(workbook({"Berths": broken, "Tides": sheet_xml(grid([["High", 6]]))}), "a.xlsx")
    assert "Otter | 14 | 3.5" in read.text
    assert read.text.endswith("Tides\n\nHigh | 6")
    assert read.metadata.extra["reader_notes"] == ["damaged parts were left out: xl/worksheets/sheet1.xml"]


def test_a_workbook_without_its_list_of_sheets_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^it is a workbook without its list of sheets; get a new copy"):
        only(archive({"xl/workbook.xml": "<broken"}), "a.xlsx")


def test_the_part_that_a_package_is_about_may_have_any_name() -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    data = workbook({"Berths": sheet_xml(grid(BERTHS))})
    assert only(data, "a.xlsx").text
    listed = f'<workbook xmlns="{MAIN}" xmlns:r="r"><sheets><sheet name="Berths" r:id="r1"/></sheets></workbook>'
    other = archive(
        {
            "[Content_Types].xml": f'<Types><Override PartName="/book/main.xml" ContentType="{kind}"/></Types>',
            "_rels/.rels": relations(("officeDocument", "book/main.xml")),
            "book/main.xml": listed,
            "book/_rels/main.xml.rels": relations(("worksheet", "/sheets/one.xml")),
            "sheets/one.xml": sheet_xml(grid(BERTHS)),
        }
    )
    assert only(other, "a.xlsx").text == "Berths\n\nBoat | Berth | Depth\nOtter | 14 | 3.5\nHeron | 9 | 4"


def test_cells_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_CELLS", 8)
    with pytest.raises(SourceError, match="cells with values; split it"):
        only(workbook({"Berths": sheet_xml(grid(BERTHS))}), "a.xlsx")


def test_a_sheet_may_lie_about_its_size_and_places() -> None:
    rows = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="99999999999"><c r="ZZZZ9"><v>2</v></c></row>'
    read = only(workbook({"Far": sheet_xml(rows, '<dimension ref="A1:XFD1048576"/>')}), "a.xlsx")
    assert read.text == "Far\n\n| 1\n2"


def test_a_sparse_table_has_no_empty_cells() -> None:
    rows = "".join(
        f'<row r="{at}"><c r="{sheets.column_letters(at)}{at}"><v>{at}</v></c></row>' for at in range(1, 300)
    )
    read = only(workbook({"Steps": sheet_xml(rows)}), "a.xlsx")
    assert read.text.splitlines()[2:] == [str(at) for at in range(1, 300)]


def test_columns_have_the_letters_of_programs() -> None:
    assert [sheets.column_letters(at) for at in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_nothing_outside_of_the_file_is_read() -> None:
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Words &e;</t></is></c></row>'
    broken = sheet_xml(rows).replace(XML, XML + entity)
    members = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("drawing", "file:///etc/passwd"), mode=' TargetMode="External"'
        )
    }
    read = only(workbook({"Berths": broken}, members=members), "a.xlsx")
    assert read.text == "Berths\n\nWords"


def test_a_macro_is_no_text() -> None:
    data = workbook({"Berths": sheet_xml(grid(BERTHS))}, members={"xl/vbaProject.bin": b"Sub Auto_Open()"})
    assert "Auto_Open" not in only(data, "a.xlsm").text


def test_a_file_of_slides_is_no_workbook() -> None:
    with pytest.raises(SourceError, match="without its list of sheets"):
        only(archive({"xl/workbook.xml": slide()[:40]}), "a.xlsx")


def test_raised_and_lowered_figures_have_characters_of_their_own() -> None:
    def run(text: str, place: str) -> str:
        return f'<r><rPr><vertAlign val="{place}"/></rPr><t>{text}</t></r>'

    area = f"<r><t>20 km</t></r>{run('2', 'superscript')}"
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><r><t>CO</t></r>'
        f"{run('2', 'subscript')}</is></c></row>"
    )
    assert only(workbook({"Air": sheet_xml(rows)}, strings=[area]), "a.xlsx").text == "Air\n\n20 km² | CO₂"
