"""Building of canonical texts."""

from corpus.documents import Place
from corpus.documents.content import TextBuilder


def test_a_place_begins_at_the_next_paragraph() -> None:
    builder = TextBuilder()
    builder.place("0:00:01")
    builder.paragraph("Good evening.")
    builder.place("0:00:07")
    builder.paragraph("The ferry is late.")
    content = builder.content()

    assert content.text == "Good evening.\n\nThe ferry is late."
    assert content.places == [Place("0:00:01", 0), Place("0:00:07", 15)]


def test_a_place_without_text_after_it_is_left_out() -> None:
    builder = TextBuilder()
    builder.paragraph("The end.")
    builder.place("0:00:09")

    assert builder.content().places == []


def test_rows_are_the_lines_of_one_paragraph_each_with_its_place() -> None:
    builder = TextBuilder()
    builder.paragraph("Berths")
    builder.rows([("A1", "Boat | Berth"), ("A2", "  "), ("A3", "Heron |\n 14")])
    content = builder.content()

    assert content.text == "Berths\n\nBoat | Berth\nHeron | 14"
    assert content.places == [Place("A1", 8), Place("A3", 21)]
    assert content.text[21:] == "Heron | 14"


def test_code_keeps_line_ends_and_blanks_but_no_invisible_characters() -> None:
    builder = TextBuilder()
    builder.code("\r\n  if a:\u200b\r\n\n\t\u00a0b = 1  \n\n")
    builder.code(" \n")

    assert builder.content().text == "  if a:\n\n\t b = 1"
