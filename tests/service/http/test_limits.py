"""Limits of requests: enforced, described by the API, and documented."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.http.app import build_app
from service.http.middleware.rate_limits import MAX_CLIENTS
from service.http.question_queue import MAX_QUEUED
from service.http.requests.bodies import JSON_S, MAX_JSON_BYTES
from service.http.requests.multipart import MAX_FILES
from service.http.requests.strict_json import MAX_DEPTH
from service.http.routes.documents import MAX_LIMIT
from service.http.server.connections import HEAD_S
from service.http.server.server import UNREAD_S
from service.http.server.strict_parsing import MAX_FIELDS, MAX_HEAD_BYTES
from service.http.state import Service
from service.schemas.asking import (
    DEFAULT_K,
    MAX_CONVERSATION_CHARACTERS,
    MAX_K,
    MAX_MESSAGES,
    MAX_QUESTION_CHARACTERS,
    MAX_TURN_CHARACTERS,
)
from service.schemas.filtering import MAX_FILTER_CHARACTERS, MAX_FILTER_VALUES
from tests.corpus.readers.files import pdf
from tests.dockerfile import REPOSITORY
from tests.service.http.test_changing import KEY, PEACE, outcomes, send
from tests.service.http.test_problems import assert_problem
from tests.service.reading.test_sandbox import WORKER

PATHS = ["/v1/ask", "/v1/chat", "/v1/feedback"]


@pytest.mark.parametrize("has_length", [True, False])
@pytest.mark.parametrize("path", PATHS)
def test_a_larger_body_is_refused(client: TestClient, path: str, has_length: bool) -> None:
    content: Any = b" " * (MAX_JSON_BYTES + 1) if has_length else iter([b" " * (MAX_JSON_BYTES // 2)] * 3)
    response = client.post(path, content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 413, "too-large")
    assert response.json()["detail"].startswith("The body is too large; at most 3,145,728 bytes are allowed.")


def test_the_description_has_the_limits(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    fields = {name: schemas[name]["properties"] for name in ("AskRequest", "ChatRequest", "FeedbackRequest")}
    assert fields["AskRequest"]["question"]["maxLength"] == MAX_QUESTION_CHARACTERS
    assert fields["FeedbackRequest"]["question"]["maxLength"] == MAX_QUESTION_CHARACTERS
    for name in ("AskRequest", "ChatRequest"):
        assert (fields[name]["k"]["default"], fields[name]["k"]["maximum"]) == (DEFAULT_K, MAX_K)
    for name, field in (("AskRequest", "history"), ("ChatRequest", "messages"), ("FeedbackRequest", "history")):
        assert fields[name][field]["maxItems"] == MAX_MESSAGES
        assert fields[name][field]["description"].endswith("At most 200,000 characters in all.")


def test_the_fixed_limits_are_documented() -> None:
    table = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8").partition("## Fixed limits")[2]
    for row in (
        f"| a question | {MAX_QUESTION_CHARACTERS:,} characters |",
        f"| a conversation | {MAX_MESSAGES} turns, of {MAX_TURN_CHARACTERS:,} characters each, "
        f"{MAX_CONVERSATION_CHARACTERS:,} in all |",
        f"| passages in an answer (`k`) | {MAX_K} |",
        f"| values of a filter | {MAX_FILTER_VALUES}, of {MAX_FILTER_CHARACTERS:,} characters each |",
        f"| documents on a page of the list | {MAX_LIMIT:,} |",
        f"| a JSON body | {MAX_JSON_BYTES // 1024**2} MiB, {JSON_S:.0f} seconds, nested {MAX_DEPTH} levels deep |",
        f"| files in one upload | {MAX_FILES} |",
        f"| a request's head | {MAX_HEAD_BYTES // 1024} KiB, {MAX_FIELDS} headers, {HEAD_S:.0f} seconds |",
        f"| a client that reads nothing | {UNREAD_S} seconds |",
        f"| queued questions | {MAX_QUEUED} distinct ones |",
        f"| clients with a rate limit | {MAX_CLIENTS:,} addresses, and as many keys |",
    ):
        assert row in table


def test_each_guarded_route_tells_of_keys_and_rates(client: TestClient) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, route in methods.items():
            if path.startswith("/v1/"):
                assert {"401", "403", "429"} <= route["responses"].keys(), (method, path)
                for_administrators = path.startswith("/v1/documents") and method in ("post", "delete")
                assert ({} not in route["security"]) is for_administrators, (method, path)
                assert {"Key": []} in route["security"], (method, path)


def test_an_upload_whose_reading_takes_longer_is_refused_and_the_file_beside_it_is_stored(
    service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "hangs.py"
    program.write_text(WORKER.format(body="time.sleep(600)"))
    monkeypatch.setattr("service.reading.process.WORKER", (str(program),))
    update = {"parse_seconds": 5, "admin_keys": SecretStr(KEY)}
    settings = service.settings.model_copy(update=update)
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        response = send(client, ("slow.pdf", pdf([["One."]])), ("peace.md", PEACE))
        assert outcomes(response) == [("slow.pdf", "refused"), ("peace.md", "added")]
        [reason] = response.json()["files"][0]["reasons"]
        assert reason.startswith("reading it took more than 5 seconds")
