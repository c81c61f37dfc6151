"""The OpenAPI document names each status that an operation can answer with, and no other: all of them are caused."""

import contextlib
import dataclasses
import http.client
import json
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from service.answering.pipeline import Pipeline
from service.http.app import build_app
from service.http.requests import bodies
from service.http.state import Service
from service.retrieval.library import Library
from tests.service.http.running import Running, running

KEY, SITE_KEY = "a-key-of-an-administrator-0123456789", "a-key-of-a-site-0123456789-0123456789"
QUESTION = "When did the truce begin?"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
UNLIMITED = {"requests_per_minute": 0, "key_requests_per_minute": 0, "feedback_per_minute": 0}

Causes = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """How one is called so that it succeeds, and in which ways of its own it is not.

    Args:
        path: Where it answers.
        headers: Those of a good request.
        body: That of a good request.
        causes: Changes to a good request.
        most: Bytes of its body that are taken.
    """

    path: str
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: bytes | None = None
    causes: tuple[Causes, ...] = ()
    most: int = 0


def form(content: bytes) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="peace.txt"\r\n\r\n%s\r\n--x--\r\n'
    return part % content


ASK = json.dumps({"question": QUESTION}).encode()
CHAT = json.dumps({"messages": [{"role": "user", "content": QUESTION}]}).encode()
RATING = json.dumps({"question": QUESTION, "status": "not_found", "rating": "up", "passage": None}).encode()
LATER = b', "at_least_generation": 4711}'
UNUSABLE = ({"body": b"{}"}, {"body": b"{"}, {"headers": {"Content-Type": "text/plain"}})
UNKNOWN = "at_least_generation=4711"
TEXT = "/v1/documents/truce/text"
PAGE = "/v1/documents/report/pages/1.png"
OPERATIONS = {
    "post /v1/ask": Operation("/v1/ask", JSON, ASK, (*UNUSABLE, {"body": ASK[:-1] + LATER}), 1024),
    "post /v1/chat": Operation("/v1/chat", JSON, CHAT, (*UNUSABLE, {"body": CHAT[:-1] + LATER}), 1024),
    "post /v1/feedback": Operation("/v1/feedback", JSON, RATING, UNUSABLE, 1024),
    "delete /v1/feedback/{feedback_id}": Operation(
        "/v1/feedback/RATED", causes=({"path": "/v1/feedback/nothing"}, {"path": "/v1/feedback/" + 101 * "x"})
    ),
    "get /v1/documents": Operation(
        "/v1/documents", causes=({"path": "/v1/documents?limit=0"}, {"path": "/v1/documents?" + UNKNOWN})
    ),
    "post /v1/documents": Operation(
        "/v1/documents", FORM, form(b"Peace came."), ({"body": b"--x--\r\n"}, {"body": b"x"}, {"headers": JSON}), 2**20
    ),
    "get /v1/documents/{document_id}": Operation(
        "/v1/documents/truce",
        causes=(
            {"path": "/v1/documents/nothing"},
            {"path": "/v1/documents/" + 201 * "x"},
            {"path": "/v1/documents/truce?" + UNKNOWN},
        ),
    ),
    "delete /v1/documents/{document_id}": Operation(
        "/v1/documents/prison", causes=({"path": "/v1/documents/nothing"}, {"path": "/v1/documents/" + 201 * "x"})
    ),
    "get /v1/documents/{document_id}/text": Operation(
        TEXT,
        causes=(
            {"path": "/v1/documents/nothing/text"},
            {"path": TEXT + "?start=5&end=1"},
            {"path": TEXT + "?" + UNKNOWN},
            {"headers": {"If-None-Match": "*"}},
        ),
    ),
    "get /v1/documents/{document_id}/pages/{number}.png": Operation(
        PAGE,
        causes=(
            {"path": "/v1/documents/report/pages/9.png"},
            {"path": "/v1/documents/report/pages/0.png"},
            {"path": PAGE + "?" + UNKNOWN},
            {"headers": {"If-None-Match": "*"}},
        ),
    ),
    "get /v1/suggestions": Operation("/v1/suggestions"),
    "get /health/live": Operation("/health/live"),
    "get /health/ready": Operation("/health/ready"),
    "get /metrics": Operation("/metrics"),
}

ANYWHERE: tuple[Causes, ...] = (
    {"headers": {"Host": ""}},
    {"headers": {"Host": "other.example"}},
    {"headers": {"X-Long": 70_000 * "x"}},
    {"headers": {"Authorization": "Bearer nobody-knows-this-key-0123456789"}},
    {"headers": {"Authorization": f"Bearer {SITE_KEY}"}},
    {"headers": {"Origin": "https://other.example"}},
    {"headers": {"Accept": "image/png", "Range": "bytes=0-1", "Expect": "nothing", "If-Match": '"x"'}},
    {"headers": {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c"}},
)


@pytest.fixture
def documented(service: Service) -> dict[str, set[int]]:
    paths = build_app(service).openapi()["paths"]
    return {
        f"{method} {path}": set(map(int, operation["responses"]))
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def status(server: Running, name: str, **change: Any) -> int:
    """How an operation's good request is answered, with a change made to it."""
    good, method = OPERATIONS[name], name.partition(" ")[0].upper()
    headers = {"Host": "here", "Authorization": f"Bearer {KEY}", **good.headers, **change.get("headers", {})}
    body, declared = change.get("body", good.body), change.get("declared")
    length = declared if declared is not None else None if body is None else len(body)
    lines = [f"{method} {change.get('path', good.path)} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    lines += [] if length is None else [f"Content-Length: {length}"]
    with contextlib.closing(socket.create_connection(("127.0.0.1", server.port), timeout=20)) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        response = http.client.HTTPResponse(client)
        response.begin()
        return response.status


@contextlib.contextmanager
def serving(service: Service, **settings: Any) -> Iterator[Running]:
    changed = service.settings.model_copy(update={"admin_keys": SecretStr(KEY), **UNLIMITED, **settings})
    library = Library(changed, service.library.encoder)  # each server closes its own
    with running(build_app(Service(changed, library, Pipeline(library, changed)))) as it:
        yield it


def rated(server: Running) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with contextlib.closing(connection):
        connection.request("POST", "/v1/feedback", RATING, JSON)
        return str(json.loads(connection.getresponse().read())["id"])


def test_every_status_that_can_come_is_named_and_no_other(
    report: Service, documented: dict[str, set[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(documented) == set(OPERATIONS)
    access = tmp_path / "access.toml"
    access.write_text(f'[[sites]]\nkey = "{SITE_KEY}"\norigins = ["https://site.example"]\n')
    access.chmod(0o600)
    caused: dict[str, set[int]] = defaultdict(set)

    monkeypatch.setattr(bodies, "CHUNK_S", 0.1)
    monkeypatch.setattr(bodies, "MAX_JSON_BYTES", 1024)
    with serving(report, access=access, upload_mebibytes=1) as server:
        for name, operation in OPERATIONS.items():
            for change in (*ANYWHERE, *operation.causes):
                caused[name].add(status(server, name, **change))
            if operation.most:
                caused[name].add(status(server, name, declared=operation.most // 2))
                caused[name].add(status(server, name, body=form((operation.most + 1) * b"x")))
            path = operation.path.replace("RATED", rated(server))
            caused[name].add(status(server, name, path=path))

    with serving(report, key_requests_per_minute=1) as server:
        for name in OPERATIONS:
            caused[name].update(status(server, name) for _ in range(2))

    with serving(report, connections=16) as server, contextlib.ExitStack() as clients:
        for _ in range(4):  # as many as one address may have
            clients.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        for name in OPERATIONS:
            caused[name].add(status(server, name))

    assert caused == documented
