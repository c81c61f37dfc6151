"""The structure of the code: rooms, their faces, and the size of folders.

A room is a package below one of the four top-level ones. Its face is its `__init__`.
"""

import ast
import functools
import graphlib
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.dockerfile import REPOSITORY

TOPS = ("corpus", "embeddings", "service", "eval")
FILES = [path for top in TOPS for path in sorted((REPOSITORY / top).rglob("*.py"))]
MOST_MODULES = 13

DIRECT = {
    "corpus.lexical.rebuild": "it runs as a program",
    "embeddings.encoder.export": "it runs as a program, and imports torch",
    "embeddings.encoder.cpus": "it needs none of the encoder",
    "service.http.server.server": "it imports uvicorn",
    "service.reading.worker": "it runs as a program",
    "service.runtime.descriptors": "each of its modules stands for itself",
    "service.runtime.heap": "each of its modules stands for itself",
    "service.runtime.listener": "each of its modules stands for itself",
    "service.runtime.progress": "each of its modules stands for itself",
    "service.runtime.terminal": "each of its modules stands for itself",
    "service.telemetry.logs": "a command that counts nothing needs no metrics",
    "service.telemetry.metrics": "it imports prometheus_client",
    "service.telemetry.tracing": "it imports OpenTelemetry",
    "service.workers.template": "it runs as a program",
}
"""Modules that other rooms import directly, and why their room's face does not export them."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


MODULES = {name_of(path): path for path in FILES}


@functools.cache
def imports(path: Path, *, for_types: bool = True) -> frozenset[str]:
    """The project's modules that a file imports.

    Args:
        path: The file.
        for_types: Whether imports under `if TYPE_CHECKING` count.
    """
    return frozenset(_imports(ast.parse(path.read_text()), for_types))


def _imports(tree: ast.Module, for_types: bool) -> Iterator[str]:
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not for_types:
            continue
        pending.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in TOPS:
            for name in node.names:
                submodule = f"{node.module}.{name.name}"
                yield submodule if submodule in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] in TOPS)


def test_modules_import_the_faces_of_other_rooms() -> None:
    insides = [
        (module, name)
        for module, path in MODULES.items()
        for name in imports(path)
        if room_of(name) != room_of(module) and name != room_of(name) and name not in DIRECT
    ]
    assert insides == []


def test_each_module_that_is_imported_directly_is_one() -> None:
    imported = {name for module in MODULES for name in imports(MODULES[module]) if room_of(name) != room_of(module)}
    started = {"service.reading.worker", "service.workers.template"}
    assert set(DIRECT) - started == imported & set(DIRECT)


def test_nothing_but_commands_imports_the_command_line() -> None:
    commands = ("service.cli", "eval.cli")
    others = [module for module in MODULES if room_of(module) not in commands]
    assert [module for module in others if any(room_of(name) in commands for name in imports(MODULES[module]))] == []


def test_no_room_needs_one_that_needs_it() -> None:
    graph: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        needed = {room_of(name) for name in imports(path, for_types=False)}
        graph.setdefault(room_of(module), set()).update(needed - {room_of(module)})
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_modules_define_the_names_that_they_export() -> None:
    loaded = [importlib.import_module(module) for module in MODULES]
    missing = [
        (module.__name__, name)
        for module in loaded
        for name in getattr(module, "__all__", ())
        if not hasattr(module, name)
    ]
    assert missing == []


def test_folders_hold_a_dozen_modules_at_most() -> None:
    sizes = Counter(path.parent for path in FILES if path.name != "__init__.py")
    assert {str(folder): count for folder, count in sizes.items() if count > MOST_MODULES} == {}


def test_tests_stand_where_their_modules_do() -> None:
    folders = {path.parent.relative_to(REPOSITORY) for path in FILES} | {Path("service/web"), Path("service/web/pages")}
    folders |= {Path("service/web/widget")}
    tested = {path.parent.relative_to(REPOSITORY / "tests") for path in (REPOSITORY / "tests").rglob("test_*.py")}
    own = {folder for folder in tested if folder.parts and folder.parts[0] in TOPS}
    assert sorted(own - folders) == []
