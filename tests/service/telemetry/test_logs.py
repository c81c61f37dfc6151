"""Lines of the log: one record each, with what they may hold and nothing else."""

import io
import json
import logging
import warnings

import pytest

from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.telemetry.request_context import RequestContext, use_request_context

MARKER = "what did the mayor say"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def configured(stream: io.StringIO, settings: Settings, **changes: object) -> logging.Logger:
    configure_logs(settings.model_copy(update=changes), stream)
    return logging.getLogger("service.here")


def fail() -> None:
    try:
        int(MARKER)
    except ValueError as error:
        raise RuntimeError(f"asked: {MARKER}") from error


def log_failure(logger: logging.Logger) -> None:
    try:
        fail()
    except RuntimeError:
        logger.exception("It went wrong")


def test_a_line_of_text_says_when_what_and_for_which_request(stream: io.StringIO, settings: Settings) -> None:
    logger = configured(stream, settings)
    with use_request_context(RequestContext("3f2c")):
        logger.info("GET %s", "/v1/documents")
    when, *rest = stream.getvalue().rstrip("\n").split(" ")
    assert len(when) == len("2026-01-31T12:00:00.000Z")
    assert rest == ["INFO", "GET", "/v1/documents", "[3f2c]"]


def test_a_line_of_json_is_an_object(stream: io.StringIO, settings: Settings) -> None:
    logger = configured(stream, settings, log_format="json")
    with use_request_context(RequestContext("3f2c")):
        logger.warning("Añá \n %s", "x", extra={"status": 200, "problem": None, "other": "left out"})
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "service.here",
        "message": "Añá \n x",
        "request_id": "3f2c",
        "status": 200,
    }
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_message_can_forge_a_line_or_move_the_cursor(stream: io.StringIO, settings: Settings, form: str) -> None:
    configured(stream, settings, log_format=form).info("one\n2026 INFO two \x1b[2J \u202e \udc80")
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().rstrip("\n").isprintable()


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_is_logged_with_its_traceback_and_without_its_words(
    stream: io.StringIO, settings: Settings, form: str
) -> None:
    log_failure(configured(stream, settings, log_format=form))
    said = stream.getvalue()
    for part in ("It went wrong", "test_logs.py:", " in fail", "builtins.ValueError", "builtins.RuntimeError"):
        assert part in said
    assert said.index("ValueError") < said.index("RuntimeError")
    assert MARKER not in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_operator_who_asks_for_them_is_given_the_words(stream: io.StringIO, settings: Settings, form: str) -> None:
    logger = configured(stream, settings, log_format=form, log_questions=True)
    logger.info("POST", extra={"question": "When?\n"})
    log_failure(logger)
    assert MARKER in stream.getvalue()
    assert "When?\\n" in stream.getvalue()


def test_the_level_is_of_our_own_records_and_libraries_tell_no_more_than_warnings(
    stream: io.StringIO, settings: Settings
) -> None:
    logger = configured(stream, settings, log_level="debug")
    logging.getLogger("multipart").debug("part of a file")
    logging.getLogger("multipart").info("part of a file")
    assert stream.getvalue() == ""
    logger.debug("ours")
    logging.getLogger("a.library").warning("theirs")
    assert [line.split(" ", 1)[1] for line in stream.getvalue().splitlines()] == ["DEBUG ours", "WARNING theirs"]


def test_at_level_error_warnings_of_libraries_are_left_out_too(stream: io.StringIO, settings: Settings) -> None:
    logger = configured(stream, settings, log_level="error")
    logging.getLogger("a.library").warning("theirs")
    logger.warning("ours")
    assert stream.getvalue() == ""


def test_warnings_of_python_go_the_same_way(stream: io.StringIO, settings: Settings) -> None:
    configured(stream, settings, log_format="json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("beware", UserWarning, stacklevel=1)
    assert "beware" in json.loads(stream.getvalue())["message"]
