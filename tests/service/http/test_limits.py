"""Limits that an operator sets: told by the API's description, kept, and refused with the field and what to do."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.http.app import build_app
from service.http.state import Service
from service.settings import Settings
from tests.corpus.readers.files import pdf
from tests.service.http.test_changing import KEY, PEACE, outcomes, send
from tests.service.http.test_problems import assert_problem
from tests.service.reading.test_sandbox import WORKER

LIMITS = {
    "question_characters": 60,
    "history_characters": 100,
    "most_passages": 7,
    "body_bytes": 2000,
    "json_depth": 4,
}
QUESTION = "When did the truce begin?"
Serve = Callable[..., TestClient]


@pytest.fixture
def serve(service: Service) -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def _serve(**limits: int) -> TestClient:
            settings = service.settings.model_copy(update=limits)
            return stack.enter_context(TestClient(build_app(dataclasses.replace(service, settings=settings))))

        yield _serve


def turns(*contents: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": content} for content in contents]


RATING = {"question": QUESTION, "status": "not_found", "rating": "up", "passage": None}
WITHIN: list[tuple[str, dict[str, Any]]] = [
    ("/v1/ask", {"question": "q" * 60, "k": 7, "history": turns("x" * 50, "x" * 50)}),
    ("/v1/ask", {"question": QUESTION}),
    ("/v1/chat", {"messages": turns("x" * 100, "q" * 60), "k": 7}),
    ("/v1/feedback", {**RATING, "question": "q" * 60, "history": turns("x" * 100)}),
]
BEYOND: list[tuple[str, dict[str, Any], str, str]] = [
    ("/v1/ask", {"question": "q" * 61}, "/question", "at most 60 characters are allowed here."),
    ("/v1/ask", {"question": "q", "k": 8}, "/k", "This must be at most 7."),
    ("/v1/ask", {"question": "q", "history": turns("x" * 50, "x" * 51)}, "/history", "at most 100 characters in all"),
    (
        "/v1/ask",
        {"question": "q", "history": turns("x" * 101), "context": False},
        "/history",
        "Send only the latest turns",
    ),
    ("/v1/chat", {"messages": turns("x", "q" * 61)}, "/messages/1/content", "at most 60 characters are allowed here."),
    ("/v1/chat", {"messages": turns("x" * 101, "q")}, "/messages", "at most 100 characters in all are taken here."),
    ("/v1/chat", {"messages": turns("q"), "k": 8}, "/k", "This must be at most 7."),
    ("/v1/feedback", {**RATING, "question": "q" * 61}, "/question", "at most 60 characters are allowed here."),
    ("/v1/feedback", {**RATING, "history": turns("x" * 101)}, "/history", "at most 100 characters in all"),
]


@pytest.mark.parametrize(("path", "body"), WITHIN)
def test_what_is_within_the_limits_is_answered(serve: Serve, path: str, body: dict[str, Any]) -> None:
    assert serve(**LIMITS).post(path, json=body).is_success


def test_json_that_is_too_deep_is_refused_before_its_fields_are_looked_at(serve: Serve) -> None:
    client = serve(**LIMITS)
    assert_problem(client.post("/v1/ask", json={"question": [[["q"]]]}), 422, "invalid-request")
    response = client.post("/v1/ask", json={"question": [[[["q"]]]]})
    assert_problem(response, 400, "invalid-json")
    assert response.json()["detail"].endswith("Its lists and objects lie more than 4 deep in each other.")


@pytest.mark.parametrize(("path", "body", "pointer", "detail"), BEYOND)
def test_what_is_beyond_is_refused_by_its_field(
    serve: Serve, path: str, body: dict[str, Any], pointer: str, detail: str
) -> None:
    response = serve(**LIMITS).post(path, json=body)
    assert_problem(response, 422, "invalid-request")
    [error] = response.json()["errors"]
    assert error["pointer"] == pointer
    assert detail in error["detail"]
    assert serve().post(path, json=body).is_success  # which an operator who sets nothing allows


def test_all_that_is_wrong_is_told_at_once(serve: Serve) -> None:
    body = {"question": "q" * 61, "k": 8, "history": turns("x" * 101)}
    errors = serve(**LIMITS).post("/v1/ask", json=body).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/question", "/history", "/k"]


@pytest.mark.parametrize("says_its_length", [True, False])
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat", "/v1/feedback"])
def test_a_body_of_more_bytes_is_refused(serve: Serve, path: str, says_its_length: bool) -> None:
    content: Any = b" " * 2001 if says_its_length else iter([b" " * 1000] * 3)
    response = serve(**LIMITS).post(path, content=content, headers={"Content-Type": "application/json"})
    assert_problem(response, 413, "too-large")
    assert response.json()["detail"] == "At most 2,000 bytes can be sent here. Send less, or only the latest turns."


@pytest.mark.parametrize("limits", [{}, LIMITS])
def test_the_apis_description_tells_the_limits_in_force(serve: Serve, limits: dict[str, int]) -> None:
    settings = Settings(**limits)  # type: ignore[arg-type]
    schemas = serve(**limits).get("/openapi.json").json()["components"]["schemas"]
    fields = {name: schemas[name]["properties"] for name in ("AskRequest", "ChatRequest", "FeedbackRequest")}
    assert fields["AskRequest"]["question"]["maxLength"] == settings.question_characters
    assert fields["FeedbackRequest"]["question"]["maxLength"] == settings.question_characters
    assert fields["AskRequest"]["k"]["maximum"] == settings.most_passages
    assert fields["ChatRequest"]["k"]["maximum"] == settings.most_passages
    for name, field in (("AskRequest", "history"), ("ChatRequest", "messages"), ("FeedbackRequest", "history")):
        told = fields[name][field]["description"]
        assert told.endswith(f"At most {settings.history_characters:,} characters in all.")


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
