"""The structure of the code: rooms, their faces, and the size of folders.

A room is a package below one of the four top-level ones. Its face is its `__init__`.
"""

import ast
import graphlib
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    "service.runtime.progress": "each of its modules stands for itself",
    "service.telemetry.logs": "a command that counts nothing needs no metrics",
    "service.telemetry.metrics": "it imports prometheus_client",
    "service.telemetry.tracing": "it imports OpenTelemetry",
}
"""Modules that other rooms import directly, and why their room's face does not export them."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


OTHERS = ("eval.bench.recipes.haystack", "eval.bench.recipes.txtai")
"""Modules that import other systems, which are not installed for development."""

MODULES = {name_of(path): path for path in FILES}


def imports(path: Path, *, for_types: bool = True) -> Iterator[str]:
    """The project's modules that a file imports.

    Args:
        path: The file.
        for_types: Whether imports under `if TYPE_CHECKING` count.
    """
    pending: list[ast.AST] = [ast.parse(path.read_text())]
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


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_the_faces_of_other_rooms(module: str) -> None:
    others = {name for name in imports(MODULES[module]) if room_of(name) != room_of(module)}
    assert sorted(name for name in others if name != room_of(name) and name not in DIRECT) == []


def test_each_module_that_is_imported_directly_is_one() -> None:
    imported = {name for module in MODULES for name in imports(MODULES[module]) if room_of(name) != room_of(module)}
    started = {"embeddings.encoder.export", "service.reading.worker"}
    assert set(DIRECT) - started == imported & set(DIRECT)


def test_no_room_needs_one_that_needs_it() -> None:
    graph: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        needed = {room_of(name) for name in imports(path, for_types=False)}
        graph.setdefault(room_of(module), set()).update(needed - {room_of(module)})
    assert list(graphlib.TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_defines_the_names_that_it_exports(module: str) -> None:
    if not MODULES[module].read_text().count("__all__ = "):
        pytest.skip("It exports nothing")
    if module in OTHERS:
        pytest.importorskip(module.rsplit(".", 1)[1])
    loaded = importlib.import_module(module)
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda path: path.name)
def test_a_folder_has_no_more_modules_than_one_can_look_over(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= MOST_MODULES


def test_tests_stand_where_their_modules_do() -> None:
    folders = {path.parent.relative_to(REPOSITORY) for path in FILES} | {Path("service/web"), Path("service/web/pages")}
    folders |= {Path("service/web/widget")}
    tested = {path.parent.relative_to(REPOSITORY / "tests") for path in (REPOSITORY / "tests").rglob("test_*.py")}
    own = {folder for folder in tested if folder.parts and folder.parts[0] in TOPS}
    assert sorted(own - folders) == []
