"""Nothing that people ask, send or store comes out of a service on its outputs."""

import contextlib
import dataclasses
import logging
import os
import socket
from collections.abc import Callable, Iterator

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from service.http import question_queue as asks
from service.http.app import build_app
from service.http.state import Service
from service.telemetry.logs import configure_logs
from tests.service.http.running import Gate, Running, eventually, read_until, received, running, sent

MARKER = "zebra4711"
"""Stands in everything that is sent."""

KEY = f"the-operators-key-{MARKER}"
TURNS = [{"role": "user", "content": f"Who is {MARKER}?"}, {"role": "assistant", "content": MARKER}]
ASKED = {"question": f"When did the truce of {MARKER} begin?", "history": TURNS, "filters": {"publisher": [MARKER]}}
TALK = {"messages": [*TURNS, {"role": "user", "content": f"When did {MARKER} begin?"}]}
RATED = {"question": MARKER, "history": TURNS, "status": "not_found", "rating": "down", "passage": None}
STREAMED = {"Accept": "text/event-stream"}
JSON = {"Content-Type": "application/json"}
TELLING = {name: MARKER for name in ("User-Agent", "Referer", "Cookie", "X-Forwarded-For")} | {
    "X-Request-ID": f"{MARKER} {MARKER}"
}
FILES = {
    f"{MARKER}.md": f"---\npublished: {MARKER}\n---\n# {MARKER}\n\nThe prison of {MARKER} was full.".encode(),
    f"{MARKER}-good.md": f"# {MARKER}\n\nThe prison of {MARKER} was full.".encode(),
    f"{MARKER}.pdf": f"%PDF-1.7\n{MARKER}".encode(),
    f"{MARKER}.html": f"<html><body><p>{MARKER}<script>".encode(),
    f"{MARKER}.docx": f"PK\x03\x04{MARKER}".encode(),
    f"{MARKER}.bin": f"\x00{MARKER}".encode(),
}


@pytest.fixture
def telling(service: Service) -> Service:
    """A service that logs all it ever does."""
    changes = {"admin_keys": SecretStr(KEY), "log_level": "debug", "log_format": "json"}
    return dataclasses.replace(service, settings=service.settings.model_copy(update=changes))


@contextlib.contextmanager
def written(service: Service, capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Gives all that the process, and those that it starts, write within the block."""
    with os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8") as stream:  # what a process has as its standard error
        configure_logs(service.settings, stream)

        def read() -> str:
            logging.getLogger("service").info("the end")
            said = capfd.readouterr()
            assert '"the end"' in said.err
            return said.out + said.err

        yield read


def requests(client: httpx2.Client) -> Iterator[int]:
    """Ask, send and break everything; gives the status of each."""
    yield client.post("/v1/ask", json=ASKED).status_code
    yield client.post("/v1/ask", json={**ASKED, "k": MARKER, MARKER: MARKER}).status_code
    yield client.post("/v1/ask", json={"question": 2001 * MARKER}).status_code
    yield client.post("/v1/ask", content=f'{{"{MARKER}": {MARKER}', headers=JSON).status_code
    yield client.post("/v1/chat", json=TALK).status_code
    yield client.post("/v1/chat", json=TALK, headers=STREAMED).status_code
    yield client.post("/v1/feedback", json=RATED).status_code
    yield client.post("/v1/feedback", json={**RATED, "rating": MARKER}).status_code
    yield client.delete(f"/v1/feedback/{MARKER}").status_code
    yield client.get(f"/v1/documents/{MARKER}?start={MARKER}").status_code
    yield client.get(f"/v1/documents/{MARKER}/text?start={MARKER}").status_code
    yield client.get(f"/v1/documents?limit={MARKER}&cursor={MARKER}").status_code
    yield client.get(f"/{MARKER}?{MARKER}").status_code
    yield client.get(f"/documents/{MARKER}").status_code
    yield client.post("/v1/ask", json=ASKED, headers={"Origin": f"https://{MARKER}.example"}).status_code
    yield client.get("/metrics", headers={"Authorization": f"Bearer {MARKER}"}).status_code
    key = {"Authorization": f"Bearer {KEY}"}
    yield client.post("/v1/documents", files=[("files", file) for file in FILES.items()], headers=key).status_code
    yield client.post("/v1/documents", content=MARKER.encode(), headers=key).status_code
    yield client.delete(f"/v1/documents/{MARKER}-good", headers=key).status_code
    yield client.delete(f"/v1/documents/{MARKER}", headers=key).status_code
    yield client.get("/metrics", headers=key).status_code


@contextlib.contextmanager
def asking(app: FastAPI) -> Iterator[tuple[httpx2.Client, Running]]:
    with (
        running(app) as server,
        httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", headers=TELLING, timeout=30) as client,
    ):
        yield client, server


def test_whatever_is_sent_stays_out_of_the_log(telling: Service, capfd: pytest.CaptureFixture[str]) -> None:
    with written(telling, capfd) as output, asking(build_app(telling)) as (client, server):
        statuses = list(requests(client))
        with socket.create_connection(("127.0.0.1", server.port)) as broken:
            broken.sendall(f"GET /{MARKER} {MARKER}\r\nHost: {MARKER}\r\n\r\n".encode())
            assert b"400" in read_until(broken, b"\r\n")
        said = output()
    assert {200, 201, 400, 401, 403, 404, 415, 422} <= set(statuses)
    assert '"route": "/v1/ask"' in said
    assert '"problem": "invalid-request"' in said
    assert MARKER not in said


def test_an_error_that_quotes_what_was_sent_is_logged_without_the_quotation(
    telling: Service, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        try:
            int(MARKER)
        except ValueError as error:
            raise RuntimeError(f"cannot answer {MARKER}") from error

    app = build_app(telling)
    monkeypatch.setattr(telling.pipeline, "ask", fail)
    monkeypatch.setattr(app.state.feedback, "add", fail)
    monkeypatch.setattr(app.state.intake, "_add", fail)
    with written(telling, capfd) as output, asking(app) as (client, _):
        statuses = list(requests(client))
        said = output()
    assert statuses.count(500) == 4
    assert said.count("An unexpected error in POST /v1/ask") == 1
    assert said.count("builtins.RuntimeError") == 5  # the stream's too
    assert MARKER not in said


def test_neither_does_a_question_that_is_turned_away(
    telling: Service, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asks, "MAX_QUEUED", 1)
    gate = Gate(telling, monkeypatch)
    with written(telling, capfd) as output, asking(build_app(telling)) as (client, server):
        try:
            with sent(server, "/v1/ask", ASKED) as first:
                assert eventually(lambda: bool(gate.begun))
                assert client.post("/v1/ask", json={**ASKED, "k": 7}).status_code == 503
                gate.open.set()
                assert received(first)[0] == 200
        finally:
            gate.open.set()
        said = output()
    assert '"problem": "too-busy"' in said
    assert MARKER not in said
