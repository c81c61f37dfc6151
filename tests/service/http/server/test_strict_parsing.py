"""How requests are read from the connection: nothing in two ways, no trailer as a header, no end to no body."""

import contextlib
import dataclasses
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr

from service.http.app import build_app
from service.http.middleware.security_headers import SECURITY_HEADERS
from service.http.server import connections
from service.http.server import strict_parsing as reading
from service.http.state import Service
from tests.service.http.running import Running, eventually, received, running

KEY = "a-key-of-an-administrator-0123456789"
QUESTION = b'{"question":"When did the truce begin?"}'
HEAD = b"POST /v1/ask HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(QUESTION)
IN_CHUNKS = b"%x\r\n%s\r\n0\r\n" % (len(QUESTION), QUESTION)
LIVE = b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n"
Connect = Callable[..., socket.socket]


def made(service: Service, **settings: Any) -> FastAPI:
    """The application, and an address that shows what of a request reaches it."""
    app = build_app(dataclasses.replace(service, settings=service.settings.model_copy(update=settings)))

    @app.post("/seen")
    async def seen(request: Request) -> dict[str, Any]:
        body = await request.body()
        return {
            "headers": [(name.decode(), value.decode("latin-1")) for name, value in request.headers.raw],
            "body": body.decode("latin-1"),
            "client": request.state.client.network,
            "role": request.state.client.role.value,
        }

    return app


@contextlib.contextmanager
def connected(server: Running) -> Iterator[Connect]:
    with contextlib.ExitStack() as clients:

        def connect(*parts: bytes) -> socket.socket:
            """A connection on which these parts have been sent, each in a packet of its own."""
            client = clients.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for number, part in enumerate(parts):
                if number:
                    time.sleep(0.05)  # or the system joins them
                client.sendall(part)
            return client

        yield connect


@pytest.fixture
def server(service: Service) -> Iterator[Running]:
    with running(made(service, proxies="127.0.0.1", admin_keys=SecretStr(KEY))) as it:
        yield it


@pytest.fixture
def connect(server: Running) -> Iterator[Connect]:
    with connected(server) as it:
        yield it


def is_closed(client: socket.socket) -> bool:
    with contextlib.suppress(ConnectionResetError):
        return client.recv(1) == b""
    return True


TRAILERS = {
    "X-Forwarded-For": "198.51.100.1",
    "Authorization": f"Bearer {KEY}",
    "Host": "other.example",
    "Origin": "https://other.example",
    "Content-Type": "text/plain",
    "Cookie": "a=b",
    "X-Request-ID": "forged",
    "X-Anything": "at all",
}


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
def test_a_trailer_is_no_header(connect: Connect, late: bool) -> None:
    head = b"POST /seen HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    for name, value in TRAILERS.items():
        trailer = f"0\r\n{name}: {value}\r\n\r\n".encode()
        status, headers, seen = received(connect(*((head, trailer) if late else (head + trailer,))))
        assert status == 200, name
        assert seen["headers"] == [["host", "here"], ["transfer-encoding", "chunked"]], name
        assert (seen["body"], seen["client"], seen["role"]) == ("abc", "127.0.0.1", "no key"), name
        assert headers["x-request-id"] != "forged"


def test_a_trailer_changes_nothing_of_the_next_request(connect: Connect) -> None:
    trailers = "".join(f"{name}: {value}\r\n" for name, value in TRAILERS.items()).encode()
    first = b"POST /seen HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + trailers + b"\r\n"
    client = connect(first + b"POST /seen HTTP/1.1\r\nHost: second\r\nContent-Length: 2\r\n\r\nhi")
    assert received(client)[0] == 200
    assert received(client)[2] == {
        "headers": [["host", "second"], ["content-length", "2"]],
        "body": "hi",
        "client": "127.0.0.1",
        "role": "no key",
    }


def test_a_trailer_about_the_connection_or_the_body_is_refused(connect: Connect) -> None:
    for name, value in {
        "Connection": "close",
        "connection": "upgrade\r\nUpgrade: h2c",
        "Proxy-Connection": "close",
        "Upgrade": "h2c",
        "Content-Length": len(LIVE),
        "Transfer-Encoding": "chunked",
    }.items():
        client = connect(CHUNKED + b"\r\n" + IN_CHUNKS + f"A: b\r\n{name}: {value}\r\n\r\n".encode() + LIVE)
        assert kind(client) == "400 invalid-http", name


def test_a_trailer_does_not_void_the_limit_of_an_address_behind_a_proxy(service: Service) -> None:
    with running(made(service, proxies="127.0.0.1", requests_per_minute=5)) as server, connected(server) as connect:
        statuses = []
        for number in range(8):
            trailer = f"X-Forwarded-For: 203.0.113.{number}\r\n\r\n".encode()
            head = CHUNKED + b"X-Forwarded-For: 198.51.100.1\r\n\r\n"
            statuses.append(received(connect(head + IN_CHUNKS + trailer))[0])
    assert statuses == [200] * 5 + [429] * 3


H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
WEBSOCKET = b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
TLS = b"Connection: upgrade\r\nUpgrade: TLS/1.0, HTTP/2.0\r\n"


@pytest.mark.parametrize("parts", [1, 2, 3], ids=["in one", "body later", "body in parts"])
@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_an_offer_to_upgrade_is_ignored_and_the_body_is_read(connect: Connect, parts: int, framing: str) -> None:
    for upgrade in (H2C, WEBSOCKET, TLS, b"Upgrade: h2c\r\n"):
        read_upgrading(connect, upgrade, parts, framing)


def read_upgrading(connect: Connect, upgrade: bytes, parts: int, framing: str) -> None:
    head = (HEAD + LENGTH if framing == "length" else CHUNKED) + upgrade + b"\r\n"
    body = QUESTION if framing == "length" else IN_CHUNKS + b"\r\n"
    sent = {1: [head + body + LIVE], 2: [head, body + LIVE], 3: [head, body[:20], body[20:] + LIVE]}[parts]
    client = connect(*sent)
    status, headers, answer = received(client)
    assert (status, answer["question"]) == (200, json.loads(QUESTION)["question"])
    assert "upgrade" not in headers
    assert received(client)[2] == {"status": "live"}


def test_a_body_after_an_offer_to_upgrade_is_never_a_request(connect: Connect) -> None:
    smuggled = (
        b"DELETE /v1/documents/truce HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer " + KEY.encode() + b"\r\n\r\n"
    )
    head = b"POST /seen HTTP/1.1\r\nHost: here\r\n" + H2C + b"Content-Length: %d\r\n\r\n" % len(smuggled)
    client = connect(head, smuggled)
    assert received(client)[2]["body"] == smuggled.decode()
    client.sendall(LIVE)
    assert received(client)[2] == {"status": "live"}


def test_a_request_after_an_offer_to_upgrade_without_a_body_is_answered(connect: Connect) -> None:
    for upgrade in (H2C, WEBSOCKET, TLS):
        client = connect(b"GET /health/live HTTP/1.1\r\nHost: here\r\n" + upgrade + b"\r\n" + LIVE, LIVE)
        assert [received(client)[0] for _ in range(3)] == [200] * 3


def test_nothing_is_logged_of_an_offer_to_upgrade(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    assert received(connect(HEAD + LENGTH + H2C + b"\r\n", QUESTION))[0] == 200
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []


def asked(*lines: bytes, first: bytes = b"GET /health/live HTTP/1.1", body: bytes = b"") -> bytes:
    return b"\r\n".join([first, b"Host: here", *lines, b"", body])


INVALID = {
    "length and chunks": asked(b"Content-Length: 3", b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
    "chunks and length": asked(b"Transfer-Encoding: chunked", b"Content-Length: 3", body=b"3\r\nabc\r\n0\r\n\r\n"),
    "two lengths": asked(b"Content-Length: 3", b"Content-Length: 4", body=b"abc"),
    "a list of lengths": asked(b"Content-Length: 3, 3", body=b"abc"),
    "a signed length": asked(b"Content-Length: +3", body=b"abc"),
    "a length below none": asked(b"Content-Length: -3", body=b"abc"),
    "a length beyond numbers": asked(b"Content-Length: 99999999999999999999999", body=b"abc"),
    "an empty length": asked(b"Content-Length: "),
    "another coding": asked(b"Transfer-Encoding: gzip, chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
    "an unknown coding": asked(b"Transfer-Encoding: xchunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
    "a coding twice": asked(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a coding for an old client": asked(b"Transfer-Encoding: chunked", first=b"GET / HTTP/1.0", body=b"0\r\n\r\n"),
    "a folded line": asked(b"A: b", b" c"),
    "a folded first line": b"GET /health/live HTTP/1.1\r\n A: b\r\nHost: here\r\n\r\n",
    "bare LF": b"GET /health/live HTTP/1.1\nHost: here\n\n",
    "bare LF within": asked(b"A: b\nC: d"),
    "bare CR": asked(b"A: b\rC: d"),
    "NUL in a value": asked(b"A: b\0c"),
    "NUL in a name": asked(b"A\0: b"),
    "a control character": asked(b"A: b\x01c"),
    "space before the colon": asked(b"A : b"),
    "no colon": asked(b"Ab"),
    "no name": asked(b": b"),
    "no path": asked(first=b"GET health HTTP/1.1"),
    "a fragment": asked(first=b"GET /health/live#x HTTP/1.1"),
    "bytes beyond ASCII": asked(first="GET /é HTTP/1.1".encode()),
    "HTTP/0.9": b"GET /health/live\r\n\r\n",
    "HTTP/1.2": asked(first=b"GET /health/live HTTP/1.2"),
    "HTTP/2.0": asked(first=b"GET /health/live HTTP/2.0"),
    "HTTP/2's first line": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "CONNECT": asked(first=b"CONNECT here:80 HTTP/1.1"),
    "CONNECT with a body": asked(b"Content-Length: 3", first=b"CONNECT here:80 HTTP/1.1", body=b"abc"),
    "CONNECT of a path": asked(first=b"CONNECT /health/live HTTP/1.1"),
    "another host's address": asked(first=b"GET http://other/health/live HTTP/1.1"),
    "an address with a user": asked(first=b"GET http://here@other/health/live HTTP/1.1"),
    "an address of another scheme": asked(first=b"GET ftp://here/health/live HTTP/1.1"),
}


def kind(client: socket.socket) -> str:
    """How a request is answered: by its problem's name, or its status; with a mark if the connection stays open."""
    status, _, answer = received(client)
    name = answer["type"].removeprefix("urn:footnote:problem:") if "type" in answer else ""
    return f"{status} {name}".strip() + ("" if status == 200 or is_closed(client) else ", open")


@pytest.mark.parametrize("late", [False, True], ids=["alone", "after another"])
def test_ambiguous_requests_are_refused(connect: Connect, late: bool) -> None:
    kinds = {}
    for name, sent in INVALID.items():
        client = connect(LIVE if late else b"")
        if late:
            assert received(client)[0] == 200
        client.sendall(sent + LIVE)
        kinds[name] = kind(client)
    assert kinds == dict.fromkeys(INVALID, "400 invalid-http")


def test_a_refusal_has_the_headers_of_every_response(connect: Connect) -> None:
    _, headers, _ = received(connect(INVALID["no path"]))
    assert {name: headers.get(name.lower()) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
    assert (headers["connection"], headers["content-type"]) == ("close", "application/problem+json")
    assert "date" in headers


CHUNKS = {
    "a size below none": b"-3\r\nabc\r\n0\r\n\r\n",
    "a size with a prefix": b"0x3\r\nabc\r\n0\r\n\r\n",
    "a size beyond numbers": b"FFFFFFFFFFFFFFFFF\r\nabc",
    "space after the size": b"3 \r\nabc\r\n0\r\n\r\n",
    "no size": b"\r\nabc\r\n0\r\n\r\n",
    "bare LF": b"3\nabc\n0\n\n",
    "bare LF in an extension": b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    "more than the size": b"3\r\nabcX\r\n0\r\n\r\n",
    "a folded trailer": b"0\r\nA: b\r\n c\r\n\r\n",
    "NUL in a trailer": b"0\r\nA: b\0c\r\n\r\n",
}


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
@pytest.mark.parametrize("upgrade", [b"", H2C], ids=["plain", "upgrade"])
def test_ambiguous_chunks_are_refused(
    connect: Connect, caplog: pytest.LogCaptureFixture, late: bool, upgrade: bytes
) -> None:
    head, kinds = CHUNKED + upgrade + b"\r\n", {}
    for name, sent in CHUNKS.items():
        kinds[name] = kind(connect(*((head, sent + LIVE) if late else (head + sent + LIVE,))))
    assert kinds == dict.fromkeys(CHUNKS, "400 invalid-http")
    assert [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []


ACCEPTED = {
    "an extension": (CHUNKED + b"\r\n" + IN_CHUNKS.replace(b"\r\n", b";a=b\r\n", 1) + b"\r\n", 200),
    "an absolute address": (asked(first=b"GET http://HERE/health/live HTTP/1.1"), 200),
    "no Host in HTTP/1.0": (b"GET /health/live HTTP/1.0\r\n\r\n", 200),
    "an empty line before": (b"\r\n" + LIVE, 200),
    "a body of no use": (asked(b"Content-Length: 3", body=b"abc"), 200),
    "an empty value": (asked(b"A:", b"B: c"), 200),
    "an encoded slash": (asked(first=b"GET /v1%2fdocuments HTTP/1.1"), 200),
    "an address of no use": (asked(first=b"OPTIONS * HTTP/1.1"), 404),
}


def test_unusual_valid_requests_are_answered(connect: Connect) -> None:
    statuses = {name: received(connect(sent))[0] for name, (sent, _) in ACCEPTED.items()}
    assert statuses == {name: expected for name, (_, expected) in ACCEPTED.items()}


def test_a_client_that_expects_100_continue_gets_it(connect: Connect) -> None:
    client = connect(HEAD + LENGTH + b"Expect: 100-continue\r\n\r\n")
    assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(QUESTION)
    assert received(client)[0] == 200


def test_pipelined_requests_before_an_invalid_one_are_answered(connect: Connect) -> None:
    client = connect(2 * (HEAD + LENGTH + b"\r\n" + QUESTION) + LIVE + b"nonsense\r\n\r\n" + LIVE)
    assert [received(client)[0] for _ in range(3)] == [200] * 3
    assert is_closed(client)


HOSTS = {
    "none": b"",
    "two": b"Host: here\r\nHost: here\r\n",
    "an empty one": b"Host:\r\n",
    "a space": b"Host: he re\r\n",
    "a path": b"Host: here/there\r\n",
    "a user": b"Host: me@here\r\n",
    "no port": b"Host: here:port\r\n",
    "a scheme": b"Host: http://here\r\n",
}


@pytest.mark.parametrize("hosts", [None, "*"])
def test_a_request_names_one_host(service: Service, hosts: str | None) -> None:
    paths = (b"/health/live", b"/v1/documents", b"/", b"/nowhere")
    with running(made(service, hosts=hosts)) as server, connected(server) as connect:
        for path in paths:
            said = {n: received(connect(b"GET " + path + b" HTTP/1.1\r\n" + h + b"\r\n"))[2] for n, h in HOSTS.items()}
            types = {name: problem.get("type") for name, problem in said.items()}
            assert types == dict.fromkeys(HOSTS, "urn:footnote:problem:invalid-host")


KIB = 1024
HEADS = {
    "one header": asked(b"A: " + 65 * KIB * b"x"),
    "a name": asked(65 * KIB * b"A" + b": x"),
    "many headers": asked(*(64 * [b"A: " + 2 * KIB * b"x"])),
    "many small headers": asked(*(20_000 * [b"A:b"])),
    "more headers than are taken": asked(*(reading.MAX_FIELDS * [b"A:b"])),
    "an address": asked(first=b"GET /" + 65 * KIB * b"x" + b" HTTP/1.1"),
    "a query": asked(first=b"GET /?" + 65 * KIB * b"x" + b" HTTP/1.1"),
    "space": asked(b"A:" + 80 * KIB * b" " + b"x"),
    "empty lines": 50 * KIB * b"\r\n" + LIVE,
    "a trailer": CHUNKED + b"\r\n" + IN_CHUNKS + b"A: " + 80 * KIB * b"x" + b"\r\n\r\n",
    "many trailers": CHUNKED + b"\r\n" + IN_CHUNKS + 20_000 * b"A:b\r\n" + b"\r\n",
    "an extension of a chunk": CHUNKED + b"\r\n1;" + 80 * KIB * b"x" + b"\r\n{\r\n0\r\n\r\n",
    "zeros of a size": CHUNKED + b"\r\n" + 80 * KIB * b"0" + b"1\r\n{\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("pieces", [1, 5], ids=["at once", "in parts"])
def test_a_head_too_large_is_refused_at_once_and_in_parts(connect: Connect, pieces: int) -> None:
    kinds = {}
    for name, sent in HEADS.items():
        size = -(-len(sent) // pieces)
        client = connect()
        for start in range(0, len(sent), size):
            client.sendall(sent[start : start + size])
        kinds[name] = kind(client)
    assert kinds == dict.fromkeys(HEADS, "431 head-too-large")


@pytest.mark.parametrize("size", [reading.MAX_HEAD_BYTES - 100, reading.MAX_HEAD_BYTES + 1])
def test_the_limit_of_a_head_is_exact(connect: Connect, size: int) -> None:
    head = asked(b"A: ")
    status = received(connect(head[:-4] + (size - len(head)) * b"x" + b"\r\n\r\n"))[0]
    assert status == (200 if size < reading.MAX_HEAD_BYTES else 431)


def test_a_long_body_before_a_head_does_not_make_it_long(connect: Connect) -> None:
    body = 300 * KIB * b"x"
    client = connect(b"POST /seen HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n" % len(body) + body + LIVE)
    assert len(received(client)[2]["body"]) == len(body)
    assert received(client)[2] == {"status": "live"}


def test_a_body_of_small_chunks_is_no_long_head(connect: Connect) -> None:
    client = connect(b"POST /seen HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.sendall(50_000 * b"1\r\nx\r\n" + b"0\r\n\r\n")
    assert received(client)[2]["body"] == 50_000 * "x"


def test_a_refused_client_that_continues_to_send_gets_the_response_and_is_disconnected(
    connect: Connect, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LINGER_S", 0.2)
    client = connect(HEADS["many small headers"])
    client.sendall(300 * KIB * b"x")
    assert received(client)[0] == 431

    def is_reset() -> bool:
        try:
            client.sendall(b"x")
        except ConnectionError:
            return True
        return False

    assert eventually(is_reset)


def test_a_body_after_an_offer_to_upgrade_has_the_usual_time_limit(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.1)
    client = connect(b"POST /nowhere HTTP/1.1\r\nHost: here\r\n" + H2C + b"Content-Length: 100\r\n\r\nhalf")
    assert received(client)[0] == 404
    assert is_closed(client)


def test_no_address_leads_to_another_host(connect: Connect) -> None:
    for path in ("/v1/ask/", "/v1/documents/", "/docs/", "/health/live/", "/web/", "/docs/static"):
        for method in ("GET", "POST"):
            status, headers, _ = received(connect(f"{method} {path} HTTP/1.1\r\nHost: 203.0.113.9\r\n\r\n".encode()))
            assert status in (404, 405), path
            assert "location" not in headers, path
