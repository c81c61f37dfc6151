"""What every object that is sent to the service has in common."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

__all__ = ["Strict"]


class Strict(BaseModel):
    """An object that has the fields it names and no others; an unknown one is answered with those that there are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_fields_only(cls, given: Any) -> Any:  # noqa: ANN401 - whatever was sent
        if isinstance(given, dict) and not given.keys() <= cls.model_fields.keys():
            raise PydanticCustomError(
                "unknown_field",
                "There is an unknown field here. Known are: {known}.",
                {"known": ", ".join(cls.model_fields)},
            )
        return given
