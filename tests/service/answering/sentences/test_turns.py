"""Who speaks in a text, which turns ask, and which reply."""

import pytest

from service.answering.sentences import spoken_turns


def said(text: str, headings: tuple[int, ...] = ()) -> list[tuple[str | None, bool, str]]:
    """The speaker of each turn, whether it asks, and its words."""
    return [(one.speaker, one.asks, text[one.words : one.end]) for one in spoken_turns(text, headings)]


def replies(text: str) -> list[tuple[str, str]]:
    """Each question, and the first paragraph of its reply."""
    turns = spoken_turns(text)
    asked = {one.start: one for one in turns}
    return [
        (text[asked[one.question].words : asked[one.question].end], text[one.words : one.first])
        for one in turns
        if one.question is not None
    ]


NAMED = "Ana Toll: Why did the weir fall?\n\nOlaf Hask: It was old.\n\nAna Toll: Who knew?\n\nOlaf Hask: I did."


def test_names_that_take_turns_are_speakers() -> None:
    assert said(NAMED) == [
        ("Ana Toll", True, "Why did the weir fall?"),
        ("Olaf Hask", False, "It was old."),
        ("Ana Toll", True, "Who knew?"),
        ("Olaf Hask", False, "I did."),
    ]
    assert replies(NAMED) == [("Why did the weir fall?", "It was old."), ("Who knew?", "I did.")]


@pytest.mark.parametrize(
    "label",
    ["**Ana Toll:** {}", "**Ana Toll**: {}", "__Ana Toll:__ {}", "Ana Toll\n\n{}", "Ana Toll\n{}", "Ana Toll: {}"],
)
def test_a_name_may_be_bold_or_on_a_line_of_its_own(label: str) -> None:
    other = label.replace("Ana Toll", "Olaf Hask")
    text = "\n\n".join(
        (
            label.format("Why did it fall?"),
            other.format("It was old."),
            label.format("Who knew?"),
            other.format("I did."),
        )
    )

    assert [(speaker, asks) for speaker, asks, _ in said(text)] == [("Ana Toll", True), ("Olaf Hask", False)] * 2
    assert replies(text) == [("Why did it fall?", "It was old."), ("Who knew?", "I did.")]


@pytest.mark.parametrize(
    "labels", [("Q:", "A:"), ("Q.", "A."), ("P:", "R:"), ("Question:", "Answer:"), ("**Q:**", "**A:**")]
)
def test_labels_of_question_and_answer_name_nobody(labels: tuple[str, str]) -> None:
    ask, answer = labels

    found = said(f"{ask} Why did it fall?\n{answer} It was old.")

    assert found == [(None, True, "Why did it fall?"), (None, False, "It was old.")]


def test_a_lettered_list_is_no_conversation() -> None:
    assert said("P. a sack\n\nQ. a sieve\n\nR. a cord") == []


@pytest.mark.parametrize(
    "text",
    [
        "Note: The weir is closed.\n\nWarning: The stairs are wet.\n\nNote: Bring a lamp.\n\nWarning: Mind the step.",
        "Chair: Ingrid\nSecretary: Olaf\n\nChair: Berta\nSecretary: Karl",
        "Wheel: It is of oak.\n\nStone: It is of flint.\n\nWheel: It turns left.\n\nStone: It turns right.",
        "Upper Mill: Two wheels.\n\nLower Mill: One wheel.\n\nUpper Mill: Two stones.\n\nLower Mill: One stone.",
        "Ana Toll: Why did the weir fall?",
        "Note: Who knew?\n\nNote: Who else?",
        "",
    ],
)
def test_labels_that_do_not_converse_are_no_speakers(text: str) -> None:
    assert said(text) == []


def test_people_who_speak_for_themselves_need_no_question() -> None:
    text = "Mr. Hask: I disagree.\n\nMs. Toll: We all do.\n\nMr. Hask: I thought so.\n\nMs. Toll: So did I."

    assert {speaker for speaker, _, _ in said(text)} == {"Mr. Hask", "Ms. Toll"}


def test_initials_stand_for_the_only_name_that_has_them() -> None:
    text = "The miller Ana Toll met us at the weir.\n\n" + NAMED.replace("Ana Toll", "AT").replace("Olaf Hask", "O.H.")

    assert [speaker for speaker, _, _ in said(text)] == ["Ana Toll", "O.H."] * 2


def test_initials_that_two_names_have_stand_for_neither() -> None:
    text = "Ana Toll and Arne Tveit met us.\n\n" + NAMED.replace("Ana Toll", "AT")

    assert said(text)[0][0] == "AT"


def test_a_question_without_a_label_is_nobodys() -> None:
    text = "Why did it fall?\n\nToll: It was old.\n\nWho knew?\n\nToll: I did.\n\nIt was no secret."

    assert said(text) == [
        (None, True, "Why did it fall?"),
        ("Toll", False, "It was old."),
        (None, True, "Who knew?"),
        ("Toll", False, "I did.\n\nIt was no secret."),
    ]


@pytest.mark.parametrize(
    "below",
    [
        "# About the mill\n\nIt is a ruin.",
        "[The conversation took place in spring.]",
        "*This text was shortened for the annual.*",
        "Hask sold the mill in autumn.",
        "Note: The mill is a ruin.",
        "---\n\nThe mill is a ruin.",
    ],
)
def test_what_a_speaker_does_not_say_is_nobodys(below: str) -> None:
    assert said(f"{NAMED}\n\nIt is long ago.\n\n{below}")[-1] == ("Olaf Hask", False, "I did.\n\nIt is long ago.")


def test_a_section_ends_a_turn() -> None:
    text = f"{NAMED}\n\nThe mill today\n\nIt is a ruin."

    assert said(text, (text.index("The mill today"),))[-1][2] == "I did."


def test_laughter_does_not_end_a_turn() -> None:
    assert said(f"{NAMED}\n\n[Laughs]\n\nI told them.")[-1][2] == "I did.\n\n[Laughs]\n\nI told them."


def test_dashes_open_turns_if_questions_and_replies_alternate() -> None:
    text = "— Why did it fall?\n— It was old.\n\n— Who knew?\n\n— I did."

    assert replies(text) == [("Why did it fall?", "It was old."), ("Who knew?", "I did.")]
    assert said("— a sack\n— a sieve\n— a cord") == []


def test_paragraphs_that_ask_make_an_interview() -> None:
    claim = "The council paid them. Why did you agree?"
    text = f"{claim}\n\nI did not.\n\nWho did?\n\nMy brother. Who else?\n\nHe had to.\n\nWhen?\n\nIn May."

    assert replies(text) == [(claim, "I did not."), ("Who did?", "My brother. Who else?"), ("When?", "In May.")]
    assert {speaker for speaker, _, _ in said(text)} == {None}


def test_somebody_who_laughs_is_asked_and_does_not_ask() -> None:
    text = "Why?\n\nIt was old.\n\nWho knew?\n\n[Laughs] Did I not say?\n\nThat it leaked.\n\nWhen?\n\nIn May."

    assert replies(text) == [("Why?", "It was old."), ("Who knew?", "[Laughs] Did I not say?"), ("When?", "In May.")]


def test_one_question_is_replied_to_by_yes_or_no() -> None:
    assert replies("Was the weir mended?\n\nYes, in May.\n\nIt held.") == [("Was the weir mended?", "Yes, in May.")]
    assert replies("Was the weir mended?\n\nThe council never said.\n\nIt held.") == []


INTERVIEW = "Why did it fall?\n\nIt was old.\n\nThe farmers say otherwise.\n\nWho knew?\n\nI did.\n\nWhen?\n\nIn May."


@pytest.mark.parametrize(
    "about", ["an interview with the miller Ana Toll in spring", "una entrevista con Ana Toll. En mayo."]
)
def test_the_only_person_interviewed_speaks_the_replies(about: str) -> None:
    found = said(f"This is {about}\n\n{INTERVIEW}")

    assert [words for speaker, _, words in found if speaker == "Ana Toll"] == ["It was old.", "I did.", "In May."]
    assert {speaker for speaker, asks, _ in found if asks} == {None}


@pytest.mark.parametrize(
    "about", ["an interview with Ana Toll and Olaf Hask.", "an interview with them.", "the mill that Ana Toll built."]
)
def test_of_several_or_unknown_people_none_speaks(about: str) -> None:
    assert {speaker for speaker, _, _ in said(f"This is {about}\n\n{INTERVIEW}")} == {None}


@pytest.mark.parametrize(
    "labels",
    [
        ("Domanda", "Risposta"),
        ("Pergunta", "Resposta"),
        ("Journaliste ", "Ana Toll "),
        ("MODERATOR", "ANA TOLL"),
        ("[00:01:27] HOST", "[00:01:40] ANA TOLL"),
        ("10:32 Host", "10:33 Guest"),
    ],
)
def test_who_asks_claims_nothing_in_other_layouts(labels: tuple[str, str]) -> None:
    asks, answers = labels
    text = "\n\n".join(
        f"{asks}: {question}\n\n{answers}: {answer}"
        for question, answer in [
            ("The weir was made in Prague.", "No, here."),
            ("Why did it fall?", "It was old."),
            ("It held for years.", "It did."),
        ]
    )

    assert [asks for _, asks, _ in said(text)] == [True, False] * 3
