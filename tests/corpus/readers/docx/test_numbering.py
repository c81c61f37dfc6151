"""The numbers of lists, headings and clauses."""

from collections.abc import Sequence

import pytest

from corpus.readers.docx.numerals import numeral
from tests.corpus.readers.files import docx_of, only, outline, para


def level(at: int, pattern: str, form: str = "decimal", more: str = "", start: int = 1) -> str:
    about = f'<w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{pattern}"/>'
    return f'<w:lvl w:ilvl="{at}">{about}</w:lvl>'


def kind(name: int, *levels: str, more: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{more}{"".join(levels)}</w:abstractNum>'


def num(name: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def item(text: str, at: int | None = 0, of: int = 1, style: str = "", mark: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    where = "" if at is None else f'<w:ilvl w:val="{at}"/>'
    return para(text, properties=f'{named}<w:numPr>{where}<w:numId w:val="{of}"/></w:numPr>{mark}')


def lines(body: str, numbering: str, styles: str = "") -> Sequence[str]:
    return only(docx_of(body, numbering=numbering, styles=styles), "a.docx").text.split("\n\n")


CLAUSES = kind(0, level(0, "%1."), level(1, "%1.%2"), level(2, "(%3)", "lowerLetter")) + num(1, 0)


def test_clauses_have_the_numbers_that_word_shows() -> None:
    body = "".join(
        item(text, at) for text, at in (("A", 0), ("B", 1), ("C", 2), ("D", 2), ("E", 1), ("F", 0), ("G", 1))
    )
    assert lines(body, CLAUSES) == ["1. A", "1.1 B", "(a) C", "(b) D", "1.2 E", "2. F", "2.1 G"]


def test_other_paragraphs_do_not_restart_a_list() -> None:
    body = item("A") + para("Between.") + item("B") + item("C", of=0) + item("D", of=9) + item("E")
    assert lines(body, CLAUSES) == ["1. A", "Between.", "2. B", "C", "D", "3. E"]


def test_empty_paragraphs_count_unless_they_are_deleted_or_hidden() -> None:
    deleted = '<w:rPr><w:del w:id="1" w:author="Ida"/></w:rPr>'
    hidden = "<w:rPr><w:vanish/></w:rPr>"
    body = item("A") + item("") + item("B") + item("", mark=deleted) + item("", mark=hidden) + item("C")
    assert lines(body, CLAUSES) == ["1. A", "3. B", "4. C"]


def test_a_list_with_the_same_levels_continues_or_restarts_as_it_says() -> None:
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{}"/></w:lvlOverride>'
    numbering = CLAUSES + num(2, 0) + num(3, 0, override.format(1)) + num(4, 0, override.format(7))
    body = item("A") + item("B", of=2) + item("C", of=3) + item("D", of=3) + item("E", of=4) + item("F", of=1)
    assert lines(body, numbering) == ["1. A", "2. B", "1. C", "2. D", "7. E", "8. F"]


def test_a_list_may_have_levels_of_its_own() -> None:
    own = f'<w:lvlOverride w:ilvl="0">{level(0, "Art. %1", "upperRoman")}</w:lvlOverride>'
    assert lines(item("A", of=2), CLAUSES + num(2, 0, own)) == ["Art. I A"]


def test_a_level_restarts_as_it_says() -> None:
    never = kind(0, level(0, "%1."), level(1, "%2)", more='<w:lvlRestart w:val="0"/>')) + num(1, 0)
    body = "".join(item("A", at) for at in (0, 1, 1, 0, 1))
    assert lines(body, never) == ["1. A", "1) A", "2) A", "2. A", "3) A"]
    levels = (level(0, "%1."), level(1, "%2:"), level(2, "%3)", more='<w:lvlRestart w:val="1"/>'))
    body = "".join(item("A", at) for at in (0, 1, 2, 1, 2, 0, 2))
    assert lines(body, kind(0, *levels) + num(1, 0)) == ["1. A", "1: A", "1) A", "2: A", "2) A", "2. A", "1) A"]


def test_a_level_above_that_was_not_used_counts_as_begun() -> None:
    assert lines(item("A", 1) + item("B", 1) + item("C", 0), CLAUSES) == ["1.1 A", "1.2 B", "1. C"]


def test_legal_numbers_are_digits_at_all_levels() -> None:
    levels = (level(0, "Part %1", "upperRoman"), level(1, "%1.%2", more="<w:isLgl/>"))
    assert lines(item("A") + item("B", 1), kind(0, *levels) + num(1, 0)) == ["Part I A", "1.1 B"]


def test_a_label_is_followed_by_a_space_unless_word_shows_none() -> None:
    nothing = '<w:suff w:val="nothing"/>'
    levels = (level(0, "(%1)", more=nothing), level(1, "%2", more=nothing))
    assert lines(item("A") + item("2,000", 1), kind(0, *levels) + num(1, 0)) == ["(1)A", "1 2,000"]


def test_a_hidden_label_is_out() -> None:
    hidden = kind(0, level(0, "%1.", more="<w:rPr><w:vanish/></w:rPr>")) + num(1, 0)
    assert lines(item("A"), hidden) == ["A"]


@pytest.mark.parametrize(
    ("sign", "font", "shown"),
    [
        ("\uf0b7", "Symbol", "• A"),
        ("o", "Courier New", "◦ A"),
        ("\uf0a7", "Wingdings", "▪ A"),
        ("\uf0a8", "Wingdings", "□ A"),
        ("\uf07d", "Unknown", "• A"),
        ("–", "Arial", "– A"),
        ("", "Arial", "A"),
        (" ", "Arial", "A"),
    ],
)
def test_a_bullet_is_read_as_word_shows_it(sign: str, font: str, shown: str) -> None:
    bullets = kind(0, level(0, sign, "bullet", f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>')) + num(1, 0)
    assert lines(item("A"), bullets) == [shown]


# Numbers by style


def style(name: str, title: str, numbers: str = "", base: str = "", of: str = "paragraph") -> str:
    based = f'<w:basedOn w:val="{base}"/>' if base else ""
    about = f'<w:name w:val="{title}"/>{based}<w:pPr><w:numPr>{numbers}</w:numPr></w:pPr>'
    return f'<w:style w:type="{of}" w:styleId="{name}">{about}</w:style>'


HEADINGS = kind(0, level(0, "%1", more='<w:pStyle w:val="H1"/>'), level(1, "%1.%2", more='<w:pStyle w:val="H2"/>'))


def test_headings_have_the_numbers_of_their_styles() -> None:
    numbered = '<w:numId w:val="1"/>'
    styles = style("H1", "heading 1", numbered) + style("H2", "heading 2", numbered) + style("H", "House", base="H2")
    body = "".join(para("Of fees", properties=f'<w:pStyle w:val="{name}"/>') for name in ("H1", "H2", "H", "H1"))
    read = only(docx_of(body, numbering=HEADINGS + num(1, 0), styles=styles), "a.docx")
    assert read.text.split("\n\n") == ["1 Of fees", "1.1 Of fees", "1.2 Of fees", "2 Of fees"]
    assert [(title, at) for title, at, _ in outline(read)] == [
        ("1 Of fees", 1), ("1.1 Of fees", 2), ("1.2 Of fees", 2), ("2 Of fees", 1)
    ]  # fmt: skip


def test_a_level_of_the_style_or_of_the_paragraph_counts() -> None:
    styles = style("Item", "Item", '<w:ilvl w:val="1"/><w:numId w:val="1"/>')
    body = para("A", properties='<w:pStyle w:val="Item"/>') + item("B", 0, style="Item") + item("C", None, style="Item")
    assert lines(body, CLAUSES, styles) == ["1.1 A", "1. B", "1.1 C"]


def test_a_paragraph_may_leave_out_the_number_of_its_style() -> None:
    styles = style("Item", "Item", '<w:numId w:val="1"/>')
    assert lines(item("A", of=0, style="Item"), CLAUSES, styles) == ["A"]


def test_a_list_may_be_named_by_a_numbering_style() -> None:
    styles = style("Ours", "Ours", '<w:numId w:val="1"/>', of="numbering")
    linked = kind(5, more='<w:numStyleLink w:val="Ours"/>') + num(2, 5)
    assert lines(item("A", of=2) + item("B", of=2), CLAUSES + linked, styles) == ["1. A", "2. B"]


@pytest.mark.parametrize(
    "numbering",
    [
        kind(0, more='<w:numStyleLink w:val="Ours"/>') + num(1, 0),
        kind(0, more='<w:numStyleLink w:val="Gone"/>') + num(1, 0),
        num(1, 7),
        kind(0, level(12, "%1.")) + num(1, 0),
        kind(0, '<w:lvl w:ilvl="a"/>') + num(1, 0),
        "",
    ],
)
def test_a_list_that_leads_nowhere_has_no_numbers(numbering: str) -> None:
    styles = style("Ours", "Ours", '<w:numId w:val="1"/>', of="numbering")
    assert lines(item("A"), numbering, styles) == ["A"]


# Formats of numbers


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("decimal", "1 4 12 27"),
        ("decimalZero", "01 04 12 27"),
        ("upperRoman", "I IV XII XXVII"),
        ("lowerRoman", "i iv xii xxvii"),
        ("upperLetter", "A D L AA"),
        ("lowerLetter", "a d l aa"),
        ("ordinal", "1st 4th 12th 27th"),
        ("cardinalText", "One Four Twelve Twenty-seven"),
        ("ordinalText", "First Fourth Twelfth Twenty-seventh"),
        ("hex", "1 4 C 1B"),
        ("numberInDash", "- 1 - - 4 - - 12 - - 27 -"),
        ("001, 002, 003, ...", "001 004 012 027"),
        ("russianLower", "а г м э"),
        ("decimalEnclosedCircle", "① ④ ⑫ 27"),
        ("decimalFullWidth", "１ ４ １２ ２７"),
        ("chineseCounting", "一 四 十二 二十七"),
        ("ideographTraditional", "甲 丁 乙乙 庚庚庚"),
        ("chicago", "* § §§§ ‡‡‡‡‡‡‡"),
        ("none", "   "),
        ("unheardOf", "1 4 12 27"),
    ],
)
def test_a_number_is_written_in_the_format_of_its_level(form: str, shown: str) -> None:
    assert " ".join(numeral(number, form) for number in (1, 4, 12, 27)) == shown


@pytest.mark.parametrize(
    "form", ["upperRoman", "lowerLetter", "cardinalText", "decimalEnclosedCircle", "chineseCounting"]
)
def test_a_number_too_large_or_too_small_for_a_format_is_in_digits(form: str) -> None:
    assert [numeral(number, form) for number in (0, 999_999_999)] == ["0", "999999999"]


def test_tens_end_as_ordinals_do() -> None:
    assert [numeral(number, "ordinalText") for number in (20, 31)] == ["Twentieth", "Thirty-first"]
    assert [numeral(number, "ordinal") for number in (2, 3, 11, 21)] == ["2nd", "3rd", "11th", "21st"]
