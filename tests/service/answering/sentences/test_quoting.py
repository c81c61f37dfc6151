"""Which words are quoted for a sentence, and which sentences lean on the one before."""

import pytest

from service.answering.sentences import Passage, quoted, split_sentences, spoken_turns
from service.answering.sentences.leaning import leans
from service.answering.sentences.quoting import MOST_CHARACTERS

PROSE = "The council of Askwater met in the chapel."


def quotation(text: str, answer: str) -> str:
    """The words quoted for the sentence that has these words."""
    passage = Passage(text, turns=tuple(spoken_turns(text)))
    sentences = split_sentences(passage)
    [at] = [n for n, one in enumerate(sentences) if answer in text[one.span.start : one.span.end]]
    span = quoted(passage, sentences, at)
    return text[span.start : span.end]


@pytest.mark.parametrize(
    "sentence",
    [
        "Which the county had funded.",
        "This was denied by the miller.",
        "They did so in May.",
        "Its third sluice was of oak.",
        "Then it was clear.",
        "But he refused the money.",
        "and left the valley.",
        "Yes.",
        "No, never.",
        "I did.",
        "The same.",
        "Esto lo negó el molinero.",
        "Pero ellos no firmaron.",
    ],
)
def test_a_sentence_that_only_points_leans(sentence: str) -> None:
    assert leans(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        PROSE,
        "The miller said that it leaked.",
        "It was in May that the dam was mended.",
        "It is not certain who signed the plan.",
        "However, the county refused the money.",
        "In 1911.",
        "When he came, the miller had left the valley.",
        "議会は礼拝堂で開かれた。",
        "اجتمع المجلس.",
        "…",
    ],
)
def test_a_sentence_that_says_what_it_is_about_does_not(sentence: str) -> None:
    assert not leans(sentence)


def test_a_sentence_that_leans_is_quoted_with_what_it_leans_on() -> None:
    assert quotation(f"The mill burned. {PROSE} They voted.", "voted") == f"{PROSE} They voted."
    assert quotation(f"{PROSE} They voted. This was in May.", "May") == f"{PROSE} They voted. This was in May."


def test_a_reply_is_quoted_with_the_sentence_that_says_it() -> None:
    text = "Q: Was the weir mended?\n\nA: Yes. The council paid for oak.\n\nQ: When?\n\nA: No, never. In May."

    assert quotation(text, "Yes") == "Yes. The council paid for oak."
    assert quotation(text, "No, never") == "No, never. In May."
    assert quotation(text, "paid") == "The council paid for oak."


def test_a_sentence_that_stands_alone_is_quoted_alone() -> None:
    assert quotation(f"The mill burned. {PROSE}", "council") == PROSE


def test_a_sentence_whose_support_is_too_far_is_quoted_alone() -> None:
    assert quotation(f"{PROSE} They voted for it. It passed. This was in May.", "May") == "This was in May."
    far = f"The council {'of the valley ' * (MOST_CHARACTERS // 14)}met."
    assert quotation(f"{far} They voted in May.", "May") == "They voted in May."


@pytest.mark.parametrize(
    "above",
    [
        f"{PROSE}\n\n",
        f"# {PROSE}\n\n",
        f"- {PROSE}\n- ",
        f"| {PROSE} | 1 |\n| --- | --- |\n",
        f"Q: {PROSE} Who voted?\n\nA: ",
        f"{PROSE}\n",
    ],
)
def test_nothing_of_another_paragraph_item_row_or_speaker_is_quoted_with_it(above: str) -> None:
    assert quotation(f"{above}They voted in May", "May").removeprefix("- ") == "They voted in May"


def test_the_label_of_a_speaker_is_not_quoted() -> None:
    text = "Q: Who met in the chapel?\n\nA: The council of Askwater did. They voted in May."

    assert quotation(text, "council") == "The council of Askwater did."
    assert quotation(text, "May") == "The council of Askwater did. They voted in May."
    assert quotation("Q: Who met?\n\nA: In all, nine farmers.", "nine") == "In all, nine farmers."


def test_a_clause_that_was_set_off_is_quoted_with_its_sentence() -> None:
    text = f"{PROSE} Which the county had paid for. The mill burned."

    assert quotation(text, "council") == quotation(text, "county") == f"{PROSE} Which the county had paid for."
    assert quotation(f"{PROSE} Which of them voted?", "council") == PROSE
