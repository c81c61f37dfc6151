"""The block of metadata at the beginning of a text: YAML, TOML or JSON, as generators of websites write it."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.errors import SourceError
from corpus.metadata.front_matter import (
    KNOWN,
    MAX_FRONT_MATTER_CHARACTERS,
    FrontMatter,
    storable,
    usable,
    with_known_names,
    yaml_keys,
)

_WHERE = "its front matter"

_ALIASES = {"published": ("publishdate", "pubdate", "date"), "authors": ("author",), "language": ("lang",)}
"""Names that other programs give to a key, the surest first."""

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_YAML_KEY = re.compile(r"""(?P<key>[^\W\d][\w .-]{0,60}|"[^"\n]{1,60}"|'[^'\n]{1,60}'):(?:[ \t]|$)""")
_TOML_KEY = re.compile(r"""[ \t]{0,8}(?P<key>[\w.-]{1,60}|"[^"\n]{1,60}")[ \t]{0,8}=|(?P<table>\[)""")
_CONTINUED = (" ", "\t", "-", "#", "]", "}")
_NAMED = 10
"""Keys that a note names."""


@dataclass(frozen=True, slots=True)
class FrontBlock:
    """What precedes a text.

    Args:
        front: The metadata.
        text: The text after the block, or the whole text if there is no block.
        notes: Which keys could not be used, and why.
    """

    front: FrontMatter
    text: str
    notes: tuple[str, ...] = ()


def split_front_matter(text: str) -> FrontBlock:
    r"""Split a text into its front matter and its body. A key that cannot be used costs only itself.

    Lines between two rules that are no metadata are text.

    Args:
        text: The whole text, with `\n` line ends.
    """
    start = len(text) - len(text.lstrip())
    if start and text[start - 1] != "\n":
        return FrontBlock(FrontMatter(), text)
    if text.startswith("{", start):
        return _json_block(text, start) or FrontBlock(FrontMatter(), text)
    fenced = _fenced(text, start)
    if fenced is None:
        return FrontBlock(FrontMatter(), text)
    fence, block, end = fenced
    notes: list[str] = []
    keys = _yaml(block, notes) if fence == "---" else _toml(block, notes)
    if keys is None:
        return FrontBlock(FrontMatter(), text)
    front = _usable(keys, notes)
    return FrontBlock(front, text[end:], tuple(notes))


def _fenced(text: str, start: int) -> tuple[str, str, int] | None:
    """Return the fence, the lines between it and the next one, and where that ends."""
    fence = text[start : start + 3]
    at = text.find("\n", start) + 1
    if fence not in _FENCES or not at or text[start:at].rstrip() != fence:
        return None
    first = at
    while at < min(len(text), first + MAX_FRONT_MATTER_CHARACTERS):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end - at < MAX_FRONT_MATTER_CHARACTERS and text[at:end].rstrip(" \t") in _FENCES[fence]:
            return fence, text[first:at], end + 1
        at = end + 1
    return None


def _json_block(text: str, start: int) -> FrontBlock | None:
    try:
        keys, end = json.JSONDecoder().raw_decode(text[start : start + MAX_FRONT_MATTER_CHARACTERS])
    except (ValueError, RecursionError):
        return None
    line, _, rest = text[start + end :].partition("\n")
    if not isinstance(keys, dict) or line.strip() or not rest.strip() or not _has_known(keys):
        return None
    notes: list[str] = []
    return FrontBlock(_usable(keys, notes), rest, tuple(notes))


def _has_known(keys: Mapping[Any, object]) -> bool:
    known = {*KNOWN, *(name for names in _ALIASES.values() for name in names)}
    return any(isinstance(key, str) and key.casefold() in known for key in keys)


def _yaml(block: str, notes: list[str]) -> Mapping[Any, object] | None:
    try:
        keys = yaml_keys(block, _WHERE, first_line=2)
    except SourceError as error:
        return _each(block, _YAML_KEY, lambda part: yaml_keys(part, _WHERE), str(error), notes)
    if keys is None:
        return {}
    is_rule = not block.split("\n", 1)[0].strip()  # a line after it is empty
    return keys if isinstance(keys, dict) and (_has_known(keys) or not is_rule) else None


def _toml(block: str, notes: list[str]) -> Mapping[Any, object] | None:
    def parsed(part: str) -> object:
        try:
            return tomllib.loads(part)
        except (ValueError, RecursionError) as error:
            raise SourceError("its front matter is not valid TOML; correct or remove it") from error

    try:
        keys = parsed(block)
    except SourceError as error:
        return _each(block, _TOML_KEY, parsed, str(error), notes)
    return keys if isinstance(keys, dict) and (keys or not block.strip()) else None


def _each(
    block: str, begins: re.Pattern[str], parsed: Callable[[str], object], problem: str, notes: list[str]
) -> Mapping[Any, object] | None:
    """Return the keys that can be read one by one; None if the block is not made of keys."""
    entries: list[tuple[str, list[str]]] = []
    for line in block.split("\n"):
        key = begins.match(line[:200])
        in_table = bool(entries) and entries[-1][1][0].lstrip().startswith("[")
        if key is not None and (not in_table or key.groupdict().get("table")):
            entries.append((key["key"] or line.strip()[:60], [line]))
        elif entries and (in_table or not line.strip() or line.startswith(_CONTINUED)):
            entries[-1][1].append(line)
        elif line.strip() and not line.startswith("#"):
            return None
    keys: dict[Any, object] = {}
    lost = []
    for key_name, lines in entries:
        try:
            found = parsed("\n".join(lines))
        except SourceError:
            lost.append(key_name.strip("\"'"))
            continue
        keys.update(found if isinstance(found, dict) else {})
    if entries:
        reason = problem.split(";")[0]
        named = ", ".join(f"'{name}'" for name in lost[:_NAMED]) + (" …" if len(lost) > _NAMED else "")
        notes.append(f"{reason}, and {named or 'a part of it'} was ignored")
    return keys if entries else None


def _usable(keys: Mapping[Any, object], notes: list[str]) -> FrontMatter:
    """Return the keys that can be used. Where one is missing, its name in other programs is looked for."""
    named = storable(with_known_names({str(key): value for key, value in keys.items()}), _WHERE, notes)
    front = usable(named, _WHERE, notes)
    folded = {key.casefold(): value for key, value in named.items()}
    for known, others in _ALIASES.items():
        for other in others:
            if not getattr(front, known) and folded.get(other) is not None:
                found = usable({known: folded[other]}, _WHERE, [])
                front = front.model_copy(update={known: getattr(found, known)})
    return front
