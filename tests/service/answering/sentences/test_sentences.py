"""What a passage is divided into, what kind each part is, and what heads it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.sentences import Kind, Passage, split_sentences
from tests.corpus.samples import UNHURRIED

PROSE = "The mill ground rye and barley for the farms of the valley until the dam was taken away."


def parts(text: str, title: str = "", headings: tuple[tuple[int, str], ...] = ()) -> list[str]:
    found = split_sentences(Passage(text, title, None, headings))
    return [text[one.span.start : one.span.end] for one in found]


def kinds(text: str, title: str = "", headings: tuple[tuple[int, str], ...] = ()) -> list[Kind]:
    return [one.kind for one in split_sentences(Passage(text, title, None, headings))]


def heads(text: str) -> list[int | None]:
    found = split_sentences(Passage(text))
    return [None if one.head == at else one.head for at, one in enumerate(found)]


# Units


def test_a_row_of_a_table_is_not_divided() -> None:
    text = "| Miller | Since |\n|---|---|\n| Dr. J. Hask. Retired. | 1911 |\n| A. Toll | 1934 |"

    assert parts(text) == text.split("\n")


@pytest.mark.parametrize(
    "text", ["Mill | Wheels | Built\nUpper | 2 | 1790\nLower | 3 | 1811", "a\t1\nb\t2", "a   1\nb   2"]
)
def test_rows_without_outer_bars_are_rows(text: str) -> None:
    assert parts(text) == text.split("\n")
    assert Kind.ROW in kinds(text)


@pytest.mark.parametrize("mark", ["- ", "* ", "+ ", "• ", "– ", "1. ", "2) ", "(a) ", "b) "])
def test_each_item_of_a_list_is_one(mark: str) -> None:
    text = f"{mark}a sack of rye\n{mark}a sack of barley. Dry.\n{mark}two sieves"

    assert parts(text) == text.split("\n")
    assert kinds(text) == [Kind.ITEM] * 3


def test_the_lines_of_an_item_stay_together() -> None:
    text = "- a sack of rye,\n  dried and sieved\n- a sack of barley"

    assert parts(text) == ["- a sack of rye,\n  dried and sieved", "- a sack of barley"]


def test_a_long_item_is_divided_into_sentences() -> None:
    text = f"- {PROSE} {PROSE} {PROSE}\n- Short. Still one."

    assert parts(text) == [f"- {PROSE}", PROSE, PROSE, "- Short. Still one."]


def test_each_line_with_a_label_is_one() -> None:
    text = "Miller: Ada Toll\nWheels: two\nHead of water: 4.2 m"

    assert parts(text) == text.split("\n")
    assert kinds(text) == [Kind.ITEM] * 3


def test_lines_of_verse_and_of_lists_without_marks_are_each_one() -> None:
    verse = "The wheel goes round,\nThe stone goes round,\nAnd round goes all the day"

    assert parts(verse) == verse.split("\n")
    assert parts("a sieve\na broom, new\ntwo sacks") == ["a sieve", "a broom, new", "two sacks"]


@pytest.mark.parametrize("width", [42, 60, 72, 100])
def test_prose_that_is_wrapped_stays_whole(width: int) -> None:
    import textwrap

    words = f"The miller of Askwater, whom Ada Toll succeeded in the year of the flood, had {PROSE.lower()} " * 2
    text = "\n".join(textwrap.wrap(words, width))

    assert [part.replace("\n", " ") for part in parts(text)] == [part.strip() for part in parts(words)]


def test_a_line_break_inside_a_sentence_does_not_divide_it() -> None:
    text = (
        "The water that drives the lower wheel of the mill holds much CO\n2 in spring, as the weir shows.\nIt is cold."
    )

    assert parts(text) == [
        "The water that drives the lower wheel of the mill holds much CO\n2 in spring, as the weir shows.",
        "It is cold.",
    ]


def test_marks_that_close_a_sentence_stay_with_it() -> None:
    assert parts("**Who ground it?** Ada Toll did.") == ["**Who ground it?**", "Ada Toll did."]


@UNHURRIED
@given(st.text(alphabet="aB1 .?:|-#*\n\t“”é🦜()[]", max_size=80))
def test_parts_are_in_order_trimmed_and_hold_every_letter(text: str) -> None:
    found = split_sentences(Passage(text))

    assert all(one.span.start < one.span.end for one in found)
    assert all(a.span.end <= b.span.start for a, b in itertools.pairwise(found))
    assert all(one.head <= at for at, one in enumerate(found))
    shown = [text[one.span.start : one.span.end] for one in found]
    assert [part.strip() for part in shown] == shown
    assert "".join("".join(shown).split()) == "".join(text.split())


# Kinds that are no answers


@pytest.mark.parametrize(
    "heading",
    ["# Grain", "### Grain and flour", "Grain\n=====", "Grain\n-----", "Grain and flour", "**Grain**", "3 Grain"],
)
def test_headings_are_known_by_marks_lines_below_and_shortness(heading: str) -> None:
    assert kinds(f"{heading}\n\n{PROSE}")[0] is Kind.HEADING
    assert kinds(f"{heading}\n\n{PROSE}")[-1] is Kind.STATEMENT


def test_a_heading_directly_above_its_text_is_one() -> None:
    text = f"Grain and flour\n{PROSE}"

    assert parts(text) == text.split("\n")
    assert kinds(text) == [Kind.HEADING, Kind.STATEMENT]


def test_a_heading_of_the_section_map_is_one_though_it_is_long() -> None:
    title = "How the grain of the whole valley came to the upper mill before there was a road to it"
    text = f"{title}\n\nBy mule."

    assert kinds(text) == [Kind.STATEMENT, Kind.STATEMENT]
    assert kinds(text, headings=((0, title),)) == [Kind.HEADING, Kind.STATEMENT]


def test_the_title_of_the_document_is_no_answer() -> None:
    text = "on the mills of Askwater\n\nTwo."

    assert kinds(text, "On the Mills of Askwater") == [Kind.HEADING, Kind.STATEMENT]
    assert kinds("The bell rings.\n\nTwo.", "The bell rings.") == [Kind.STATEMENT, Kind.STATEMENT]


@pytest.mark.parametrize("above", ["Tools", "Table 3: Tools", "Table 3"])
def test_a_line_above_a_table_heads_it(above: str) -> None:
    assert kinds(f"{above}\n\n| Tool | Weight |\n|---|---|\n| Bill | 2 kg |")[0] in (Kind.HEADING, Kind.CAPTION_NUMBER)


def test_the_last_line_of_a_list_is_no_heading() -> None:
    assert kinds(f"Sieve\nBroom\nBill\n\n{PROSE}") == [Kind.STATEMENT] * 4
    assert kinds(f"Sieve\n\nBroom\n\nBill\n\n{PROSE}")[2] is Kind.STATEMENT
    assert kinds(f"Miller: Ada Toll\nDeputy: Jo Hask\n\n{PROSE}")[:2] == [Kind.ITEM] * 2


@pytest.mark.parametrize(
    ("table", "first"),
    [
        ("| Mill | Owner |\n|:--|--:|\n| Upper | Toll |", Kind.TABLE_HEADER),
        ("Mill | Wheels\nUpper | 2\nLower | 3", Kind.TABLE_HEADER),
        ("Mill | 2019 | 2020\nUpper | 21 t | 19 t\nLower | 30 t | 33 t", Kind.TABLE_HEADER),
        ("Mill | Owner | Stone\nUpper | Toll | grit\nLower | Hask | lava", Kind.TABLE_HEADER),
        ("Upper | 2\nLower | 3", Kind.ROW),
        ("Owner | Ada Toll\nDeputy | Jo Hask", Kind.ROW),
        ("| Owner | Ada Toll |", Kind.ROW),
    ],
)
def test_the_header_of_a_table_is_known(table: str, first: Kind) -> None:
    found = kinds(table)

    assert found[0] is first
    assert found[-1] is Kind.ROW


@pytest.mark.parametrize(
    "line",
    ["Bring with you:", "**Bring with you:**", "你需要：", "Each of the twelve millers of the valley shall bring:"],
)
def test_a_line_that_ends_with_a_colon_leads_in_a_list(line: str) -> None:
    assert kinds(f"{line}\n\n- a sieve\n- a broom") == [Kind.LEAD_IN, Kind.ITEM, Kind.ITEM]


@pytest.mark.parametrize("label", ["Name:", "Name: ______", "Name: ....", "**Name:**"])
def test_a_label_without_a_value_is_no_answer(label: str) -> None:
    assert kinds(f"{label}\nAddress: Mill Lane 2\nTelephone: 0044")[0] is Kind.LEAD_IN


def test_a_sentence_of_prose_that_ends_with_a_colon_is_a_statement() -> None:
    assert kinds("The stones were turned twice a year by the miller and his sons, as they say:") == [Kind.STATEMENT]
    assert (
        kinds(
            f"{PROSE} The stones turned in three ways, as each of the old account books of the mill says:\n\n{PROSE}"
        )[1]
        is Kind.STATEMENT
    )


@pytest.mark.parametrize(
    "question",
    [
        "Who ground it?",
        "“Who ground it?”",
        "(Who ground it?)",
        "**Who ground it?**",
        "*Who?!*",
        "谁？",
        "من؟",
        "Q: Tell me of the mill.",
        "**Question:** The mill.",
    ],
)
def test_a_question_is_known_by_mark_or_label(question: str) -> None:
    assert kinds(f"{question}\n\nAda Toll did.")[0] is Kind.QUESTION


@pytest.mark.parametrize(
    "line",
    [
        "By Ada Toll",
        "BY ADA TOLL",
        "*By Ada Toll and Jo Hask*",
        "By Ada Toll | The Valley Post | 3 May 2020",
        "Por Inés de la Cruz",
        "Von Jan van der Meer",
        "Text: Ada Toll",
        "Photo: Jo Hask",
        "Photos: Jo Hask / Valley Press",
        "*Foto: Inés Cruz*",
    ],
)
def test_bylines_and_credits_are_no_answers(line: str) -> None:
    assert kinds(f"{line}\n\n{PROSE}")[0] is Kind.BYLINE


@pytest.mark.parametrize(
    "line",
    ["By the river stood a mill.", "By 1790 there were two.", "By Askwater the road forks and climbs to the weir."],
)
def test_a_sentence_that_begins_with_by_is_no_byline(line: str) -> None:
    assert kinds(f"{line}\n\n{PROSE}")[0] is Kind.STATEMENT


def test_a_credit_among_labels_is_an_item() -> None:
    assert kinds("Music: Jo Hask\nText: Ada Toll\nLight: Ivo Falk") == [Kind.ITEM] * 3


@pytest.mark.parametrize(
    "line",
    [
        "3 May 2020",
        "May 3, 2020",
        "Published: May 3, 2020",
        "Sun, 05/03/2020 - 6:46pm",
        "2020-05-03",
        "3. Mai 2020",
        "3 de mayo de 2020",
    ],
)
def test_a_line_that_is_a_date_is_no_answer(line: str) -> None:
    assert kinds(f"Flood at the mill\n\n{line}\n\n{PROSE}")[1] is Kind.DATE


@pytest.mark.parametrize("line", ["On 3 May 2020 the dam broke.", "May 3: the dam breaks", "2012: 31 sacks"])
def test_a_line_that_says_what_happened_on_a_date_is_none(line: str) -> None:
    assert kinds(f"{PROSE}\n\n{line}\n\n{PROSE}")[1] is not Kind.DATE


@pytest.mark.parametrize("line", ["Figure 3", "Fig. 2a", "Table 2:", "**Table IV.**", "Abbildung 7", "Tabla 2.1"])
def test_the_number_of_a_caption_is_no_answer(line: str) -> None:
    assert kinds(f"{line}\n\n{PROSE}")[0] is Kind.CAPTION_NUMBER
    assert kinds(f"{PROSE}\n\nFigure 3: The upper wheel was made of oak.")[1] is Kind.STATEMENT


@pytest.mark.parametrize(
    "entry",
    [
        "[3] Toll, A. (2019). The mills of the valley. Askwater Press.",
        "[12] Jo Hask, “The stones,” Journal of Mills 3, no. 2, 12 April 2004.",
        "4. Hask J, Toll A. Grit and lava. Mill Rev. 2011;3:12-40.",
        "^ a b Falk, Water.",
        "↑ Falk, Water.",
        "Falk, I., ‘Weirs of the valley’, Valley Studies 7 (2011), pp. 12–40.",
        "- Falk, I. (2011). Weirs. https://example.org/weirs",
    ],
)
def test_an_entry_of_a_list_of_references_is_one_and_no_answer(entry: str) -> None:
    assert kinds(f"{PROSE}\n\n{entry}") == [Kind.STATEMENT, Kind.REFERENCE]


@pytest.mark.parametrize(
    "text",
    ["[In 2011] the weir broke (2011).", "[12] In 2014 the board of the mill met.", "1. Close the weir (2011 model)."],
)
def test_a_numbered_paragraph_is_no_reference(text: str) -> None:
    assert Kind.REFERENCE not in kinds(f"{text}\n\n{PROSE}")


@pytest.mark.parametrize("line", ["12", "- 12 -", "Page 3", "Page 3 of 12", "3/12", "Seite 4", "[4]"])
def test_a_page_number_is_no_answer(line: str) -> None:
    assert kinds(f"{PROSE}\n\n{line}\n\n{PROSE}")[1] is Kind.PAGE_NUMBER


def test_a_number_below_its_label_is_an_answer() -> None:
    assert kinds("Wheels\n2\nStones\n14") == [Kind.STATEMENT] * 4


@pytest.mark.parametrize("rule", ["---", "* * *", "|---|---|", "……"])
def test_marks_without_a_word_are_no_answer(rule: str) -> None:
    assert kinds(f"{PROSE}\n\n{rule}\n\n{PROSE}")[1] is Kind.RULE


# Heads


def test_a_heading_heads_what_is_below_it_up_to_the_next() -> None:
    text = f"# Mills\n\n## Upper\n\n{PROSE} It is shut.\n\nIt has a roof.\n\n## Lower\n\n{PROSE}"

    assert heads(text) == [None, 0, 1, 1, 1, None, 5]


def test_a_header_heads_its_rows_and_its_heading_heads_it() -> None:
    text = f"## Wheels\n\nMill | Wheels\nUpper | 2\nLower | 3\n\n{PROSE}"

    assert heads(text) == [None, 0, 1, 1, 0]


def test_a_lead_in_heads_its_items_and_a_question_its_answer() -> None:
    assert heads(f"Bring:\n\n- a sieve\n\n- a broom\n\n{PROSE}\n\n{PROSE}") == [None, 0, 0, 0, None]
    assert heads(f"Who ground it?\n\nAda Toll did. She was good.\n\n{PROSE}") == [None, 0, 0, None]
    assert heads("Bring:\n\na sieve\n\na broom\n\ntwo sacks") == [None, 0, 0, 0]


def test_members_of_one_table_or_list_are_a_group() -> None:
    text = f"{PROSE}\n\n- rye\n- oats\n\nUpper | 2\nLower | 3"
    groups = [one.group for one in split_sentences(Passage(text))]

    assert groups[0] is None
    assert groups[1] == groups[2] != groups[3] == groups[4]


# Lines that are never quoted while there is a statement


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Figure 3", Kind.CAPTION_NUMBER),
        ("Figure 3: The lower weir in spring", Kind.CAPTION),
        ("Table 2 Rye by year", Kind.CAPTION),
        ("Tabla 4: El molino", Kind.CAPTION),
        ("Source: Council of Askwater", Kind.BYLINE),
        ("Fuente: Concejo de Askwater", Kind.BYLINE),
        ("© 1911 Askwater Press. All rights reserved.", Kind.BYLINE),
        ("(CC-BY-4.0)", Kind.BYLINE),
        ("SEE ALSO: The weir of Askwater", Kind.POINTER),
        ("Read more about the weir", Kind.POINTER),
        ("Continued on page 4", Kind.POINTER),
        ("3. Who may grind at night ........ 8", Kind.POINTER),
        ("The weir . . . . . . . . 12", Kind.POINTER),
        ("Véase el molino de Askwater", Kind.POINTER),
        ("The following is part two of our interview with the miller.", Kind.POINTER),
        ("Below are excerpts of what Ada Toll said.", Kind.POINTER),
        ("*This article includes excerpts of an interview with Ada Toll.", Kind.POINTER),
        ("12. Ada Toll, The Weir of Askwater (Askwater: Press, 1911), 12.", Kind.REFERENCE),
        ("Toll, Ada. 1911. The Weir of Askwater. Askwater Press.", Kind.REFERENCE),
    ],
)
def test_captions_credits_pointers_and_references_are_no_statements(line: str, kind: Kind) -> None:
    for text in (f"{line}\n\n{PROSE}", f"{PROSE}\n\n{line}\n\n{PROSE}", f"{PROSE}\n\n{line}"):
        found = split_sentences(Passage(text))
        assert [one.kind for one in found if text[one.span.start : one.span.end] == line] == [kind]
        assert sum(one.kind is Kind.STATEMENT for one in found) == text.count(PROSE)


@pytest.mark.parametrize(
    "line",
    [
        "Copyright was granted to the miller in 1911.",
        "Read more than one of the plans.",
        "Table 2 stands by the window, and nobody sits at it.",
        "See the weir.",
        "The following is the price of rye.",
        "Here is part of the old weir.",
        "This article includes a price.",
    ],
)
def test_sentences_that_begin_like_them_are_statements(line: str) -> None:
    assert kinds(f"{PROSE}\n\n{line}\n\n{PROSE}") == [Kind.STATEMENT] * 3


def test_the_number_before_a_caption_is_not_a_sentence() -> None:
    assert kinds(f"Fig. 4. The weir was drawn from the south.\n\n{PROSE}")[:2] == [Kind.CAPTION_NUMBER, Kind.STATEMENT]


def test_a_name_beside_a_date_is_a_byline() -> None:
    assert kinds(f"Ada Toll\n\nMay 5, 1911\n\n{PROSE}") == [Kind.BYLINE, Kind.DATE, Kind.STATEMENT]
    assert kinds(f"May 5, 1911\n\nADA TOLL\n\n{PROSE}") == [Kind.DATE, Kind.BYLINE, Kind.STATEMENT]


def test_the_value_below_a_label_is_no_heading() -> None:
    assert kinds(f"Name of the farmer:\nAda Toll\n\n{PROSE}") == [Kind.LEAD_IN, Kind.STATEMENT, Kind.STATEMENT]


def test_a_title_behind_the_words_of_a_menu_is_a_heading() -> None:
    title = "The mill of Askwater and its weir"

    assert kinds(f"HomeNews{title}\n\n{PROSE}", title) == [Kind.HEADING, Kind.STATEMENT]
    assert kinds(f"They sold oats\n\n{PROSE}", "oats")[1] is Kind.STATEMENT
