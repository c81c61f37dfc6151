import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import errors
from corpus.errors import FootnoteError, SourceError
from tests.corpus.samples import is_clause, is_sentences

MODULES = sorted(Path(errors.__file__).parent.rglob("*.py"))


def drawn_tree() -> dict[str, str | None]:
    """Each error's name and its parent's, as the module's docstring draws them."""
    parents: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        words = line.strip(" │├└─").split()
        if not words or not words[0].endswith("Error") or not line.startswith("    "):
            continue
        depth = line.index(words[0])
        while above and above[-1][0] >= depth:
            above.pop()
        parents[words[0]] = above[-1][1] if above else None
        above.append((depth, words[0]))
    return parents


def class_tree(base: type[Exception], parent: str | None = None) -> dict[str, str | None]:
    tree = {base.__name__: parent}
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:  # the evaluation's own are kinds of InputError, see below
            tree |= class_tree(child, base.__name__)
    return tree


def written_messages() -> Iterator[tuple[str, str]]:
    """Each message that the package gives an error, with `{}` where a value comes in, and the error's name."""
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in errors.__all__:
                message = node.args[0]
                if isinstance(message, ast.Constant):
                    yield node.func.id, str(message.value)
                elif isinstance(message, ast.JoinedStr):
                    parts = [str(p.value) if isinstance(p, ast.Constant) else "{}" for p in message.values]
                    yield node.func.id, "".join(parts)


def test_the_tree_drawn_in_the_docstring_is_the_class_tree() -> None:
    assert drawn_tree() == class_tree(FootnoteError)


def test_the_module_exports_every_error_and_nothing_else() -> None:
    assert sorted(class_tree(FootnoteError)) == errors.__all__


def test_every_error_says_in_one_line_what_it_means() -> None:
    said = {name: (getattr(errors, name).__doc__ or "") for name in errors.__all__}
    assert {name: text for name, text in said.items() if "\n" in text or not text.endswith(".")} == {}


def test_messages_are_found_in_the_source() -> None:
    assert len(list(written_messages())) > 25


@pytest.mark.parametrize(("error", "message"), sorted(set(written_messages())))
def test_every_message_is_a_clause_or_one_or_two_sentences(error: str, message: str) -> None:
    if issubclass(getattr(errors, error), SourceError):
        assert is_clause(message)
    else:
        assert is_sentences(message)


@pytest.mark.parametrize(
    "message",
    [
        "no capital.",
        "No full stop",
        "Three. Sentences. Here.",
        "Two\nlines.",
        "Traceback (most recent call last).",
        "It failed (OSError(5)).",
        "",
    ],
)
def test_a_message_of_another_shape_is_noticed(message: str) -> None:
    assert not is_sentences(message)
    assert not is_clause(message.upper() + ".")


def test_the_evaluations_own_errors_are_all_the_users_mistakes() -> None:
    from eval import errors as evaluation

    for name in evaluation.__all__:
        assert getattr(evaluation, name).__base__ is errors.InputError, name
