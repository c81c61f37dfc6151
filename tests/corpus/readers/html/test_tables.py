"""Tables of data, and tables that lay out a page."""

import pytest

from tests.corpus.readers.html.test_elements import text_of

SENTENCE = "The saw was moved to the lower floor in the spring, and the wheel with it, by four men from the yard. " * 2


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("<tr><th>Yard<th>Hours<tr><td>North<td><ul><li>7 to 9<li>3 to 5</ul>", "Yard | Hours\nNorth | 7 to 9; 3 to 5"),
        ("<tr><td>North<td><p>at</p><p>noon</p><tr><td>South<td>a<br>b", "North | at noon\nSouth | a b"),
        ("<caption>Boards</caption><tr><td>1901<td>40", "Boards\n1901 | 40"),
        ("<tr><td><td>1901<td>1902<tr><td>oak<td><td>7<tr><td><td>", "| 1901 | 1902\noak | | 7"),
        ("<thead><tr><th>a<th>b</thead><tfoot><tr><td>1<td>2</tfoot>", "a | b\n1 | 2"),
        ("<tr><th>Yard<td><table><tr><td>a<td>b</table>", "Yard\n\na | b"),
    ],
)
def test_a_row_is_a_line_with_all_that_is_in_its_cells(rows: str, text: str) -> None:
    assert text_of(f"<table>{rows}</table>") == text


def test_a_leading_cell_is_repeated_in_each_row_that_it_spans() -> None:
    rows = "<tr><td rowspan=3>North<td rowspan=2>oak<td>1<tr><td>2<tr><td>larch<td>3<tr><td>South<td>oak<td rowspan=2>4"
    expected = "North | oak | 1\nNorth | oak | 2\nNorth | larch | 3\nSouth | oak | 4\nlarch"
    assert text_of(f"<table>{rows}<tr><td>larch</table>") == expected
    long = text_of(f"<table><tr><td rowspan=2>{'oak ' * 60}<td>1<tr><td>2</table>")
    assert long.endswith("\n2")


def test_a_quoted_table_stays_a_table() -> None:
    assert text_of("<blockquote><table><tr><th>a<th>b<tr><td>1<td>2</table></blockquote>") == "a | b\n1 | 2"


@pytest.mark.parametrize(
    "table",
    [
        f"<table><tr><td><h2>Saw</h2><p>{SENTENCE}</p></td></tr></table>",
        f"<table><tr><td>Saw</td><td><p>{SENTENCE}</p><p>{SENTENCE}</p></td></tr></table>",
        f"<table role='presentation'><tr><td>Saw</td><td>{SENTENCE}</td></tr></table>",
        f"<table><tr><td><table><tr><td>Saw</td></tr></table></td><td>{SENTENCE}</td></tr></table>",
    ],
)
def test_the_cells_of_a_table_that_lays_out_a_page_are_blocks(table: str) -> None:
    assert text_of(table).split("\n\n")[:2] == ["Saw", SENTENCE.strip()]


def test_the_foot_of_a_table_stands_below_its_rows() -> None:
    rows = "<thead><tr><th>Boat<th>Tons</thead><tfoot><tr><td>All<td>23</tfoot><tbody><tr><td>Heron<td>14</tbody>"
    assert text_of(f"<table>{rows}</table>") == "Boat | Tons\nHeron | 14\nAll | 23"
