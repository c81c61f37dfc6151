"""`GET /metrics`."""

import contextlib
import dataclasses
import socket
import sqlite3
import threading
from collections.abc import Iterator
from typing import get_args

import httpx2
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from corpus.errors import StoreCorruptError
from corpus.store.database import DATABASE_NAME
from service.answering.answer import Level
from service.http.app import build_app
from service.http.state import Service
from service.sharing.state import shared_state
from service.telemetry.shared_metrics import use_memory
from tests.corpus.samples import count_up, set_meta
from tests.service.http.routes.test_health import becomes_true
from tests.service.http.routes.test_uncertain import answer_as_uncertain
from tests.service.http.running import Gate, eventually, received, running, sent
from tests.service.http.test_changing import AUTHORIZED, KEY, PEACE
from tests.service.http.test_problems import assert_problem

QUESTION = {"question": "When did the truce begin?"}

Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def administered(service: Service) -> Service:
    return dataclasses.replace(service, settings=service.settings.model_copy(update={"admin_keys": SecretStr(KEY)}))


@pytest.fixture
def watched(administered: Service) -> Iterator[TestClient]:
    with TestClient(build_app(administered), raise_server_exceptions=False) as client:
        yield client


def values(text: str) -> Values:
    """Each sample of the text format, as Prometheus's own client reads it."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(client: TestClient) -> Values:
    response = client.get("/metrics", headers=AUTHORIZED)
    assert response.status_code == 200
    return values(response.text)


def of(found: Values, name: str, **labels: str) -> float:
    """The value of a sample; 0 for one that has not been met yet."""
    return found.get((name, frozenset(labels.items())), 0)


# Who may read them


def test_without_a_key_set_they_are_open_to_nobody(client: TestClient) -> None:
    assert_problem(client.get("/metrics"), 403, "admin-key-not-set")
    assert_problem(client.get("/metrics", headers=AUTHORIZED), 403, "admin-key-not-set")


def test_they_need_the_administrators_key(watched: TestClient) -> None:
    assert_problem(watched.get("/metrics"), 401, "admin-key-required")
    assert_problem(watched.get("/metrics", headers={"Authorization": "Bearer wrong"}), 401, "admin-key-required")


def test_they_come_as_text_or_as_openmetrics(watched: TestClient) -> None:
    assert watched.get("/metrics", headers=AUTHORIZED).headers["content-type"].startswith("text/plain; version=0.0.4")
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    response = watched.get("/metrics", headers={**AUTHORIZED, "Accept": accept})
    assert response.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert response.text.endswith("# EOF\n")


# What they say


def test_requests_are_timed_by_route_and_status(watched: TestClient) -> None:
    for name in ("truce", "prison", "none"):
        watched.get(f"/v1/documents/{name}")
    found, name = read(watched), "footnote_http_request_duration_seconds_count"
    route = "/v1/documents/{document_id}"
    assert of(found, name, method="GET", route=route, status="200") == 2
    assert of(found, name, method="GET", route=route, status="404") == 1


def test_nothing_that_is_sent_makes_new_series(watched: TestClient) -> None:
    def series() -> set[tuple[str, frozenset[tuple[str, str]]]]:
        for at in range(3):
            watched.get(f"/made-up-{at}")
            watched.get(f"/v1/documents/made-up-{at}?made=up{at}")
            watched.get(f"/docs/static/made-up-{at}")
            watched.request(f"MADEUP{at}", "/v1/ask")
            watched.post(f"/v1/feedback/made-up-{at}")
        return set(read(watched))

    series()  # reading the metrics is counted as well, when it is done
    first = series()
    assert series() - first == set()
    assert "made" not in str(first).lower()


def test_an_answer_is_counted_and_its_steps_are_timed(watched: TestClient) -> None:
    asked = [watched.post("/v1/ask", json=QUESTION).json() for _ in range(2)]
    found = read(watched)
    assert of(found, "footnote_ask_duration_seconds_count") == 2
    total = sum(answer["timing_ms"]["total"] for answer in asked) / 1000
    assert of(found, "footnote_ask_duration_seconds_sum") == pytest.approx(total)
    for step in ("encode", "retrieve", "rerank", "read"):
        taken = sum(answer["timing_ms"][step] for answer in asked) / 1000
        assert of(found, "footnote_ask_step_duration_seconds_sum", step=step) == pytest.approx(taken)
    assert of(found, "footnote_ask_wait_seconds_count") == 2
    level = asked[0]["confidence"]["level"]
    assert of(found, "footnote_answers_total", status="answered", confidence=level) == 2
    assert of(found, "footnote_answer_probability_count") == 0  # the tiny encoder has no calibration


def test_not_found_is_counted_apart(watched: TestClient) -> None:
    watched.post("/v1/ask", json={**QUESTION, "filters": {"document_id": ["none"]}})
    assert of(read(watched), "footnote_answers_total", status="not_found", confidence="low") == 1


@pytest.mark.parametrize("accept", [[], ["uncertain"]])
def test_an_uncertain_answer_is_counted_as_such_whatever_the_client_accepts(
    administered: Service, watched: TestClient, monkeypatch: pytest.MonkeyPatch, accept: list[str]
) -> None:
    counted = {(status, level): 0.0 for status in ("answered", "uncertain", "not_found") for level in get_args(Level)}
    found = read(watched)
    for status, level in counted:
        assert found["footnote_answers_total", frozenset({("status", status), ("confidence", level)})] == 0
    answer_as_uncertain(administered, monkeypatch)
    level = watched.post("/v1/ask", json={**QUESTION, "accept": accept}).json()["confidence"]["level"]
    found = read(watched)
    counted["uncertain", level] = 1
    for (status, level), count in counted.items():
        assert of(found, "footnote_answers_total", status=status, confidence=level) == count


def test_one_computation_for_two_who_ask_the_same_is_two_answers(
    administered: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(administered, monkeypatch)
    app = build_app(administered)
    with running(app) as server, contextlib.ExitStack() as clients:
        try:
            both = [clients.enter_context(sent(server, "/v1/ask", QUESTION)) for _ in range(2)]
            assert eventually(lambda: sum(c.waiting for c in app.state.question_queue._computations.values()) == 2)
        finally:
            gate.open.set()
        assert [received(client)[0] for client in both] == [200, 200]
        with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
            found = values(client.get("/metrics", headers=AUTHORIZED).text)
    assert of(found, "footnote_ask_duration_seconds_count") == 1
    assert of(found, "footnote_answers_total", status="answered", confidence="medium") == 2


def test_refusals_are_counted_by_their_problem(watched: TestClient) -> None:
    watched.post("/v1/ask", json={})
    watched.post("/v1/ask", json={"question": ""})
    watched.get("/v1/documents/none")
    found = read(watched)
    assert of(found, "footnote_http_problems_total", problem="invalid-request") == 2
    assert of(found, "footnote_http_problems_total", problem="unknown-document") == 1


def test_a_problem_within_a_stream_is_counted_too(
    watched: TestClient, administered: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*_: object, **__: object) -> None:
        raise StoreCorruptError("damaged")

    monkeypatch.setattr(administered.pipeline, "ask", ask)
    messages = [{"role": "user", "content": "When?"}]
    watched.post("/v1/chat", json={"messages": messages}, headers={"Accept": "text/event-stream"})
    found = read(watched)
    assert of(found, "footnote_http_problems_total", problem="store-damaged") == 1
    name = "footnote_http_request_duration_seconds_count"
    assert of(found, name, method="POST", route="/v1/chat", status="200") == 1


def test_who_is_turned_away_at_the_door_is_counted_and_has_an_id(administered: Service) -> None:
    few = dataclasses.replace(administered, settings=administered.settings.model_copy(update={"connections": 16}))
    with running(build_app(few)) as server, contextlib.ExitStack() as clients:
        within = clients.enter_context(httpx2.Client(base_url=f"http://127.0.0.1:{server.port}"))
        assert within.get("/health/live").status_code == 200
        for _ in range(3):  # with the one within, a quarter of 16
            clients.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        status, headers, _ = received(clients.enter_context(sent(server, "/v1/ask", QUESTION)))
        assert status == 503
        assert headers["x-request-id"]
        found = values(within.get("/metrics", headers=AUTHORIZED).text)
    assert of(found, "footnote_http_problems_total", problem="too-busy") == 1


def test_metrics_count_waiting_questions_and_requests_in_flight(
    administered: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(administered, monkeypatch)
    app = build_app(administered)
    app.state.question_queue._workers = 1
    with running(app) as server, contextlib.ExitStack() as clients:
        try:
            waiting = [
                clients.enter_context(sent(server, "/v1/ask", {"question": f"When did truce {at} begin?"}))
                for at in range(3)
            ]
            assert eventually(lambda: len(app.state.question_queue._computations) == 3)
            with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}") as client:
                found = values(client.get("/metrics", headers=AUTHORIZED).text)
        finally:
            gate.open.set()
        assert [received(client)[0] for client in waiting] == [200] * 3
    assert of(found, "footnote_asks_waiting") == 2
    assert of(found, "footnote_http_requests_in_flight") == 4  # the one that asks this is among them


def test_nothing_is_in_flight_when_nobody_asks_whatever_became_of_the_others(watched: TestClient) -> None:
    for body in ({}, QUESTION):
        watched.post("/v1/ask", json=body)
    assert of(read(watched), "footnote_http_requests_in_flight") == 1


def test_metrics_count_the_documents_of_the_snapshot(watched: TestClient) -> None:
    before = read(watched)
    assert of(before, "footnote_store_documents") == 2
    response = watched.post("/v1/documents", files=[("files", ("peace.md", PEACE))], headers=AUTHORIZED)
    assert response.status_code == 200
    after = read(watched)
    assert of(after, "footnote_store_documents") == 3
    assert of(after, "footnote_store_generation") == response.json()["generation"]
    assert of(after, "footnote_store_passages") > of(before, "footnote_store_passages")
    assert of(after, "footnote_changes_waiting") == of(after, "footnote_store_stale") == 0


def test_a_store_that_cannot_be_followed_is_stale(watched: TestClient, service: Service) -> None:
    with contextlib.closing(sqlite3.connect(service.settings.data / DATABASE_NAME)) as connection, connection:
        set_meta(connection, "encoder", "another encoder")
        count_up(connection)
    assert becomes_true(lambda: of(read(watched), "footnote_store_stale") == 1)


def test_metrics_describe_the_process_and_the_version(watched: TestClient) -> None:
    found = read(watched)
    assert any(name == "footnote_build_info" and value == 1 for (name, _), value in found.items())
    assert of(found, "process_resident_memory_bytes") > 1e6
    assert of(found, "process_open_fds") > 1


def test_a_worker_shows_its_metrics_to_the_others(administered: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")  # to be restored
    try:
        with shared_state() as shared, TestClient(build_app(administered, shared=shared)) as client:
            assert "publish-metrics" in {thread.name for thread in threading.enumerate()}
            client.post("/v1/ask", json=QUESTION)
            found = read(client)
            assert of(found, "footnote_ask_duration_seconds_count") == 1
            assert of(found, "footnote_store_documents") == 2
            assert {file.name for file in shared.metrics.glob("histogram_*")} == {"histogram_0.db"}
    finally:
        use_memory()


def test_two_applications_count_apart(administered: Service) -> None:
    one, other = build_app(administered), build_app(administered)
    with TestClient(one) as client:
        client.post("/v1/ask", json=QUESTION)
        assert of(read(client), "footnote_ask_duration_seconds_count") == 1
    assert b"footnote_ask_duration_seconds_count 0.0" in other.state.metrics.exposition("")[0]
