"""The `filters` of a request. Fields for metadata derive from `corpus.documents.METADATA_FIELDS`."""

import datetime
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from corpus.documents import METADATA_FIELDS, Match
from corpus.store import AnyOf, Condition, Filters, Languages, Range, Scalar
from service.schemas.strict import Strict

MAX_FILTER_VALUES = 100
MAX_FILTER_CHARACTERS = 1000
"""Longer than any publisher's name or document's id."""

MAX_EXTRA_FILTERS = 20

_Text = Annotated[str, Field(min_length=1, max_length=MAX_FILTER_CHARACTERS)]
_Texts = Annotated[tuple[_Text, ...], Field(max_length=MAX_FILTER_VALUES)]

_TEXT: TypeAdapter[str] = TypeAdapter(_Text)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _iso_date(given: Any) -> Any:  # noqa: ANN401 - validates untyped input
    """Require the documented form of a date; pydantic would also accept seconds since 1970."""
    if given is None or (isinstance(given, str) and _DATE.fullmatch(given)):
        return given
    raise PydanticCustomError("date_form", "This must be a date such as 2017-01-19.")


def _scalar(given: Any) -> Any:  # noqa: ANN401 - validates untyped input
    if isinstance(given, str):
        return _TEXT.validate_python(given)
    if not isinstance(given, int | float) or not _is_finite(given):
        raise PydanticCustomError("scalar_type", "This must be a text, a number, true or false.")
    return given


def _is_finite(number: float) -> bool:
    return isinstance(number, int) or math.isfinite(number)


def _bound(given: Any) -> Any:  # noqa: ANN401 - validates untyped input
    if isinstance(given, str) and _DATE.fullmatch(given):
        try:
            return datetime.date.fromisoformat(given)
        except ValueError:
            pass
    elif given is None or (isinstance(given, int | float) and not isinstance(given, bool) and _is_finite(given)):
        return given
    raise PydanticCustomError("bound_type", "This must be a number, or a date such as 2017-01-19.")


_Date = Annotated[datetime.date | None, BeforeValidator(_iso_date, json_schema_input_type=datetime.date | None)]
_Scalars = Annotated[
    tuple[Annotated[Scalar, BeforeValidator(_scalar, json_schema_input_type=_Text | int | float | bool)], ...],
    Field(max_length=MAX_FILTER_VALUES),
]
_Number = int | float
_Bound = Annotated[
    _Number | datetime.date | None, BeforeValidator(_bound, json_schema_input_type=_Number | datetime.date | None)
]


class PublishedRange(Strict):
    """Dates of publication: from `gte` on, before `lt`."""

    gte: Annotated[_Date, Field(description="First date allowed.")] = None
    lt: Annotated[_Date, Field(description="First date no longer allowed.")] = None

    @model_validator(mode="after")
    def _in_order(self) -> "PublishedRange":
        if self.gte and self.lt and self.gte >= self.lt:
            raise PydanticCustomError("empty_range", "No date lies in this range: 'gte' must be before 'lt'.")
        return self


class ValueRange(Strict):
    """Numbers or dates between bounds, of which at least one is given."""

    gte: Annotated[_Bound, Field(description="Smallest value allowed.")] = None
    gt: Annotated[_Bound, Field(description="Only values greater than this.")] = None
    lte: Annotated[_Bound, Field(description="Largest value allowed.")] = None
    lt: Annotated[_Bound, Field(description="Only values less than this.")] = None

    @model_validator(mode="after")
    def _is_a_range(self) -> "ValueRange":
        bounds = [bound for bound in (self.gte, self.gt, self.lte, self.lt) if bound is not None]
        if not bounds:
            raise PydanticCustomError("no_bound", "This range needs a bound: gte, gt, lte or lt.")
        if len({isinstance(bound, datetime.date) for bound in bounds}) > 1:
            raise PydanticCustomError("mixed_range", "The bounds of a range must be all numbers or all dates.")
        if any(
            low is not None and high is not None and (low > high or (is_open and low == high))  # type: ignore[operator]
            for low, high, is_open in (
                (self.gte, self.lte, False),
                (self.gte, self.lt, True),
                (self.gt, self.lte, True),
                (self.gt, self.lt, True),
            )
        ):
            raise PydanticCustomError("empty_range", "No value lies in this range: give a larger upper bound.")
        return self


_SCALARS: TypeAdapter[tuple[Scalar, ...]] = TypeAdapter(_Scalars)


def _check_names(given: Any) -> Any:  # noqa: ANN401 - validates untyped input
    """Check the names of `extra`. Their errors have its place: a place below it would repeat a name."""
    if not isinstance(given, dict):
        raise PydanticKnownError("model_type", {"class_name": "extra"})
    if len(given) > MAX_EXTRA_FILTERS:
        raise PydanticCustomError(
            "too_many_filters", f"There are too many names; at most {MAX_EXTRA_FILTERS} are allowed."
        )
    try:
        for name in given:
            _TEXT.validate_python(name)
    except ValidationError:
        raise PydanticCustomError(
            "invalid_name", f"A name must have 1 to {MAX_FILTER_CHARACTERS:,} characters of valid Unicode."
        ) from None
    return given


def _extra_condition(value: object) -> Condition | None:
    """Return the condition of a value: a list, of which an empty one allows all, or a range.

    Raises:
        PydanticCustomError: The value is neither. A union type would add the name of its alternative to the place.
        ValidationError: A value or a bound is invalid.
    """
    if isinstance(value, dict):
        bounds = ValueRange.model_validate(value)
        return Range(bounds.gte, bounds.gt, bounds.lte, bounds.lt)
    if not isinstance(value, list | tuple):
        raise PydanticCustomError("extra_type", "This must be a list or a range.")
    scalars = _SCALARS.validate_python(value)
    return AnyOf.of(scalars) if scalars else None


_ExtraCondition = Annotated[
    Condition | None, PlainValidator(_extra_condition, json_schema_input_type=_Scalars | ValueRange)
]


class DocumentFilters(Strict):
    """Filters on documents; a document must meet all of them, and an empty filter allows all."""

    document_id: Annotated[_Texts, Field(description="Any of these documents.")] = ()
    extra: Annotated[
        Mapping[_Text, _ExtraCondition],
        BeforeValidator(
            _check_names,
            json_schema_input_type=Annotated[dict[_Text, _ExtraCondition], Field(max_length=MAX_EXTRA_FILTERS)],
        ),
        Field(description="Other keys of the front matter, by name: any of these values, or a range."),
    ] = {}

    def to_filters(self) -> Filters:
        """Return the filters in the form of the store."""
        filtered = [(field.name, field.filter) for field in METADATA_FIELDS if field.filter is not None]
        given = [(name, _condition(getattr(self, filter_.name), filter_.match)) for name, filter_ in filtered]
        return Filters(
            fields=tuple((name, condition) for name, condition in given if condition is not None),
            extra=tuple((name, condition) for name, condition in self.extra.items() if condition is not None),
            document_ids=self.document_id,
        )


def _condition(given: tuple[str, ...] | PublishedRange, match: Match) -> Condition | None:
    """Return the condition of a metadata filter; None if it allows all documents."""
    if isinstance(given, PublishedRange):
        return Range(gte=given.gte, lt=given.lt) if given.gte or given.lt else None
    if not given:
        return None
    return Languages(frozenset(given)) if match is Match.LANGUAGE else AnyOf.of(given)


def _definitions() -> dict[str, Any]:
    """Return a model field for each metadata field that can be filtered on."""
    definitions: dict[str, Any] = {}
    for declared in METADATA_FIELDS:
        if declared.filter is not None:
            kind, default = (PublishedRange, PublishedRange()) if declared.filter.match is Match.DATES else (_Texts, ())
            definitions[declared.filter.name] = (kind, Field(default, description=declared.filter.description))
    return definitions


if TYPE_CHECKING:
    FilterFields = DocumentFilters
else:
    FilterFields = create_model(
        "FilterFields", __base__=DocumentFilters, __doc__=DocumentFilters.__doc__, __module__=__name__, **_definitions()
    )
