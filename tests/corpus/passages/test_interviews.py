import pytest

from corpus.passages.interviews import Conversation

ESSAY = ["One.", "Two.", "Is it so?", "Three."] + ["More."] * 30


@pytest.mark.parametrize(
    "turns",
    [
        ["Why?", "So."] * 3,
        ["¿Por qué?", "Porque sí."] * 3,
        ["Q: Tell me.", "A: No."] * 3,
        ["P: Cuénteme.", "R: No."] * 3,
        ["**Why did you go?**", "I had to."] * 3,
    ],
)
def test_questions_and_answers_make_an_interview(turns: list[str]) -> None:
    conversation = Conversation.of(turns)
    assert conversation.interview
    assert [conversation.is_question(turn) for turn in turns[:2]] == [True, False]


@pytest.mark.parametrize("turns", [ESSAY, [], ["Note: one."] * 4, ["Why?", "So.", "How?", "So."]])
def test_a_question_or_a_label_now_and_then_does_not(turns: list[str]) -> None:
    assert not Conversation.of(turns).interview


def test_whose_turns_mostly_ask_is_the_asker() -> None:
    turns = ["Ana: Why?", "Luis: So.", "Ana: Tell me.", "Luis: No.", "Ana: How?", "Luis: So."]
    conversation = Conversation.of(turns)
    assert sorted(conversation.speakers) == ["Ana", "Luis"]
    assert sorted(conversation.interviewers) == ["Ana"]
    assert conversation.is_question("Ana: Tell me.")
    assert not conversation.is_question("Luis: Tell me.")


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Why?", True),
        ("And the others, did they come to the meeting in the end?", True),
        ("**¿Y quién se lo pidió?**", True),
        ("Do you think that he would have signed it without the church?", True),
        ("Which documents did the ministry receive about the transfer of prisoners in March?", False),
        ("What did the president of the republic say on Thursday, when the law about prisons was signed?", False),
    ],
)
def test_a_follow_up_is_short_or_refers_back(question: str, leans: bool) -> None:
    assert Conversation().depends_on_answer(question) is leans


def test_a_long_paragraph_does_not_ask() -> None:
    assert not Conversation().is_question("word " * 200 + "word?")
