"""Written metadata: its keys, their types and limits, and the YAML in which it is written."""

import datetime
import json
import math
import unicodedata
from collections.abc import Collection, Mapping
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
from corpus.metadata.dates import read_date

MAX_FRONT_MATTER_CHARACTERS = 64 * 1024
"""Bound on the input of the YAML parser, far beyond any real block."""

MAX_DEPTH = 16
"""Nesting depth of lists and objects in one value, as in a request; storing and sending a value recurses."""

MAX_DIGITS = 40
"""Digits of an integer, as in a request; Python does not convert more than 4,300 to text."""

MAX_OTHER_BYTES = 256 * 1024
"""Size of all other keys together, as JSON. It is the limit of a sidecar; they are read with each record."""

_NOTES = 10
"""Keys whose problems are told one by one."""

_SHOWN = 60
"""Characters of a key in a note."""

MAX_URL_CHARACTERS = 8192
"""Longer than any that servers accept."""

TOO_DEEP = f"has lists or objects nested more than {MAX_DEPTH} deep; flatten or remove them"
TOO_MANY_DIGITS = f"has a number of more than {MAX_DIGITS} digits; put it in quotes or remove it"

_HALF = "has an unpaired surrogate, which is not a character; correct or remove it"

_LONGEST_NUMBER = 200
"""Characters of an integer in YAML, which may be binary or contain underscores."""

MAX_BRACKETS = 32
"""Nested brackets; far more than any real block has."""


class _Unusable(ValueError):  # noqa: N818 - callers translate it to SourceError
    """A value cannot be stored. The message is a clause that follows the name of its place."""


class UnusableKeyError(SourceError):
    """Metadata that cannot be stored.

    Args:
        message: The reason and the remedy.
        key: The key with the value, if it is one.
    """

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


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


_TEXTS = ("title", "publisher", "authors", "author", "language", "lang", "url", "tags")
_TEXT, _NULL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null"

_Loader.add_constructor("tag:yaml.org,2002:timestamp", _date_or_text)
_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def _as_text(value: object) -> object:
    """Return a number or a day as text; a title may be one."""
    is_plain = isinstance(value, int | float | datetime.date) and not isinstance(value, bool)
    return str(value) if is_plain else value


def _one_or_many(value: object) -> object:
    """Return a list of texts; of an object, such as an author with an address, its name."""
    many = value if isinstance(value, list | tuple) else [value]
    return [_as_text(one.get("name") if isinstance(one, dict) else one) for one in many]


def _calendar_date(value: object) -> object:
    """Reduce a timestamp, or a date in words, to its day; other values are left to pydantic."""
    if isinstance(value, str):
        value = read_date(value) or datetime.datetime.fromisoformat(value.strip())
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, int | float):  # pydantic would read a bare year as seconds since 1970
        raise ValueError("not a calendar date")
    return value


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValueError("not one line of text")
    return value


_Line = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_one_line), BeforeValidator(_as_text)]
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


KNOWN = frozenset(_WANTED)


def with_known_names(loaded: Mapping[str, object], others: Collection[str] = ()) -> dict[str, object]:
    """Return values by key, with known keys in their own spelling: `Title` is `title`, unless both are there.

    Args:
        loaded: Values by key.
        others: Further known keys.
    """
    known = {name.casefold(): name for name in (*others, *KNOWN)}
    spelt: dict[str, object] = {}
    for key, value in loaded.items():
        name = known.get(key.casefold(), key)
        spelt[key if name in loaded or name in spelt else name] = value
    return spelt


def read_metadata(block: str, where: str, first_line: int = 1) -> FrontMatter:
    """Parse the YAML of a sidecar.

    Args:
        block: The YAML.
        where: Name of the block in messages: `its sidecar a.meta.yaml`.
        first_line: Line number of the block in its file.

    Raises:
        SourceError: The block is not YAML, or the value of a key is invalid.
    """
    loaded = yaml_keys(block, where, first_line)
    if loaded is None:
        loaded = {}
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise SourceError(f"{where} is not a list of 'key: value' lines; correct or remove it")
    return validated(loaded, where)


def yaml_keys(block: str, where: str, first_line: int = 1) -> object:
    """Return what a block of YAML holds. Values of known keys that are texts are taken as they are written.

    Raises:
        SourceError: The block is not YAML, or exceeds a limit.
    """
    if len(block) > MAX_FRONT_MATTER_CHARACTERS:
        raise SourceError(f"{where} is longer than {MAX_FRONT_MATTER_CHARACTERS:,} characters; shorten it")
    try:
        return _loaded(block)
    except _Unusable as error:
        raise SourceError(f"{where} {error}") from error
    except _AliasError as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} has an alias{at}, which is not supported; write its value out") from error
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, ArithmeticError, TypeError) as error:
        at = _where(error, first_line)
        raise SourceError(f"{where} is not valid YAML{at}; correct or remove it") from error


def _loaded(block: str) -> object:
    loader = _Loader(block)
    try:
        node = loader.get_single_node()
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode) and key.value.casefold() in _TEXTS:
                for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if isinstance(one, yaml.ScalarNode) and one.style is None and one.tag != _NULL:
                        one.tag = _TEXT
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def usable(loaded: Mapping[str, object], where: str, notes: list[str]) -> FrontMatter:
    """Return what can be used of metadata, and add a note for each known key of which the value cannot be used.

    Args:
        loaded: Values by key.
        where: Name of their place in messages and notes: `its front matter`, `line 7`.
        notes: Notes of the document.

    Raises:
        UnusableKeyError: Another key cannot be stored.
    """
    kept = dict(loaded)
    while True:  # at most once for each known key
        try:
            return validated(kept, where)
        except UnusableKeyError as error:
            if error.key not in KNOWN:
                raise
            notes.append(f"{str(error).split(';')[0]}; it was ignored")
            del kept[error.key]


def storable(loaded: Mapping[str, object], where: str, notes: list[str]) -> dict[str, object]:
    """Return the known keys, and the other keys that can be stored, and add a note for each that cannot."""
    kept: dict[str, object] = {}
    lost = []
    size = 0
    for key, value in loaded.items():
        try:
            more = 0 if key in KNOWN else _size(key, value, where)
        except UnusableKeyError as error:
            name = key[:_SHOWN].encode(errors="replace").decode()
            lost.append(f"{str(error).split(';')[0]}; its key '{name}' was ignored")
            continue
        size += more
        if size <= MAX_OTHER_BYTES or key in KNOWN:
            kept[key] = value
    if size > MAX_OTHER_BYTES:
        lost.append(f"{where} has more than {MAX_OTHER_BYTES // 1024} KiB of metadata; the rest was ignored")
    notes.extend(lost[:_NOTES])
    if len(lost) > _NOTES:
        notes.append(f"{where} has {len(lost) - _NOTES:,} more such keys, which were ignored")
    return kept


def validated(loaded: Mapping[str, object], where: str) -> FrontMatter:
    """Validate written metadata; keys with the value None are ignored.

    All metadata that is stored with a text passes this function. It bounds depth, size and types of the values, so that
    they can be stored, sent and printed.

    Args:
        loaded: Values by key.
        where: Name of their place in messages: `its front matter`, `line 7`.

    Raises:
        UnusableKeyError: The value of a key is invalid.
    """
    given = {key: value for key, value in loaded.items() if value is not None}
    try:
        front = FrontMatter.model_validate(given)
    except ValidationError as error:
        raise _problem(error, where) from error
    except UnicodeEncodeError as error:
        raise UnusableKeyError(f"{where} {_HALF}") from error
    size = sum(_size(key, value, where) for key, value in (front.model_extra or {}).items())
    if size > MAX_OTHER_BYTES:
        most = f"{MAX_OTHER_BYTES // 1024} KiB"
        raise UnusableKeyError(f"{where} has more than {most} of metadata; shorten it or remove some")
    return front


def _size(key: str, value: object, where: str) -> int:
    """Return the bytes that another key takes.

    Raises:
        UnusableKeyError: It cannot be stored.
    """
    try:
        return len(json.dumps({key: _json_value(value, MAX_DEPTH)}, ensure_ascii=False).encode())
    except _Unusable as error:
        raise UnusableKeyError(f"{where} {error}", key) from error
    except UnicodeEncodeError as error:
        raise UnusableKeyError(f"{where} {_HALF}", key) from error


def _problem(error: ValidationError, where: str) -> UnusableKeyError:
    first = error.errors(include_input=False)[0]
    at = first["loc"]
    if not at or str(at[0]) not in _WANTED:  # a key that is not a text
        return UnusableKeyError(f"{where} {_HALF}", str(at[0]) if at else None)
    key = str(at[0])
    most = first.get("ctx", {}).get("max_length")
    if first["type"] == "string_too_long":
        return UnusableKeyError(f"'{key}' in {where} is longer than {most:,} characters; shorten it", key)
    if first["type"] == "too_long":
        return UnusableKeyError(f"'{key}' in {where} has more than {most:,} entries; remove some", key)
    return UnusableKeyError(f"'{key}' in {where} must be {_WANTED[key]}; correct or remove it", key)


def _where(error: Exception, first_line: int) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" (line {mark.line + first_line})"
