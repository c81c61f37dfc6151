"""Pages of other origins: allowed, refused, and taken for others."""

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from service.answering.answer import Answer
from service.http.app import build_app
from service.http.state import Service
from tests.service.http.test_problems import assert_problem

ALLOWED, SECOND = "https://www.example.org", "http://127.0.0.1:8080"
BODY = {"messages": [{"role": "user", "content": "When did the truce begin?"}]}
Serve = Callable[[str | None], TestClient]

OTHERS = [
    "https://www.example.org.evil.example",
    "https://evil.example/?https://www.example.org",
    "https://wwwxexample.org",
    "https://evilwww.example.org",
    "https://example.org",
    "http://www.example.org",
    "https://www.example.org:8443",
    "https://www.example.org:443",
    "https://WWW.example.org",
    "https://www.example.org/",
    "http://127.0.0.1",
    "http://127.0.0.1:8081",
    "https://www.example.org.",
    "https://.www.example.org",
    "https://www.example.org@evil.example",
    "https://user@www.example.org",
    "https://www.example.org%2eevil.example",
    "https://www.example.org\\.evil.example",
    "https://www.example.org#evil.example",
    "HTTPS://www.example.org",
    "ws://www.example.org",
    "chrome-extension://www.example.org",
    "https://xn--www-example-org.evil.example",
    "http://127.1:8080",
    "http://localhost:8080",
    "NULL",
    "null",
    "",
    "*",
    "file://",
    "https://www.example.org, https://evil.example",
]


@pytest.fixture
def serve(service: Service) -> Iterator[Serve]:
    """Gives a client of the service with these origins."""
    clients: list[TestClient] = []

    def _serve(origins: str | None) -> TestClient:
        changed = {"origins": origins, "hosts": "*", "requests_per_minute": 0}
        settings = service.settings.model_copy(update=changed)
        app = build_app(dataclasses.replace(service, settings=settings))
        clients.append(TestClient(app, base_url="http://footnote.example", raise_server_exceptions=False))
        return clients[-1].__enter__()

    yield _serve
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def shared(serve: Serve) -> TestClient:
    return serve(f"{ALLOWED},{SECOND}")


def cors_headers(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


def preflight(client: TestClient, path: str, method: str, origin: str, asked: str = "content-type") -> Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": asked,
    }
    response: Response = client.options(path, headers=headers)
    return response


@pytest.mark.parametrize("origin", [ALLOWED, SECOND])
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_page_of_an_allowed_origin_may_ask_and_read_the_answer(shared: TestClient, origin: str, accept: str) -> None:
    response = shared.post("/v1/chat", json=BODY, headers={"Origin": origin, "Accept": accept})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/ask", "POST"),
        ("/v1/chat", "POST"),
        ("/v1/feedback", "POST"),
        ("/v1/feedback/some-id", "DELETE"),
        ("/v1/documents", "GET"),
        ("/v1/documents/truce", "GET"),
        ("/v1/documents/truce/text", "GET"),
    ],
)
def test_what_is_open_to_other_origins_is_open_to_the_allowed_ones_alone(
    shared: TestClient, path: str, method: str
) -> None:
    response = preflight(shared, path, method, ALLOWED)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-allow-methods"] == method
    assert "access-control-allow-credentials" not in response.headers
    refused = preflight(shared, path, method, "https://evil.example")
    assert_problem(refused, 403, "origin-not-allowed")
    assert cors_headers(refused) == {}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/v1/documents", "POST"),
        ("/v1/documents/truce", "DELETE"),
        ("/v1/ask", "DELETE"),
        ("/v1/askance", "POST"),
        ("/v1/documents/truce/text/more", "GET"),
        ("/health/ready", "GET"),
        ("/", "GET"),
    ],
)
def test_the_rest_is_open_to_no_other_origin(shared: TestClient, path: str, method: str) -> None:
    refused = preflight(shared, path, method, ALLOWED)
    assert_problem(refused, 403, "origin-not-allowed")
    assert cors_headers(refused) == {}
    response = shared.request(method, path, headers={"Origin": ALLOWED})
    assert cors_headers(response) == {}
    if method != "GET":
        assert_problem(response, 403, "origin-not-allowed")


def test_keys_may_be_sent_and_no_header_that_nobody_needs(shared: TestClient) -> None:
    granted = preflight(shared, "/v1/ask", "POST", ALLOWED, "authorization")
    assert granted.status_code == 200
    assert "Authorization" in granted.headers["access-control-allow-headers"]
    assert "*" not in str(cors_headers(granted))
    assert preflight(shared, "/v1/ask", "POST", ALLOWED, "x-more").status_code == 400


PATHS = [
    *("/", "/v1/ask", "/v1/chat", "/v1/feedback", "/v1/feedback/some-id", "/v1/documents", "/v1/documents/truce"),
    *("/v1/documents/truce/text", "/v1/suggestions", "/health/live", "/health/ready", "/openapi.json", "/docs"),
    *("/documents/truce", "/nowhere"),
]


def test_an_origin_that_resembles_an_allowed_one_gets_no_cors_headers(shared: TestClient) -> None:
    for origin in OTHERS:
        for path in PATHS:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
                refused = preflight(shared, path, method, origin)
                assert_problem(refused, 403, "origin-not-allowed")
                response = shared.request(method, path, json=BODY, headers={"Origin": origin})
                if method not in ("GET", "HEAD"):
                    assert_problem(response, 403, "origin-not-allowed")
                    assert "FOOTNOTE_ORIGINS" in response.json()["detail"]
                for each in (refused, response):
                    assert cors_headers(each) == {}, (origin, method, path)
                    assert "evil" not in each.text or path == "/docs"
        response = shared.get("/v1/documents/truce", headers={"Origin": origin})
        assert response.status_code == 200
        assert "Origin" in response.headers["vary"]


def test_two_origins_are_none(shared: TestClient) -> None:
    for pair in ((ALLOWED, "https://evil.example"), ("https://evil.example", ALLOWED), (ALLOWED, ALLOWED)):
        headers = [("Origin", origin) for origin in pair]
        response = shared.post("/v1/chat", json=BODY, headers=headers)
        assert_problem(response, 403, "origin-not-allowed")
        assert cors_headers(response) == {}
        assert cors_headers(shared.get("/v1/documents", headers=headers)) == {}


@pytest.mark.parametrize("path", ["/v1/documents/truce", "/v1/documents/truce/text"])
def test_an_allowed_origin_reads_documents_with_their_revision(shared: TestClient, path: str) -> None:
    response = shared.get(path, headers={"Origin": ALLOWED})
    assert response.headers["access-control-allow-origin"] == ALLOWED
    assert response.headers["access-control-expose-headers"] == "ETag, Retry-After, X-Request-ID"


def test_problems_can_be_read_by_an_allowed_origin_of_every_kind(
    shared: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Answer:
        raise ValueError

    headers = {"Origin": ALLOWED}
    responses = [
        shared.post("/v1/ask", json={}, headers=headers),
        shared.post("/v1/ask", content=b"{", headers={**headers, "Content-Type": "application/json"}),
        shared.post("/v1/ask", content=b" " * 4 * 1024**2, headers={**headers, "Content-Type": "application/json"}),
        shared.get("/v1/documents/none", headers=headers),
    ]
    monkeypatch.setattr(service.pipeline, "ask", fail)
    responses.append(shared.post("/v1/ask", json={"question": "q"}, headers=headers))
    assert [response.status_code for response in responses] == [422, 400, 413, 404, 500]
    for response in responses:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["access-control-allow-origin"] == ALLOWED


@pytest.mark.parametrize("origins", [None, ALLOWED])
@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("footnote.example", "http://footnote.example"),
        ("footnote.example", "https://footnote.example"),
        ("Footnote.Example:443", "https://footnote.example"),
        ("footnote.example:80", "http://footnote.example"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_services_own_pages_may_ask_under_whichever_name(
    serve: Serve, origins: str | None, host: str, origin: str
) -> None:
    response = serve(origins).post("/v1/chat", json=BODY, headers={"Host": host, "Origin": origin})
    assert response.status_code == 200
    assert cors_headers(response) == {}


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("footnote.example", "http://footnote.example:8000"),
        ("footnote.example:8000", "http://footnote.example"),
        ("footnote.example:80", "https://footnote.example"),
        ("footnote.example", "http://footnote.example.evil.example"),
        ("null", "null"),
        ("footnote.example", "http://"),
    ],
)
def test_another_port_or_name_is_another_origin(serve: Serve, host: str, origin: str) -> None:
    response = serve(None).post("/v1/chat", json=BODY, headers={"Host": host, "Origin": origin})
    assert_problem(response, 403, "origin-not-allowed")


def test_browsers_word_is_taken_for_a_page_behind_a_proxy_that_changes_the_host(serve: Serve) -> None:
    headers = {"Host": "127.0.0.1:8000", "Origin": "https://answers.example"}
    client = serve(None)
    assert client.post("/v1/chat", json=BODY, headers=headers).status_code == 403
    for site, status in (("same-origin", 200), ("same-site", 403), ("cross-site", 403), ("none", 403)):
        response = client.post("/v1/chat", json=BODY, headers={**headers, "Sec-Fetch-Site": site})
        assert response.status_code == status


def test_without_origins_nothing_speaks_of_cors_and_programs_ask_as_ever(serve: Serve) -> None:
    client = serve(None)
    response = client.post("/v1/ask", json={"question": "q"})
    assert response.status_code == 200
    assert cors_headers(response) == {}
    assert_problem(preflight(client, "/v1/ask", "POST", ALLOWED), 403, "origin-not-allowed")
