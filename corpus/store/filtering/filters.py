"""Filters on documents: conditions on metadata fields and on other keys of the front matter."""

import datetime
import operator
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

Scalar = str | int | float | bool
"""A value that a filter compares."""

Term = tuple[str, Scalar]
"""Type and value, so that a number never equals a boolean."""

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\Z|[T ]\d{2}:)", re.ASCII)


def term(value: Scalar) -> Term:
    """Return the term of a value."""
    if isinstance(value, bool):
        return "boolean", value
    return ("text" if isinstance(value, str) else "number"), value


def terms(value: object) -> Iterator[Term]:
    """Return the terms of a metadata value: itself, or the elements of a list; other values have none."""
    if isinstance(value, str | int | float):
        yield term(value)
    elif isinstance(value, list | tuple):
        for element in value:
            if isinstance(element, str | int | float):
                yield term(element)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Matches any of these terms."""

    terms: frozenset[Term]

    @classmethod
    def of(cls, values: Sequence[Scalar]) -> Self:
        """Return the condition for values."""
        return cls(frozenset(map(term, values)))

    def matches(self, found: Term) -> bool:
        """Return whether a term of a document matches."""
        return found in self.terms


@dataclass(frozen=True, slots=True)
class Languages:
    """Matches any of these language tags and their subtags, in any case: `es` matches `es-SV`."""

    tags: frozenset[str]

    def matches(self, found: Term) -> bool:
        """Return whether a term of a document matches."""
        language = f"{found[1]}-".lower()
        return any(language.startswith(f"{tag}-".lower()) for tag in self.tags)


@dataclass(frozen=True, slots=True)
class Range:
    """Matches numbers, or dates, between bounds: all bounds are numbers, or all are dates.

    A text that is a date, or begins with one and a time, matches by its date.
    """

    gte: float | datetime.date | None = None
    gt: float | datetime.date | None = None
    lte: float | datetime.date | None = None
    lt: float | datetime.date | None = None

    def matches(self, found: Term) -> bool:
        """Return whether a term of a document matches; terms of another type do not."""
        bounds = ((operator.ge, self.gte), (operator.gt, self.gt), (operator.le, self.lte), (operator.lt, self.lt))
        dates = any(isinstance(bound, datetime.date) for _, bound in bounds)
        value = _date(found) if dates else _number(found)
        return value is not None and all(bound is None or holds(value, bound) for holds, bound in bounds)


def _number(found: Term) -> float | None:
    kind, value = found
    return value if kind == "number" and isinstance(value, int | float) else None


def _date(found: Term) -> datetime.date | None:
    written = _DATE.match(found[1]) if isinstance(found[1], str) else None
    try:
        return datetime.date.fromisoformat(written[1]) if written else None
    except ValueError:
        return None


Condition = AnyOf | Languages | Range


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions that a document must meet, all of them; without any, all documents do.

    Args:
        fields: Metadata fields, by attribute of `Metadata`, with the condition on each.
        extra: Other keys of the front matter, with the condition on each.
        document_ids: Only these documents.
        without_documents: None of these documents.
    """

    fields: Sequence[tuple[str, Condition]] = ()
    extra: Sequence[tuple[str, Condition]] = ()
    document_ids: Sequence[str] = ()
    without_documents: Sequence[str] = ()

    def __bool__(self) -> bool:
        return any((self.fields, self.extra, self.document_ids, self.without_documents))


class Allowed(Protocol):
    """The passages that filters allow: listed where they are few, otherwise known by a predicate."""

    def __len__(self) -> int:
        """Number of passages allowed."""

    @property
    def keys(self) -> Collection[int] | None:
        """Keys of the passages, ascending, where they are few; otherwise None."""

    def among(self, keys: Collection[int]) -> Collection[bool]:
        """Return for each key whether its passage is allowed. A key that the snapshot does not know is not."""
