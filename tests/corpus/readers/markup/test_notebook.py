"""Notebooks: cells and outputs."""

import json
from typing import Any

import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import only, outline


def notebook(*cells: dict[str, Any], **metadata: Any) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4})


def test_cells_are_read_in_order_with_sections_and_text_outputs() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["12 ships\n", "3 pilots\n"]},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["<Figure size 1>"]}},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no tide", "traceback": ["\x1b[0;31mx"]},
        {"output_type": "execute_result", "data": {"text/plain": "'\x1b[1mnoon\x1b[0m'"}},
    ]
    document = only(
        notebook(
            {"cell_type": "markdown", "source": ["# The *harbour*\n", "\n", "Some words.\n", "\n", "More.\n"]},
            {"cell_type": "code", "source": "count(ships)", "outputs": outputs},
            {"cell_type": "markdown", "source": "Pilots\n------\nThey come.", "attachments": {"a.png": {}}},
            title="Ships",
            authors=[{"name": "Ana Ruiz"}],
        ),
        "a.ipynb",
    )
    assert document.text.split("\n\n") == [
        *("The harbour", "Some words.", "More.", "count(ships)", "12 ships\n3 pilots", "<Figure size 1>"),
        *("ValueError: no tide", "'noon'", "Pilots", "They come."),
    ]
    assert outline(document) == [("The harbour", 1, "The harbour"), ("Pilots", 2, "Pilots")]
    assert (document.metadata.title, document.metadata.authors) == ("Ships", ("Ana Ruiz",))


def test_notebooks_of_the_third_form_are_read() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Ships"},
        {"cell_type": "code", "input": "1 + 1", "outputs": [{"output_type": "pyout", "text": ["2"], "png": "iVBOR"}]},
    ]
    document = only(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}), "a.ipynb")
    assert document.text == "Ships\n\n1 + 1\n\n2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Words.", "it is not valid JSON, so it is no notebook"),
        ('{"a": 1}', "it is JSON without the cells of a notebook"),
        ("[1]", "it is JSON without the cells of a notebook"),
        ("[" * 100_000, "it has lists or objects nested more than 16 deep"),
        (notebook(), "it has no text"),
        (notebook({"cell_type": "code", "source": {"a": 1}, "outputs": 5}), "it has no text"),
    ],
)
def test_what_is_no_notebook_is_refused(text: str, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        only(text, "a.ipynb")
    assert str(refused.value).startswith(reason)
