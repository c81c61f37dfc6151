"""Raised and lowered characters."""

import pytest

from tests.corpus.readers.html.test_elements import text_of


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("cost 900<a href='#n1'><sup>1</sup></a> crowns", "cost 900[1] crowns"),
        ("in 1893<sup id='r'><a href='#n2'>2</a></sup>, and", "in 1893[2], and"),
        ("in 1893<sup><a href='#n3'>[3]</a></sup>", "in 1893[3]"),
        ("the fire<a class='footnote-ref' href='#n4'>4</a>", "the fire[4]"),
        ("the fire.<a epub:type='noteref' href='notes.xhtml#b'>b</a>", "the fire.[b]"),
        ("the fire<a href='#n5'>*</a> and <a href='#six'>6</a>", "the fire* and 6"),
        ("as <a href='#a'>the appendix</a> says", "as the appendix says"),
        ("See the ledger. <a href='#r1'>↩\ufe0e</a>", "See the ledger."),
        (f"{'<sup>' * 200}7{'</sup>' * 200}", "⁷"),
        ("fell to 31<sup>4</sup> at once", "fell to 31⁴ at once"),
        ("the weir<sup>5</sup>", "the weir⁵"),
        ("<sup>6</sup>See the ledger", "⁶ See the ledger"),
    ],
)
def test_the_mark_of_a_note_is_no_part_of_a_word_or_figure(body: str, text: str) -> None:
    assert text_of(f"<p>{body}</p>") == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("12 m<sup>2</sup> and 10<sup>-3</sup> m", "12 m² and 10⁻³ m"),
        ("M<sup>c</sup>Neil's 2<sup>nd</sup>saw", "McNeil's 2ndsaw"),
        ("the 3<sup>rd</sup>, M<sup>lle</sup> Brun, 1<sup>er</sup>", "the 3rd, Mlle Brun, 1er"),
        ("la 3.<sup>a</sup> sala", "la 3.ª sala"),
        ("2<sup>n</sup> and 2<sup>k</sup> and e<sup>2k+1</sup>", "2ⁿ and 2^k and e^(2k+1)"),
        ("Sawtex<sup>TM</sup> and Sawtex<sup>beta</sup>", "Sawtex™ and Sawtex beta"),
        ("CO<sub>2</sub>, x<sub>1</sub>, log<sub>2</sub>8, x<sub>max</sub>", "CO2, x1, log₂8, x_max"),
        ("<sub>small print</sub>", "small print"),
    ],
)
def test_units_powers_ordinals_and_formulas_stay(body: str, text: str) -> None:
    assert text_of(f"<p>{body}</p>") == text
