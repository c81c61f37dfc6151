"""A short run of `tests.hostile.attack`: a small file of each kind. What a longer one found has a test of its own."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.documents.document import Passage, RemovedSpan, Section
from service.reading.splitting import SplitText
from tests.corpus.readers.files import only
from tests.hostile.attack import attack, table
from tests.hostile.attacked import Attacked, Told
from tests.hostile.generators import FORMATS, MARKER, Case, case_of
from tests.hostile.oracle import faults_of_document, faults_of_passages, faults_of_reason, is_over_a_limit
from tests.reliability.reports import Report

SEED = 1
ROOM = 2_000
"""Bytes of each file here, roughly."""


@pytest.fixture(scope="module")
def attacked() -> Iterator[Attacked]:
    """A victim that all files here are sent to."""
    with Attacked(seconds=10) as attacked:
        yield attacked


@pytest.mark.parametrize("format_name", FORMATS)
def test_small_files_of_every_kind_are_read_or_refused(attacked: Attacked, format_name: str) -> None:
    faults = {}
    for kind in sorted(FORMATS[format_name].kinds):
        told = attacked.ask(case_of(format_name, SEED, 0, ROOM, kind))
        if told.faults:
            faults[kind] = told.faults
    assert faults == {}


def test_the_same_seed_makes_the_same_files() -> None:
    for name in FORMATS:
        cases = [case_of(name, 5, number, ROOM) for number in range(6)]
        assert cases == [case_of(name, 5, number, ROOM) for number in range(6)]
        assert len({case.data for case in cases}) > 3


# What must hold

DOCUMENT = only("# One\n\nTwo words.\n", "a.md")


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("It is damaged.", "no clause"),
        ("it cannot be read; see /documents/a.md", "/documents"),
        ('it fails (File "reader.py", line 3)', ".py"),
        (f"'{MARKER}' is no date; correct it", "gives away"),
        ("it holds \x1b[2J; correct it", "unprintable"),
        ("it is wrong" * 40, "too long"),
    ],
)
def test_a_reason_that_is_no_clause_or_gives_something_away_is_noticed(reason: str, fault: str) -> None:
    assert any(fault in one for one in faults_of_reason(reason))


def test_a_good_reason_is_not_complained_of() -> None:
    reason = "reading it took more than 30 seconds; split it, or save it in another format"
    assert list(faults_of_reason(reason)) == []
    assert is_over_a_limit(reason)
    assert not is_over_a_limit("it has no text")


@pytest.mark.parametrize(
    "changed",
    [
        {"sections": [Section("One", 1, 99)]},
        {"sections": [Section("One", 1, 7), Section("Two", 1, 0)]},
        {"pages": [-1]},
        {"removed_spans": [RemovedSpan(0, 5, "a"), RemovedSpan(4, 6, "a")]},
        {"text": " \n"},
        {"metadata": dataclasses.replace(DOCUMENT.metadata, title="\ud800")},
        {"metadata": dataclasses.replace(DOCUMENT.metadata, extra={"x": float("nan")})},
    ],
)
def test_a_document_that_cannot_be_kept_is_noticed(changed: dict[str, object]) -> None:
    assert list(faults_of_document(DOCUMENT)) == []
    assert list(faults_of_document(dataclasses.replace(DOCUMENT, **changed)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spans", "fault"),
    [
        ([(0, 5), (7, 17)], None),
        ([(0, 5)], "leave something out"),
        ([(7, 17)], "leave something out"),
        ([(0, 8), (7, 17)], "overlap"),
        ([(0, 19)], "outside"),
        ([(7, 7)], "outside"),
    ],
)
def test_passages_that_overlap_or_leave_something_out_are_noticed(
    spans: list[tuple[int, int]], fault: str | None
) -> None:
    assert DOCUMENT.text == "# One\n\nTwo words.\n"
    faults = list(faults_of_passages(DOCUMENT, SplitText("", [Passage(start, end) for start, end in spans])))
    assert (fault is None and faults == []) or (fault is not None and fault in faults[0])


def test_passages_that_hold_what_was_removed_are_noticed() -> None:
    document = dataclasses.replace(DOCUMENT, removed_spans=[RemovedSpan(0, 5, "a")])
    assert list(faults_of_passages(document, SplitText("", [Passage(7, 17)]))) == []
    assert list(faults_of_passages(document, SplitText("", [Passage(0, 17)])))


# Who is attacked

FAKE = """
import json, os, sys, time
from tests.hostile.frames import read_frame, write_frame
write_frame(sys.stdout.buffer, b"{}")
while read_frame(sys.stdin.buffer) is not None:
    data = read_frame(sys.stdin.buffer)
    if b"hang" in data:
        time.sleep(600)
    if b"die" in data:
        os._exit(3)
    told = {"documents": 1, "characters": 1, "reasons": {}, "faults": ["wrong"] if b"{" in data else []}
    write_frame(sys.stdout.buffer, json.dumps(told).encode())
"""


def ask(attacked: Attacked, data: bytes) -> Told:
    return attacked.ask(Case("text", "a", "a.txt", data))


def test_a_victim_that_hangs_or_dies_is_noticed_and_replaced() -> None:
    with Attacked(0, ("-c", FAKE), patience=1.0) as attacked:
        assert ask(attacked, b"fine").faults == []
        assert ask(attacked, b"hang").faults[0].startswith("stuck")
        assert ask(attacked, b"die").faults == ["the parent died"]
        assert ask(attacked, b"fine").faults == []


def test_a_violation_is_reported_counted_and_kept_as_a_small_file(tmp_path: Path) -> None:
    report = Report("attack", 3, quiet=True)
    with Attacked(10, ("-c", FAKE)) as attacked:
        tallies = attack(attacked, ["jsonl"], 3, lambda rounds: rounds == 4, report, tmp_path, room=30_000)
    assert tallies["jsonl"].cases == tallies["jsonl"].read == 4
    assert tallies["jsonl"].violations == len(report.violations) == 4
    assert "| jsonl | 4 | 4 | 0 | 0 |" in table(tallies)
    kept = list(tmp_path.iterdir())
    assert kept
    assert all(path.suffix == ".jsonl" and b"{" in path.read_bytes() for path in kept)
    assert min(path.stat().st_size for path in kept) < 10_000
