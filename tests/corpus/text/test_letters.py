"""Letters and digits in their ordinary form."""

import pytest

from corpus.text import ordinary_letters


@pytest.mark.parametrize(
    ("written", "ordinary"),
    [
        ("Pier ７", "Pier 7"),
        ("Ｐｉｅｒ", "Pier"),
        ("\U0001d40f\U0001d7d5", "P7"),
        ("٤٥١", "451"),
        ("४५१", "451"),
    ],
)
def test_other_forms_become_ordinary_ones(written: str, ordinary: str) -> None:
    assert ordinary_letters(written) == ordinary


@pytest.mark.parametrize("text", ["Pier 7", "5 m² of ﬁr", "Jörg Groß", "½ … №"])
def test_what_would_change_its_meaning_or_length_stays(text: str) -> None:
    assert ordinary_letters(text) == text


def test_every_form_has_one_code_point_so_that_offsets_stay() -> None:
    everything = "".join(chr(point) for point in range(0x10FFFF + 1) if not 0xD800 <= point <= 0xDFFF)

    assert len(ordinary_letters(everything)) == len(everything)
