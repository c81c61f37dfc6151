"""Logging: one line for each record, as text or JSON, with the id of its request.

By default no line contains a question, a document's text or a key. The messages of unexpected errors may quote them, so
only their types and tracebacks are logged, unless FOOTNOTE_LOG_QUESTIONS is set.
"""

import datetime
import json
import logging
import traceback
from collections.abc import Iterator
from typing import Any, TextIO

from service.runtime.terminal import one_line
from service.settings import Settings
from service.telemetry.request_context import current_request

FIELDS = ("method", "route", "status", "ms", "problem", "question")
"""Attributes of a record, given as `extra`."""

OWN = ("corpus", "embeddings", "service")
"""Loggers that use FOOTNOTE_LOG_LEVEL. Libraries log warnings and errors only: other messages may quote content."""


class _Lines(logging.Formatter):
    """Base of both formats.

    Args:
        messages: Whether to log the messages of errors.
    """

    def __init__(self, *, messages: bool) -> None:
        super().__init__()
        self._messages = messages

    def time(self, record: logging.LogRecord) -> str:
        """Return the time in UTC: `2026-01-31T12:00:00.000Z`."""
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def trace(self, record: logging.LogRecord) -> str:
        """Return the traceback of a record's error; empty if it has none."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return ""
        if self._messages:
            return "".join(traceback.format_exception(error)).rstrip()
        return "\n".join(_without_messages(error))


class TextLines(_Lines):
    """`2026-01-31T12:00:00.000Z INFO POST /v1/ask 200 14.2 ms [3f2c…]`, followed by a traceback, for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        request, trace = current_request(), self.trace(record)
        question = record.__dict__.get("question")
        return one_line(
            f"{self.time(record)} {record.levelname} {record.getMessage()}"
            + ("" if question is None else f" {json.dumps(question)}")
            + ("" if request is None else f" [{request.id}]")
        ) + (f"\n{trace}" if trace else "")


class JsonLines(_Lines):
    """A JSON object on each line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "time": self.time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request, trace = current_request(), self.trace(record)
        if request is not None:
            line["request_id"] = request.id
        line |= {name: record.__dict__[name] for name in FIELDS if record.__dict__.get(name) is not None}
        if trace:
            line["error"] = trace
        return json.dumps(line)


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Write the log of this process, libraries included, to one stream.

    Args:
        settings: Format, level, and whether questions may be logged.
        stream: Standard error if None.
    """
    handler = logging.StreamHandler(stream)
    formatter = JsonLines if settings.log_format == "json" else TextLines
    handler.setFormatter(formatter(messages=settings.log_questions))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    for name in OWN:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


def _without_messages(error: BaseException) -> Iterator[str]:
    """Yield the traceback of an error and its causes, oldest first, without their messages."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _without_messages(before)
        yield "This led to:"
    yield "Traceback (most recent call last):"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}"
