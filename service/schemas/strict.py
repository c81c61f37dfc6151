"""Base of request objects."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


class Strict(BaseModel):
    """Object without additional fields; the error for an unknown field lists the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_fields_only(cls, given: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(given, dict) and not given.keys() <= cls.model_fields.keys():
            raise PydanticCustomError(
                "unknown_field",
                "This has an unknown field. Known fields: {known}.",
                {"known": ", ".join(cls.model_fields)},
            )
        return given
