"""What each request tells: its id, and its line in the log."""

import dataclasses
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import Response

from corpus.errors import StoreBusyError
from service.http.app import build_app
from service.http.state import Service
from service.telemetry.logs import JsonLines
from tests.service.http.running import Gate, eventually, running, sent
from tests.service.http.test_problems import assert_problem

QUESTION = {"question": "When did the truce begin?"}
MADE = re.compile(r"[0-9a-f]{16}")


@pytest.fixture(autouse=True)
def access(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.handler.setFormatter(JsonLines(messages=False))
    with caplog.at_level(logging.INFO, "service"):
        yield


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The log, line by line, as it was written."""
    return [json.loads(line) for line in caplog.text.splitlines()]


# Ids


def test_every_response_has_an_id_of_its_own(client: TestClient) -> None:
    answers = [client.get(path) for path in ("/", "/health/live", "/v1/documents", "/v1/documents/none", "/nowhere")]
    answers += [client.post("/v1/ask", json=QUESTION), client.post("/v1/ask", json={}), client.put("/v1/ask")]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert all(MADE.fullmatch(each) for each in ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("given", ["a", "3f2c.A_b-9", 64 * "x"])
def test_an_id_that_a_proxy_gave_is_kept(client: TestClient, caplog: pytest.LogCaptureFixture, given: str) -> None:
    assert client.get("/v1/documents", headers={"X-Request-ID": given}).headers.get_list("x-request-id") == [given]
    assert lines(caplog)[-1]["request_id"] == given


@pytest.mark.parametrize("given", ["", 65 * "x", "a b", "a\tb", "é", "a,b", '"}', "<i>"])
def test_any_other_id_is_replaced(client: TestClient, caplog: pytest.LogCaptureFixture, given: str) -> None:
    headers = [(b"X-Request-ID", given.encode())]
    made = client.get("/v1/documents", headers=headers).headers["x-request-id"]
    assert MADE.fullmatch(made)
    assert lines(caplog)[-1]["request_id"] == made


def test_what_a_thread_logs_while_it_answers_carries_the_id(
    service: Service, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object, **__: object) -> None:
        logging.getLogger("service").warning("from a thread that answers")
        raise StoreBusyError("busy")

    monkeypatch.setattr(service.pipeline, "ask", ask)
    with TestClient(build_app(service), raise_server_exceptions=False) as client:
        response = client.post("/v1/ask", json=QUESTION, headers={"X-Request-ID": "mine"})
    assert_problem(response, 503, "store-busy")
    assert [(line["message"], line["request_id"]) for line in lines(caplog)][:2] == [
        ("from a thread that answers", "mine"),
        ("busy", "mine"),
    ]


# Lines


def test_a_request_is_one_line_that_names_its_route_and_not_its_path(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/v1/documents/truce/text?start=1&end=5")
    (line,) = lines(caplog)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/documents/{document_id}/text", 200)
    assert line["ms"] > 0
    assert "truce" not in caplog.text
    assert "start" not in caplog.text


def test_a_refusal_names_its_problem(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/v1/ask", json={"question": ""})
    client.get("/nowhere")
    assert [(line["route"], line["status"], line["problem"]) for line in lines(caplog)] == [
        ("/v1/ask", 422, "invalid-request"),
        ("other", 404, "not-found"),
    ]


def test_a_method_that_was_made_up_is_not_repeated(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.request("MARKER", "/v1/ask")
    assert "MARKER" not in caplog.text
    assert lines(caplog)[-1]["method"] == "other"


def test_a_probe_that_goes_well_is_logged_at_level_debug_only(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/health/live")
    client.get("/health/ready")
    assert not caplog.records
    caplog.set_level(logging.DEBUG, "service")
    client.get("/health/live")
    assert lines(caplog)[0]["level"] == "debug"


def test_a_probe_that_is_refused_is_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/metrics")
    assert lines(caplog)[0]["status"] == 403


def test_an_unexpected_error_is_logged_once_and_its_request_once(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(failing(service)) as client:
        response = client.get("/fail/marker")
    assert_problem(response, 500, "internal-error")
    error, access = lines(caplog)
    assert error["message"] == "An unexpected error in GET /fail/{name}"
    assert error["error"].endswith("builtins.ValueError")
    assert (access["status"], access["problem"]) == (500, "internal-error")
    assert "marker" not in caplog.text
    assert "words of the error" not in caplog.text


def failing(service: Service) -> FastAPI:
    app = build_app(service)

    def fail() -> None:
        raise ValueError("words of the error")

    app.add_api_route("/fail/{name}", fail)
    return app


def test_a_client_that_leaves_is_no_failure(
    service: Service, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(service, monkeypatch)
    try:
        with running(build_app(service)) as server:
            client = sent(server, "/v1/ask", QUESTION)
            assert eventually(lambda: bool(gate.begun))
            client.close()
            assert eventually(lambda: bool(caplog.records))
            gate.open.set()
    finally:
        gate.open.set()
    assert [(line["status"], line.get("problem")) for line in lines(caplog)] == [(499, None)]


def test_the_question_is_logged_where_the_operator_asks_for_it(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    settings = service.settings.model_copy(update={"log_questions": True})
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        client.post("/v1/ask", json=QUESTION)
    assert lines(caplog)[-1]["question"] == QUESTION["question"]


def test_an_error_after_the_answer_has_begun_is_left_to_the_server(service: Service) -> None:
    app = build_app(service)

    async def broken() -> Response:
        class Broken(Response):
            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                raise ValueError("too late")

        return Broken()

    app.add_api_route("/broken", broken)
    with TestClient(app) as client, pytest.raises(ValueError, match="too late"):
        client.get("/broken")
