"""Text fragments, held to how the WICG specification has a browser look for them."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.answering.citations.text_fragments import MOST_WORDS, WHOLE_WORDS, SourceText, link_to_words

STORY = (
    "The harbour was dug by hand between 1880 and 1884, and its first keeper was Ignacio Vela. "
    "The lamp was repaired by Marta Ruiz. The ferry crossed twice a day until the bridge was opened in 1947, which "
    "was paid for by a toll that everybody who crossed it had to pay in coins."
)


def fragment_of(text: str, quoted: str) -> str | None:
    start = text.index(quoted)
    return SourceText(text).fragment(start, start + len(quoted))


def matches(text: str, fragment: str) -> list[tuple[int, int]]:
    """Where a browser finds a fragment: spans of the text as it compares them, each match and not only the first."""
    page = as_compared(text)
    start, *end = (as_compared(unquote(part)) for part in fragment.split(","))
    if not end:
        return places(page, start)
    ends = places(page, end[0])
    found = ((first, next((last for last in ends if last[0] >= first[1]), None)) for first in places(page, start))
    return [(first[0], last[1]) for first, last in found if last is not None]


def places(page: str, words: str) -> list[tuple[int, int]]:
    """Where words stand on a page, on borders of words."""
    overlapping = re.finditer(
        rf"(?=(?<!\w){re.escape(words)})" if words[0].isalnum() else f"(?={re.escape(words)})", page
    )
    return [
        (found.start(), found.start() + len(words))
        for found in overlapping
        if not (words[-1].isalnum() and page[found.start() + len(words) :][:1].isalnum())
    ]


def as_compared(text: str) -> str:
    """Without regard to case, accents and white space."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).casefold().split())


def test_a_short_quotation_is_named_whole() -> None:
    assert fragment_of(STORY, "The lamp was repaired by Marta Ruiz.") == (
        "The%20lamp%20was%20repaired%20by%20Marta%20Ruiz."
    )


def test_a_long_quotation_is_named_by_its_first_and_last_words() -> None:
    assert fragment_of(STORY, STORY[STORY.index("The ferry") :]) == (
        "The%20ferry%20crossed%20twice,to%20pay%20in%20coins."
    )


def test_what_means_something_in_a_fragment_is_encoded() -> None:
    assert fragment_of("Well: a half-truth, he said & left.", "a half-truth, he said & left.") == (
        "a%20half%2Dtruth%2C%20he%20said%20%26%20left."
    )
    assert fragment_of("¿Qué pasó en Colón?", "¿Qué pasó en Colón?") == (
        "%C2%BFQu%C3%A9%20pas%C3%B3%20en%20Col%C3%B3n%3F"
    )


@pytest.mark.parametrize(
    ("before", "quoted", "after"),
    [
        ("", "He said no to it.", " Later he said no to it. He said no to it."),
        ("HE SAID NO TO IT. ", "He said no to it.", ""),
        ("He  said\nno to\u00a0it. ", "He said no to it.", ""),
        ("Él dijó: no va. ", "El dijo: no va.", ""),
        ("", "He said ‘no’ to it.", " He said 'no' to it."),
        ("", "Straße nach Gießen gesperrt.", " STRASSE NACH GIESSEN GESPERRT."),
        ("He said no to it.x ", "He said no to it.", ""),
    ],
)
def test_words_that_the_document_repeats_are_not_named(before: str, quoted: str, after: str) -> None:
    text = f"{before}{quoted}{after}"

    assert SourceText(text).fragment(len(before), len(before) + len(quoted)) is None


def test_as_many_words_are_named_as_it_takes_to_be_alone() -> None:
    tail = "and so on and on through the years until nobody remembered how it had once begun at sea."
    text = f"It was a cold and stormy day {tail} It was a cold and stormy night {tail}"

    fragment = SourceText(text).fragment(text.index("It was a cold and stormy night"), len(text))

    assert fragment == "It%20was%20a%20cold%20and%20stormy%20night,once%20begun%20at%20sea."
    assert len(matches(text, fragment)) == 1


@pytest.mark.parametrize(
    ("text", "quoted", "fragment"),
    [
        ("## The lamp of the pier\n", "## The lamp of the pier", "The%20lamp%20of%20the%20pier"),
        ("It was **Marta Ruiz** who repaired it.", "It was **Marta Ruiz** who repaired it.", "who%20repaired%20it."),
        ("See [the long report](http://x.y/a b c d) of it all.", None, "of%20it%20all."),
        ("![A view of the old pier](pier.png) It stood there long.", None, "It%20stood%20there%20long."),
        ('<a title="a view of the pier">It</a> stood there long.', None, "stood%20there%20long."),
        (
            "- The first was the lamp\n- The second was the oil",
            None,
            "The%20first%20was%20the,second%20was%20the%20oil",
        ),
        ("1. The first was the lamp", None, "The%20first%20was%20the%20lamp"),
        ("It was the one\n2. of the three", None, "It%20was%20the%20one,of%20the%20three"),
        ("It was 7. of the three", None, "It%20was%207.%20of%20the%20three"),
        ("| the old lamp | the new lamp |", None, "the%20old%20lamp,the%20new%20lamp"),
        ("the zero\u200bwidth lamp is here", None, "lamp%20is%20here"),
        ("*Nobody* **knows**", None, None),
        ("`make`", None, None),
        ("Yes.", None, "Yes."),
        ("# Yes.", None, None),
        ("", None, None),
        ("  \n ", None, None),
    ],
)
def test_markup_and_ends_of_lines_are_never_part_of_the_words(
    text: str, quoted: str | None, fragment: str | None
) -> None:
    assert fragment_of(text, quoted or text) == fragment


def test_a_word_that_goes_on_outside_the_span_is_not_named() -> None:
    text = "unrepaired lamps of the pier"

    assert SourceText(text).fragment(2, 16) is None
    assert fragment_of(text, "repaired lamps of the pier") == "lamps%20of%20the%20pier"
    assert fragment_of("灯台は港にある。灯は赤い。", "灯は赤い。") == "%E7%81%AF%E3%81%AF%E8%B5%A4%E3%81%84%E3%80%82"


def test_words_of_any_length_do_not_make_a_link_of_any_length() -> None:
    text = f"a {'x' * 500} b c d"

    assert SourceText(text).fragment(0, len(text)) is None


@pytest.mark.parametrize(
    ("url", "fragment", "link"),
    [
        ("https://example.org/a", "b", "https://example.org/a#:~:text=b"),
        ("https://example.org/a#part", "b", "https://example.org/a#part:~:text=b"),
        ("https://example.org/a#", "b", "https://example.org/a#:~:text=b"),
        ("https://example.org/a#:~:text=c", "b", "https://example.org/a#:~:text=c"),
        ("HTTP://example.org/a?b=1", "c", "HTTP://example.org/a?b=1#:~:text=c"),
        ("https://example.org/a", None, "https://example.org/a"),
        ("javascript:alert(1)", "b", "javascript:alert(1)"),
        ("doi:10.1000/1", "b", "doi:10.1000/1"),
        (None, "b", None),
    ],
)
def test_a_link_keeps_its_address_and_fragment(url: str | None, fragment: str | None, link: str | None) -> None:
    assert link_to_words(url, fragment) == link


WORDS = st.sampled_from(
    ["a", "A", "the", "The", "lamp", "lámp", "lamp,", "lamps", "no.", "**no**", "-", "1.", "#", "it’s", "it's", "ﬁre",
     "fire", "灯台", "灯", "é", "e\u0301", "\u200b", "x-y", "&", "&amp;", "|", "]("]
)  # fmt: skip
GAPS = st.sampled_from([" ", " ", " ", "  ", "\n", "\n\n", "\t", "\u00a0", ""])
TEXTS = st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=80).map(lambda pairs: "".join(w + g for w, g in pairs))


@given(text=TEXTS, cut=st.tuples(st.floats(0, 1), st.floats(0, 1)))
@example(text="lamp lamps the lamp, A lamp", cut=(0.0, 1.0))
def test_a_fragment_matches_the_document_once_and_within_what_is_cited(text: str, cut: tuple[float, float]) -> None:
    start, end = sorted(round(len(text) * part) for part in cut)

    fragment = SourceText(text).fragment(start, end)

    if fragment is not None:
        [(first, last)] = matches(text, fragment)
        assert len(as_compared(text[:start])) - 1 <= first < last <= len(as_compared(text[:end])) + 1
        assert re.fullmatch(r"[\w.!~*'()%]+(,[\w.!~*'()%]+)?", fragment)
        assert all(len(unquote(part).split()) <= max(WHOLE_WORDS, MOST_WORDS) for part in fragment.split(","))


@given(words=st.lists(st.integers(0, 10**9).map(str), min_size=1, max_size=60, unique=True))
def test_plain_words_that_are_all_different_always_get_a_fragment(words: list[str]) -> None:
    text = " ".join(f"w{word}w" for word in words)

    fragment = SourceText(text).fragment(0, len(text))

    assert fragment is not None
    assert matches(text, fragment) == [(0, len(text))]
