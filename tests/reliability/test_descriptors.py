"""Descriptors limit the number of connections; a server without free ones stays alive and says so."""

import contextlib
import http.client
import json
import resource
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.servers import KEY, Place, ServerProcess
from tests.reliability.texts import Writing
from tests.service.http.running import eventually, received

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

FILES = 200
QUESTION = {"question": "When did it begin?"}
SAID = "as many files open as it may"


@pytest.fixture
def place(tmp_path: Path, tiny_model: Path, exports: Path) -> Place:
    settings = {
        "FOOTNOTE_ENCODER": str(tiny_model),
        "FOOTNOTE_EXPORTS": str(exports),
        "FOOTNOTE_PASSAGE_TOKENS": "40",
        "FOOTNOTE_TITLE_TOKENS": "8",
    }
    place = Place(tmp_path, settings, files=FILES)
    Writing(1).folder(tmp_path / "kept", 3)
    place.command("ingest", str(tmp_path / "kept")).check_returncode()
    return place


def asked(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def lives(server: ServerProcess) -> bool:
    try:
        return asked(server.port, "GET", "/health/live") == (200, {"status": "live"})
    except (OSError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def opened(server: ServerProcess, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as clients:
        yield [clients.enter_context(socket.create_connection(("127.0.0.1", server.port), 20)) for _ in range(count)]


def test_connections_are_as_many_as_there_are_descriptors_for(place: Place) -> None:
    with place.serving() as server:
        said = server.said()
        assert f"This process may have {FILES} files open, so it accepts" in said
        assert "instead of 1024" in said
        assert "LimitNOFILE" in said
        with opened(server, 4 * FILES):
            assert eventually(lambda: server.usage().files > 50)
            assert server.usage().files < FILES - 20  # some are left for the store and for files that are sent
        assert eventually(lambda: lives(server))
        assert (
            asked(server.port, "POST", "/v1/ask", json.dumps(QUESTION).encode(), Content_Type="application/json")[0]
            == 200
        )
        assert SAID not in server.said()
        assert server.stop()[0] == 0


def test_where_there_are_enough_nothing_is_said(place: Place) -> None:
    with Place(place.folder, place.settings).serving() as server:
        assert "files open" not in server.said()


def starved(server: ServerProcess) -> None:
    """Prevent a server from opening anything more."""
    most = max(int(entry.name) for entry in Path(f"/proc/{server.process.pid}/fd").iterdir())
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (most + 1, FILES))


def test_without_any_descriptor_it_is_said_once_and_the_process_is_seen_to_live(place: Place) -> None:
    with place.serving() as server:
        with opened(server, 10) as within:
            time.sleep(0.5)  # they have been accepted, and fill what lies between those of the server's
            starved(server)
            with opened(server, 30):
                assert eventually(lambda: SAID in server.said())
                assert eventually(lambda: lives(server))
                within[0].sendall(b"GET /health/ready HTTP/1.1\r\nHost: here\r\n\r\n")
                assert within[0].recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")
                before = time.monotonic()
                while time.monotonic() < before + 2:
                    with contextlib.suppress(OSError), opened(server, 50):
                        pass
                assert eventually(lambda: lives(server))
        said = server.said()
        assert said.count(SAID) == 1
        assert "Traceback" not in said
        assert len(said) < 10_000
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        body = json.dumps(QUESTION).encode()
        assert eventually(
            lambda: asked(server.port, "POST", "/v1/ask", body, Content_Type="application/json")[0] == 200
        )
        assert server.stop()[0] == 0


def upload(count: int) -> bytes:
    part = '--x\r\nContent-Disposition: form-data; name="files"; filename="{}.txt"\r\n\r\n{}\r\n'
    return "".join(part.format(number, 1_100_000 * "x") for number in range(count)).encode() + b"--x--\r\n"


def test_files_for_which_there_is_no_descriptor_are_refused_and_it_is_said_once(place: Place) -> None:
    body = upload(8)
    head = (
        f"POST /v1/documents HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {KEY}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with place.serving() as server:
        with opened(server, 10) as within:
            time.sleep(0.5)
            starved(server)
            for client in within[:3]:
                client.sendall(head.encode() + body)
                status, _, problem = received(client)
                assert (status, problem["type"]) == (503, "urn:footnote:problem:too-busy")
        assert server.said().count(SAID) == 1
        assert "Traceback" not in server.said()
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        assert server.stop()[0] == 0


def test_a_limit_that_is_too_low_for_anything_still_serves(place: Place) -> None:
    with Place(place.folder, place.settings, files=80).serving() as server:
        assert lives(server)
        assert "instead of 1024" in server.said()
