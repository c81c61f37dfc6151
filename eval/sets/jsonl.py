"""Files that people write, line by line: whatever is wrong is named with its file and line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from eval.errors import SetError

__all__ = ["decoded", "given_bytes", "json_object", "numbered_lines", "validated"]

NO_SUCH_KEY = "there is no such key; docs/evaluation.md lists those that there are"

_Model = TypeVar("_Model", bound=BaseModel)


def given_bytes(path: Path, hint: str = "Check the path.") -> bytes:
    """A file's bytes.

    Args:
        path: The file.
        hint: What to do if it cannot be read.

    Raises:
        SetError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetError(f"{path} cannot be read ({error.strerror}). {hint}") from error


def decoded(data: bytes, path: Path) -> str:
    """A file's bytes as text, without a byte order mark.

    Raises:
        SetError: They are not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetError(f"{path}, line {line}: not valid UTF-8. Save it as UTF-8.") from error


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1.

    Only a line feed ends a line, as JSON Lines has it: strings may hold U+2028 and its like as they are.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")


def json_object(line: str, path: Path, number: int) -> dict[str, Any]:
    """A line of JSON Lines.

    Raises:
        SetError: It is not a JSON object.
    """
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        raise SetError(f"{path}, line {number}: not valid JSON ({error.msg}, column {error.colno}).") from error
    if not isinstance(given, dict):
        raise SetError(f"{path}, line {number}: not a JSON object.")
    return given


def validated(model: type[_Model], line: str, path: Path, number: int) -> _Model:
    """A line of JSON Lines as a model has it.

    Raises:
        SetError: It is not; the first complaint is named with its key.
    """
    try:
        return model.model_validate(json_object(line, path, number))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = NO_SUCH_KEY if first["type"] == "extra_forbidden" else first["msg"].lower()
        raise SetError(f"{path}, line {number}: {where + ': ' if where else ''}{what}.") from error
