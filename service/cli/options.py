"""Options with a default that is defined elsewhere."""

from collections.abc import Callable
from typing import Any

import click


class LazyDefaultOption(click.Option):
    """An option whose help shows a default that is defined elsewhere.

    Args:
        shown: Returns the default. It is called for the help only, so that commands start fast.
    """

    def __init__(self, *arguments: Any, shown: Callable[[], object], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **options)
        self._shown = shown

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's help."""
        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}  [default: {self._shown()}]")


def setting_default(name: str) -> Callable[[], object]:
    """Return a function that returns the default of a setting."""

    def default() -> object:
        from service.settings import Settings

        return Settings.model_fields[name].default

    return default


def default_k() -> object:
    """Return the default of `k` in the API."""
    from service.schemas import AskRequest

    return AskRequest.model_fields["k"].default
