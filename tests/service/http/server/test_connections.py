"""Connections that say nothing, too much, or are too many; clients that stall when the service is to stop."""

import contextlib
import dataclasses
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from service.http.app import build_app
from service.http.requests import bodies
from service.http.server import connections, server
from service.http.state import Service
from tests.service.http.running import Gate, Running, eventually, read_until, received, running, sent

Connect = Callable[..., socket.socket]
HEAD = b"POST /v1/ask HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
QUESTION = {"question": "When did the truce begin?"}


@pytest.fixture
def app(service: Service) -> FastAPI:
    return build_app(service)


@pytest.fixture
def service_running(app: FastAPI) -> Iterator[Running]:
    with running(app) as it:
        yield it


@pytest.fixture
def connect(service_running: Running) -> Iterator[Connect]:
    """Opens a connection, and sends what is given."""
    with contextlib.ExitStack() as clients:

        def _connect(data: bytes = b"") -> socket.socket:
            client = clients.enter_context(socket.create_connection(("127.0.0.1", service_running.port), timeout=20))
            client.sendall(data)
            return client

        yield _connect


def is_closed(client: socket.socket) -> bool:
    with contextlib.suppress(ConnectionResetError):
        return client.recv(1) == b""
    return True


def get(client: socket.socket, path: str = "/health/live") -> tuple[int, dict[str, str], Any]:
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
    return received(client)


@pytest.mark.parametrize("said", [b"", b"GET /hea", HEAD], ids=["nothing", "a line begun", "half a head"])
def test_a_request_that_does_not_come_is_not_waited_for(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.1)
    assert is_closed(connect(said))


def test_neither_is_the_second_one_on_a_connection(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    client = connect()
    assert get(client)[0] == 200
    monkeypatch.setattr(connections, "HEAD_S", 0.1)
    client.sendall(b"GET /hea")
    assert is_closed(client)


def test_a_slow_answer_is_no_slow_request(service: Service, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(service, monkeypatch)
    monkeypatch.setattr(connections, "HEAD_S", 0.05)
    body = json.dumps(QUESTION).encode()
    client = connect(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert eventually(lambda: bool(gate.begun))
    assert is_closed(connect())  # which came later, and took as long as is waited
    gate.open.set()
    assert received(client)[0] == 200


def test_a_head_without_end_is_cut_off(connect: Connect) -> None:
    client = connect(HEAD)
    with contextlib.suppress(ConnectionError):
        for _ in range(100):
            client.sendall(b"X-More: " + 2000 * b"x" + b"\r\n")
    status, _, problem = received(client)
    assert (status, problem["type"]) == (431, "urn:footnote:problem:head-too-large")
    assert is_closed(client)


@pytest.mark.parametrize(
    "said", [b"marker\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET /\0marker HTTP/1.1\r\n\r\n"]
)
def test_invalid_http_is_answered_with_a_problem(connect: Connect, said: bytes) -> None:
    client = connect(said)
    status, headers, problem = received(client)
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert problem["type"] == "urn:footnote:problem:invalid-http"
    assert "marker" not in str(problem)
    assert is_closed(client)


def test_a_long_body_is_no_long_head(connect: Connect) -> None:
    body = json.dumps({**QUESTION, "history": [{"role": "user", "content": 19_000 * "x"}] * 9}).encode()
    client = connect(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert received(client)[0] == 200


@pytest.mark.parametrize(("bound", "headers"), [("CHUNK_S", {}), ("JSON_S", {})])
def test_a_body_that_does_not_come_is_a_problem(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, bound: str, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(bodies, bound, 0.05)
    status, headers, problem = received(connect(HEAD + b'Content-Length: 100\r\n\r\n{"question'))
    assert (status, problem["type"], headers["connection"]) == (408, "urn:footnote:problem:too-slow", "close")


def test_a_body_that_nobody_reads_any_more_is_not_waited_for_either(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.1)
    client = connect(b"POST /nowhere HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf")
    assert received(client)[0] == 404
    assert is_closed(client)


def bounded(service: Service, proxies: str | None) -> FastAPI:
    settings = service.settings.model_copy(update={"connections": 16, "proxies": proxies})
    return build_app(dataclasses.replace(service, settings=settings))


@pytest.mark.parametrize(("proxies", "most"), [("127.0.0.1", 16), (None, 4)], ids=["in all", "from one address"])
def test_connections_above_the_limit_are_refused_and_the_health_check_is_answered(
    service: Service, monkeypatch: pytest.MonkeyPatch, proxies: str | None, most: int
) -> None:
    monkeypatch.setattr(connections, "MAX_TURNED_AWAY", 8 if proxies is None else 2)  # two more, either way
    with running(bounded(service, proxies)) as it, contextlib.ExitStack() as clients:
        refuse_beyond(most, lambda: clients.enter_context(socket.create_connection(("127.0.0.1", it.port), timeout=20)))


def refuse_beyond(most: int, connect: Connect) -> None:
    within = [connect() for _ in range(most)]
    assert [get(client)[0] for client in within] == [200] * most
    status, headers, problem = get(connect(), "/v1/documents")
    assert (status, problem["type"]) == (503, "urn:footnote:problem:too-busy")
    assert (headers["retry-after"], headers["content-type"]) == ("5", "application/problem+json")
    told = [connect(), connect()]
    assert get(told[0])[0] == 200
    assert is_closed(connect())
    for client in (*within, *told):
        client.close()
    assert eventually(lambda: get(connect(), "/v1/documents")[0] == 200)


def test_who_opens_all_the_connections_that_one_may_leaves_some_to_others(service: Service) -> None:
    with running(bounded(service, None)) as it, contextlib.ExitStack() as clients:

        def connect(address: str) -> socket.socket:
            source = (address, 0)
            return clients.enter_context(socket.create_connection(("127.0.0.1", it.port), 20, source_address=source))

        greedy = [connect("127.0.0.1") for _ in range(40)]
        assert is_closed(greedy[-1])
        assert get(connect("127.0.0.2"), "/v1/documents")[0] == 200


def test_who_stalls_does_not_keep_the_service_from_stopping(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "STOP_S", 0.3)
    with contextlib.ExitStack() as clients:
        with running(app) as it:
            stalled, idle = [
                clients.enter_context(socket.create_connection(("127.0.0.1", it.port), timeout=20)) for _ in range(2)
            ]
            stalled.sendall(HEAD + b"Content-Length: 100\r\n\r\nhalf")
            assert get(idle)[0] == 200
        assert is_closed(idle)
        assert is_closed(stalled)
    assert not caplog.records


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system cannot give up who reads nothing")
def test_who_reads_nothing_of_what_is_sent_is_given_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "UNREAD_S", 1)
    with running(app) as it, socket.socket() as client:
        before = it.tasks()  # of no request
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", it.port))
        client.sendall(500 * b"GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n")
        assert eventually(lambda: it.tasks() > before)
        assert eventually(lambda: it.tasks() <= before)


def test_a_stream_that_has_begun_is_finished_when_the_service_stops(
    service: Service, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(service, monkeypatch)
    messages = {"messages": [{"role": "user", "content": QUESTION["question"]}]}
    with contextlib.ExitStack() as clients:
        with running(app) as it:
            stream = clients.enter_context(sent(it, "/v1/chat", messages, {"Accept": "text/event-stream"}))
            assert eventually(lambda: bool(gate.begun))
            it.loop.call_soon_threadsafe(it.loop.call_later, 0.2, gate.open.set)
        assert b"event: done" in read_until(stream, b"event: done")
