"""What long work shows."""

import io

import pytest

from service.runtime.progress import BarProgress, LineProgress, NoProgress, Progress, progress_for


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that the test advances."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def work(progress: Progress, names: list[str]) -> None:
    progress.start(len(names))
    for name in names:
        progress.doing(name)
        progress.advance()
    progress.finish()


def test_a_terminal_gets_a_bar_and_anything_else_gets_lines() -> None:
    assert isinstance(progress_for(Terminal()), BarProgress)
    assert isinstance(progress_for(io.StringIO()), LineProgress)


def test_progress_goes_to_standard_error_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    work(progress_for(), ["a.txt"])

    assert isinstance(progress_for(), LineProgress)
    assert capsys.readouterr().out == ""


def test_lines_come_every_five_seconds_with_the_count() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock)

    progress.start(12_000)
    for passed in (1.0, 3.9, 0.2, 1.0, 5.0):
        clock.seconds += passed
        progress.doing("a.txt")
        progress.advance()
    progress.finish()

    assert stream.getvalue() == "3 of 12,000 documents\n5 of 12,000 documents\n"


def test_short_work_gets_no_lines() -> None:
    stream = io.StringIO()

    work(LineProgress(stream, Clock()), ["a.txt"] * 100)

    assert stream.getvalue() == ""


def test_lines_start_at_zero_for_new_work() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock)
    work(progress, ["a.txt"] * 3)
    clock.seconds += 60
    progress.start(2)
    progress.advance()
    clock.seconds += 5
    progress.advance()

    assert stream.getvalue() == "2 of 2 documents\n"


def test_lines_call_the_items_by_their_name() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock)
    progress.start(7, "questions")
    clock.seconds += 5
    progress.advance()

    assert stream.getvalue() == "1 of 7 questions\n"


def test_the_bar_shows_count_and_name_and_leaves_nothing() -> None:
    terminal = Terminal()
    progress = BarProgress(terminal)
    progress.start(2)
    progress.doing("folder/truce.md")
    shown = terminal.getvalue()
    progress.advance()
    progress.finish()

    assert "0/2" in shown
    assert "folder/truce.md" in shown
    assert terminal.getvalue().rsplit("\r", 2)[-2].strip() == ""
    assert "\n" not in terminal.getvalue()


@pytest.mark.parametrize(
    "name", ["\x1b[2J\x1b[Hwiped.txt", "two\nlines\r.txt", "bell\a\b.txt", "bad\udcff.txt", "\u202eright"]
)
def test_no_file_name_moves_the_cursor(name: str) -> None:
    terminal = Terminal()
    progress = BarProgress(terminal)
    progress.start(1)
    before = len(terminal.getvalue())
    progress.doing(name)
    shown = terminal.getvalue()[before:]
    progress.finish()

    assert shown.startswith("\r")
    assert not set(shown[1:]) & set("\x1b\n\r\a\b\u202e")
    shown.encode()


def test_a_bar_not_begun_or_ended_twice_does_no_harm() -> None:
    progress = BarProgress(Terminal())

    progress.doing("a.txt")
    progress.advance()
    progress.finish()
    work(progress, ["a.txt"])
    progress.finish()


def test_no_progress_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    work(NoProgress(), ["a.txt"])

    assert capsys.readouterr() == ("", "")


def test_lines_tell_passages_a_second_once_there_are_some() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock)
    progress.start(3)
    clock.seconds += 60  # the model is loaded
    progress.advance()
    for _ in range(20):
        progress.encoded()
        clock.seconds += 0.5
    progress.advance()

    first, *_, last = stream.getvalue().splitlines()
    assert first == "1 of 3 documents"
    assert last == "2 of 3 documents, 2.0 passages/s"


def test_the_bar_shows_passages_a_second_beside_the_name() -> None:
    terminal, clock = Terminal(), Clock()
    progress = BarProgress(terminal, clock)
    progress.start(3)
    progress.doing("truce.md")
    for _ in range(4):
        progress.encoded()
        clock.seconds += 0.5
    progress.doing("talks.md")
    shown = terminal.getvalue()
    progress.finish()

    assert "2.0 passages/s, talks.md" in shown
