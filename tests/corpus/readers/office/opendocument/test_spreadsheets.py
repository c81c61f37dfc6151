import pytest

from corpus.errors import SourceError
from corpus.readers.office.opendocument import spreadsheets
from tests.corpus.readers.files import only, outline
from tests.corpus.readers.office.files import flat, open_document

HIDDEN = '<style:style style:name="ta9"><style:table-properties table:display="false"/></style:style>'


def row(*cells: str, about: str = "") -> str:
    each = "".join(
        c if c.startswith("<") else f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in cells
    )
    return f"<table:table-row {about}>{each}</table:table-row>"


def sheet(name: str, *rows: str, about: str = "") -> str:
    return f'<table:table table:name="{name}" {about}>{"".join(rows)}</table:table>'


def empty(repeated: int, what: str = "columns") -> str:
    return f'<table:table-cell table:number-{what}-repeated="{repeated}"/>'


BERTHS = [row("Boat", "Berth"), row("Otter", "14"), row("Heron", "9")]


def test_a_sheet_is_a_section_and_a_row_a_line_with_its_place() -> None:
    read = only(open_document("spreadsheet", sheet("Berths", *BERTHS) + sheet("Tides", row("High", "6"))), "a.ods")
    assert read.text == "Berths\n\nBoat | Berth\nOtter | 14\nHeron | 9\n\nTides\n\nHigh | 6"
    assert outline(read) == [("Berths", 1, "Berths"), ("Tides", 1, "Tides")]
    assert [place.label for place in read.places] == ["A1", "A2", "A3", "A1"]


def test_values_are_read_as_the_file_shows_them() -> None:
    cell = (
        '<table:table-cell office:value-type="percentage" office:value="0.25"><text:p>25 %</text:p></table:table-cell>'
    )
    note = (
        "<table:table-cell><office:annotation><text:p>Sure?</text:p></office:annotation>"
        "<text:p>Otter</text:p><text:p>II</text:p></table:table-cell>"
    )
    read = only(open_document("spreadsheet", sheet("Berths", row(note, cell))), "a.ods")
    assert read.text == "Berths\n\nOtter II | 25 %"
    assert read.metadata.extra["reader_notes"] == ["comments were left out: 1"]


def test_hidden_sheets_rows_and_columns_are_left_out_and_counted() -> None:
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="1000"/>'
    )
    rows = [row("Boat", "Owner"), row("Otter", "Lind", about='table:visibility="filter"'), row("Heron", "Ruiz")]
    body = sheet("Berths", columns, *rows) + sheet("Old", *BERTHS, about='table:style-name="ta9"')
    read = only(open_document("spreadsheet", body, HIDDEN), "a.ods")
    assert read.text == "Berths\n\nBoat\nHeron"
    assert read.metadata.extra["reader_notes"] == [
        "hidden columns were left out: 1",
        "hidden rows were left out: 1",
        "hidden sheets were left out: 1",
    ]


def test_repeated_rows_and_cells_are_read_and_empty_ones_passed() -> None:
    far = f'<table:table-row table:number-rows-repeated="1000000">{empty(16384)}</table:table-row>'
    twice = '<table:table-cell table:number-columns-repeated="2"><text:p>9</text:p></table:table-cell>'
    again = row("Otter", twice, about='table:number-rows-repeated="2"')
    read = only(open_document("spreadsheet", sheet("Berths", again, far, row(empty(3), "End."))), "a.ods")
    assert read.text == "Berths\n\nOtter | 9 | 9\nOtter | 9 | 9\n\nEnd."
    assert read.places[-1].label == "D1000003"


def test_repeated_values_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_CELLS", 100)
    with pytest.raises(SourceError, match="cells with values; split it"):
        only(open_document("spreadsheet", sheet("A", row("a", about='table:number-rows-repeated="1048576"'))), "a.ods")


def test_a_cell_that_spans_rows_is_in_each_of_them() -> None:
    spanning = '<table:table-cell table:number-rows-spanned="2"><text:p>North</text:p></table:table-cell>'
    rows = [row("Pier", "Boat"), row(spanning, "Otter"), row("<table:covered-table-cell/>", "Heron")]
    assert only(open_document("spreadsheet", sheet("Berths", *rows)), "a.ods").text.endswith(
        "North | Otter\nNorth | Heron"
    )


def test_a_header_that_the_sheet_declares_is_repeated() -> None:
    header = f"<table:table-header-rows>{row('1', '2')}</table:table-header-rows>"
    rows = [row(f"Boat number {at} of the list", "a") for at in range(60)]
    assert only(open_document("spreadsheet", sheet("Berths", header, *rows)), "a.ods").text.count("1 | 2\n") > 3


def test_text_boxes_on_a_sheet_are_read() -> None:
    box = (
        "<table:shapes><draw:frame><draw:text-box><text:p>Closed in May.</text:p>"
        "</draw:text-box></draw:frame></table:shapes>"
    )
    assert only(open_document("spreadsheet", sheet("Berths", box, *BERTHS)), "a.ods").text.endswith(
        "Heron | 9\n\nClosed in May."
    )


def test_a_flat_file_is_read() -> None:
    assert only(flat("spreadsheet", sheet("Berths", *BERTHS)), "a.fods").text.endswith("Heron | 9")


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        ('office:value-type="float" office:value="1234.5"', "1234.5"),
        ('office:value-type="percentage" office:value="0.25"', "25%"),
        ('office:value-type="percentage" office:value="0.125"', "12.5%"),
        ('office:value-type="currency" office:value="9" office:currency="EUR"', "9 EUR"),
        ('office:value-type="date" office:date-value="2021-05-04"', "2021-05-04"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE"),
        ('office:value-type="string" office:string-value="Otter"', "Otter"),
    ],
)
def test_a_cell_without_a_text_has_its_value(about: str, shown: str) -> None:
    cells = f"<table:table-cell><text:p>Berth</text:p></table:table-cell><table:table-cell {about}/>"
    body = sheet("Berths", f"<table:table-row>{cells}</table:table-row>")
    assert only(open_document("spreadsheet", body), "a.ods").text == f"Berths\n\nBerth | {shown}"


def test_a_format_may_show_nothing_of_a_value() -> None:
    cells = '<table:table-cell><text:p>Berth</text:p></table:table-cell><table:table-cell office:value="0"><text:p/>'
    body = sheet("Berths", f"<table:table-row>{cells}</table:table-cell></table:table-row>")
    assert only(open_document("spreadsheet", body), "a.ods").text == "Berths\n\nBerth"
