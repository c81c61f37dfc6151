"""Equations in one line."""

import pytest

from tests.corpus.readers.files import docx_of, only, para


def part(name: str, *inside: str) -> str:
    """An element with these parts; what has no markup is letters."""
    return f"<m:{name}>{''.join(map(letters, inside))}</m:{name}>"


def letters(text: str) -> str:
    return text if text.startswith("<") else f"<m:r><m:t>{text}</m:t></m:r>"


def e(*inside: str) -> str:
    return part("e", *inside)


def about(name: str, **values: str) -> str:
    listed = "".join(f'<m:{key} m:val="{value}"/>' for key, value in values.items())
    return f"<m:{name}Pr>{listed}</m:{name}Pr>"


def brackets(inside: str) -> str:
    return part("d", e(inside))


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (letters("E=") + letters("mc"), "E=mc"),
        (part("f", part("num", "a+b"), part("den", "2")), "(a+b)/2"),
        (part("f", about("f", type="noBar"), part("num", "n"), part("den", "k")), "n¦k"),
        (part("f", part("num", brackets("a")), part("den", "b")), "(a)/b"),
        (part("f", part("num", brackets("a"), "+", brackets("c")), part("den", "b")), "((a)+(c))/b"),
        (part("sSup", e("10"), part("sup", "-6")), "10⁻⁶"),
        (part("sSup", e("x"), part("sup", "a+b")), "x^(a+b)"),
        (part("sSub", e("x"), part("sub", "i")), "x_i"),
        (part("sSubSup", e("x"), part("sub", "1"), part("sup", "2")), "x₁²"),
        (part("sPre", part("sub", "6"), part("sup", "14"), e("C")), "₆¹⁴C"),
        (part("rad", part("deg"), e("2")), "√2"),
        (part("rad", part("deg", "3"), e("a+b")), "³√(a+b)"),
        (part("nary", about("nary", chr="∑"), part("sub", "i=1"), part("sup", "n"), e("i")), "∑_(i=1)ⁿ i"),
        (part("nary", part("sub"), part("sup"), e("x")), "∫ x"),
        (part("d", e("a,b")), "(a,b)"),
        (part("d", about("d", begChr="[", endChr=""), e("a"), e("b")), "[a|b"),
        (part("func", part("fName", "log"), e("x")), "log x"),
        (part("func", part("fName", "log"), e(brackets("x"))), "log(x)"),
        (part("func", part("fName", part("limLow", e("lim"), part("lim", "n→∞"))), e("x")), "lim_(n→∞) x"),
        (part("m", part("mr", e("1"), e("0")), part("mr", e("0"), e("1"))), "1, 0; 0, 1"),
        (part("eqArr", e("a=1"), e("b=2")), "a=1; b=2"),
        (part("bar", e("x")) + part("borderBox", e("y")), "xy"),
        (letters("2") + part("f", part("num", "1"), part("den", "3")) + part("rad", part("deg"), e("5")), "2 1/3√5"),
        (part("f", part("num", "1"), part("den", "2")) + part("sSup", e("10"), part("sup", "6")), "1/2 10⁶"),
        (part("rad", part("deg"), e("3")) + part("rad", part("deg", "3"), e("x")), "√3 ³√x"),
        (letters("3") + part("sSup", e("10"), part("sup", "6")), "3 10⁶"),
        (letters("3") + part("sSup", e("x"), part("sup", "2")), "3x²"),
        (letters("19") + letters("04"), "1904"),
    ],
)
def test_an_equation_is_read_in_one_line(inside: str, shown: str) -> None:
    assert only(docx_of(para("So ", part("oMath", inside), ".")), "a.docx").text == f"So {shown}."


def test_equations_below_each_other_are_lines() -> None:
    both = part("oMathPara", part("oMath", "a=1"), part("oMath", "b=2"))
    assert only(docx_of(para("So", both)), "a.docx").text == "So\na=1\nb=2"


def test_an_equation_keeps_its_figures_apart_from_the_figure_before_it() -> None:
    half = part("oMath", part("f", part("num", "1"), part("den", "2")))
    assert only(docx_of(para("For 2", half, " hours.")), "a.docx").text == "For 2 1/2 hours."
