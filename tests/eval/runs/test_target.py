"""A service as the target, and servers that are not Footnote."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import throttled.utils
from fastapi.testclient import TestClient
from pydantic import SecretStr

from corpus.errors import UnknownDocumentError
from eval.errors import TargetError
from eval.runs import target
from eval.runs.target import RemoteTarget, remote_target
from service.http.app import build_app
from service.http.state import Service
from tests.service.http.running import running


def test_every_document_is_listed_page_by_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "PAGE", 1)
    assert RemoteTarget(client).document_ids() == {"truce", "prison"}


def test_a_document_that_the_service_does_not_have_is_unknown(client: TestClient) -> None:
    for name in ("nobody", "../ask", "a b?c#d"):
        with pytest.raises(UnknownDocumentError):
            RemoteTarget(client).text(name)


@contextmanager
def stranger(status: int, body: bytes) -> Iterator[str]:
    """Run a server with the same answer to every request, on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (200, b"<html>", "does not answer like Footnote. Check the address."),
        (200, b"[]", "does not answer like Footnote. Check the address."),
        (200, b'{"status": "ok"}', "does not answer like Footnote. Check the address."),
        (404, b"{}", "answered 404. Is it Footnote? Check the address."),
    ],
)
def test_a_service_that_is_not_footnote_is_refused(status: int, body: bytes, complaint: str) -> None:
    with stranger(status, body) as url, pytest.raises(TargetError) as caught, remote_target(url):
        pass
    assert complaint in str(caught.value)
    assert url in str(caught.value)


@pytest.mark.parametrize("address", ["localhost", "ftp://127.0.0.1", ""])
def test_an_invalid_address_is_refused(address: str) -> None:
    with pytest.raises(TargetError, match="is not an address"), remote_target(address):
        pass


def test_a_service_that_takes_so_many_requests_a_minute_is_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waits = [1000.0], []
    monkeypatch.setattr(throttled.utils, "now_mono_f", lambda: now[0])

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("eval.runs.target.time.sleep", sleep)
    settings = service.settings.model_copy(update={"requests_per_minute": 3})
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        asked = RemoteTarget(client)
        assert len({asked.ask(f"When did truce {n} begin?", k=1).question for n in range(6)}) == 6
    assert waits == [20, 20, 20]


def test_a_service_is_asked_with_the_key_that_it_needs(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = service.settings.model_copy(update={"ask_keys": SecretStr("ask-key-of-the-test")})
    with running(build_app(dataclasses.replace(service, settings=settings))) as it:
        url = f"http://127.0.0.1:{it.port}"
        with (
            remote_target(url) as target,
            pytest.raises(TargetError, match="Set FOOTNOTE_ASK_KEYS to a key that the service accepts"),
        ):
            target.document_ids()
        monkeypatch.setenv("FOOTNOTE_ASK_KEYS", "ask-key-of-the-test,another-key-of-the-test")
        with remote_target(url) as target:
            assert target.document_ids() == {"truce", "prison"}
