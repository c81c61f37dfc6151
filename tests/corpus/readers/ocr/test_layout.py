"""Reading order of recognised words."""

import time

from corpus.readers.ocr.engine import Words
from corpus.readers.ocr.layout import paragraphs_of

LEFT = (
    "The mill stood idle from the spring of",
    "1911 until the council leased it to a",
    "brewer, who put in a steam engine and",
    "two boilers of the newest kind.",
)
RIGHT = (
    "Its wheel was sold for scrap, and the",
    "pond behind it was drained the year",
    "after. Nobody in the parish objected",
    "until the eels were gone.",
)


def line(text: str, left: float, top: float, *, height: float = 30, sideways: bool = False) -> Words:
    return Words(text, left, top, left + 14 * len(text), top + height, 0.99, sideways)


def column(lines: tuple[str, ...], left: float, top: float) -> list[Words]:
    return [line(text, left, top + 40 * at) for at, text in enumerate(lines)]


def test_nothing_gives_no_paragraphs() -> None:
    assert paragraphs_of([]) == []


def test_words_beside_each_other_are_one_line_from_left_to_right() -> None:
    assert paragraphs_of([line("in May 1911.", 260, 104), line("The mill closed", 20, 100)]) == [
        "The mill closed in May 1911."
    ]


def test_columns_are_read_one_after_the_other() -> None:
    title = line("A history of the mill and of the pond behind it, by a parishioner", 60, 20)
    foot = line("Printed for the parish by the widow of the former schoolmaster, 1931", 60, 400)
    words = [title, foot, *column(LEFT, 20, 120), *column(RIGHT, 620, 131)]
    assert paragraphs_of(words) == [title.text, " ".join(LEFT), " ".join(RIGHT), foot.text]


def test_a_sentence_that_goes_on_in_the_next_column_is_joined() -> None:
    left, right = (*LEFT[:3], "two boilers, of which one was sold to"), ("a dyer in the valley before the war.", *RIGHT)
    assert paragraphs_of([*column(left, 20, 120), *column(right, 620, 120)])[0].startswith(" ".join((*left, right[0])))


def test_a_table_is_read_row_by_row() -> None:
    cells = [("Year", "Herring", "Cod"), ("1910", "420 t", "35 t"), ("1911", "388 t", "41 t")]
    words = [line(cell, 20 + 300 * x, 100 + 40 * y) for y, row in enumerate(cells) for x, cell in enumerate(row)]
    assert paragraphs_of(words) == ["Year | Herring | Cod\n1910 | 420 t | 35 t\n1911 | 388 t | 41 t"]


def test_a_gap_begins_a_paragraph_and_a_short_line_ends_in_a_line_end() -> None:
    words = [*column(LEFT, 20, 100), *column(("Names:", "A. Poole", "B. Frith"), 20, 320)]
    assert paragraphs_of(words) == [" ".join(LEFT), "Names:\nA. Poole\nB. Frith"]


def test_numbers_in_the_margin_belong_to_their_column() -> None:
    words = [*column(LEFT, 80, 100), *column(RIGHT, 700, 100), line("5", 20, 100)]
    assert paragraphs_of(words) == ["5 " + " ".join(LEFT), " ".join(RIGHT)]


def test_a_divided_word_is_put_together_and_a_compound_keeps_its_hyphen() -> None:
    lines = (
        "The well-known engineer had a consul-",
        "tation with the owner, who was a well-",
        "known miser of the town.",
    )
    assert paragraphs_of(column(lines, 20, 100)) == [
        "The well-known engineer had a consultation with the owner, who was a well-known miser of the town."
    ]


def test_reading_order_takes_time_that_grows_with_the_number_of_words() -> None:
    def seconds(count: int) -> float:
        words = [line("word", 80 * at, 100 + at % 7) for at in range(count)]
        begun = time.process_time()
        paragraphs_of(words)
        return time.process_time() - begun

    few, many = (min(seconds(count) for _ in range(3)) for count in (2000, 16_000))
    assert many < 24 * few  # 8 times as many words; with their square it would be 64


def test_words_that_run_upwards_come_last() -> None:
    words = [line("County archive", 2, 500, sideways=True), line("no. 17", 2, 200, sideways=True)]
    assert paragraphs_of([*words, *column(LEFT, 60, 100)]) == [" ".join(LEFT), "County archive no. 17"]
