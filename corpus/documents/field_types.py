"""Types of metadata fields: how a field is stored, and how a filter compares it."""

import collections.abc
import dataclasses
import types
import typing
from enum import Enum


class Kind(Enum):
    """How a field is stored; all columns are text."""

    TEXT = "text"
    LIST = "JSON array"
    OBJECT = "JSON object"


class Match(Enum):
    """How a filter compares a field with the values of a request."""

    ANY_OF = "equals one of the values; of a list, any element"
    LANGUAGE = "equals one of the language tags, or is a subtag of it"
    DATES = "lies in a range of dates"


@dataclasses.dataclass(frozen=True, slots=True)
class Filterable:
    """Annotation of a field that requests can filter on.

    Args:
        name: Key in the `filters` of a request.
        match: How values are compared.
        description: Sentence for the API reference.
    """

    name: str
    match: Match
    description: str


@dataclasses.dataclass(frozen=True, slots=True)
class MetadataField:
    """A declared field.

    Args:
        name: Attribute of the record and column of the store.
        kind: How it is stored.
        optional: Whether it may be None.
        filter: The filter on it, if there is one.
    """

    name: str
    kind: Kind
    optional: bool
    filter: Filterable | None


def declared_fields(record: type) -> tuple[MetadataField, ...]:
    """Return the fields of a dataclass, in order.

    A field is a `str`, `str | None`, a sequence or a mapping, and may be annotated with a `Filterable`.

    Raises:
        TypeError: A field has another type.
    """
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple(_declared(field.name, hints[field.name]) for field in dataclasses.fields(record))


def _declared(name: str, hint: object) -> MetadataField:
    marks: tuple[object, ...] = ()
    if typing.get_origin(hint) is typing.Annotated:
        hint, *marks = typing.get_args(hint)  # type: ignore[assignment]
    optional = typing.get_origin(hint) is types.UnionType
    if optional:
        hint = next(one for one in typing.get_args(hint) if one is not types.NoneType)
    kinds: dict[object, Kind] = {
        str: Kind.TEXT,
        collections.abc.Sequence: Kind.LIST,
        collections.abc.Mapping: Kind.OBJECT,
    }
    kind = kinds.get(typing.get_origin(hint) or hint)
    if kind is None:
        raise TypeError(f"metadata field {name} has a type that cannot be stored: {hint}")
    return MetadataField(name, kind, optional, next((mark for mark in marks if isinstance(mark, Filterable)), None))
