"""`/health/live` and `/health/ready`."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable

from fastapi.testclient import TestClient

from corpus import Store
from corpus.database import DATABASE_NAME
from service.http.state import Service
from tests.corpus.samples import count_up, set_meta


def becomes_true(holds: Callable[[], bool]) -> bool:
    """Whether something comes true within twenty seconds: the store is looked at every half second."""
    return any(holds() or threading.Event().wait(0.1) for _ in range(200))


def test_a_running_service_is_live_and_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    ready = client.get("/health/ready").json()
    assert ready["status"] == "ready"
    assert ready["documents"] == 2
    assert ready["passages"] >= 3


def test_what_another_process_changes_is_served_without_a_restart(client: TestClient, store: Store) -> None:
    before = client.get("/health/ready").json()["generation"]
    store.remove("prison")
    assert becomes_true(lambda: client.get("/health/ready").json()["generation"] > before)
    assert client.get("/v1/documents/prison").status_code == 404


def test_a_service_that_cannot_follow_its_store_is_not_ready(client: TestClient, service: Service) -> None:
    generation = client.get("/health/ready").json()["generation"]
    with contextlib.closing(sqlite3.connect(service.settings.data / DATABASE_NAME)) as connection, connection:
        set_meta(connection, "encoder", "another encoder")
        count_up(connection)
    assert becomes_true(lambda: client.get("/health/ready").status_code == 503)
    assert client.get("/health/ready").json()["type"] == "urn:footnote:problem:stale-documents"
    answer = client.post("/v1/ask", json={"question": "When?"})
    assert answer.status_code == 200
    assert answer.json()["generation"] == generation
