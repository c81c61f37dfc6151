"""HEAD requests."""

import pytest
from fastapi.testclient import TestClient

from service.http.app import build_app
from service.http.state import Service

PAGES = ("/", "/widget.js", "/documents/none")
ROUTES = ("/health/live", "/health/ready", "/v1/documents", "/openapi.json", "/v1/none")


@pytest.mark.parametrize("path", PAGES + ROUTES)
def test_head_is_answered_as_get_without_a_body(service: Service, path: str) -> None:
    with TestClient(build_app(service)) as client:
        got, head = client.get(path), client.head(path)

    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers.get("content-length") == got.headers.get("content-length")


def test_an_address_that_has_no_get_has_no_head(service: Service) -> None:
    with TestClient(build_app(service)) as client:
        answered = client.head("/v1/ask")

    assert (answered.status_code, answered.headers["allow"]) == (405, "POST")
