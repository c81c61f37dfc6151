"""Metadata at its bounds goes the whole way, and beyond them costs one record only: by command and over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from corpus.metadata.front_matter import MAX_DEPTH, MAX_DIGITS, MAX_OTHER_BYTES
from tests.service.cli.conftest import Run, data, footnote

__all__ = ["data", "footnote"]

WORDS = "The gang leaders began the talks about the truce in prison"


def nested(depth: int, kind: str) -> Any:
    value: Any = "innermost"
    for _ in range(depth):
        value = [value] if kind == "list" else {"below": value}
    return value


KEPT: dict[str, Any] = {
    "lists": nested(MAX_DEPTH, "list"),
    "objects": nested(MAX_DEPTH, "object"),
    "most": 10**MAX_DIGITS - 1,
    "least": 1 - 10**MAX_DIGITS,
    "floats": [1e308, -0.0, 5e-324],
    "odd": ["\0\x1b[31m", "\u202e", "🕊", "", "e" + "\u0301" * 50],
    "": {"": None},
    "large": "x" * (MAX_OTHER_BYTES - 2000),
    "cls": 1,
}
"""Just within every bound."""

REFUSED: dict[str, str] = {
    "deep-17": json.dumps(nested(MAX_DEPTH + 1, "list")),
    "deep-494": "[" * 494 + "]" * 494,
    "deep-990": '{"a":' * 990 + "1" + "}" * 990,
    "deep-5000": "[" * 5000 + "]" * 5000,
    "digits": "9" * 5000,
    "half": '"\\ud800"',
    "large": json.dumps("x" * MAX_OTHER_BYTES),
}


def records() -> bytes:
    """Good records first and last, and in between."""
    lines = [json.dumps({"_id": "kept", "text": f"{WORDS} first.", "tags": ["whole"], **KEPT})]
    for name, value in REFUSED.items():
        lines.append('{"_id": "%s", "text": "%s.", "x": %s}' % (name, WORDS, value))  # noqa: UP031 - braces
        lines.append(json.dumps({"_id": f"after-{name}", "text": f"{WORDS} after {name}."}))
    return "\n".join(lines).encode()


def test_over_http(client: TestClient, key: dict[str, str]) -> None:
    response = client.post("/v1/documents", files=[("files", ("records.jsonl", records()))], headers=key)
    (file,) = response.json()["files"]

    assert response.status_code == 200
    assert len(file["documents"]) == 1 + len(REFUSED)
    assert [f"line {2 + 2 * at}" in reason for at, reason in enumerate(file["reasons"])] == [True] * len(REFUSED)
    documents = [client.get(f"/v1/documents/{identifier}").json() for identifier in file["documents"]]
    (kept,) = [document for document in documents if document["tags"] == ["whole"]]
    question = {"question": "Who began the talks about the truce?", "k": 50, "filters": {"tag": ["whole"]}}
    answer = client.post("/v1/ask", json=question)
    assert answer.status_code == 200
    assert {passage["citation"]["document_id"] for passage in answer.json()["passages"]} == {kept["id"]}


def test_by_command(footnote: Run, write: Callable[..., Path]) -> None:
    write("a.jsonl", records())
    write("b.md", f"---\ntitle: Good\nkey: {'[' * MAX_DEPTH}{']' * MAX_DEPTH}\n---\n{WORDS} b.")
    write("c.md", f"---\ntitle: Deep\nkey: {'[' * 900}{']' * 900}\n---\n{WORDS} c.")
    write("d.txt", f"{WORDS} d.")
    write("d.txt.meta.yaml", "key: " + "9" * 5000)
    folder = write("e.txt", f"{WORDS} e.").parent

    ran = footnote("ingest", folder)

    assert ran.code == 1
    assert "Traceback" not in ran.err
    listed = json.loads(footnote("documents", "list", "--json").out)["documents"]
    assert len(listed) == 1 + len(REFUSED) + 3  # a key of front matter costs only itself
    (kept,) = [each["id"] for each in listed if each["tags"] == ["whole"]]
    shown = footnote("documents", "show", kept, "--json")
    assert (shown.code, json.loads(shown.out)["extra"]) == (0, KEPT)
    assert footnote("documents", "show", kept).code == 0
    assert footnote("verify").code == 0
    assert footnote("ingest", folder).code == 1
    assert footnote("ask", "Who began the talks?", "--json").code == 0


@pytest.mark.parametrize("sidecar", [f"key: {'[' * 17}{']' * 17}", "key: &a [*a]", "? [a]\n: b", "key: 0x" + "f" * 99])
def test_metadata_of_a_whole_file_costs_only_that_file(
    footnote: Run,
    write: Callable[..., Path],
    sidecar: str,
) -> None:
    write("a.txt", f"{WORDS} a.")
    write("a.txt.meta.yaml", sidecar)
    ran = footnote("ingest", write("b.txt", f"{WORDS} b.").parent)
    assert ran.code == 1
    assert "its sidecar a.txt.meta.yaml" in ran.out + ran.err
    assert len(json.loads(footnote("documents", "list", "--json").out)["documents"]) == 1
