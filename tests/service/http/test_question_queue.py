"""Many ask at once: what is shared, what waits, and who else is served meanwhile."""

import contextlib
import dataclasses
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from corpus.errors import StoreCorruptError
from service.answering.answer import Answer
from service.http import question_queue as asks
from service.http.app import build_app
from service.http.state import Service
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from tests.service.http.routes.test_uncertain import answer_as_uncertain
from tests.service.http.running import Gate, Running, eventually, read_until, received, running, sent

QUESTION = "When did the truce begin?"


@pytest.fixture
def gate(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(service, monkeypatch)
    yield gate
    gate.open.set()


@pytest.fixture
def app(service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setattr(asks, "usable_cpus", lambda: 2)
    monkeypatch.setattr(asks, "DISCONNECT_CHECK_S", 0.01)
    settings = service.settings.model_copy(update={"refresh_seconds": 60})  # the tests themselves say when
    return build_app(dataclasses.replace(service, settings=settings))


@pytest.fixture
def server(app: FastAPI, gate: Gate) -> Iterator[Running]:
    with running(app) as server:
        yield server
        gate.open.set()


@pytest.fixture
def ask(server: Running) -> Iterator[Callable[..., socket.socket]]:
    """Sends a question, and gives the connection on which its answer comes."""
    with contextlib.ExitStack() as clients:
        yield lambda question=QUESTION, **more: clients.enter_context(
            sent(server, "/v1/ask", {"question": question, **more})
        )


def waiting(app: FastAPI) -> int:
    """Clients that wait for an answer."""
    return sum(work.waiting for work in app.state.question_queue._computations.values())


def test_everything_else_answers_while_more_questions_wait_than_there_are_threads(
    server: Running, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    clients = [ask(f"Who began truce {at}?") for at in range(60)]
    assert eventually(lambda: len(gate.begun) == 2)
    with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=20) as other:
        assert other.get("/health/live").json() == {"status": "live"}
        ready = other.get("/health/ready").json()
        assert (ready["status"], ready["documents"]) == ("ready", 2)
        assert len(other.get("/v1/documents").json()["documents"]) == 2
        rating = {"question": QUESTION, "status": "not_found", "rating": "down", "passage": None}
        assert other.post("/v1/feedback", json=rating).status_code == 201
    assert len(gate.begun) == 2
    gate.open.set()
    assert {received(client)[0] for client in clients} == {200}
    assert len(gate.begun) == 60


def test_what_is_asked_by_many_at_once_is_computed_once(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    clients = [ask(k=2) for _ in range(20)]
    assert eventually(lambda: waiting(app) == 20)
    gate.open.set()
    answers = [received(client) for client in clients]
    assert gate.begun == [QUESTION]
    assert [status for status, _, _ in answers] == [200] * 20
    assert all(answer == answers[0][2] for _, _, answer in answers)
    assert len(answers[0][2]["passages"]) == 2


def test_nothing_is_kept_for_who_comes_later(app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]) -> None:
    gate.open.set()
    assert received(ask())[0] == received(ask())[0] == 200
    assert gate.begun == [QUESTION, QUESTION]
    assert eventually(lambda: not app.state.question_queue._computations)


def test_whatever_an_answer_depends_on_sets_questions_apart(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    gate.open.set()
    history = [{"role": "user", "content": "What about the prison?"}]
    for more in ({}, {"k": 1}, {"filters": {"document_id": ["prison"]}}, {"history": history}):
        gate.open.clear()
        first, second = ask(), ask(**more)
        assert eventually(lambda: waiting(app) == 2)
        gate.open.set()
        assert received(first)[0] == received(second)[0] == 200
    assert len(gate.begun) == 1 + 2 + 2 + 2


def test_a_history_that_may_not_weigh_in_is_no_difference(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    clients = [ask(), ask(history=[{"role": "user", "content": "What about the prison?"}], context=False)]
    assert eventually(lambda: waiting(app) == 2)
    gate.open.set()
    assert received(clients[0])[::2] == received(clients[1])[::2]  # the headers name each request
    assert gate.begun == [QUESTION]


def test_clients_that_accept_different_statuses_share_one_computation(
    app: FastAPI, service: Service, gate: Gate, ask: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_as_uncertain(service, monkeypatch)
    clients = [ask(), ask(accept=["uncertain"]), ask(accept=[])]
    assert eventually(lambda: waiting(app) == 3)
    gate.open.set()
    assert [received(client)[2]["status"] for client in clients] == ["not_found", "uncertain", "not_found"]
    assert gate.begun == [QUESTION]


def test_streams_and_conversations_share_with_questions(
    app: FastAPI, server: Running, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    messages = {"messages": [{"role": "user", "content": QUESTION}]}
    with (
        sent(server, "/v1/chat", messages) as chat,
        sent(server, "/v1/chat", messages, {"Accept": "text/event-stream"}) as stream,
    ):
        asked = ask()
        assert eventually(lambda: waiting(app) == 3)
        gate.open.set()
        answer = received(asked)[2]
        assert received(chat)[2] == answer
        events = read_until(stream, b"event: done")
        assert json.dumps(answer["timing_ms"], separators=(",", ":")).encode() in events
    assert gate.begun == [QUESTION]


def test_after_a_change_nobody_is_given_the_answer_of_the_generation_before(
    app: FastAPI, service: Service, gate: Gate, ask: Callable[..., socket.socket], ingester: Ingester, tmp_path: Path
) -> None:
    before = ask()
    assert eventually(lambda: len(gate.begun) == 1)
    new = tmp_path / "peace.md"
    new.write_text("# Peace\n\nThe peace talks began in the year 1992.")
    assert not ingester.ingest([new], NoProgress()).refused
    assert service.library.refresh()
    after = ask()
    assert eventually(lambda: len(gate.begun) == 2)
    gate.open.set()
    assert received(after)[2]["generation"] == 2
    assert received(before)[0] == 200


def test_an_error_is_for_those_who_waited_and_not_for_who_comes_later(
    app: FastAPI, service: Service, gate: Gate, ask: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = service.pipeline.ask

    def damaged(*_: object, **__: object) -> Answer:
        gate.begun.append("damaged")
        gate.open.wait()
        raise StoreCorruptError("secret")

    monkeypatch.setattr(service.pipeline, "ask", damaged)
    clients = [ask() for _ in range(3)]
    assert eventually(lambda: waiting(app) == 3)
    gate.open.set()
    problems = [received(client) for client in clients]
    assert [(status, body["type"]) for status, _, body in problems] == [(503, "urn:footnote:problem:store-damaged")] * 3
    monkeypatch.setattr(service.pipeline, "ask", good)
    assert received(ask())[0] == 200
    assert gate.begun == ["damaged", QUESTION]


def test_who_leaves_does_not_spoil_it_for_the_others(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    clients = [ask() for _ in range(3)]
    assert eventually(lambda: waiting(app) == 3)
    clients[0].close()
    clients[2].close()
    assert eventually(lambda: waiting(app) == 1)
    gate.open.set()
    assert received(clients[1])[0] == 200
    assert gate.begun == [QUESTION]


def test_a_question_whose_askers_have_all_left_is_never_computed(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    held = [ask("Who began it?"), ask("Who ended it?")]
    assert eventually(lambda: len(gate.begun) == 2)
    left = [ask(), ask(), ask("Where was it?")]
    assert eventually(lambda: waiting(app) == 5)
    for client in left:
        client.close()
    assert eventually(lambda: waiting(app) == 2)
    gate.open.set()
    assert [received(client)[0] for client in (*held, ask("Why was it?"))] == [200, 200, 200]
    assert sorted(gate.begun) == ["Who began it?", "Who ended it?", "Why was it?"]


def too_busy(answer: tuple[int, dict[str, str], Any]) -> bool:
    status, headers, body = answer
    return (status, body["type"], headers["retry-after"]) == (503, "urn:footnote:problem:too-busy", "2")


def test_beyond_the_bound_questions_are_refused_with_when_to_come_again(
    app: FastAPI, server: Running, gate: Gate, ask: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asks, "MAX_QUEUED", 3)
    clients = [ask(f"Who began truce {at}?") for at in range(3)]
    assert eventually(lambda: waiting(app) == 3)
    assert too_busy(received(ask()))
    messages = {"messages": [{"role": "user", "content": QUESTION}]}
    with sent(server, "/v1/chat", messages, {"Accept": "text/event-stream"}) as stream:
        assert too_busy(received(stream))
    clients.append(ask("Who began truce 1?"))  # no more work
    assert eventually(lambda: waiting(app) == 4)
    gate.open.set()
    assert [received(client)[0] for client in clients] == [200] * 4
    assert received(ask())[0] == 200


def test_a_question_that_would_wait_longer_than_is_promised_is_refused(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    app.state.question_queue._seconds = 1.0
    clients = [ask("Who began truce 0?")]
    for at in range(1, 6):  # two at once, and four that wait, the last of them for 1.5 seconds
        assert eventually(lambda: waiting(app) == len(clients))
        clients.append(ask(f"Who began truce {at}?"))
    assert eventually(lambda: waiting(app) == 6)
    assert too_busy(received(ask()))
    app.state.question_queue._seconds = 0.1
    clients.append(ask())
    assert eventually(lambda: waiting(app) == 7)
    gate.open.set()
    assert [received(client)[0] for client in clients] == [200] * 7


def test_how_long_answers_take_is_learnt_from_them(
    app: FastAPI, gate: Gate, ask: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asks, "WEIGHT", 1.0)
    app.state.question_queue._seconds = 1000.0
    gate.open.set()
    assert received(ask())[0] == 200
    assert eventually(lambda: not app.state.question_queue._computations)
    assert app.state.question_queue._seconds < 1000


def test_stopping_finishes_what_is_computed_and_refuses_what_waits(
    app: FastAPI, server: Running, gate: Gate, ask: Callable[..., socket.socket]
) -> None:
    held = [ask("Who began it?"), ask("Who ended it?")]
    assert eventually(lambda: len(gate.begun) == 2)
    queued = [ask(f"Who began truce {at}?") for at in range(5)]
    assert eventually(lambda: waiting(app) == 7)
    server.loop.call_soon_threadsafe(app.state.question_queue.stop)
    refused = [received(client) for client in queued] + [received(ask())]
    assert {(status, body["type"]) for status, _, body in refused} == {(503, "urn:footnote:problem:service-stopping")}
    gate.open.set()
    assert [received(client)[0] for client in held] == [200, 200]
    assert len(gate.begun) == 2
