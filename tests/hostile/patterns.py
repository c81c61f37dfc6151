"""Every regular expression of the product, with the methods that it is used with."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import ModuleType
from typing import Any, NamedTuple

from corpus.cleaning.phrases import phrases

__all__ = ["METHODS", "Used", "modules", "used_patterns"]

PACKAGES = ("corpus", "embeddings", "service", "eval")

COMPILING = "corpus.cleaning.phrases"
"""It alone compiles what stands elsewhere, and keeps all of it in one value."""

SEARCHING = ("search", "finditer", "findall", "split", "sub", "subn")
METHODS: Mapping[str, str] = {**dict.fromkeys(SEARCHING, "finditer"), "match": "match", "fullmatch": "fullmatch"}
"""Which method stands for one in a measurement: those that search do the same from every place."""


@dataclass(frozen=True, slots=True)
class Used:
    """A regular expression, and a method that it is used with."""

    where: str
    pattern: re.Pattern[Any]
    method: str


def modules() -> list[ModuleType]:
    """Return all modules of the product."""
    found = []
    for package in map(importlib.import_module, PACKAGES):
        found.append(package)
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not info.name.endswith("__main__"):
                found.append(importlib.import_module(info.name))
    return found


def used_patterns() -> list[Used]:
    """Each pattern with each method, the module's own name for it in front.

    A pattern that is kept where no name of a module leads to it is found as well, by the call that compiles it.
    """
    named: dict[int, _Named] = {}
    inline: list[Used] = []
    for module in modules():
        for name, value in vars(module).items():
            for where, pattern in _patterns_in(value, f"{module.__name__}.{name}"):
                named.setdefault(id(pattern), _Named(where, pattern, set()))
        calls = _calls(module)
        inline += calls.inline
        for receiver, method in calls.methods:
            called = getattr(module, receiver, None)
            if isinstance(called, re.Pattern):
                named[id(called)].methods.add(METHODS[method])
    inline += [Used(where, pattern, "finditer") for where, pattern in _patterns_in(phrases(), COMPILING)]
    for one in named.values():
        inline += [Used(one.where, one.pattern, method) for method in one.methods or {"finditer"}]
    found: dict[tuple[Any, int, str], Used] = {}
    for used in inline:
        found.setdefault((used.pattern.pattern, used.pattern.flags, used.method), used)
    return list(found.values())


class _Named(NamedTuple):
    where: str
    pattern: re.Pattern[Any]
    methods: set[str]


def _patterns_in(value: Any, where: str) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """The patterns of a value, also within what it is made of."""
    if isinstance(value, re.Pattern):
        yield where, value
    elif isinstance(value, list | tuple | set | frozenset):
        for at, item in enumerate(value):
            yield from _patterns_in(item, f"{where}[{at}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _patterns_in(item, f"{where}[{key!r}]")
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _patterns_in(getattr(value, field.name), f"{where}.{field.name}")


@dataclass(frozen=True, slots=True)
class _Calls:
    methods: list[tuple[str, str]]
    inline: list[Used]


def _calls(module: ModuleType) -> _Calls:
    """What a module calls of its patterns, and of `re` with an expression that stands in the call."""
    calls = _Calls([], [])
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in METHODS:
            calls.methods.append((node.value.id, node.attr))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_re(node.func.value):
            if node.func.attr in METHODS or node.func.attr == "compile":
                where = f"{module.__name__}:{node.lineno}"
                pattern = _evaluated(node, module)
                if pattern is None and module.__name__ != COMPILING:
                    raise AssertionError(f"{where}: the expression is not known before the call")
                if pattern is not None and (node.func.attr != "compile" or not _is_named(module, pattern)):
                    calls.inline.append(Used(where, pattern, METHODS.get(node.func.attr, "finditer")))
    return calls


def _is_re(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "re"


def _is_named(module: ModuleType, pattern: re.Pattern[Any]) -> bool:
    return any(one == pattern for value in vars(module).values() for _, one in _patterns_in(value, ""))


def _evaluated(call: ast.Call, module: ModuleType) -> re.Pattern[Any] | None:
    """The pattern that a call of `re` compiles, if it is the same in every call."""
    flags = [arg for arg in call.args[1:] if _mentions_re(arg)] + [k.value for k in call.keywords if k.arg == "flags"]
    try:
        source, *given = (
            eval(compile(ast.Expression(arg), module.__name__, "eval"), dict(vars(module)))  # noqa: S307 - our own code
            for arg in [call.args[0], *flags]
        )
    except NameError:
        return None
    return re.compile(source, *given)


def _mentions_re(node: ast.expr) -> bool:
    return any(_is_re(part) for part in ast.walk(node) if isinstance(part, ast.Name))
