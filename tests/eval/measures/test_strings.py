"""Short answers within a text."""

import pytest

from eval.measures.strings import holds_any, normalised


@pytest.mark.parametrize(
    ("text", "strings", "holds"),
    [
        ("It was The Denver Broncos.", ["denver broncos"], True),
        ("a 12-inch record", ["12"], True),
        ("in 2012", ["12"], False),
        ("in Santa Clara, California", ["Dallas", "Santa  Clara California"], True),
        ("1754–1763", ["1754"], True),
        ("the end", ["The", "!"], False),
        ("", ["x"], False),
    ],
)
def test_a_string_is_held_as_whole_words_whatever_its_case_articles_and_punctuation(
    text: str, strings: list[str], holds: bool
) -> None:
    assert holds_any(text, strings) is holds


def test_a_text_of_articles_has_no_words() -> None:
    assert normalised("The a, an!") == ""
