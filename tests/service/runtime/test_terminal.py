"""Text for a terminal: a quotation stays as it is, and nothing in it steers the terminal."""

import unicodedata

import pytest

from service.runtime.terminal import one_line, plain, wrapped

SPACES = "\u00a0\u1680\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000"
SPELLING = "co\u00adop \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d👧 a\u2060b"
STEERING = (
    "\x00\x07\x08\x1b\x7f\x9b\r\x0b\x0c\x85\u061c\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\ufff9\U000e0041"
)


@pytest.mark.parametrize("space", SPACES)
def test_a_space_of_any_width_comes_through_as_it_is(space: str) -> None:
    words = f"20{space}000 people,{space}he said"
    assert plain(words) == one_line(words) == wrapped(words, indent="") == words


def test_every_space_separator_comes_through() -> None:
    spaces = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == "Zs"]
    assert plain("".join(spaces)) == "".join(spaces)


def test_the_invisible_characters_of_spelling_come_through() -> None:
    assert plain(SPELLING) == SPELLING


@pytest.mark.parametrize("character", STEERING)
def test_a_character_that_could_steer_the_terminal_does_not(character: str) -> None:
    assert plain(f"a{character}b") == one_line(f"a{character}b") == wrapped(f"a{character}b", indent="") == "a?b"


def test_a_lone_surrogate_is_named() -> None:
    assert plain("a\ud800b") == "a\\ud800b"


@pytest.mark.parametrize("separator", "\u2028\u2029\n")
def test_a_line_separator_breaks_the_line_only_where_there_may_be_several(separator: str) -> None:
    text = f"One.{separator}Two."
    assert (plain(text), one_line(text), wrapped(text)) == ("One.\nTwo.", "One.?Two.", "    One.\n    Two.")
