"""Read your writes: no answer from documents older than those that the client has seen."""

import contextlib
import dataclasses
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from corpus.errors import StoreError
from service.answering.pipeline import Pipeline
from service.http.app import build_app
from service.http.state import Service
from service.retrieval.library import Library
from tests.service.conftest import Add
from tests.service.http.running import Gate, eventually, received, running, sent
from tests.service.http.test_changing import AUTHORIZED, KEY
from tests.service.http.test_problems import assert_problem

QUESTION = {"question": "When did the peace talks begin?", "k": 100}
CHAT = {"messages": [{"role": "user", "content": QUESTION["question"]}], "k": 100}
PEACE = "The peace talks began in the year 1992."


@pytest.fixture
def app(service: Service) -> FastAPI:
    """A worker that would look for new documents in a minute only."""
    settings = service.settings.model_copy(update={"refresh_seconds": 60})
    return build_app(dataclasses.replace(service, settings=settings))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def written(service: Service, add: Add) -> int:
    """The generation in which another worker has stored a document."""
    seen = service.library.generation
    add("peace.txt", PEACE)
    return seen + 1


def count_refreshes(library: Library, monkeypatch: pytest.MonkeyPatch, before: Callable[[], object] = int) -> list[int]:
    """Count the refreshes of a library; each is preceded by a call."""
    counted: list[int] = []
    refresh = library.refresh

    def counting() -> bool:
        counted.append(1)
        before()
        return refresh()

    monkeypatch.setattr(library, "refresh", counting)
    return counted


def documents(answer: dict[str, Any]) -> set[str]:
    return {passage["citation"]["document_id"] for passage in answer["passages"]}


@pytest.mark.parametrize(("path", "body"), [("/v1/ask", QUESTION), ("/v1/chat", CHAT)])
def test_an_answer_has_the_documents_that_another_worker_has_stored(
    client: TestClient, written: int, path: str, body: dict[str, Any]
) -> None:
    older = client.post(path, json=body).json()
    assert (older["generation"], "peace" in documents(older)) == (written - 1, False)
    newer = client.post(path, json={**body, "at_least_generation": written}).json()
    assert (newer["generation"], "peace" in documents(newer)) == (written, True)


@pytest.mark.parametrize("path", ["/v1/documents/peace", "/v1/documents/peace/text"])
def test_a_document_that_another_worker_has_stored_can_be_read(client: TestClient, written: int, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.get(path, params={"at_least_generation": written}).status_code == 200


def test_the_list_has_the_documents_that_another_worker_has_stored(client: TestClient, written: int) -> None:
    listed = client.get("/v1/documents", params={"at_least_generation": written}).json()["documents"]
    assert "peace" in {document["id"] for document in listed}


def test_what_another_worker_has_answered_can_be_rated(client: TestClient, written: int) -> None:
    record = {"document_id": "peace", "revision": "sha256:" + 64 * "0", "start": 0, "end": 5, "text": "Peace"}
    rating = {"question": QUESTION["question"], "status": "answered", "rating": "up", "passage": record}
    assert client.post("/v1/feedback", json=rating).status_code == 422
    assert client.post("/v1/feedback", json={**rating, "generation": written}).status_code == 201
    assert client.post("/v1/feedback", json={**rating, "generation": written + 9}).status_code == 201


@pytest.mark.parametrize("wanted", [0, None])
def test_a_client_that_has_seen_nothing_newer_causes_no_refresh(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch, wanted: int | None
) -> None:
    refreshes = count_refreshes(service.library, monkeypatch)
    generation = service.library.generation if wanted is None else wanted
    assert client.post("/v1/ask", json={**QUESTION, "at_least_generation": generation}).status_code == 200
    assert refreshes == []


@pytest.mark.parametrize(
    ("wanted", "detail"),
    [(-1, "This must be at least 0."), (2**53 + 1, "This must be at most"), (1.5, "whole number"), ("1", "number")],
)
def test_what_is_no_generation_is_refused(client: TestClient, wanted: object, detail: str) -> None:
    response = client.post("/v1/ask", json={**QUESTION, "at_least_generation": wanted})
    assert_problem(response, 422, "invalid-request")
    [error] = response.json()["errors"]
    assert error["pointer"] == "/at_least_generation"
    assert detail in error["detail"]


def test_a_generation_of_another_store_is_refused_at_once(client: TestClient, written: int) -> None:
    for response in (
        client.post("/v1/ask", json={**QUESTION, "at_least_generation": written + 1}),
        client.post("/v1/chat", json={**CHAT, "at_least_generation": 2**53}, headers={"Accept": "text/event-stream"}),
        client.get("/v1/documents/peace", params={"at_least_generation": written + 1}),
    ):
        assert_problem(response, 409, "generation-unknown")
        assert "another store" in response.json()["detail"]
    assert client.post("/v1/ask", json=QUESTION).json()["generation"] == written


def test_many_that_wait_share_a_refresh(
    app: FastAPI, service: Service, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    refreshes = count_refreshes(service.library, monkeypatch, go.wait)
    with running(app) as server, contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(sent(server, "/v1/ask", {**QUESTION, "at_least_generation": written})) for _ in range(8)
        ]
        with sent(server, "/v1/ask", QUESTION) as other:  # does not wait with them
            assert received(other)[2]["generation"] == written - 1
        go.set()
        assert [received(client)[2]["generation"] for client in clients] == [written] * 8
    assert len(refreshes) == 1


def test_a_refresh_that_began_before_the_change_is_followed_by_another(
    app: FastAPI, service: Service, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first refresh has read the store when the document is stored, and ends afterwards."""
    seen, go = service.library.generation, threading.Event()
    refresh, begun = service.library.refresh, list[int]()

    def held() -> bool:
        begun.append(1)
        is_new = refresh()
        if len(begun) == 1:
            go.wait()
        return is_new

    monkeypatch.setattr(service.library, "refresh", held)
    with running(app) as server, contextlib.ExitStack() as stack:
        early = stack.enter_context(sent(server, "/v1/ask", {**QUESTION, "at_least_generation": seen + 9}))
        assert eventually(lambda: len(begun) == 1)
        add("peace.txt", PEACE)
        client = stack.enter_context(sent(server, "/v1/ask", {**QUESTION, "at_least_generation": seen + 1}))
        with sent(server, "/v1/ask", QUESTION) as other:
            assert received(other)[0] == 200  # by then, the one before it waits
        go.set()
        assert received(client)[2]["generation"] == seen + 1
        assert received(early)[0] == 409


def test_questions_that_the_same_documents_answer_share_one_computation(
    app: FastAPI, service: Service, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(service, monkeypatch)
    with running(app) as server, contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(sent(server, "/v1/ask", {**QUESTION, "at_least_generation": wanted}))
            for wanted in (written, written - 1, 1)
        ]
        assert eventually(lambda: app.state.freshness._refreshing is not None and bool(gate.begun))
        gate.open.set()
        answers = [received(client)[2] for client in clients]
    assert answers[0]["generation"] == written
    assert len(gate.begun) <= 2  # before and after the refresh


def test_the_wait_for_a_refresh_is_limited(service: Service, written: int, monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()
    count_refreshes(service.library, monkeypatch, go.wait)
    settings = service.settings.model_copy(update={"refresh_seconds": 60, "wait_seconds": 0.05})
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        try:
            response = client.post("/v1/ask", json={**QUESTION, "at_least_generation": written})
            assert_problem(response, 503, "stale-documents")
            assert response.headers["retry-after"] == "1"
        finally:
            go.set()


def test_documents_that_cannot_be_served_are_a_problem_of_the_service(
    client: TestClient, service: Service, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> bool:
        raise StoreError("The store is made of stone.")

    monkeypatch.setattr(service.library, "refresh", fail)
    response = client.post("/v1/ask", json={**QUESTION, "at_least_generation": written})
    assert_problem(response, 503, "stale-documents")
    assert "stone" not in response.text
    assert client.post("/v1/ask", json=QUESTION).status_code == 200


def test_no_answer_goes_back_before_a_change_whichever_worker_gives_it(service: Service) -> None:
    settings = service.settings.model_copy(update={"refresh_seconds": 60, "admin_keys": SecretStr(KEY)})
    library = Library(settings, service.library.encoder)
    workers = [
        dataclasses.replace(service, settings=settings),
        Service(settings, library, Pipeline(library, settings)),
    ]
    with contextlib.ExitStack() as stack:
        one, other = [stack.enter_context(TestClient(build_app(worker))) for worker in workers]
        files = [("files", ("peace.txt", PEACE.encode()))]
        for _ in range(2):
            added = one.post("/v1/documents", files=files, headers=AUTHORIZED).json()["generation"]
            found = other.post("/v1/ask", json={**QUESTION, "at_least_generation": added}).json()
            assert (found["generation"], "peace" in documents(found)) == (added, True)
            removed = other.delete("/v1/documents/peace", headers=AUTHORIZED).json()["generation"]
            left = one.post("/v1/ask", json={**QUESTION, "at_least_generation": removed}).json()
            assert (left["generation"], "peace" in documents(left)) == (removed, False)
            one, other = other, one
