"""`POST /v1/chat` as server-sent events."""

import contextlib
import dataclasses
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from corpus.errors import StoreBusyError, StoreCorruptError
from service.answering.answer import Answer
from service.http import events
from service.http import question_queue as asks
from service.http.app import build_app
from service.http.state import Service
from tests.service.http.routes.test_chat import QUESTION, TALK, chat, timeless
from tests.service.http.running import Gate, Running, eventually, read_until, running, sent
from tests.service.http.test_problems import assert_problem

STREAMED = {"Accept": "text/event-stream"}
CLIENTS = 50


@dataclasses.dataclass(frozen=True)
class Event:
    id: str
    name: str
    data: Any


def parsed(text: str) -> tuple[list[Event], list[str]]:
    """Events and comments, read as the HTML standard says."""
    found, comments = [], []
    for block in text.split("\n\n"):
        fields: dict[str, str] = {}
        for line in block.splitlines():
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            else:
                comments.append(value.strip())
        if "data" in fields:
            found.append(Event(fields["id"], fields["event"], json.loads(fields["data"])))
    assert text.endswith("\n\n")
    return found, comments


def stream(client: TestClient, messages: object = TALK, **more: object) -> list[Event]:
    response = client.post("/v1/chat", json={"messages": messages, **more}, headers=STREAMED)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    return parsed(response.text)[0]


def test_the_events_are_the_answer_in_parts(client: TestClient) -> None:
    answer = chat(client, k=3)
    found = stream(client, k=3)
    assert [event.name for event in found] == ["answer", "passage", "passage", "passage", "done"]
    assert [event.id for event in found] == ["1", "2", "3", "4", "5"]
    assert "passages" not in found[0].data
    assert timeless({**found[0].data, "passages": [event.data for event in found[1:-1]]}) == timeless(answer)
    assert found[-1].data == {"passages": 3}


def test_nothing_found_is_an_answer_without_passages(client: TestClient) -> None:
    found = stream(client, filters={"publisher": ["nobody"]})
    assert [event.name for event in found] == ["answer", "done"]
    assert (found[0].data["status"], found[-1].data) == ("not_found", {"passages": 0})


def test_a_stream_is_kept_by_nobody_in_between(client: TestClient) -> None:
    response = client.post("/v1/chat", json={"messages": TALK}, headers=STREAMED)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html", "text/event-stream;q=0.1, */*;q=0.2"])
def test_json_comes_where_events_are_not_preferred(client: TestClient, accept: str) -> None:
    response = client.post("/v1/chat", json={"messages": TALK}, headers={"Accept": accept})
    assert response.headers["content-type"] == "application/json"
    assert response.json()["passages"]


def test_what_cannot_be_used_is_a_problem_as_always(client: TestClient) -> None:
    response = client.post("/v1/chat", json={"messages": TALK[:2]}, headers=STREAMED)
    assert_problem(response, 422, "invalid-request")
    assert_problem(
        client.post("/v1/chat", content=b"{", headers={**STREAMED, "Content-Type": "application/json"}),
        400,
        "invalid-json",
    )


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (StoreBusyError("secret"), 503, "store-busy"),
        (StoreCorruptError("secret"), 503, "store-damaged"),
        (ValueError("secret"), 500, "internal-error"),
    ],
)
def test_an_error_while_answering_is_the_last_event(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, name: str
) -> None:
    def fail(*_: object, **__: object) -> Answer:
        raise error

    monkeypatch.setattr(service.pipeline, "ask", fail)
    [event] = stream(client)
    assert (event.id, event.name) == ("1", "error")
    assert event.data == client.post("/v1/chat", json={"messages": TALK}).json()
    assert (event.data["status"], event.data["type"]) == (status, f"urn:footnote:problem:{name}")
    assert "secret" not in str(event.data)


def test_the_openapi_document_describes_both_forms(client: TestClient) -> None:
    told = client.get("/openapi.json").json()["paths"]["/v1/chat"]["post"]["responses"]["200"]["content"]
    assert set(told) == {"application/json", "text/event-stream"}
    assert told["application/json"]["schema"]["$ref"].endswith("/Answer")


# Clients that wait, and clients that leave


@pytest.fixture
def gate(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(service, monkeypatch)
    yield gate
    gate.open.set()


@pytest.fixture
def server(service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(events, "KEEP_ALIVE_S", 0.02)
    monkeypatch.setattr(asks, "usable_cpus", lambda: 4)
    settings = service.settings.model_copy(update={"refresh_seconds": 60})  # which opens files of its own
    with running(build_app(dataclasses.replace(service, settings=settings))) as server:
        yield server
        gate.open.set()


def connected(server: Running, question: str = QUESTION["content"]) -> socket.socket:
    return sent(server, "/v1/chat", {"messages": [*TALK[:-1], {"role": "user", "content": question}]}, STREAMED)


def test_comments_keep_a_waiting_client_and_the_service_answers_others_meanwhile(server: Running, gate: Gate) -> None:
    with connected(server) as client:
        waited = read_until(client, b": ping\n\n")
        assert b"HTTP/1.1 200" in waited
        assert b"data:" not in waited
        with socket.create_connection(("127.0.0.1", server.port)) as other:
            other.sendall(b"GET /health/live HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            read_until(other, b'{"status":"live"}')
        gate.open.set()
        read_until(client, b"event: done")


def leave_at_every_stage(server: Running, gate: Gate) -> None:
    """Many clients come, and leave: before anything came, at the first comment, and in the middle of the answer."""
    gate.open.clear()
    clients = [connected(server, f"When did truce {at} begin?") for at in range(CLIENTS)]
    for client in clients[::3]:
        client.close()
    for client in clients[1::3]:
        read_until(client, b": ping\n\n")
        client.close()
    gate.open.set()
    for client in clients[2::3]:
        read_until(client, b"event: answer")
        client.close()


def open_descriptors() -> Counter[str]:
    """What is open in this process, by kind or name."""
    found: Counter[str] = Counter()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            found[str(descriptor.readlink()).partition(":[")[0]] += 1
    return found


def test_clients_that_leave_free_everything_they_held(server: Running, gate: Gate, service: Service) -> None:
    def held() -> tuple[int, int, int]:
        with service.library.snapshot() as snapshot:
            return server.tasks(), open_descriptors()["socket"], snapshot.users

    def no_more_than(before: tuple[int, int, int]) -> bool:
        return all(now <= then for now, then in zip(held(), before, strict=True))

    idle = held()
    leave_at_every_stage(server, gate)  # the threads that stay for the next have come with these
    assert eventually(lambda: no_more_than(idle)), (idle, held())
    threads, descriptors = threading.active_count(), open_descriptors()
    leave_at_every_stage(server, gate)
    assert eventually(lambda: no_more_than(idle)), (idle, held())
    assert eventually(lambda: threading.active_count() <= threads), (threads, threading.enumerate())
    assert eventually(lambda: open_descriptors() <= descriptors), open_descriptors() - descriptors


def test_a_question_whose_asker_has_left_in_the_queue_is_never_computed(server: Running, gate: Gate) -> None:
    tasks = server.tasks()
    first = [connected(server, f"When did truce {at} begin?") for at in range(4)]
    assert eventually(lambda: len(gate.begun) == 4)
    queued = [connected(server, f"Who began truce {at}?") for at in range(20)]
    for client in [*queued, *first]:
        read_until(client, b": ping\n\n")
    for client in queued:
        client.close()
    assert eventually(lambda: server.tasks() <= tasks + 3 * 4)
    gate.open.set()
    for client in first:
        read_until(client, b"event: done")
        client.close()
    with connected(server) as client:
        read_until(client, b"event: done")
    assert len(gate.begun) == 5
