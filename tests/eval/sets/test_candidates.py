"""Candidates from feedback."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import corpus
from corpus.documents.document import revision_of
from corpus.errors import UnknownDocumentError
from corpus.files.source import read_bytes
from eval.errors import SetError
from eval.sets.candidates import ImportResult, candidates_from, write_candidates
from eval.sets.feedback import load_feedback
from eval.sets.gold import resolve
from eval.sets.questions import load_questions
from eval.sets.quotes import locate_quote, unique_span
from service.runtime.progress import NoProgress
from tests.corpus.samples import read_document

Write = Callable[..., Path]

TEXTS = {
    "truce": "The truce began. It was in 2012. Then it ended. The truce began again later.",
    "prison": "The prison was full in that year.",
}


def text_of(document: str) -> str:
    if document not in TEXTS:
        raise UnknownDocumentError(document)
    return TEXTS[document]


def rated(words: str, document: str = "truce", *, text: str | None = None, keep: bool = True) -> dict[str, Any]:
    """Return a rated passage; `text` is the document's text at the time of the rating."""
    text = TEXTS[document] if text is None else text
    start = text.index(words)
    passage = {"document_id": document, "revision": revision_of(text), "start": start, "end": start + len(words)}
    return {**passage, "text": words} if keep else passage


def rating(thumb: str, passage: dict[str, Any] | None, question: str = "When?", **more: object) -> dict[str, Any]:
    status = "not_found" if passage is None else "answered"
    at = {"at": "2026-03-01T12:00:00Z"}
    return {"question": question, "status": status, "rating": thumb, "passage": passage, **at, **more}


def imported(write: Write, *lines: dict[str, Any], known: Path | None = None) -> ImportResult:
    path = write("feedback.jsonl", "\n".join(json.dumps(line) for line in lines))
    questions = [] if known is None else load_questions(known, candidates=True).questions
    return candidates_from(load_feedback(path), text_of, questions, NoProgress())


def test_ratings_up_of_multiple_passages_become_one_question_with_multiple_answers(write: Write) -> None:
    (candidate,) = imported(
        write,
        rating("up", rated("The prison was full", "prison"), "when?"),
        rating("up", rated("It was in 2012.")),
        rating("up", rated("It was in 2012."), " When ? ", at="2026-02-01T00:00:00+01:00"),
    ).candidates
    assert (candidate.id, candidate.question, candidate.up, candidate.down) == ("when", "When ?", 3, 0)
    assert [(p.document, p.quote) for p in candidate.answers] == [
        ("prison", "The prison was full"),
        ("truce", "It was in 2012."),
    ]


def test_the_highlight_is_the_quote_and_is_extended_until_it_is_unique(write: Write) -> None:
    passage = {**rated(TEXTS["truce"]), "highlight": {"start": 0, "end": 15}}
    (candidate,) = imported(write, rating("up", passage)).candidates
    assert [place.quote for place in candidate.answers] == ["The truce began."]


@pytest.mark.parametrize(
    ("text", "start", "end", "quote"),
    [
        ("ab cd ab", 6, 8, "cd ab"),
        ("ab cd ab ef", 0, 2, "ab cd"),
        ("x  one two \n", 1, 11, "one two"),
        ("aaaa", 1, 2, "aaaa"),
    ],
)
def test_a_span_grows_word_by_word_until_it_is_unique(text: str, start: int, end: int, quote: str) -> None:
    start, end = unique_span(text, start, end)
    assert text[start:end] == quote


@given(text=st.text(alphabet="ab \n", min_size=1).filter(str.strip), data=st.data())
def test_every_span_grows_into_words_that_stand_once(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assume(text[start:end].strip())
    wider = unique_span(text, start, end)
    words = text[slice(*wider)]
    assert text[start:end].strip() in words
    assert words == words.strip()
    assert text.find(words) == wider[0]
    assert text.find(words, wider[0] + 1) < 0


def test_thumbs_down_are_a_hint_and_never_gold(write: Write) -> None:
    (candidate,) = imported(
        write,
        rating("up", rated("It was in 2012.")),
        rating("down", rated("Then it ended.")),
        rating("up", rated("The prison was full", "prison")),
        rating("down", rated("The prison was full", "prison")),
    ).candidates
    assert [place.quote for place in candidate.answers] == ["It was in 2012."]
    assert candidate.hints == [
        "1 up, 1 down for “The prison was full” in 'prison'.",
        "0 up, 1 down for “Then it ended.” in 'truce'.",
    ]


def test_a_question_with_thumbs_down_alone_asks_for_its_answer(write: Write) -> None:
    (candidate,) = imported(write, rating("down", rated("Then it ended."))).candidates
    assert (candidate.answers, candidate.answerable) == ([], True)
    assert candidate.hints[-1] == "No rating confirms an answer: find one, or set answerable to false."


def test_being_right_that_nothing_was_found_makes_an_unanswerable_question(write: Write) -> None:
    right, wrong = imported(
        write, rating("up", None, "Who baked bread?"), rating("down", None, "When was it?")
    ).candidates
    assert (right.answerable, right.answers, right.hints) == (
        False,
        [],
        ["1 up, 0 down for the answer that nothing was found."],
    )
    assert wrong.answerable


def test_a_passage_that_answers_outweighs_that_nothing_was_found(write: Write) -> None:
    passage = rated("It was in 2012.")
    (candidate,) = imported(write, rating("up", None), rating("up", passage, status="not_found")).candidates
    assert candidate.answerable
    assert "1 up, 0 down for the answer that nothing was found." in candidate.hints


@pytest.mark.parametrize("thumb", ["up", "down"])
def test_a_rating_of_an_uncertain_answer_does_not_say_that_the_documents_have_none(write: Write, thumb: str) -> None:
    (candidate,) = imported(write, rating(thumb, None, status="uncertain")).candidates
    assert candidate.answerable
    assert candidate.answers == []
    assert candidate.hints == [
        f"{int(thumb == 'up')} up, {int(thumb == 'down')} down for passages shown without an answer.",
        "No rating confirms an answer: find one, or set answerable to false.",
    ]


def test_another_conversation_makes_another_question(write: Write) -> None:
    history = [{"role": "user", "content": "And the truce?"}]
    plain, follow_up = imported(
        write, rating("up", rated("It was in 2012.")), rating("up", rated("Then it ended."), history=history)
    ).candidates
    assert (plain.id, follow_up.id) == ("when", "when-2")
    assert json.loads(follow_up.line())["history"] == history
    assert json.loads(follow_up.line())["tags"] == ["feedback", "follow-up"]


def test_words_are_found_again_in_a_document_that_has_changed(write: Write) -> None:
    before = "Preface. " + TEXTS["truce"]
    (candidate,) = imported(write, rating("up", rated("It was in 2012.", text=before))).candidates
    assert [(place.start, place.quote) for place in candidate.answers] == [(17, "It was in 2012.")]
    assert candidate.hints == ["'truce' has changed since; the same words were found."]


def test_a_highlight_is_found_again_in_a_passage_that_has_changed(write: Write) -> None:
    before = "It was in 2012. Nobody knew."
    passage = {**rated(before, text=before), "highlight": {"start": 0, "end": 15}}
    (candidate,) = imported(write, rating("up", passage)).candidates
    assert [place.quote for place in candidate.answers] == ["It was in 2012."]


def test_what_cannot_be_found_again_is_skipped_with_its_reason(write: Write) -> None:
    gone = {**rated("The prison", "prison"), "document_id": "gone"}
    beyond = {**rated("The prison", "prison", keep=False), "start": 900, "end": 910}
    result = imported(
        write,
        rating("up", gone),
        rating("up", rated("Gone.", text="Gone.")),
        rating("up", rated("Gone.", text="Gone.", keep=False)),
        rating("up", rated("The truce began", text="Oh: The truce began")),
        rating("up", beyond),
    )
    assert result.candidates == []
    assert result.skipped == [
        "line 1: the document 'gone' is no longer in the store.",
        "line 2: 'truce' has changed since, and the words no longer occur in it exactly once.",
        "line 3: 'truce' has changed since, and the rating has no 'text'.",
        "line 4: 'truce' has changed since, and the words no longer occur in it exactly once.",
        "line 5: 'prison' has no words from 900 to 910.",
    ]


def test_the_order_of_the_file_does_not_matter(write: Write) -> None:
    lines = [
        rating("up", rated("It was in 2012."), "B?", at="2026-03-02T00:00:00Z"),
        rating("up", rated("Then it ended."), "A?", at="2026-03-03T00:00:00Z"),
        rating("up", None, "C?", at="2026-03-01T00:00:00Z"),
    ]
    one = [candidate.line() for candidate in imported(write, *lines).candidates]
    assert one == [candidate.line() for candidate in imported(write, *reversed(lines)).candidates]
    assert [json.loads(line)["id"] for line in one] == ["c", "b", "a"]


def test_candidates_are_refused_until_they_are_approved_and_are_then_gold(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "candidates.jsonl"
    write_candidates(imported(write, rating("up", rated("It was in 2012."))).candidates, path)
    with pytest.raises(SetError, match="line 1: 'when' is an unapproved candidate"):
        load_questions(path)
    path.write_text(path.read_text().replace('"approved": false', '"approved": true'))
    (span,) = resolve(load_questions(path), text_of)["when"].spans
    assert (span.start, span.end) == (17, 32)


def test_an_approved_candidate_without_an_answer_is_refused(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "candidates.jsonl"
    write_candidates(imported(write, rating("down", rated("Then it ended."))).candidates, path)
    path.write_text(path.read_text().replace('"approved": false', '"approved": true'))
    with pytest.raises(SetError, match="line 1: an answerable question needs at least one answer"):
        load_questions(path)


def test_questions_of_a_known_set_are_left_out_and_its_ids_are_not_taken(write: Write, tmp_path: Path) -> None:
    known = tmp_path / "known.jsonl"
    write_candidates(imported(write, rating("up", rated("It was in 2012."))).candidates, known)
    result = imported(
        write,
        rating("up", None, "WHEN ?"),
        rating("up", None, "When?"),
        rating("up", None, "¿When, then?"),
        known=known,
    )
    assert (result.known, [candidate.id for candidate in result.candidates]) == (1, ["when-then"])
    other = imported(
        write, rating("up", None, "When", history=[{"role": "user", "content": "Hm."}]), known=known
    ).candidates
    assert [candidate.id for candidate in other] == ["when-2"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"rating": "sideways"}, "line 2: rating: input should be 'up' or 'down'."),
        ({"at": "2026-03-01T12:00:00"}, "line 2: at: input should have timezone info."),
        ({"passage": None}, "line 2: passage: this can be null only if 'status' is not 'answered'."),
        ({"user": "someone"}, "line 2: this has an unknown field. Known fields: question, "),
        ({"passage": {**rated("It was"), "revision": "1"}}, "line 2: passage.revision: "),
        (
            {"passage": {**rated("It was"), "end": 0}},
            "line 2: passage.end: 'end' must be greater than 'start'",
        ),
        (
            {"passage": {**rated("It was"), "text": "It"}},
            "line 2: passage.text: this must have 'end' - 'start'",
        ),
        (
            {"passage": {**rated("It was"), "highlight": {"start": 3, "end": 9}}},
            "line 2: passage.highlight: this must be within the passage, 'start' before 'end'.",
        ),
    ],
)
def test_a_malformed_line_is_named(write: Write, change: dict[str, Any], complaint: str) -> None:
    good = rating("up", rated("It was in 2012."))
    with pytest.raises(SetError) as caught:
        imported(write, good, {**good, **change})
    assert complaint in str(caught.value)
    assert "feedback.jsonl" in str(caught.value)


def test_the_documented_rating_is_read_and_its_words_stand_where_it_says(write: Write) -> None:
    documentation = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (line,) = re.findall(r'^\{"question".*"rating".*\}$', documentation, re.MULTILINE)
    (numbered,) = load_feedback(write("feedback.jsonl", line))
    passage = numbered.rating.passage
    assert passage is not None
    text = read_document(read_bytes(Path(corpus.__file__).parent / "starter" / f"{passage.document_id}.md")).text
    assert text[passage.start : passage.end] == passage.text
    place, _ = locate_quote(passage, lambda _: text)
    assert place.quote == "In 2012 the government of Mauricio Funes and the gangs arrived at the truce."


def test_feedback_without_a_rating_is_refused(write: Write) -> None:
    with pytest.raises(SetError, match="has no rating"):
        load_feedback(write("feedback.jsonl", "\n"))


def test_a_file_that_cannot_be_written_leaves_nothing(write: Write, tmp_path: Path) -> None:
    candidates = imported(write, rating("up", None)).candidates
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    with pytest.raises(SetError, match="cannot be written"):
        write_candidates(candidates, tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".partial")] == []
