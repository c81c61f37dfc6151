"""Security headers of every response."""

import pytest
from fastapi.testclient import TestClient

from service.http.app import build_app
from service.http.middleware.security_headers import SECURITY_HEADERS
from service.http.state import Service

POLICY = "Content-Security-Policy"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health/live", 200),
        ("GET", "/v1/documents", 200),
        ("GET", "/v1/documents/truce/text", 200),
        ("GET", "/v1/documents/nothing", 404),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs/static/swagger-ui.css", 200),
        ("GET", "/docs/static/nothing", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/v1/ask", 405),
        ("POST", "/v1/ask", 415),
        ("DELETE", "/v1/documents/truce", 403),
    ],
)
def test_every_response_says_that_browsers_shall_do_nothing_with_it(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_an_error_of_ours_has_them_too(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(service.pipeline), "ask", fail)
    with TestClient(build_app(service), raise_server_exceptions=False) as client:
        response = client.post("/v1/ask", json={"question": "When?"})
    assert response.status_code == 500
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("path", ["/", "/docs", "/documents/truce"])
def test_pages_run_no_script_but_their_own(client: TestClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    policy = dict(part.partition(" ")[::2] for part in response.headers[POLICY].split("; "))
    assert response.status_code == 200
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert {name: response.headers.get(name) for name in SECURITY_HEADERS if name != POLICY} == {
        name: value for name, value in SECURITY_HEADERS.items() if name != POLICY
    }


def test_the_widget_may_be_loaded_by_any_site(client: TestClient) -> None:
    assert client.get("/widget.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
