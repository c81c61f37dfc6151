"""Short runs of concurrency, overload, flood, leaving and soak with a tiny encoder, without timed assertions."""

from pathlib import Path
from typing import Any

import pytest

from tests.reliability import concurrency, flood, leaving, overload, soak
from tests.reliability.reports import Report
from tests.reliability.servers import Place
from tests.reliability.witness import Generation, Witness

SEED = 7


@pytest.fixture
def place(tmp_path: Path, tiny_model: Path, exports: Path) -> Place:
    return Place(
        tmp_path,
        {
            "FOOTNOTE_ENCODER": str(tiny_model),
            "FOOTNOTE_EXPORTS": str(exports),
            "FOOTNOTE_PASSAGE_TOKENS": "40",
            "FOOTNOTE_TITLE_TOKENS": "8",
        },
    )


@pytest.fixture
def report() -> Report:
    return Report("short", SEED, quiet=True)


def test_answers_are_right_while_everything_changes(place: Place, report: Report) -> None:
    concurrency.run(place, concurrency.Options(seconds=3, askers=8, documents=3, pause=0.1, timed=False), report)
    assert report.violations == []


def test_load_above_the_capacity_is_refused_and_the_rest_is_answered(place: Place, report: Report) -> None:
    overload.run(place, overload.Options(seconds=2, documents=3, timed=False), report)
    assert report.violations == []


def test_a_flooding_client_is_refused_and_a_calm_one_never(place: Place, report: Report) -> None:
    flood.run(place, flood.Options(seconds=2, documents=3, a_minute=60, timed=False), report)
    assert report.violations == []


def test_disconnected_clients_free_everything_and_do_not_delay_the_stop(place: Place, report: Report) -> None:
    leaving.run(place, leaving.Options(clients=50, documents=3, stops=(2,), timed=False), report)
    assert report.violations == []


def test_mixed_load_leaves_no_descriptor_or_thread(place: Place, report: Report) -> None:
    soak.run(place, soak.Options(minutes=0.06, documents=3, pause=0.02, most_growth=2), report)
    assert report.violations == []


@pytest.fixture
def answer() -> dict[str, Any]:
    """Return a correct answer of generation 2."""
    citation = {"document_id": "one", "revision": "sha256:b", "start": 4, "end": 9}
    passage = {"text": "truce", "citation": citation, "highlights": [{"start": 0, "end": 5}]}
    return {"generation": 2, "answer": {"text": "truce", "citation": citation}, "passages": [passage]}


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    witness = Witness(tmp_path)
    witness.texts = {"sha256:a": "It began.", "sha256:b": "The truce began."}
    for number, revision in ((1, "sha256:a"), (2, "sha256:b"), (5, "sha256:b")):
        witness.generations[number] = Generation(0.0, {"one": revision}, "int8")
    return witness


def test_the_witness_accepts_correct_answers(witness: Witness, answer: dict[str, Any]) -> None:
    assert witness.problem(answer) is None
    assert witness.problem({**answer, "answer": None, "passages": []}) is None
    assert witness.problem({**answer, "generation": 4}) is None


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("generation",), 1),
        (("generation",), 6),
        (("passages", 0, "text"), "truces"),
        (("passages", 0, "citation", "start"), 3),
        (("passages", 0, "citation", "document_id"), "two"),
        (("passages", 0, "citation", "revision"), "sha256:a"),
        (("passages", 0, "highlights", 0, "end"), 6),
        (("answer", "text"), "peace"),
    ],
)
def test_the_witness_rejects_wrong_answers(
    witness: Witness, answer: dict[str, Any], where: tuple[str | int, ...], value: object
) -> None:
    held: Any = answer
    for part in where[:-1]:
        held = held[part]
    held[where[-1]] = value
    assert witness.problem(answer) is not None


def test_a_violation_makes_the_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("short", SEED, quiet=True)
    report.check(True, "all is well")
    assert report.end() == 0
    report.check(False, "something is not")
    assert report.end() == 1
    assert "violation, 1 times: something is not" in capsys.readouterr().out
