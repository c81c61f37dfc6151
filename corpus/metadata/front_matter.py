"""Front matter: the YAML block at the beginning of a text file."""

import datetime
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    UrlConstraints,
    ValidationError,
)

from corpus.errors import SourceError

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
"""Bound on the input of the YAML parser, far beyond any real block."""

MAX_DEPTH = 16
"""Nesting depth of lists and objects in one value, as in a request; storing and sending a value recurses."""

MAX_DIGITS = 40
"""Digits of an integer, as in a request; Python does not convert more than 4,300 to text."""

MAX_OTHER_BYTES = 256 * 1024
"""Size of all other keys together, as JSON. It is the limit of a sidecar; they are read with each record."""

MAX_URL_CHARACTERS = 8192
"""Longer than any that servers accept."""

TOO_DEEP = f"has lists or objects nested more than {MAX_DEPTH} deep; flatten or remove them"
TOO_MANY_DIGITS = f"has a number of more than {MAX_DIGITS} digits; put it in quotes or remove it"

_HALF = "has an unpaired surrogate, which is not a character; correct or remove it"

_LONGEST_NUMBER = 200
"""Characters of an integer in YAML, which may be binary or contain underscores."""

MAX_BRACKETS = 32
"""Nested brackets; far more than any real block has."""

_BLOCK = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class _Unusable(ValueError):  # noqa: N818 - callers translate it to SourceError
    """A value cannot be stored. The message is a clause that follows the name of its place."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with limits.

    It refuses aliases, with which a small block expands to gigabytes, and deeply nested brackets, which take quadratic
    time.
    """

    _depth = 0

    def fetch_flow_collection_start(self, kind: type[yaml.Token]) -> None:
        if self.flow_level == MAX_BRACKETS:
            raise _Unusable(TOO_DEEP)
        super().fetch_flow_collection_start(kind)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _AliasError(problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        if self._depth > MAX_DEPTH + 1:  # plus the block itself and a scalar in the innermost list
            raise _Unusable(TOO_DEEP)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _AliasError(yaml.MarkedYAMLError):
    """The block has an alias."""


def _date_or_text(loader: _Loader, node: yaml.ScalarNode) -> object:
    """Return a date, or the text of an invalid one (2017-02-30), so that the error can name its key."""
    try:
        return loader.construct_yaml_timestamp(node)
    except (ValueError, AttributeError):
        return node.value


def _whole_number(loader: _Loader, node: yaml.ScalarNode) -> int:
    if len(node.value) > _LONGEST_NUMBER:
        raise _Unusable(TOO_MANY_DIGITS)
    return loader.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _calendar_date(value: object) -> object:
    """Reduce a timestamp to its day; other values are left to pydantic."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.strip())
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float):  # pydantic would read a bare year as seconds since 1970
        raise ValueError("not a calendar date")
    return value


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValueError("not one line of text")
    return value


_Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line)]
_Lines = Annotated[list[_Line], BeforeValidator(_one_or_many), Field(max_length=100)]


class FrontMatter(BaseModel):
    """Front matter. Other keys are stored unchanged; requests can filter on them."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True, frozen=True)

    title: _Line | None = None
    publisher: _Line | None = None
    authors: _Lines = []
    published: Annotated[datetime.date, BeforeValidator(_calendar_date)] | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=100)] | None = None
    url: Annotated[AnyHttpUrl, UrlConstraints(max_length=MAX_URL_CHARACTERS)] | None = None
    tags: _Lines = []

    @property
    def extra(self) -> dict[str, Any]:
        """The other keys, as JSON values (a date in its ISO form).

        Raises:
            ValueError: A value is nested too deep or a number too long; not after `validated`.
        """
        return {key: _json_value(value, MAX_DEPTH) for key, value in (self.model_extra or {}).items()}


def _json_value(value: object, depth: int) -> object:
    """Return a JSON value, with lists and objects nested at most `depth` deep."""
    if isinstance(value, dict | list | tuple | set) and depth == 0:
        raise _Unusable(TOO_DEEP)
    match value:
        case dict():
            return _json_object(value, depth - 1)
        case list() | tuple():
            return [_json_value(item, depth - 1) for item in value]
        case set():
            return sorted(str(_json_value(item, depth - 1)) for item in value)
        case _:
            return _plain(value)


def _json_object(value: dict[object, object], depth: int) -> dict[str, object]:
    plain = {_json_key(key): _json_value(item, depth) for key, item in value.items()}
    if len(plain) < len(value):
        raise _Unusable("has an object with two keys of the same form; rename one")
    return plain


def _plain(value: object) -> object:
    match value:
        case int() if abs(value) >= 10**MAX_DIGITS:
            raise _Unusable(TOO_MANY_DIGITS)
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def _json_key(key: object) -> str:
    return json.dumps(key) if key is None or isinstance(key, bool) else str(_plain(key))


_WANTED = {
    "title": "a line of text",
    "publisher": "a line of text",
    "authors": "a name or a list of names",
    "published": "a date such as 2017-01-19",
    "language": "a language tag such as en or es-SV",
    "url": "an http or https address",
    "tags": "a word or a list of words",
}


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    r"""Split a text into its front matter and its body.

    Args:
        text: The whole text, with `\n` line ends.

    Returns:
        The metadata and the text after the block; empty metadata and the whole text if there is no block.

    Raises:
        SourceError: The block is not YAML, or the value of a key is invalid.
    """
    match = _BLOCK.match(text)
    if match is None:
        return FrontMatter(), text
    return read_metadata(match["yaml"], "its front matter", first_line=2), text[match.end() :]


def read_metadata(block: str, where: str, first_line: int = 1) -> FrontMatter:
    """Parse the YAML of front matter or of a sidecar.

    Args:
        block: The YAML.
        where: Name of the block in messages: `its front matter`.
        first_line: Line number of the block in its file.

    Raises:
        SourceError: The block is not YAML, or the value of a key is invalid.
    """
    if len(block) > MAX_FRONT_MATTER_CHARACTERS:
        raise SourceError(f"{where} is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters; shorten it")
    try:
        loaded = yaml.load(block, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except _Unusable as error:
        raise SourceError(f"{where} {error}") from error
    except _AliasError as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} has an alias{at}, which is not supported; write its value out") from error
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} is not valid YAML{at}; correct or remove it") from error
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise SourceError(f"{where} is not a list of 'key: value' lines; correct or remove it")
    return validated(loaded, where)


def validated(loaded: Mapping[str, object], where: str) -> FrontMatter:
    """Validate written metadata; keys with the value None are ignored.

    All metadata that is stored with a text passes this function. It bounds depth, size and types of the values, so that
    they can be stored, sent and printed.

    Args:
        loaded: Values by key.
        where: Name of their place in messages: `its front matter`, `line 7`.

    Raises:
        SourceError: The value of a key is invalid.
    """
    try:
        front = FrontMatter.model_validate({key: value for key, value in loaded.items() if value is not None})
        size = len(json.dumps(front.extra, ensure_ascii=False).encode())
    except _Unusable as error:
        raise SourceError(f"{where} {error}") from error
    except UnicodeEncodeError as error:
        raise SourceError(f"{where} {_HALF}") from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        at = first["loc"]
        if not at or str(at[0]) not in _WANTED:  # a key that is not a text
            raise SourceError(f"{where} {_HALF}") from error
        most = first.get("ctx", {}).get("max_length")
        if first["type"] == "string_too_long":
            raise SourceError(f"'{at[0]}' in {where} is longer than {most:,} characters; shorten it") from error
        if first["type"] == "too_long":
            raise SourceError(f"'{at[0]}' in {where} has more than {most:,} entries; remove some") from error
        raise SourceError(f"'{at[0]}' in {where} must be {_WANTED[str(at[0])]}; correct or remove it") from error
    if size > MAX_OTHER_BYTES:
        most = f"{MAX_OTHER_BYTES // 1024} KiB"
        raise SourceError(f"{where} has more than {most} of metadata; shorten it or remove some")
    return front


def _where(error: Exception, first_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" (line {mark.line + first_line})"
