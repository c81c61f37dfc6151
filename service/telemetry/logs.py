"""The log: one line for each record, as text or JSON, with the request that it belongs to.

By default no line holds a question, a document's words or a key. What an unexpected error says may quote any of them,
so its kind and its traceback are logged without its words, unless the operator has asked for them.
"""

import datetime
import json
import logging
import traceback
import types
from collections.abc import Iterator
from typing import Any, TextIO

from service.settings import Settings
from service.telemetry.request_context import current

__all__ = ["FIELDS", "JsonLines", "TextLines", "configure_logs"]

FIELDS = ("method", "route", "status", "ms", "problem", "question")
"""What a record may carry beside its message, as `extra`."""

OWN = ("corpus", "embeddings", "service")
"""Their records are kept from FOOTNOTE_LOG_LEVEL on; those of libraries from warnings on, whatever the level: beyond
that, they may tell what they work on."""

ErrorInfo = tuple[type[BaseException], BaseException, types.TracebackType | None]


class _Lines(logging.Formatter):
    """Args: words: Whether what errors say may be logged as well."""

    def __init__(self, *, words: bool) -> None:
        super().__init__()
        self._words = words

    def at(self, record: logging.LogRecord) -> str:
        """When it was, in UTC: `2026-01-31T12:00:00.000Z`."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def trace(self, record: logging.LogRecord) -> str:
        """The traceback of a record's error; empty if it has none."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return ""
        if self._words:
            return "".join(traceback.format_exception(error)).rstrip()
        return "\n".join(_without_words(error))


class TextLines(_Lines):
    """`2026-01-31T12:00:00.000Z INFO POST /v1/ask 200 14.2 ms [3f2c…]`, for people; a traceback comes below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        observed, trace = current(), self.trace(record)
        question = record.__dict__.get("question")
        return _printable(
            f"{self.at(record)} {record.levelname} {record.getMessage()}"
            + ("" if question is None else f" {json.dumps(question)}")
            + ("" if observed is None else f" [{observed.id}]")
        ) + (f"\n{trace}" if trace else "")


class JsonLines(_Lines):
    """A JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line: dict[str, Any] = {
            "time": self.at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        observed, trace = current(), self.trace(record)
        if observed is not None:
            line["request_id"] = observed.id
        line |= {name: record.__dict__[name] for name in FIELDS if record.__dict__.get(name) is not None}
        if trace:
            line["error"] = trace
        return json.dumps(line)


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Have everything that this process logs, the libraries' part too, written to one stream.

    Args:
        settings: Form, level, and whether questions may be logged.
        stream: Standard error if None.
    """
    handler = logging.StreamHandler(stream)
    form = JsonLines if settings.log_format == "json" else TextLines
    handler.setFormatter(form(words=settings.log_questions))
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.WARNING))
    for name in OWN:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


def _printable(text: str) -> str:
    """A text on one line, with nothing in it that a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _without_words(error: BaseException) -> Iterator[str]:
    """A traceback of an error and those that led to it, the first one first, by their kinds alone."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _without_words(before)
        yield "This led to:"
    yield "Traceback (most recent call last):"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__module__}.{type(error).__qualname__}"
