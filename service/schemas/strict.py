"""Base of request objects."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError


class Strict(BaseModel):
    """Object without additional fields; the error for an unknown field lists the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="wrap")
    @classmethod
    def _known_fields_only(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401 - any JSON
        known = cls.model_fields
        if not isinstance(given, dict) or given.keys() <= known.keys():
            return validate(given)
        unknown = PydanticCustomError(
            "unknown_field", "This has an unknown field. Known fields: {known}.", {"known": ", ".join(known)}
        )
        errors = [InitErrorDetails(type=unknown, input=None)]
        try:
            validate({name: value for name, value in given.items() if name in known})
        except ValidationError as error:
            errors += [_init_details(details) for details in error.errors()]
        raise ValidationError.from_exception_data(cls.__name__, errors)


def _init_details(details: ErrorDetails) -> InitErrorDetails:
    kind = PydanticCustomError(details["type"], details["msg"], details.get("ctx"))
    return InitErrorDetails(type=kind, loc=details["loc"], input=details["input"])
