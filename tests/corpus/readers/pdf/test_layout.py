"""Columns, tables, turned text and raised digits: what stands where on a page."""

import pytest

from tests.corpus.readers.files import only, pdf
from tests.corpus.readers.pdf.drawing import Item, block, justified, paragraphs_of, text_of

LEFT = [
    "The keeper of the north light wrote in his log",
    "that the oil had run out before the end of the",
    "month, and that he had burnt the seal fat.",
]
RIGHT = [
    "The pilot boat was sold in May to a dealer",
    "who paid in flour and rope, and promised a",
    "further sum which never came.",
]
BOATS = [
    ("Boat", "Tons", "Master"),
    ("Heron", "14", "Ida Falk"),
    ("Sandpiper", "9", "Jon Rask"),
    ("Tern", "21", "Per Holm"),
]
ROWS = "Boat | Tons | Master\nHeron | 14 | Ida Falk\nSandpiper | 9 | Jon Rask\nTern | 21 | Per Holm"


@pytest.mark.parametrize("right_top", [700, 694])
def test_columns_that_are_written_line_by_line_are_read_one_after_the_other(right_top: float) -> None:
    left, right = block(60, 700, LEFT), block(340, right_top, RIGHT)
    lines = [item for both in zip(left, right, strict=True) for item in both]
    assert paragraphs_of(lines) == [" ".join(LEFT), " ".join(RIGHT)]


def test_three_columns_are_read_one_after_the_other() -> None:
    rows = [
        ("The keeper wrote that the", "The pilot boat was sold", "The school was painted"),
        ("oil had run out before the", "in May to a dealer, who", "white by the boys, who had"),
        ("month was over, and he was", "paid in flour and promised", "asked for blue and were not"),
        ("left with the seal fat.", "more which never came.", "heard by the warden."),
    ]
    lines = [(60 + 170 * at, 700 - 14 * row, words) for row, cells in enumerate(rows) for at, words in enumerate(cells)]
    assert paragraphs_of(lines) == [" ".join(column) for column in zip(*rows, strict=True)]


def test_lines_across_the_page_stand_before_and_after_the_columns() -> None:
    title, below = (
        "The annals of the lighthouse board and of its keepers and pilots",
        "A line across the page, below it all.",
    )
    lines = [item for both in zip(block(60, 700, LEFT), block(340, 700, RIGHT), strict=True) for item in both]
    found = paragraphs_of([(60, 740, title, 14), *lines, (60, 630, below)])
    assert found == [title, " ".join(LEFT), " ".join(RIGHT), below]


@pytest.mark.parametrize("by_columns", [False, True])
def test_each_row_of_a_table_is_a_line_in_whatever_order_it_is_drawn(by_columns: bool) -> None:
    cells = [(60 + 130 * at, 700 - 16 * row, words) for row, each in enumerate(BOATS) for at, words in enumerate(each)]
    assert text_of(sorted(cells, key=lambda cell: (cell[0], -cell[1])) if by_columns else cells) == ROWS


def test_an_empty_cell_of_a_table_keeps_its_place() -> None:
    rows = [("", "Tons", "Master"), ("Heron", "14", "Ida Falk"), ("Auk", "", "Lise Dahl"), ("Ruff", "7", "")]
    cells = [(60 + 130 * at, 700 - 16 * row, words) for row, each in enumerate(rows) for at, words in enumerate(each)]
    shown = [cell for cell in cells if cell[2]]
    assert text_of(shown) == "| Tons | Master\nHeron | 14 | Ida Falk\nAuk | | Lise Dahl\nRuff | 7"


def test_the_lines_of_a_cell_are_joined() -> None:
    words = [
        (60, 700, "Boat"),
        (200, 700, "Remarks"),
        (60, 684, "Heron"),
        (200, 684, "was painted in the spring and"),
        (200, 672, "lost her mast in June"),
        (60, 656, "Tern"),
        (200, 656, "lies on the slip"),
    ]
    assert text_of(words) == (
        "Boat | Remarks\nHeron | was painted in the spring and lost her mast in June\nTern | lies on the slip"
    )


def test_a_single_wide_gap_makes_no_table() -> None:
    assert text_of([(60, 700, "The lighthouse board"), (300, 700, "3 May 1902")]) == "The lighthouse board 3 May 1902"


def test_two_boxes_with_a_head_each_are_read_one_after_the_other() -> None:
    left = [
        "The keeper lit the lamp at dusk and",
        "kept it burning until the sun was",
        "up again over the far islands.",
    ]
    right = ["The board met in the lamp room and", "heard that the oil was gone before", "the end of the winter."]
    heads: list[Item] = [(60, 730, "Duties"), (330, 730, "Meetings")]

    def beside(top: int) -> list[Item]:
        return [item for row in zip(block(60, top, left), block(330, top, right), strict=True) for item in row]

    assert paragraphs_of([*heads, *beside(706)]) == ["Duties", " ".join(left), "Meetings", " ".join(right)]
    assert paragraphs_of([*heads, *beside(706), *beside(656)])[0].startswith("Duties | Meetings\n")


def test_the_mark_of_an_item_is_no_cell() -> None:
    items = [item for at in range(3) for item in ((60, 700 - 14 * at, f"{at + 1}."), (80, 700 - 14 * at, f"lamp {at}"))]
    assert text_of(items) == "1. lamp 0\n2. lamp 1\n3. lamp 2"


TURNED = [
    ("0 1 -1 0 {y} 60", "/Rotate 90"),
    ("-1 0 0 -1 560 {y}", "/Rotate 180"),
    ("0 -1 1 0 {z} 700", "/Rotate 270"),
    ("0 1 -1 0 {y} 60", ""),
]


@pytest.mark.parametrize(("matrix", "page"), TURNED)
def test_text_that_is_drawn_turned_is_read_in_lines(matrix: str, page: str) -> None:
    lines = ["The keeper of the light wrote in his log that the oil", "had run out before the end of the month."]
    drawn = [f"{matrix.format(y=100 + 14 * at, z=500 - 14 * at)} Tm ({line}) Tj" for at, line in enumerate(lines)]
    assert only(pdf([[f") Tj {' '.join(drawn)} ("]], page=page), "a.pdf").text == " ".join(lines)


def test_rows_of_a_page_that_is_shown_turned_are_lines() -> None:
    cells = [f"1 0 0 1 {x} {y} Tm ({words}) Tj" for x, y, words in [(60, 700, "Boat"), (60, 684, "Heron")]]
    cells += [f"1 0 0 1 {x} {y} Tm ({words}) Tj" for x, y, words in [(200, 700, "Tons"), (200, 684, "14")]]
    for order in (cells, [cells[0], cells[2], cells[1], cells[3]]):
        assert only(pdf([[f") Tj {' '.join(order)} ("]], page="/Rotate 90"), "a.pdf").text == "Boat | Tons\nHeron | 14"


def test_a_word_up_the_margin_does_not_part_a_sentence() -> None:
    page = ["The keeper went up) Tj 0 1 -1 0 30 300 Tm (Draft of May) Tj 1 0 0 1 72 706 Tm (and lit the lamp."]
    assert only(pdf([page]), "a.pdf").text.split("\n\n") == ["The keeper went up and lit the lamp.", "Draft of May"]


def test_raised_digits_are_not_part_of_the_number_or_word_before() -> None:
    page = [
        "In 1904) Tj /F1 7 Tf 4 Ts (3) Tj /F1 11 Tf 0 Ts ( the bay) Tj /F1 7 Tf 4 Ts (12) Tj /F1 11 Tf 0 Ts ( froze."
    ]
    assert only(pdf([page]), "a.pdf").text == "In 1904 ³ the bay ¹² froze."


@pytest.mark.parametrize("slope", [-0.26, 0.26])
def test_a_number_in_a_slanted_line_is_not_raised(slope: float) -> None:
    line = f"0.97 {slope} {-slope} 0.97 100 400 Tm (Pull it 4 times, then 10 times.) Tj"
    assert only(pdf([[f") Tj {line} ("]]), "a.pdf").text == "Pull it 4 times, then 10 times."


def test_a_unit_keeps_its_exponent() -> None:
    page = [
        "It has 30 km) Tj /F1 7 Tf 4 Ts (2) Tj /F1 11 Tf 0 Ts ( and no H) Tj /F1 7 Tf -2 Ts (2) Tj /F1 11 Tf 0 Ts (O."
    ]
    assert only(pdf([page]), "a.pdf").text == "It has 30 km² and no H2O."


def test_spaced_letters_are_one_word() -> None:
    page = [") Tj 6 Tc 1 0 0 1 60 700 Tm (THE LIGHTS) Tj 0 Tc 1 0 0 1 60 670 Tm (A, B, C and D."]
    assert only(pdf([page]), "a.pdf").text.split("\n\n") == ["THE LIGHTS", "A, B, C and D."]


def test_figures_below_each_other_are_not_glued() -> None:
    assert text_of([(190, 700, "14"), (190, 684, "9"), (190, 668, "21")]) == "14\n9\n21"


def test_an_accent_that_is_drawn_apart_is_put_on_its_letter() -> None:
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    page = [") Tj 1 0 0 1 60 700 Tm (Mara Nuno) Tj 1 0 0 1 96.2 700 Tm (\\250) Tj 1 0 0 1 60 680 Tm (came."]
    assert "ü" in only(pdf([page], font=font), "a.pdf").text


def test_half_of_a_spread_has_the_words_of_that_half() -> None:
    spread = ["The left page of the log.) Tj 1 0 0 1 672 720 Tm (The right page of it."]
    assert only(pdf([spread]), "a.pdf").text == "The left page of the log."


NARROW = [
    "the warden of the salt house",
    "promised them bread",
    "barrels and rope",
    "notwithstanding everything",
    "and was not seen in the town",
    "again.",
]


def test_a_justified_line_with_wide_spaces_is_no_row_of_a_table() -> None:
    assert paragraphs_of(justified(60, 700, NARROW, 150)) == [" ".join(NARROW)]


def test_a_short_justified_line_goes_on_whatever_the_next_one_begins_with() -> None:
    lines = [
        "the warden had written",
        "120 letters in the year",
        "Holm and his brothers",
        "Rasmus the lamplighter",
        "read.",
    ]
    assert paragraphs_of(justified(60, 700, lines, 125)) == [" ".join(lines)]


def test_the_justified_lines_of_two_columns_are_read_one_after_the_other() -> None:
    columns = [*justified(60, 700, NARROW, 150), *justified(240, 700, NARROW[1:], 150)]
    assert paragraphs_of(columns) == [" ".join(NARROW), " ".join(NARROW[1:])]


def test_a_row_with_even_spaces_below_a_line_of_the_same_width_is_a_row_if_it_has_figures() -> None:
    rows: list[Item] = [(60 + 56.5 * at, 700 - 14 * row, f"{row}{at}") for row in (1, 2) for at in range(4)]
    line = "these are the barrels of each harbour"
    assert text_of([(60, 700, line), *rows]) == f"{line}\n\n10 | 11 | 12 | 13\n20 | 21 | 22 | 23"


@pytest.mark.parametrize(
    ("before", "mark", "after", "expected"),
    [
        ("lost in 1904", "3", "when the mast broke", "lost in 1904 ³ when the mast broke"),
        ("about 10", "6", "herrings", "about 10 ⁶ herrings"),
        ("twelve km", "2", "of ice", "twelve km² of ice"),
        ("the oath.", "12", "", "the oath. ¹²"),
    ],
)
def test_a_number_that_is_raised_high_is_a_mark_or_an_exponent(
    before: str, mark: str, after: str, expected: str
) -> None:
    width = {"lost in 1904": 61.8, "about 10": 44.0, "twelve km": 47.7, "the oath.": 43.4}[before]
    line: list[Item] = [(60, 700, before), (60 + width, 708, mark, 7), (65 + width + 4 * len(mark), 700, after)]
    assert text_of(line) == expected


def test_a_number_above_a_line_is_no_mark() -> None:
    assert text_of([(60, 700, "lost in 1904"), (122, 716, "3", 7)]) == "lost in 1904\n\n3"
