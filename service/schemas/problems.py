"""RFC 9457 problem details, and messages for validation errors."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError


class FieldError(BaseModel):
    """Invalid field: a JSON Pointer (RFC 6901) into the request, and what to do."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None
    checks: dict[str, str] | None = None


_MESSAGES: Mapping[str, str] = {
    "missing": "This field is required.",
    "string_too_short": "This text is empty; it needs at least {min_length} character.",
    "string_too_long": "This text is too long; at most {max_length:,} characters are allowed.",
    "string_type": "This must be a string.",
    "string_unicode": "This text has a character that is not valid Unicode.",
    "string_pattern_mismatch": "This does not have the form that it has in an answer.",
    "literal_error": "This must be {expected}.",
    "bool_type": "This must be true or false.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "too_short": "This list is empty; it needs at least {min_length} value.",
    "too_long": "There are too many values; at most {max_length} are allowed.",
    "tuple_type": "This must be a list.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "json_invalid": "This is not valid JSON.",
}


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """Convert validation errors to positions and messages that do not repeat the request.

    Args:
        errors: Result of `pydantic.ValidationError.errors()`. A leading `body`, `query` or `path` is left out of the
            pointer. The context of a `PydanticCustomError` may have the position within its model as `below`.
    """
    return [_field_error(error) for error in errors]


def _field_error(error: Mapping[str, Any]) -> FieldError:
    kind, context = error["type"], error.get("ctx", {})
    where = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
    where += [str(part) for part in context.get("below", ())]
    if kind.startswith("date_"):
        return FieldError(pointer=_pointer(where), detail="This must be a date such as 2017-01-19.")
    if kind == "json_invalid":
        where = []
    message = _MESSAGES.get(kind)
    return FieldError(pointer=_pointer(where), detail=message.format(**context) if message else str(error["msg"]))


def _pointer(where: Sequence[str]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in where)


def validation_sentence(error: ValidationError) -> str:
    """Return the first error as one sentence for a terminal."""
    first = field_errors(error.errors())[0]
    return f"{first.pointer.lstrip('/') or 'The request'}: {first.detail}"
