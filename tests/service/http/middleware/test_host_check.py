"""Host names that the service answers to."""

import dataclasses
import socket

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.http.app import build_app
from service.http.middleware.security_headers import SECURITY_HEADERS
from service.http.state import Service
from tests.service.http.running import read_until, running
from tests.service.http.test_problems import assert_problem


@pytest.fixture
def app(service: Service) -> FastAPI:
    settings = service.settings.model_copy(update={"hosts": "answers.example.org"})
    return build_app(dataclasses.replace(service, settings=settings))


@pytest.mark.parametrize("path", ["/", "/v1/documents", "/docs", "/widget.js", "/metrics", "/nothing"])
def test_another_host_gets_nothing(app: FastAPI, path: str) -> None:
    with TestClient(app) as client:
        refused = client.get(path, headers={"Host": "rebound.evil.example"})
        assert_problem(refused, 421, "host-not-allowed")
        assert "FOOTNOTE_HOSTS" in refused.json()["detail"]
        assert "evil" not in refused.text
        assert {name: refused.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        asked = client.post("/v1/ask", json={"question": "When?"}, headers={"Host": "rebound.evil.example"})
        assert_problem(asked, 421, "host-not-allowed")


def test_a_page_that_is_rebound_to_this_address_is_not_taken_for_one_of_ours(app: FastAPI) -> None:
    headers = {"Host": "rebound.evil.example:8000", "Origin": "http://rebound.evil.example:8000"}
    with TestClient(app) as client:
        assert_problem(client.post("/v1/ask", json={"question": "When?"}, headers=headers), 421, "host-not-allowed")


@pytest.mark.parametrize("host", ["answers.example.org", "Answers.example.org:443", "127.0.0.1:8000", "localhost"])
def test_the_hosts_that_are_known_are_answered(app: FastAPI, host: str) -> None:
    with TestClient(app) as client:
        assert client.get("/v1/documents", headers={"Host": host}).status_code == 200


def test_probes_may_ask_by_any_name(app: FastAPI) -> None:
    with TestClient(app) as client:
        assert client.get("/health/live", headers={"Host": "node-7.internal.example"}).status_code == 200
        assert client.get("/health/ready", headers={"Host": "node-7.internal.example"}).status_code == 200


@pytest.mark.parametrize(
    ("request_", "status", "name"),
    [
        (b"GET /v1/documents HTTP/1.1\r\nHost: localhost\r\nHost: 127.0.0.1\r\n\r\n", 400, b"invalid-host"),
        (b"GET /v1/documents HTTP/1.0\r\n\r\n", 200, b"next_cursor"),
    ],
    ids=["two", "none"],
)
def test_a_request_for_two_hosts_is_refused_and_one_for_none_is_not(
    app: FastAPI, request_: bytes, status: int, name: bytes
) -> None:
    with running(app) as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request_)
        assert int(read_until(client, name).split()[1]) == status
