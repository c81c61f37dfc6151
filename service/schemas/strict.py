"""Base of request objects."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Strict(BaseModel):
    """Object without additional fields; the error for an unknown field lists the known ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_unknown_names(cls, given: Any) -> Any:  # noqa: ANN401 - any JSON
        """Put the known names in place of the unknown ones, which an error must not repeat."""
        known = cls.model_fields
        if isinstance(given, dict) and not given.keys() <= known.keys():
            return {**{name: value for name, value in given.items() if name in known}, ", ".join(known): None}
        return given
