import importlib
import pkgutil

import pytest

import corpus

PUBLIC_NAMES = [
    "EncodedPassage",
    "Filters",
    "LexicalIndex",
    "LexicalProjection",
    "Metadata",
    "Move",
    "Passage",
    "Put",
    "Remove",
    "RemovedSpan",
    "Section",
    "SourceDocument",
    "Store",
    "StoredDocument",
    "StoredPassage",
    "StoredSource",
    "View",
    "passage_id",
    "revision_of",
]

MODULES = [module.name for module in pkgutil.iter_modules(corpus.__path__, prefix="corpus.")]


def test_the_package_exports_exactly_these_names() -> None:
    assert corpus.__all__ == PUBLIC_NAMES


@pytest.mark.parametrize("name", PUBLIC_NAMES)
def test_every_public_name_can_be_imported_from_the_package(name: str) -> None:
    assert getattr(corpus, name).__module__.startswith("corpus.")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_defines_the_names_that_it_exports(module: str) -> None:
    loaded = importlib.import_module(module)
    assert loaded.__all__
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []
