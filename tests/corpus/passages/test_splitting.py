from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import corpus
from corpus.documents.document import Passage, RemovedSpan, Section
from corpus.files.source import SourceBytes
from corpus.passages.splitting import CHARACTERS_PER_TOKEN, SMALL_TOKENS, PassageSplitter, TokenCounter
from embeddings.encoder.encoder import Encoder
from tests.corpus.samples import UNHURRIED, read_document


def words(text: str) -> int:
    """Tokens are words, so that blank lines have none, as in most tokenizers."""
    return len(text.split())


def kinds(text: str) -> int:
    """Fewer tokens together than apart: each character counts once however often it comes."""
    return len(set(text))


def growing(text: str) -> int:
    """More tokens together than apart: pairs count that no part holds."""
    return len(text.split()) + sum(a != b for a, b in pairwise(text)) // 3 + 3 * text.count("ab")


def at_least_one(text: str) -> int:
    """Even nothing has a token."""
    return 1 + len(text) // 3


def letters(text: str) -> int:
    """Most characters have none."""
    return sum(character.isalpha() for character in text)


COUNTERS: list[TokenCounter] = [words, kinds, growing, at_least_one, letters, len]

texts = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
        st.sampled_from(
            ["word ", "The end. ", "Él llegó. ", "\n\n", "\n", "\n \n\n\n", "abab", "# Head\n\n", " " * 40]
        ),
        st.sampled_from(
            ["\u200b", "\u200b\n\n", "\ufeff", "\0", "\x85", "\u2028", "e\u0301", "👩\u200d👧", "漢字。", "-" * 50]
        ),
    ),
    max_size=40,
).map("".join)


@st.composite
def divided_texts(draw: st.DrawFn) -> tuple[str, list[Section]]:
    """A text with sections that begin anywhere in it."""
    text = draw(texts)
    starts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
    return text, [Section(f"Section {at}", 1, start) for at, start in enumerate(starts)]


@st.composite
def sizes(draw: st.DrawFn, smallest: int = 1) -> tuple[int, int]:
    """Target and maximum."""
    most = draw(st.integers(smallest, 60))
    return draw(st.integers(smallest, most)), most


def assert_invariants(
    text: str,
    passages: list[Passage],
    sections: list[Section],
    count: TokenCounter,
    most: int,
    removed: Sequence[RemovedSpan] = (),
) -> None:
    left = list(text)
    for span in removed:
        left[span.start : span.end] = " " * (span.end - span.start)
    covered = 0
    for passage in passages:
        assert covered <= passage.start < passage.end <= len(text)
        assert "".join(left[covered : passage.start]).strip() == ""
        cut = text[passage.start : passage.end]
        assert cut == cut.strip()
        assert count(cut) <= most or len(cut) == 1
        assert not [span for span in removed if passage.start < span.end and span.start < passage.end]
        for section in sections:
            if passage.start < section.start < passage.end:
                begins = max([0, *(other.start for other in sections if other.start < section.start)])
                assert text[begins : section.start].strip().count("\n") <= 1, (
                    "only a heading goes with the next section"
                )
        before = {section.start: section for section in sections if section.start < passage.end}
        assert passage.section == (before[max(before)].title if before else None)
        covered = passage.end
    assert "".join(left[covered:]).strip() == ""


@st.composite
def texts_with_gaps(draw: st.DrawFn) -> tuple[str, list[Section], list[RemovedSpan]]:
    """A text with sections and removed spans anywhere in it."""
    text, sections = draw(divided_texts())
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    return text, sections, [RemovedSpan(a, b, "menu") for a, b in zip(ends[::2], ends[1::2], strict=False)]


@given(divided=divided_texts(), size=sizes(smallest=4), language=st.sampled_from(["en", "es-SV", "ja", "xx", None]))
@settings(UNHURRIED, max_examples=150)
def test_passages_hold_to_the_same_with_an_encoders_tokenizer(
    tiny_encoder: Encoder, divided: tuple[str, list[Section]], size: tuple[int, int], language: str | None
) -> None:
    (text, sections), (target, most) = divided, size
    passages = PassageSplitter(tiny_encoder.count_tokens, target, most).split(text, sections, language)
    assert_invariants(text, passages, sections, tiny_encoder.count_tokens, most)


@pytest.mark.parametrize("size", [(200, 240), (100, 120), (40, 50), (12, 12)])
@pytest.mark.parametrize(
    "path", sorted((Path(corpus.__file__).parent / "starter").glob("*.md")), ids=lambda path: path.stem
)
def test_the_starter_documents_are_covered_whatever_the_size(path: Path, size: tuple[int, int]) -> None:
    read = read_document(SourceBytes(path, path.read_bytes()))
    passages = PassageSplitter(words, *size).split(read.text, read.sections, read.metadata.language)
    assert_invariants(read.text, passages, list(read.sections), words, size[1])


# Where the borders fall


def cut(text: str, target: int, most: int | None = None, sections: tuple[Section, ...] = ()) -> list[str]:
    passages = PassageSplitter(words, target, most or target).split(text, sections)
    return [text[passage.start : passage.end] for passage in passages]


def sentence(number: int, length: int = 30) -> str:
    return " ".join([f"S{number}", *["word"] * (length - 2), "end."])


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\u00a0\u2003\n"])
def test_a_text_of_white_space_has_no_passages(text: str) -> None:
    assert cut(text, 10) == []


def test_a_short_text_is_one_passage_without_its_outer_white_space() -> None:
    assert cut("\n  Él llegó.\n\nTwo came. \n", 10) == ["Él llegó.\n\nTwo came."]


def test_whole_paragraphs_are_packed_up_to_the_target() -> None:
    paragraphs = [sentence(at) for at in range(5)]
    assert cut("\n\n".join(paragraphs), 70) == [
        "\n\n".join(paragraphs[:2]),
        "\n\n".join(paragraphs[2:4]),
        paragraphs[4],
    ]


def test_a_paragraph_too_long_is_cut_between_sentences() -> None:
    sentences = [sentence(at) for at in range(4)]
    assert cut(" ".join(sentences), 70) == [" ".join(sentences[:2]), " ".join(sentences[2:])]


def test_a_sentence_too_long_is_cut_between_words() -> None:
    parts = cut(" ".join(f"w{at}" for at in range(100)), 40)
    assert " ".join(parts) == " ".join(f"w{at}" for at in range(100))
    assert max(words(part) for part in parts) <= 40


def test_a_word_too_long_is_cut_between_characters() -> None:
    text = "a" * 95
    passages = PassageSplitter(len, 40, 40).split(text)
    assert [(passage.start, passage.end) for passage in passages] == [(0, 40), (40, 80), (80, 95)]


def test_a_passage_that_has_more_tokens_together_than_its_parts_is_halved_until_it_fits() -> None:
    def pairs_count_double(text: str) -> int:
        return len(text) + 2 * text.count("ab")

    text = "ab" * 10 + " " + "ab" * 10
    passages = PassageSplitter(pairs_count_double, 8, 8).split(text)
    assert_invariants(text, passages, [], pairs_count_double, 8)
    assert {text[passage.start : passage.end] for passage in passages} == {"abab"}


def test_a_character_that_alone_exceeds_the_maximum_is_a_passage_of_its_own() -> None:
    def heavy(text: str) -> int:
        return len(text) + 99 * text.count("\u2593")

    text = "aa\u2593\u2593aa"
    passages = PassageSplitter(heavy, 4, 4).split(text)
    assert_invariants(text, passages, [], heavy, 4)
    assert [text[passage.start : passage.end] for passage in passages] == ["aa", "\u2593", "\u2593", "aa"]


def test_blank_lines_after_a_long_paragraph_shift_nothing() -> None:
    gap = "\n\n\n\n"
    text = gap.join(" ".join(sentence(3 * at + of) for of in range(3)) for at in range(3)) + "\n\n\n"
    assert cut(text, 60) == [
        f"{sentence(0)} {sentence(1)}",
        f"{sentence(2)}{gap}{sentence(3)}",
        f"{sentence(4)} {sentence(5)}",
        f"{sentence(6)} {sentence(7)}",
        sentence(8),
    ]


def test_a_lone_heading_joins_the_text_below_it() -> None:
    heading, body = "What happened next", sentence(1, 60)
    assert cut(f"{heading}\n\n{body}", 60, 70) == [f"{heading}\n\n{body}"]


def test_a_last_half_sentence_joins_the_text_before_it() -> None:
    text = f"{sentence(1, 55)} {sentence(2, 8)}"
    assert cut(text, 60, 70) == [text]


def test_leftovers_in_the_middle_join_a_neighbour_too() -> None:
    long, small = sentence(1, 58), sentence(2, 5)
    assert cut(f"{long}\n\n{small}\n\n{long}", 60, 70) == [f"{long}\n\n{small}", long]


def test_a_leftover_stays_alone_where_no_neighbour_has_room() -> None:
    heading, body = "What happened next", sentence(1, 60)
    assert cut(f"{heading}\n\n{body}", 60, 62) == [heading, body]


def test_only_small_passages_are_joined() -> None:
    first, second = sentence(1, SMALL_TOKENS), sentence(2, 58)
    assert cut(f"{first}\n\n{second}", 60, 100) == [first, second]


def test_a_leftover_never_joins_another_section() -> None:
    text = f"# One\n\nIt ends.\n\n# Two\n\n{sentence(1)}"
    sections = (Section("One", 1, 0), Section("Two", 1, 17))
    assert cut(text, 60, 70, sections) == ["# One\n\nIt ends.", f"# Two\n\n{sentence(1)}"]


def test_a_passage_knows_the_section_it_lies_in() -> None:
    text = "Intro.\n\n# One\n\nText."
    passages = PassageSplitter(words, 60, 70).split(text, [Section("One", 1, 8)])
    assert [(text[p.start : p.end], p.section) for p in passages] == [("Intro.", None), ("# One\n\nText.", "One")]


def test_a_section_may_begin_where_the_text_ends() -> None:
    passages = PassageSplitter(words, 60, 70).split("Text.", [Section("Nothing", 1, 5)])
    assert passages == [Passage(0, 5)]


# Headings


@pytest.mark.parametrize(("above", "below"), [("# One", "## Two"), ("One\n===", "Two\n---"), ("One", "Two")])
def test_a_heading_directly_above_a_heading_goes_with_the_text_below_both(above: str, below: str) -> None:
    text = f"{sentence(0)}\n\n{above}\n\n{below}\n\n{sentence(1)}"
    sections = [Section("One", 1, text.index(above)), Section("Two", 2, text.index(below))]
    passages = PassageSplitter(words, 60, 70).split(text, sections)
    assert [(text[p.start : p.end], p.section) for p in passages] == [
        (sentence(0), None),
        (f"{above}\n\n{below}\n\n{sentence(1)}", "Two"),
    ]


def test_a_section_of_one_line_that_is_not_its_heading_stays_apart() -> None:
    text = f"It is closed.\n\n{sentence(1)}"
    assert cut(text, 60, 70, (Section("Monday", 1, 0), Section("Tuesday", 1, 15))) == ["It is closed.", sentence(1)]


@pytest.mark.parametrize("heading", ["## What happened next", "What happened next", "**What happened next**"])
def test_a_heading_never_ends_a_passage(heading: str) -> None:
    text = "\n\n".join([sentence(1, 35), sentence(2, 20), heading, sentence(3, 35)])
    assert cut(text, 60, 62) == [f"{sentence(1, 35)}\n\n{sentence(2, 20)}", f"{heading}\n\n{sentence(3, 35)}"]


def test_a_heading_takes_the_first_sentences_of_a_paragraph_that_has_no_room_beside_it() -> None:
    sentences = [sentence(at, 20) for at in range(3)]
    text = f"What happened next\n\n{' '.join(sentences)}"
    assert cut(text, 60, 60) == [f"What happened next\n\n{sentences[0]} {sentences[1]}", sentences[2]]


def test_the_items_of_a_list_are_not_headings() -> None:
    items = [f"Item {at}" for at in range(8)]
    assert cut("\n\n".join(items), 6, 6) == ["\n\n".join(items[:3]), "\n\n".join(items[3:6]), "\n\n".join(items[6:])]


# Interviews


def turn(number: int, length: int, *, asks: bool = False) -> str:
    return " ".join([f"T{number}", *["word"] * (length - 2), "end?" if asks else "end."])


def test_a_question_stays_with_its_answer() -> None:
    exchanges = [f"{turn(at, 20, asks=True)}\n\n{turn(at, 30)}" for at in range(4)]
    assert cut("\n\n".join(exchanges), 80, 90) == exchanges


def test_a_question_takes_the_first_sentences_of_an_answer_that_has_no_room_beside_it() -> None:
    question, answer = turn(0, 20, asks=True), " ".join(turn(at, 25) for at in range(3))
    assert cut(f"{question}\n\n{answer}", 50, 50)[0] == f"{question}\n\n{turn(0, 25)}"


def test_a_follow_up_stays_with_the_answer_that_it_refers_to() -> None:
    first = [turn(0, 20, asks=True), turn(1, 50)]
    second = [turn(2, 20, asks=True), turn(3, 20), "Why was it so?", turn(4, 30)]
    third = [turn(5, 20, asks=True), turn(6, 30)]
    assert cut("\n\n".join([*first, *second, *third]), 100) == ["\n\n".join(part) for part in (first, second, third)]


def test_a_follow_up_without_room_heads_its_own_passage() -> None:
    first, second = [turn(0, 20, asks=True), turn(1, 50)], ["Why was it so?", turn(2, 50)]
    third = ["And then?", turn(3, 40)]
    assert cut("\n\n".join([*first, *second, *third]), 80) == ["\n\n".join(part) for part in (first, second, third)]


def test_a_remark_that_asks_without_a_question_mark_stays_with_the_answer() -> None:
    exchanges = [[turn(at, 20, asks=True), turn(at, 20)] for at in range(3)]
    remark = ["But they say otherwise.", turn(9, 40)]
    passages = cut("\n\n".join(turn for part in [*exchanges, remark] for turn in part), 60)
    assert passages[-1] == "\n\n".join(remark)


@pytest.mark.parametrize(
    ("asker", "answerer"), [("Q", "A"), ("P", "R"), ("EL FARO", "RAÚL MIJANGO"), ("Ana Ruiz", "Luis Paz")]
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_labels_tell_who_asks(asker: str, answerer: str, gap: str) -> None:
    exchanges = [
        f"{asker}: {turn(at, 18, asks=at != 1)}{gap}{answerer}: {turn(at, 28)}" for at in range(4)
    ]  # the second is asked without a question mark
    assert cut(gap.join(exchanges), 80, 90) == exchanges


def test_questions_in_bold_are_questions_even_without_a_question_mark() -> None:
    asked = [f"**{turn(at, 20, asks=at != 2)}**" for at in range(4)]
    exchanges = [f"{question}\n\n{turn(at, 30)}" for at, question in enumerate(asked)]
    assert cut("\n\n".join(exchanges), 80, 90) == exchanges


def test_a_question_now_and_then_does_not_make_an_essay_an_interview() -> None:
    paragraphs = [turn(at, 25) for at in range(30)]
    paragraphs[4] = turn(4, 25, asks=True)
    passages = cut("\n\n".join(paragraphs), 75, 75)
    assert passages[0] == "\n\n".join(paragraphs[:3])
    assert "\n\n".join(paragraphs[4:6]) in passages[1]


# Removed spans and pages


@given(given=texts_with_gaps(), size=sizes(), count=st.sampled_from(COUNTERS))
@example(given=("One two three.\n\n\n\n" * 3, [], []), size=(3, 4), count=words)
@example(given=("a\n\n\u200b\n\nb c d e f\n\n\u200b\n\ng", [], []), size=(2, 2), count=letters)
@settings(UNHURRIED, max_examples=400)
def test_passages_cover_all_that_is_not_removed_in_order_within_their_section_and_size(
    given: tuple[str, list[Section], list[RemovedSpan]], size: tuple[int, int], count: TokenCounter
) -> None:
    (text, sections, removed), (target, most) = given, size
    splitter = PassageSplitter(count, target, most)
    passages = splitter.split(text, sections, removed=removed)
    assert_invariants(text, passages, sections, count, most, removed)
    assert splitter.split(text, sections, removed=removed) == passages


def test_a_passage_ends_where_something_was_removed() -> None:
    text = f"{sentence(1)}\n\nSEE ALSO: Another\n\n{sentence(2)}"
    at = text.index("SEE")
    passages = PassageSplitter(words, 100, 100).split(text, removed=[RemovedSpan(at, at + 17, "link")])
    assert [text[p.start : p.end] for p in passages] == [sentence(1), sentence(2)]


def test_a_passage_knows_the_page_on_which_it_begins() -> None:
    text = "\n\n".join(sentence(at) for at in range(3))
    starts = [0, text.index("S1") + 20, text.index("S2")]
    passages = PassageSplitter(words, 30, 30).split(text, pages=starts)
    assert [passage.page for passage in passages] == [1, 1, 3]


def test_a_text_without_pages_has_none() -> None:
    assert PassageSplitter(words, 30, 30).split("Text.") == [Passage(0, 5, page=None)]


def test_the_language_says_where_sentences_end() -> None:
    text = " ".join(["词语。" * 20, "词语。" * 20])
    passages = PassageSplitter(len, 50, 50).split(text, language="zh")
    assert all(text[passage.end - 1] == "。" for passage in passages)


def test_words_that_a_tokenizer_gives_up_on_do_not_make_a_passage_endless() -> None:
    def unknown(text: str) -> int:
        return len(text.split())  # one token a word, however long

    text = "x" * 10_000
    passages = PassageSplitter(unknown, 20, 24).split(text)
    assert_invariants(text, passages, [], unknown, 24)
    assert max(p.end - p.start for p in passages) < CHARACTERS_PER_TOKEN * 25


# Work


PATHOLOGICAL: dict[str, Callable[[], str]] = {
    "one word": lambda: "a" * 100_000,
    "no space": lambda: "ab.c,-/" * 14_286,
    "ideographs": lambda: "停戦交渉" * 25_000,
    "newlines": lambda: "\n" * 20_000,
    "short lines": lambda: "a\n" * 20_000,
    "short paragraphs": lambda: "a\n\n" * 20_000,
    "one sentence": lambda: " ".join(f"w{at % 997}" for at in range(50_000)),
    "invisible paragraphs": lambda: "\u200b\n\n" * 20_000,
    "a gap": lambda: "a" + " " * 100_000 + "b",
    "question marks": lambda: "? " * 50_000,
}


@pytest.mark.parametrize("name", PATHOLOGICAL)
@pytest.mark.parametrize("count", [words, letters, len], ids=lambda count: count.__name__)
def test_no_text_makes_the_work_grow_faster_than_its_length(name: str, count: TokenCounter) -> None:
    text = PATHOLOGICAL[name]()
    characters = 0

    def counting(part: str) -> int:
        nonlocal characters
        characters += len(part)
        return count(part)

    passages = PassageSplitter(counting, 200, 240).split(text)
    assert_invariants(text, passages, [], count, 240)
    assert characters <= 24 * len(text), characters / len(text)
