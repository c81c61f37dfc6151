"""What keeps the ratings: durable, bounded, of nobody else's harm."""

import concurrent.futures
import contextlib
import datetime
import json
import sqlite3
import stat
from pathlib import Path

import pytest

from corpus.errors import FeedbackError, FeedbackFullError, UnknownFeedbackError
from service.upkeep import feedback as module
from service.upkeep.feedback import FEEDBACK_NAME, Feedback

RATING = {"question": "When did the truce begin? 🕊\u2028", "status": "not_found", "rating": "down", "passage": None}


class Clock:
    def __init__(self) -> None:
        self.now = datetime.datetime(2026, 3, 1, 23, 59, 59, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def feedback(tmp_path: Path, clock: Clock) -> Feedback:
    return Feedback(tmp_path, 100, clock)


def test_a_rating_is_kept_as_one_line_with_its_time(feedback: Feedback, tmp_path: Path) -> None:
    identifier = feedback.add(RATING)
    [rating] = Feedback(tmp_path, 1).ratings()
    assert rating.id == identifier
    assert "\n" not in rating.entry
    assert json.loads(rating.entry) == {**RATING, "at": "2026-03-01T23:59:59Z"}


def test_ratings_come_in_the_order_in_which_they_were_given(feedback: Feedback) -> None:
    identifiers = [feedback.add(RATING) for _ in range(20)]
    assert [rating.id for rating in feedback.ratings()] == identifiers
    assert len({*identifiers}) == 20
    assert all(len(identifier) >= 22 for identifier in identifiers)


def test_there_is_no_file_before_the_first_rating(feedback: Feedback) -> None:
    assert list(feedback.ratings()) == []
    assert feedback.remove_before(None) == 0
    with pytest.raises(UnknownFeedbackError):
        feedback.remove(["x"])
    assert not feedback.path.exists()


def test_nobody_else_may_read_the_file(feedback: Feedback) -> None:
    feedback.add(RATING)
    assert stat.S_IMODE(feedback.path.stat().st_mode) == 0o600
    assert [path.name for path in feedback.path.parent.iterdir()] == [FEEDBACK_NAME]


def test_what_is_removed_is_gone_from_the_disk(feedback: Feedback) -> None:
    kept = feedback.add(RATING)
    identifier = feedback.add({**RATING, "question": "a-question-that-is-taken-back"})
    assert b"taken-back" in feedback.path.read_bytes()
    feedback.remove([identifier])
    assert [rating.id for rating in feedback.ratings()] == [kept]
    assert b"taken-back" not in feedback.path.read_bytes()


def test_what_a_killed_process_left_half_written_is_undone_before_it_is_read(feedback: Feedback) -> None:
    """As the disk is in the middle of a transaction: changed pages, beside a journal with what they held."""
    feedback.add(RATING)
    before = list(feedback.ratings())
    journal = feedback.path.with_name(f"{FEEDBACK_NAME}-journal")
    with contextlib.closing(sqlite3.connect(feedback.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that pages are written before the commit
        connection.execute("BEGIN IMMEDIATE")
        rows = [(str(number), "2026-01-01T00:00:00Z", "{}" + " " * 3000) for number in range(50)]
        connection.executemany("INSERT INTO ratings (id, at, entry) VALUES (?, ?, ?)", rows)
        half, undone = feedback.path.read_bytes(), journal.read_bytes()
        connection.execute("ROLLBACK")
    feedback.path.write_bytes(half)
    journal.write_bytes(undone)
    assert list(feedback.ratings()) == before


def test_all_of_several_are_removed_or_none(feedback: Feedback) -> None:
    identifiers = [feedback.add(RATING) for _ in range(3)]
    with pytest.raises(UnknownFeedbackError, match="There is no rating 'nothing', so nothing was removed"):
        feedback.remove([identifiers[0], "nothing"])
    assert len(feedback.ratings()) == 3
    feedback.remove([*identifiers[:2], identifiers[0]])
    assert [rating.id for rating in feedback.ratings()] == identifiers[2:]


def test_those_before_a_date_are_removed(feedback: Feedback, clock: Clock) -> None:
    feedback.add(RATING)
    clock.now += datetime.timedelta(seconds=1)
    later = feedback.add(RATING)
    assert feedback.remove_before(datetime.date(2026, 3, 1)) == 0
    assert feedback.remove_before(datetime.date(2026, 3, 2)) == 1
    assert [rating.id for rating in feedback.ratings()] == [later]
    assert feedback.remove_before(None) == 1
    assert list(feedback.ratings()) == []


def test_what_was_acknowledged_never_makes_room_for_what_comes(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path, 2)
    identifiers = [feedback.add(RATING) for _ in range(2)]
    with pytest.raises(FeedbackFullError, match="holds 2 ratings, as many as FOOTNOTE_FEEDBACK_LIMIT allows"):
        feedback.add(RATING)
    assert [rating.id for rating in feedback.ratings()] == identifiers
    feedback.remove(identifiers[:1])
    feedback.add(RATING)


def test_many_at_once_are_all_kept_within_the_limit(tmp_path: Path) -> None:
    def add(_: int) -> str | None:
        try:
            return Feedback(tmp_path, 30).add(RATING)
        except FeedbackFullError:
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        given = [identifier for identifier in threads.map(add, range(40)) if identifier]
    assert len(given) == 30
    assert {rating.id for rating in Feedback(tmp_path, 30).ratings()} == {*given}


def test_an_empty_file_that_a_killed_process_left_is_replaced(feedback: Feedback) -> None:
    feedback.path.touch()
    assert list(feedback.ratings()) == []
    feedback.add(RATING)
    assert len(feedback.ratings()) == 1


def test_a_damaged_file_is_named_and_left_alone(feedback: Feedback) -> None:
    feedback.path.write_bytes(b"not a database" * 1000)
    for use in (feedback.ratings, lambda: feedback.add(RATING), lambda: feedback.remove(["x"])):
        with pytest.raises(FeedbackError, match=r"is damaged or cannot be read .* Move it away"):
            use()
    assert feedback.path.read_bytes() == b"not a database" * 1000


def test_another_database_is_not_written_to(feedback: Feedback) -> None:
    with sqlite3.connect(feedback.path) as connection:
        connection.execute("CREATE TABLE ratings (id, at, entry)")
    connection.close()
    before = feedback.path.read_bytes()
    for use in (feedback.ratings, lambda: feedback.add(RATING)):
        with pytest.raises(FeedbackError, match="is not a feedback file of this Footnote"):
            use()
    assert feedback.path.read_bytes() == before


def test_a_file_that_another_process_is_writing_is_waited_for_and_then_named(
    feedback: Feedback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_S", 0.01)
    feedback.add(RATING)
    with sqlite3.connect(feedback.path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(FeedbackError, match="is being written by another process"):
            feedback.add(RATING)
    connection.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="cannot be used"):
        Feedback(tmp_path / "nowhere", 1).add(RATING)
    (tmp_path / FEEDBACK_NAME).mkdir()
    with pytest.raises(FeedbackError):
        Feedback(tmp_path, 1).add(RATING)
    with pytest.raises(FeedbackError):
        Feedback(tmp_path, 1).ratings()


def test_a_full_disk_loses_nothing_and_is_named(feedback: Feedback, monkeypatch: pytest.MonkeyPatch) -> None:
    identifier = feedback.add(RATING)
    connect = sqlite3.connect

    def on_a_full_disk(*given: object, **more: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **more)  # type: ignore[call-overload]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", on_a_full_disk)
    with pytest.raises(FeedbackError, match="does not fit on its disk"):
        feedback.add({**RATING, "question": "x" * 100_000})
    assert [rating.id for rating in feedback.ratings()] == [identifier]


def test_damage_anywhere_is_reported_or_harmless(feedback: Feedback) -> None:
    for _ in range(3):
        feedback.add(RATING)
    good = feedback.path.read_bytes()
    told = 0
    for at in (*range(0, 200), *range(200, len(good), 37)):
        feedback.path.write_bytes(good[:at] + bytes([good[at] ^ (1 << at % 8)]) + good[at + 1 :])
        try:
            for rating in feedback.ratings():
                json.loads(rating.entry)
        except FeedbackError:
            told += 1
    assert told > 30
