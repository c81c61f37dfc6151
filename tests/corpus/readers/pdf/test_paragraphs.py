"""Lines that become paragraphs, hyphens at their ends, and sentences over columns and pages."""

import pytest

from corpus.cleaning import cleaned
from tests.corpus.readers.files import only, page_texts, pdf
from tests.corpus.readers.pdf.drawing import Item, block, drawn, paragraphs_of, text_of


def test_a_ragged_line_goes_on_if_the_next_word_would_not_fit() -> None:
    lines = [
        "The keeper of the light wrote in his log that the oil",
        "had run out before the end of",
        "the month, and that he had burnt the seal fat instead.",
    ]
    assert text_of(block(60, 700, lines)) == " ".join(lines)


def test_lines_of_a_list_and_of_verse_stay_lines() -> None:
    lines = [
        "O light upon the stone",
        "burn on",
        "until the boats are home",
        "and every man is in bed at last",
    ]
    assert text_of(block(60, 700, lines)) == "\n".join(lines)
    items = ["The board bought:", "1. a barrel of oil, as the keeper had", "asked for in his letter", "2. rope"]
    assert text_of(block(60, 700, items)).endswith(" asked for in his letter\n2. rope")


def test_an_indent_begins_a_paragraph() -> None:
    lines = [
        (75, 700, "The keeper of the light wrote in his log that the oil had all run"),
        (60, 686, "out before the end of the month, and that he had burnt fat."),
        (75, 672, "The pilot boat was sold in May to a dealer who came from the"),
        (60, 658, "mainland and paid in flour and in rope of the better kind."),
        (60, 644, "He did not come again in all the years that the log covers."),
    ]
    assert len(paragraphs_of(lines)) == 2


def test_letters_of_another_size_begin_a_paragraph() -> None:
    assert paragraphs_of([(60, 700, "The lamps", 16), (60, 684, "The keeper lit them.")]) == [
        "The lamps",
        "The keeper lit them.",
    ]


@pytest.mark.parametrize(
    ("end", "start", "whole"),
    [
        ("the light-", "house was dark", "lighthouse"),
        ("the car-", "penters of the yard", "carpenters"),
        ("a self-", "made man", "self-made"),
        ("for twenty-", "four years", "twenty-four"),
        ("the high-", "est tide", "highest"),
        ("the vice-", "chairman", "vice-chairman"),
        ("the mother-in-", "law", "mother-in-law"),
        ("the UNESCO-", "listed site", "UNESCO-listed"),
        ("the Franco-", "Prussian war", "Franco-Prussian"),
        ("in 1870-", "1871 and later", "1870-1871"),
        ("the rule B-", "12 of the board", "B-12"),
        ("an e-", "mail", "e-mail"),
        ("from Port-", "au-Prince", "Port-au-Prince"),
        ("in 1870\x96", "1871 and later", "1870–1871"),
        ("the London\x96", "Paris mail", "London–Paris"),
        ("of glass \x96", "or of brass", "–"),
        ("the keeper and/", "or the board", "and/or"),
        ("a fee-", "paying school", "fee-paying"),
        ("the 19th-", "century glass", "19th-century"),
        ("the so-", "ciety of keepers", "society"),
        ("the so-", "called lamp", "so-called"),
        ("the high-", "lights of it", "highlights"),
        ("for two-", "and three-masted ships", "two- and three-masted"),
        ("the thou-", "sand lamps", "thousand"),
        ("on MS-", "DOS and later", "MS-DOS"),
        ("to Mr Mc-", "Coy of the yard", "McCoy"),
    ],
)
def test_a_hyphen_at_a_line_end_is_kept_where_it_belongs_to_the_word(end: str, start: str, whole: str) -> None:
    lines = [f"They wrote for the board, which met in the lamp room, on {end}", f"{start} and on the oil."]
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    assert f" {whole} " in only(pdf([lines], font=font), "a.pdf").text.replace(",", " ")


def test_the_other_words_of_the_document_decide_about_a_hyphen() -> None:
    ends = ["They wrote for the board, which met in the lamp room, on lamp-", "light and on the price of oil."]
    assert "on lamplight and" in text_of([*block(60, 700, ends), (60, 600, "The lamplight was dim.")])
    assert "on lamp-light and" in text_of([*block(60, 700, ends), (60, 600, "The lamp-light was dim.")])
    names = ["They wrote for the board, which met in the lamp room, to the keeper-", "warden of the light."]
    assert "keeper-warden" in text_of([*block(60, 700, names), (60, 600, "A keeper and a warden spoke.")])


BODY = [
    "The board met in the lamp room and heard the keeper, who said that the",
    "glass was cracked and that it would be mended by the men of the yard at",
]
HEAD = "Annals of the Lighthouse Board"


def page(number: int, *body: Item) -> list[Item]:
    return [(60, 770, HEAD, 9), (500, 770, str(number), 9), *body, (290, 40, f"- {number} -", 9)]


def kept(data: bytes) -> str:
    """What passages may quote."""
    document = cleaned(only(data, "a.pdf"))
    text = document.text
    for span in reversed(document.removed_spans):
        text = text[: span.start] + text[span.end :]
    return text


def test_a_sentence_over_a_page_end_is_whole_and_the_page_begins_inside_it() -> None:
    note = (60, 90, "1 The log of the keeper.", 8)
    rest = "the end of the winter. The board agreed."
    read = only(drawn(page(7, *block(60, 700, BODY), note), page(8, (60, 740, rest))), "a.pdf")
    assert f"{' '.join(BODY)} {rest}" in read.text.split("\n\n")
    assert page_texts(read)[1].startswith(rest)
    assert "1 The log of the keeper." in page_texts(read)[0]


def test_a_full_line_without_an_end_goes_on_with_a_name_on_the_next_page() -> None:
    rest = ["Easter, if the ice let them through. The board agreed to this and", "went home."]
    assert f"{' '.join(BODY)} {' '.join(rest)}" in text_of(
        page(7, *block(60, 700, BODY)), page(8, *block(60, 740, rest))
    )


def test_a_word_over_a_page_end_is_whole() -> None:
    first = [BODY[0], "glass was cracked and that it would be mended by one of the car-"]
    read = only(drawn(page(7, *block(60, 700, first)), page(8, (60, 740, "penters of the yard."))), "a.pdf")
    assert "one of the carpenters of the yard." in read.text
    assert page_texts(read)[1].startswith("penters of the yard.")


def test_a_paragraph_over_three_pages_is_whole() -> None:
    pages = [page(at, *block(60, 700, [BODY[0], f"{BODY[1]} the {at}th hour of"])) for at in (4, 5)]
    read = only(drawn(*pages, page(6, (60, 740, "the night. They went home."))), "a.pdf")
    assert len(read.pages) == 3
    assert read.text.count(HEAD) == 3


def test_a_sentence_that_ended_is_not_joined_to_the_next_page() -> None:
    first = [*BODY, "the end of the winter."]
    paragraphs = paragraphs_of(page(7, *block(60, 700, first)), page(8, (60, 740, "Easter came. The board met.")))
    assert "Easter came. The board met." in paragraphs


# Heads and feet


def test_heads_and_page_numbers_of_two_pages_are_in_no_passage() -> None:
    text = kept(drawn(page(7, *block(60, 700, BODY)), page(8, (60, 740, "the end of the winter."))))
    assert text.strip() == f"{' '.join(BODY)} the end of the winter."


def test_heads_of_left_and_right_pages_differ() -> None:
    words = ["first", "second", "third", "fourth"]
    heads = ["Lights of the North", "Of the Keepers"] * 2
    pages: list[list[Item]] = [
        [(60, 770, head, 9), (60, 700, f"The {words[at]} keeper slept.")] for at, head in enumerate(heads)
    ]
    assert not any(head in kept(drawn(*pages)) for head in heads)


def test_roman_page_numbers_are_in_no_passage() -> None:
    pages: list[list[Item]] = [
        [(60, 700, f"The {word} keeper slept."), (290, 40, number, 9)] for word, number in [("old", "iv"), ("new", "v")]
    ]
    assert kept(drawn(*pages)).split() == "The old keeper slept. The new keeper slept.".split()


def test_a_single_page_number_that_says_so_is_in_no_passage() -> None:
    assert kept(drawn([(60, 700, "The board met."), (280, 40, "Page 3 of 9", 9)])).strip() == "The board met."
    assert "1902" in kept(drawn([(60, 700, "The board met."), (280, 40, "1902", 9)]))


def test_what_pages_have_in_common_is_not_always_a_head() -> None:
    memo = block(60, 760, ["Memorandum", "To the keeper", "From the board", "The oil is late.", "Signed", "The warden"])
    assert kept(drawn(memo, memo)).count("To the keeper") == 2
    tables = [block(60, 760, ["Boat and tons", f"Heron {at}", f"Tern {at + 30}"], step=16) for at in (14, 8, 4)]
    assert kept(drawn(*tables)).count("Boat and tons") == 3
    oath = [
        block(60, 700, ["The keeper swears that this is true.", f"Signed at the {place}."])
        for place in ("quay", "mill")
    ]
    assert kept(drawn(*oath)).count("this is true") == 2


def test_a_heading_of_two_lines_is_one_paragraph() -> None:
    heading = [(60, 700, "The wreck of the brig Aurelia on", 20), (60, 676, "the outer bank", 20)]
    prose = block(60, 640, ["The brig had left the harbour with a load of salt and", "rope.", "Nobody saw her again."])
    assert text_of([*heading, *prose]).startswith("The wreck of the brig Aurelia on the outer bank\n\nThe brig")
