"""Terminal: running a command, options that commands share, and text without control characters."""

import dataclasses
import functools
import json
import os
import re
import shlex
import sys
import textwrap
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from corpus.errors import FootnoteError, StoreError

Command = Callable[..., Any]

_ADVICE = re.compile(r": footnote (?:verify|reindex|documents list|feedback(?: list| remove \S+)?)$")
"""End of a message with a command to run."""


_HARMLESS = frozenset("\n\t\u00ad\u200c\u200d\u2060")
"""Characters that are shown although they are not printable: line break, tab, soft hyphen, joiners, word joiner."""

_BREAKS = {"\u2028": "\n", "\u2029": "\n"}


class NonEmptyPath(click.Path):
    """A path that is not empty: `"$UNSET"` would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the path."""
        if not str(value):
            self.fail("A path is empty. Give a file or folder; the current folder is '.'.", param, ctx)
        return super().convert(value, param, ctx)


def data_option(command: Command) -> Command:
    """Add the option `--data` to a command. Errors that advise another command name the folder that was given."""

    @functools.wraps(command)
    def run(*arguments: Any, data: Path | None, **options: Any) -> Any:  # noqa: ANN401
        try:
            return command(*arguments, data=data, **options)
        except FootnoteError as error:
            error.args = (advice_for(data, str(error)),)
            raise

    return click.option(
        "--data",
        type=NonEmptyPath(path_type=Path),
        metavar="DIR",
        help="Data folder  [default: FOOTNOTE_DATA, else a folder of the user's own]",
    )(run)


def advice_for(data: Path | None, message: str) -> str:
    """Return a message in which the command to run, at its end, has the `--data` that the user gave."""
    if data is None:
        return message
    return _ADVICE.sub(lambda found: f"{found[0]} --data {shlex.quote(str(data))}", message)


json_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for another program to read."
)


def run_command(command: click.Command, name: str) -> int:
    """Run a command line and return its exit code.

    Exit codes: 0 done, 1 an input cannot be used, 2 wrong usage, 3 the store cannot be used, 130 interrupted.
    """
    try:
        code = command.main(prog_name=name, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except FootnoteError as error:
        say(f"Error: {plain(str(error))}")
        return 3 if isinstance(error, StoreError) else 1
    except (click.Abort, KeyboardInterrupt):
        say("Stopped.")
        return 130
    except BrokenPipeError:  # a reader such as `head` has finished
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def say(text: str) -> None:
    """Print a line on standard error."""
    click.echo(text, err=True)


def emit_json(value: object) -> None:
    """Print a value as JSON; dataclasses become objects."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def plain(text: str) -> str:
    """Return a text that a terminal shows as it is, with `?` instead of every character that could steer it.

    Spaces of every width stay, and so do the invisible characters of spelling. Line and paragraph separators become
    line breaks.
    """
    safe = text.encode(errors="backslashreplace").decode()
    return "".join(c if _is_plain(c) else _BREAKS.get(c, "?") for c in safe)


def one_line(text: str) -> str:
    """Return a text as from `plain`, with `?` instead of line breaks and tabs too."""
    return re.sub(r"[\n\t]", "?", plain(text))


def _is_plain(character: str) -> bool:
    return character.isprintable() or character in _HARMLESS or unicodedata.category(character) == "Zs"


def wrapped(text: str, indent: str = "    ", width: int = 96) -> str:
    """Return a text wrapped to lines of at most `width`, with its own line breaks."""
    lines = plain(text).splitlines()
    return "\n".join(textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent) for line in lines)


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: `1 document`, `2 documents`."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"
