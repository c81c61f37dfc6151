"""`footnote ask`."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from embeddings.encoder.encoder import Encoder
from service.answering.answer import Answer, Confidence, Interpretation, Reason
from service.answering.pipeline import Pipeline
from tests.service.cli.conftest import Run
from tests.service.conftest import write_calibration

Write = Callable[..., Path]


def test_ask_prints_the_words_and_where_they_stand(filled: Run) -> None:
    ran = filled("ask", "When did the truce begin?")
    assert ran.code == 0
    assert "“The truce began in the year 2012.”" in ran.out
    assert "The truce, Start, 2017-01-19 (truce, characters 9–42)" in ran.out
    assert "  Confidence: medium, from ranks only\n" in ran.out
    assert "\n1. The truce, Start" in ran.out


def test_a_reply_is_shown_with_its_question_and_by_whom(footnote: Run, write: Write) -> None:
    text = "Ana Toll: Was the weir mended?\n\nOlaf Hask: No, never.\n\nAna Toll: Why?\n\nOlaf Hask: They had no oak."
    assert footnote("ingest", str(write("weir.md", text))).code == 0

    shown = footnote("ask", "Was it mended?").out

    assert re.match(
        r"Ana Toll: “(?:Was the weir mended|Why)\?”\n“(?:No, never|They had no oak)\.”\n"
        r"  — .*, said by Olaf Hask \(weir, ",
        shown,
    )


def test_ask_prints_the_contracts_object(filled: Run) -> None:
    answer = json.loads(filled("ask", "When did the truce begin?", "--json", "-k", "1").out)
    assert answer["status"] == "answered"
    assert answer["answer"]["text"] == "The truce began in the year 2012."
    assert answer["passages"][0]["citation"]["start"] == 0
    assert answer["generation"] == 1


HEADINGS = {
    "doubt": "No passage clearly answers this. These may bear on it:",
    "collection": "No single passage answers this. These bear on it:",
    "vague": "Ask a whole question: these words alone do not say what to look for. The nearest passages:",
}


@pytest.fixture
def doubt(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the pipeline answer as uncertain, for a reason, with other changes."""
    answered = Pipeline.ask

    def _doubt(reason: Reason, **changes: Any) -> None:
        def doubting(self: Pipeline, question: str, **more: Any) -> Answer:
            answer = answered(self, question, **more)
            uncertain: dict[str, Any] = {
                "status": "uncertain",
                "reason": reason,
                "answer": None,
                "interpretation": None,
            }
            return replace(answer, **(uncertain | changes))

        monkeypatch.setattr(Pipeline, "ask", doubting)

    return _doubt


@pytest.mark.parametrize("reason", ["doubt", "collection"])
def test_ask_prints_an_uncertain_answer_as_quotations_with_the_passages_around_them(
    filled: Run, doubt: Callable[..., None], reason: Reason
) -> None:
    doubt(reason)
    ran = filled("ask", "When did the truce begin?")
    assert ran.code == 0
    assert ran.out.startswith(f"{HEADINGS[reason]}\n\n1. The truce, Start, 2017-01-19 (truce, characters 0–42)")
    assert ran.out.endswith(
        "\n    “The truce began in the year 2012.”\n"
        "    The passage around it:\n"
        "        # Start\n\n        The truce began in the year 2012.\n"
    )
    assert "Confidence" not in ran.out


def test_ask_quotes_nothing_that_is_near_a_vague_question(filled: Run, doubt: Callable[..., None]) -> None:
    doubt("vague")
    out = filled("ask", "truce").out
    assert out.startswith(f"{HEADINGS['vague']}\n\n1. The truce, Start, 2017-01-19 (truce, characters 0–42)")
    assert out.endswith("\n    # Start\n\n    The truce began in the year 2012.\n")
    assert "“" not in out


def test_ask_prints_a_passage_that_is_quoted_whole_once(
    footnote: Run, write: Write, doubt: Callable[..., None]
) -> None:
    assert footnote("ingest", write("short.md", "The truce began in the year 2012.\n")).code == 0
    doubt("collection")
    out = footnote("ask", "When did the truce begin?").out
    assert out.endswith("]\n    “The truce began in the year 2012.”\n")


@pytest.mark.parametrize(("reason", "heading"), HEADINGS.items())
def test_ask_announces_no_passages_of_an_uncertain_answer_that_has_none(
    filled: Run, doubt: Callable[..., None], reason: Reason, heading: str
) -> None:
    doubt(reason, passages=[])
    out = filled("ask", "When did the truce begin?").out
    assert out.count("\n") == 1
    assert heading.startswith(out.rstrip("\n"))
    assert not out.rstrip().endswith(":")


@pytest.mark.parametrize(
    ("reason", "end"),
    [("doubt", "\n\nChance that the words quoted first answer: 20%\n"), ("collection", ""), ("vague", "")],
)
def test_ask_gives_the_chance_of_the_quoted_words_where_they_are_in_doubt_and_no_other(
    filled: Run, doubt: Callable[..., None], reason: Reason, end: str
) -> None:
    doubt(reason, confidence=Confidence("low", 0.2, 0.814))
    out = filled("ask", "When did the truce begin?").out
    assert out.endswith(end)
    assert ("Chance" in out, "81" in out) == (bool(end), False)


def test_ask_gives_no_chance_that_has_not_been_measured(filled: Run, doubt: Callable[..., None]) -> None:
    doubt("doubt", confidence=Confidence("low", None))
    assert "Chance" not in filled("ask", "When did the truce begin?").out


def test_ask_says_how_a_question_was_spelt(filled: Run, doubt: Callable[..., None]) -> None:
    out = filled("ask", "When did the truce begin?").out
    assert out.startswith("Showing results for “When did the truce began?”\n\n“The truce began in the year 2012.”\n")
    assert "Showing results for" not in filled("ask", "When was the truce?").out
    doubt("doubt", interpretation=Interpretation((0,), None))
    assert "Showing results for" not in filled("ask", "When did the truce begin?").out


def test_ask_cites_as_the_pages_do(footnote: Run, write: Write) -> None:
    head = "---\ntitle: The weir\nauthors: [Ana Toll, Juan Soto, Eva Lund]\npublisher: The Press\n---\n"
    text = "Ana Toll: Was it mended?\n\nOlaf Hask: No, never.\n\nAna Toll: Why?\n\nOlaf Hask: They had no oak."
    assert footnote("ingest", write("weir.md", head + text)).code == 0
    out = footnote("ask", "Was it mended?").out
    assert "\n  — Ana Toll, Juan Soto and Eva Lund, The weir, said by Olaf Hask, The Press (weir, characters " in out


def test_ask_prints_the_object_of_an_uncertain_answer(filled: Run, doubt: Callable[..., None]) -> None:
    doubt("collection")
    answer = json.loads(filled("ask", "When did the truce begin?", "--json").out)
    assert (answer["status"], answer["reason"], answer["answer"]) == ("uncertain", "collection", None)
    assert answer["passages"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ask", ""), "Error: question: This text is empty; it needs at least 1 character.\n"),
        (("ask", "  "), "Error: question: The question is empty: ask something.\n"),
        (("ask", "x" * 100_000), "Error: question: This text is too long; at most 2,000 characters are allowed.\n"),
        (("ask", "q", "-k", "0"), "Error: k: This must be at least 1.\n"),
        (("ask", "q", "-k", "10000"), "Error: k: This must be at most 100.\n"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(filled: Run, arguments: tuple[str, ...], sentence: str) -> None:
    ran = filled(*arguments)
    assert (ran.code, ran.err) == (1, sentence)


@pytest.mark.parametrize(
    "question",
    [
        "the of and",
        "x",
        "?!",
        "停戦はいつ",
        "ზავი",
        "quetzal",
        "truce " * 300,
        "\x01\x07\x1b[31m",
        'text:* AND "',
        "--",
    ],
    ids=lambda question: repr(question[:12]),
)
def test_odd_questions_get_an_answer_like_any_other(filled: Run, question: str) -> None:
    ran = filled("ask", "--json", "--", question)
    assert ran.code == 0
    assert re.fullmatch(r"Warning: No calibration fits .*\n", ran.err)
    [passage] = json.loads(ran.out)["passages"]
    assert passage["citation"]["document_id"] == "truce"
    assert "\x1b" not in filled("ask", "--", question).out


def test_ask_says_how_sure_it_is_where_that_has_been_measured(
    filled: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_encoder: Encoder
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(write_calibration(tmp_path / "c.json", tiny_encoder, least=-0.9)))
    assert re.search(r"\n  Confidence: (very high|high|medium|low) \(\d+%\)\n", filled("ask", "When did it begin?").out)


def test_ask_warns_once_where_everything_or_nothing_is_claimed(
    filled: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_encoder: Encoder
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    everything = filled("ask", "When did it begin?", "--json")
    assert everything.err.count("Warning: No calibration fits this encoder, so whatever is found is claimed") == 1
    assert json.loads(everything.out)["status"] == "answered"
    path = write_calibration(tmp_path / "c.json", tiny_encoder, least=-0.9)
    path.write_text(json.dumps({**json.loads(path.read_text()), "claims": [[0.4, -0.9]]}))
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(path))
    nothing = filled("ask", "When did it begin?", "--json")
    assert nothing.err.count(f"Warning: No answer will be claimed, because the calibration {path} has no border") == 1
    assert json.loads(nothing.out)["status"] == "uncertain"
    monkeypatch.setenv("FOOTNOTE_WRONG_ANSWERS", "0.4")
    assert "Warning" not in filled("ask", "When did it begin?").err


@pytest.mark.parametrize("question", ["-when did the truce begin?", "--when did the truce begin?"])
def test_a_question_that_begins_with_a_dash_is_refused_with_the_way_to_ask_it(filled: Run, question: str) -> None:
    refused, asked = filled("ask", question), filled("ask", "--", question)

    assert refused.code == 2
    assert "The question begins with a dash. Put -- before it" in refused.err
    assert "“The truce began in the year 2012.”" in asked.out


def test_an_unknown_option_is_still_named(filled: Run) -> None:
    assert "No such option '--dta'" in filled("ask", "When?", "--dta", "x").err
