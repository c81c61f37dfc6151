"""Terminal output: options that commands share, and text without control characters."""

import dataclasses
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["data_option", "emit_json", "json_option", "one_line", "plain", "plural", "wrapped"]

data_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Data folder  [default: FOOTNOTE_DATA, else a folder of the user's own]",
)
json_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for another program to read."
)


def emit_json(value: object) -> None:
    """Print a value as JSON; dataclasses become objects."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def plain(text: str) -> str:
    """A text with nothing in it that a terminal would obey: control characters become `?`."""
    safe = text.encode(errors="backslashreplace").decode()
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in safe)


def one_line(text: str) -> str:
    """A text as `plain` gives it, on one line: line breaks and tabs become `?` too."""
    return "".join(c if c.isprintable() else "?" for c in plain(text))


def wrapped(text: str, indent: str = "    ", width: int = 96) -> str:
    """A text in lines of at most `width`, its own line breaks kept."""
    lines = plain(text).splitlines()
    return "\n".join(textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent) for line in lines)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 document`, `2 documents`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
