"""Hyphens at line ends, decided from the whole document."""

from corpus.readers.pdf.hyphens import Hyphens
from corpus.readers.pdf.runs import PARTED

LONG = "The board met in the room and heard the keeper. " * 260
"""More than 2,400 words."""


def test_a_long_document_with_few_hyphens_at_line_ends_keeps_them() -> None:
    parted = f"They paid the harbour{PARTED}master."
    assert Hyphens([parted]).resolved(parted) == "They paid the harbourmaster."
    assert Hyphens([parted, LONG]).resolved(parted) == "They paid the harbour-master."
    assert Hyphens([parted, LONG]).between(f"the harbour{PARTED}", "master came") == "-"


def test_a_long_document_that_divides_words_keeps_no_others() -> None:
    parted = f"They paid the harbour{PARTED}master."
    assert (
        Hyphens([parted, f"The car{PARTED}penters came. Carpenters!", LONG]).resolved(parted)[14:-1] == "harbourmaster"
    )
    often = " ".join([f"the pilots of{PARTED}tener came"] * 4)
    assert Hyphens([parted, often, LONG]).resolved(parted)[14:-1] == "harbourmaster"


def test_a_name_with_a_capital_inside_is_whole_where_the_document_has_it_so() -> None:
    parted = f"the Light{PARTED}House company"
    assert Hyphens([parted]).resolved(parted) == "the Light-House company"
    assert Hyphens([parted, "LightHouse came."]).resolved(parted) == "the LightHouse company"


def test_a_hyphen_before_and_stands_for_the_rest_of_the_word() -> None:
    assert Hyphens([]).resolved(f"Haupt{PARTED}und Nebenlicht") == "Haupt- und Nebenlicht"
    assert Hyphens([]).between(f"two{PARTED}", "and three-masted") == "- "
    parted = f"a thous{PARTED}and lamps"
    assert Hyphens([parted, "A thousand lamps."]).resolved(parted) == "a thousand lamps"
