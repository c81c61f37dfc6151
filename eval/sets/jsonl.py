"""Line-based input files; errors name the file and the line."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from eval.errors import SetError

NO_SUCH_KEY = "unknown key; docs/evaluation.md lists the known ones"

_Model = TypeVar("_Model", bound=BaseModel)


def given_bytes(path: Path, hint: str = "Check the path.") -> bytes:
    """Read a file.

    Args:
        path: The file.
        hint: Advice if it cannot be read.

    Raises:
        SetError: The file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetError(f"{path} cannot be read ({error.strerror}). {hint}") from error


def decoded(data: bytes, path: Path) -> str:
    """Decode the bytes of a file, without a byte order mark.

    Raises:
        SetError: The bytes are not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetError(f"{path}, line {line}: not valid UTF-8. Save it as UTF-8.") from error


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, numbered from 1.

    Only a line feed ends a line, as in JSON Lines: strings may contain U+2028 and similar characters.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def json_object(line: str, path: Path, number: int) -> dict[str, Any]:
    """Parse a line of JSON Lines.

    Raises:
        SetError: The line is not a JSON object.
    """
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        raise SetError(f"{path}, line {number}: not valid JSON ({error.msg}, column {error.colno}).") from error
    if not isinstance(given, dict):
        raise SetError(f"{path}, line {number}: not a JSON object.")
    return given


def validated(model: type[_Model], line: str, path: Path, number: int) -> _Model:
    """Validate a line of JSON Lines against a model.

    Raises:
        SetError: The line is invalid; the message has the first error with its key.
    """
    try:
        return model.model_validate(json_object(line, path, number))
    except ValidationError as error:
        first = error.errors()[0]
        where = _place((*first["loc"], *first.get("ctx", {}).get("below", ())))
        what = NO_SUCH_KEY if first["type"] == "extra_forbidden" else first["msg"].removesuffix(".")
        field = f"{where}: " if where else ""
        raise SetError(f"{path}, line {number}: {field}{what[:1].lower()}{what[1:]}.") from error


def _place(path: Sequence[int | str]) -> str:
    """Return the path to a value for a person, who counts from 1: `history 2.content`."""
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
