"""The YAML block at the head of a text file, and the metadata in it."""

import datetime
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from corpus.errors import SourceError

__all__ = ["FrontMatter", "read_metadata", "split_front_matter", "validated"]

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
"""Far beyond any real block; bounds what the YAML parser is given."""

MAX_BRACKETS = 32
"""Opened within each other; far more than any real block has."""

_BLOCK = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, bounded.

    It knows no aliases, which can make a small block unfold into gigabytes, and no deep nesting of brackets, for which
    it takes time that grows with the square of their number.
    """

    def fetch_flow_collection_start(self, kind: type[yaml.Token]) -> None:
        if self.flow_level == MAX_BRACKETS:
            raise yaml.YAMLError
        super().fetch_flow_collection_start(kind)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def _date_or_text(loader: _Loader, node: yaml.ScalarNode) -> object:
    """A date, or the text of what is none (2017-02-30), so that the key it stands at can be named."""
    try:
        return loader.construct_yaml_timestamp(node)
    except (ValueError, AttributeError):
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)


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
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    url: AnyHttpUrl | None = None
    tags: _Lines = []

    @property
    def extra(self) -> dict[str, Any]:
        """The other keys, as values that JSON can hold (a date becomes its ISO form)."""
        return {key: _json_value(value) for key, value in (self.model_extra or {}).items()}


def _json_value(value: object) -> object:
    match value:
        case dict():
            return {_json_key(key): _json_value(item) for key, item in value.items()}
        case list() | tuple():
            return [_json_value(item) for item in value]
        case set():
            return sorted(str(_json_value(item)) for item in value)
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def _json_key(key: object) -> str:
    return json.dumps(key) if key is None or isinstance(key, bool) else str(_json_value(key))


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
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} is not valid YAML{at}; correct or remove it") from error
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise SourceError(f"{where} is not a list of 'key: value' lines; correct or remove it")
    return validated(loaded, where)


def validated(loaded: Mapping[str, object], where: str) -> FrontMatter:
    """Check metadata that people wrote; keys that hold None are as if they were not there.

    Args:
        loaded: Values by key.
        where: What holds them, as an error calls it: `its front matter`, `line 7`.

    Raises:
        SourceError: A key holds what it cannot hold.
    """
    try:
        front = FrontMatter.model_validate({key: value for key, value in loaded.items() if value is not None})
        json.dumps(front.extra, ensure_ascii=False).encode()
    except ValueError as error:
        at = error.errors()[0]["loc"] if isinstance(error, ValidationError) else ()
        if at:
            wanted = _WANTED[str(at[0])]
            raise SourceError(f"'{at[0]}' in {where} must be {wanted}; correct or remove it") from error
        # half of a surrogate pair, a number of thousands of digits
        raise SourceError(f"{where} holds a value that cannot be stored; correct or remove it") from error
    return front


def _where(error: Exception, first_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" (line {mark.line + first_line})"
