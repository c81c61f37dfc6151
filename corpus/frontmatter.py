"""The YAML block at the head of a text file, and the metadata in it."""

import datetime
import json
import re
from typing import Annotated, Any

import yaml
from pydantic import AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from corpus.errors import SourceError

__all__ = ["FrontMatter", "split_front_matter"]

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
"""Far beyond any real block; bounds what the YAML parser is given."""

_BLOCK = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader without aliases, which can make a small block unfold into gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not supported")
        return super().compose_node(parent, index)


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _calendar_date(value: object) -> object:
    """Keep the day of a timestamp; leave the rest for pydantic to judge."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float):  # pydantic would read a bare year as seconds since 1970
        raise ValueError("not a calendar date")
    return value


_Line = Annotated[str, Field(min_length=1, max_length=1000)]
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
        kept: dict[str, Any] = json.loads(json.dumps(self.model_extra or {}, default=str))
        return kept


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
    block = match["yaml"]
    if len(block) > MAX_FRONT_MATTER_CHARACTERS:
        raise SourceError(f"its front matter is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters; shorten it")
    try:
        loaded = yaml.load(block, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SourceError(f"its front matter is not valid YAML{_where(error)}; correct or remove it") from error
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise SourceError("its front matter is not a list of 'key: value' lines; correct or remove it")
    try:
        return FrontMatter.model_validate({k: v for k, v in loaded.items() if v is not None}), text[match.end() :]
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        raise SourceError(f"'{key}' in its front matter must be {_WANTED[key]}; correct or remove it") from error


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" (line {mark.line + 2})"
