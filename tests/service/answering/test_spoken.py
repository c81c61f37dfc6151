"""Answers from interviews: who says them, and which question they reply to."""

from service.answering.answer import AnswerText
from tests.service.answering.conftest import Over, without_reader

INTERVIEW = """# The mill after the flood

We met the miller Ada Toll (AT) at the weir. Tom Hask (TH) asked.

TH: The council paid the farmers for their silence about the dam. Why did you agree to the plan of the council?

AT: I never agreed. The plan was signed behind my back in the chapel of Askwater.

TH: Did the engineers inspect the sluice gate before the flood?

AT: No, never.

TH: And who repaired the wheel?

AT: My brother Olaf repaired the wheel with oak from the bishop's forest.
"""


def answer_of(over: Over, name: str, text: str, question: str) -> AnswerText:
    answer = over({name: text}, wrong_answers=0.5).ask(question).answer
    assert answer is not None
    return answer


def test_an_answer_says_who_speaks(over: Over) -> None:
    answer = over({"mill.md": INTERVIEW}).ask("Who repaired the wheel?")

    assert answer.answer is not None
    assert answer.answer.text == "My brother Olaf repaired the wheel with oak from the bishop's forest."
    assert answer.answer.citation.speaker == answer.passages[0].citation.speaker == "Ada Toll"


def test_a_short_reply_is_shown_with_its_question(over: Over) -> None:
    answer = answer_of(over, "mill.md", INTERVIEW, "Did the engineers inspect the sluice gate?")

    assert answer.text == "No, never."
    assert answer.reply_to is not None
    assert answer.reply_to.text == "Did the engineers inspect the sluice gate before the flood?"
    assert (answer.citation.speaker, answer.reply_to.citation.speaker) == ("Ada Toll", "Tom Hask")
    cited = answer.reply_to.citation
    assert INTERVIEW[cited.start : cited.end] == answer.reply_to.text


def test_what_an_interviewer_claims_is_no_answer(over: Over) -> None:
    answer = answer_of(over, "mill.md", INTERVIEW, "Why did you agree to the plan of the council?")

    assert answer.citation.speaker == "Ada Toll"
    assert answer.reply_to is not None
    assert answer.reply_to.text.startswith("The council paid the farmers")


def test_what_an_interviewer_claims_is_not_quoted_to_another_question_either(over: Over) -> None:
    answer = over({"mill.md": INTERVIEW}).ask("Whom did the council pay for silence about the dam?")

    assert answer.passages
    for passage in answer.passages:
        assert all("paid the farmers" not in passage.text[span.start : span.end] for span in passage.highlights)


def test_copies_of_a_sentence_and_what_it_leans_on_are_one_result(over: Over) -> None:
    text = "{}\n\nThe council of Askwater met in the chapel. It voted to sell the weir to the bishop.\n\n{}"
    below = "The mill ground rye and barley for the farms of the valley until the dam was taken away."

    copies = over({"a.txt": text.format("Annual", below), "b.txt": text.format("Another copy", below)})

    answer = without_reader(copies).ask("Who voted to sell the weir to the bishop?")

    assert len(answer.passages) == 1
    span = answer.passages[0].highlights[-1]
    shown = answer.passages[0].text[span.start : span.end]
    assert shown.startswith("The council of Askwater met in the chapel. It voted")
    assert len(answer.passages[0].also_found_in) == 1
