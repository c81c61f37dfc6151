"""The YAML block at the head of a text file, and the metadata in it."""

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

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_URL_CHARACTERS",
    "TOO_DEEP",
    "TOO_MANY_DIGITS",
    "FrontMatter",
    "read_metadata",
    "split_front_matter",
    "validated",
]

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
"""Far beyond any real block; bounds what the YAML parser is given."""

MAX_DEPTH = 16
"""Lists and objects within each other in one value, as many as a request may hold; to store, send or print a value
takes a step for each."""

MAX_DIGITS = 40
"""Of a whole number, as many as a request may hold; Python turns none of more than 4,300 into text."""

MAX_OTHER_BYTES = 256 * 1024
"""As JSON, of all keys that have no meaning; as much as a sidecar may hold. A filter reads them with each record."""

MAX_URL_CHARACTERS = 8192
"""Longer than any that servers take."""

TOO_DEEP = f"holds lists or objects that lie more than {MAX_DEPTH} deep in each other; flatten or remove them"
TOO_MANY_DIGITS = f"holds a number of more than {MAX_DIGITS} digits; put it in quotes or remove it"

_HALF = "holds half a surrogate pair, which is no character; correct or remove it"

_LONGEST_NUMBER = 200
"""Characters of a whole number in YAML, which may be binary or hold underscores, before it is read."""

MAX_BRACKETS = 32
"""Opened within each other; far more than any real block has."""

_BLOCK = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class _Unusable(ValueError):  # noqa: N818 - mapped to SourceError where it is known what holds the value
    """A value cannot be kept: a clause that follows the name of what holds it."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, bounded.

    It knows no aliases, which can make a small block unfold into gigabytes, and no deep nesting of brackets, for which
    it takes time that grows with the square of their number.
    """

    _depth = 0

    def fetch_flow_collection_start(self, kind: type[yaml.Token]) -> None:
        if self.flow_level == MAX_BRACKETS:
            raise _Unusable(TOO_DEEP)
        super().fetch_flow_collection_start(kind)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise _AliasError(problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        if self._depth > MAX_DEPTH + 1:  # the block itself, and a plain value within the innermost list
            raise _Unusable(TOO_DEEP)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _AliasError(yaml.MarkedYAMLError):
    """An alias stands in the block."""


def _date_or_text(loader: _Loader, node: yaml.ScalarNode) -> object:
    """A date, or the text of what is none (2017-02-30), so that the key it stands at can be named."""
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
    """Keep the day of a timestamp; leave the rest for pydantic to judge."""
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
    """The keys that Footnote understands; any other key is kept as it is and given no meaning."""

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
        """The other keys, as values that JSON can hold (a date becomes its ISO form).

        Raises:
            ValueError: A value is too deep or a number too long. One that `validated` gave has none.
        """
        return {key: _json_value(value, MAX_DEPTH) for key, value in (self.model_extra or {}).items()}


def _json_value(value: object, depth: int) -> object:
    """A value as JSON can hold it, with at most so many lists and objects in each other."""
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
        raise _Unusable("holds an object with two keys that are written alike; rename one")
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
    r"""Part a text into its front matter and its body.

    Args:
        text: The whole text, with `\n` line ends.

    Returns:
        The metadata and the text after the block; an empty block of metadata and the whole text if it has none.

    Raises:
        SourceError: The block does not parse, or a key holds what it cannot hold.
    """
    match = _BLOCK.match(text)
    if match is None:
        return FrontMatter(), text
    return read_metadata(match["yaml"], "its front matter", first_line=2), text[match.end() :]


def read_metadata(block: str, where: str, first_line: int = 1) -> FrontMatter:
    """Read a block of YAML, of front matter or a sidecar.

    Args:
        block: The YAML.
        where: What it is, as an error calls it: `its front matter`.
        first_line: The number of its first line in its file.

    Raises:
        SourceError: The block does not parse, or a key holds what it cannot hold.
    """
    if len(block) > MAX_FRONT_MATTER_CHARACTERS:
        raise SourceError(f"{where} is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters; shorten it")
    try:
        loaded = yaml.load(block, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except _Unusable as error:
        raise SourceError(f"{where} {error}") from error
    except _AliasError as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} has an alias{at}, which is not read; write out what it stands for") from error
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} is not valid YAML{at}; correct or remove it") from error
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise SourceError(f"{where} is not a list of 'key: value' lines; correct or remove it")
    return validated(loaded, where)


def validated(loaded: Mapping[str, object], where: str) -> FrontMatter:
    """Check metadata that people wrote; keys that hold None are as if they were not there.

    All that is stored beside a text goes through here: its depth, its size and its kinds are bounded, so that whatever
    stores, sends or prints it can.

    Args:
        loaded: Values by key.
        where: What holds them, as an error calls it: `its front matter`, `line 7`.

    Raises:
        SourceError: A key holds what it cannot hold.
    """
    try:
        front = FrontMatter.model_validate({key: value for key, value in loaded.items() if value is not None})
        size = len(json.dumps(front.extra, ensure_ascii=False).encode())
    except _Unusable as error:
        raise SourceError(f"{where} {error}") from error
    except UnicodeEncodeError as error:
        raise SourceError(f"{where} {_HALF}") from error
    except ValidationError as error:
        at = error.errors(include_input=False, include_context=False)[0]["loc"]
        if not at or str(at[0]) not in _WANTED:  # a key that is no text
            raise SourceError(f"{where} {_HALF}") from error
        raise SourceError(f"'{at[0]}' in {where} must be {_WANTED[str(at[0])]}; correct or remove it") from error
    if size > MAX_OTHER_BYTES:
        most = f"{MAX_OTHER_BYTES // 1024} KiB"
        raise SourceError(f"{where} holds more than {most} of metadata beside its text; shorten it or leave some out")
    return front


def _where(error: Exception, first_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" (line {mark.line + first_line})"
