"""`/health/live` and `/health/ready`."""

import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from corpus import errors
from corpus.store.database import DATABASE_NAME
from corpus.store.store import Store
from service.http.app import build_app
from service.http.routes import health
from service.http.state import Service
from service.upkeep.feedback import FEEDBACK_NAME
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


# What is missing


def checks(client: TestClient) -> dict[str, str]:
    found: dict[str, str] = client.get("/health/ready").json()["checks"]
    return found


def test_a_service_that_lacks_nothing_says_so(client: TestClient) -> None:
    assert checks(client) == {"encoder": "ok", "documents": "ok", "disk": "ok", "feedback": "ok"}


@pytest.mark.parametrize(
    ("failure", "encoder", "stored"),
    [
        (errors.EncoderError("secret"), "unavailable", "stale"),
        (errors.EncoderMismatchError("secret"), "mismatch", "stale"),
        (errors.StoreCorruptError("secret"), "ok", "damaged"),
        (errors.StoreMissingError("secret"), "ok", "missing"),
        (errors.StoreFormatError("secret"), "ok", "format"),
        (errors.StoreBusyError("secret"), "ok", "busy"),
        (errors.StoreError("secret"), "ok", "stale"),
        (MemoryError("secret"), "ok", "stale"),
    ],
)
def test_what_keeps_it_from_being_ready_is_named_by_its_kind(
    service: Service, failure: Exception, encoder: str, stored: str
) -> None:
    settings = service.settings.model_copy(update={"refresh_seconds": 60})
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        service.library.failure = failure
        response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["type"] == "urn:footnote:problem:stale-documents"
    assert response.json()["checks"]["encoder"] == encoder
    assert response.json()["checks"]["documents"] == stored
    assert "secret" not in response.text
    assert str(service.settings.data) not in response.text


def test_a_store_that_has_gone_is_missing_and_its_documents_are_served_on(client: TestClient, service: Service) -> None:
    service.settings.data.rename(service.settings.data.with_name("gone"))
    assert becomes_true(lambda: client.get("/health/ready").status_code == 503)
    assert checks(client)["documents"] == "missing"
    assert checks(client)["disk"] == "missing"
    assert client.post("/v1/ask", json={"question": "When?"}).status_code == 200


def test_another_encoders_store_is_a_mismatch(client: TestClient, service: Service) -> None:
    with contextlib.closing(sqlite3.connect(service.settings.data / DATABASE_NAME)) as connection, connection:
        set_meta(connection, "encoder", "another encoder")
        count_up(connection)
    assert becomes_true(lambda: checks(client)["encoder"] == "mismatch")


def test_an_unwritable_disk_is_reported_and_questions_are_answered(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.http.routes.health.os.access", lambda *_: False)
    assert client.get("/health/ready").status_code == 200
    assert checks(client)["disk"] == "read-only"


def test_a_nearly_full_disk_is_reported(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "MIN_FREE_BYTES", 2**70)
    assert checks(client)["disk"] == "full"


def test_unwritable_feedback_is_reported_and_questions_are_answered(client: TestClient, service: Service) -> None:
    (service.settings.data / FEEDBACK_NAME).write_bytes(b"no database at all, and longer than a header is")
    assert client.get("/health/ready").status_code == 200
    assert checks(client)["feedback"] == "unusable"


@pytest.mark.parametrize(("changes", "told"), [({"feedback": False}, "off"), ({"feedback_limit": 1}, "full")])
def test_disabled_feedback_is_reported(service: Service, changes: dict[str, object], told: str) -> None:
    settings = service.settings.model_copy(update=changes)
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        client.post("/v1/feedback", json={"question": "q", "status": "not_found", "rating": "up", "passage": None})
        assert checks(client)["feedback"] == told
