"""Every error is problem+json, says what is wrong, and tells nothing it should not."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from corpus import errors
from corpus.store.database import DATABASE_NAME
from service.http.app import build_app
from service.http.state import Service
from tests.corpus.samples import count_up


def assert_problem(response: Response, status: int, name: str) -> None:
    """The shape of every error of every route."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail"} <= set(problem) <= {"type", "title", "status", "detail", "errors"}
    assert problem["type"] == f"urn:footnote:problem:{name}"
    assert problem["status"] == status
    assert problem["detail"].endswith((".", "'errors'."))
    for leak in ("Traceback", "/tmp", "site-packages", "sqlite"):  # noqa: S108 - looked for, not used
        assert leak not in response.text


def test_an_unknown_address_is_a_problem(client: TestClient) -> None:
    assert_problem(client.get("/nothing/here"), 404, "not-found")


def test_an_unknown_file_of_the_documentation_is_a_problem(client: TestClient) -> None:
    assert_problem(client.get("/docs/static/nothing.js"), 404, "not-found")


def test_a_wrong_method_is_a_problem_that_names_the_right_one(client: TestClient) -> None:
    response = client.put("/v1/ask", json={})
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/documents", "GET, POST"),
        ("/v1/documents/truce", "DELETE, GET"),
        ("/documents/truce", "GET, HEAD"),
        ("/docs/static/swagger-ui.css", "GET, HEAD"),
    ],
)
def test_all_methods_of_an_address_are_named_whichever_route_takes_them(
    client: TestClient, path: str, methods: str
) -> None:
    response = client.patch(path)
    assert_problem(response, 405, "method-not-allowed")
    assert response.headers["allow"] == methods


def test_nothing_that_was_sent_is_repeated(client: TestClient) -> None:
    for body in ({"question": "q", "marker": "marker"}, {"question": ["marker"]}, {"question": "q", "k": "marker"}):
        assert "marker" not in client.post("/v1/ask", json=body).text


def test_a_damaged_passage_is_reported_and_never_answered_from(client: TestClient, service: Service) -> None:
    with sqlite3.connect(service.settings.data / DATABASE_NAME) as connection:
        connection.execute("UPDATE documents SET text = CAST(replace(CAST(text AS TEXT), '2012', '2013') AS BLOB)")
        count_up(connection)
    connection.close()
    service.library.refresh()
    response = client.post("/v1/ask", json={"question": "When did the truce begin?", "k": 100})
    assert_problem(response, 503, "store-damaged")
    assert "2013" not in response.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.StoreBusyError("secret"), 503),
        (errors.StoreError("secret"), 503),
        (errors.EncoderMismatchError("secret"), 503),
        (errors.EncoderError("secret"), 503),
        (errors.InputError("secret"), 422),
        (ValueError("secret"), 500),
    ],
)
def test_errors_inside_tell_their_kind_and_no_more(service: Service, error: Exception, status: int) -> None:
    app = build_app(service)

    def fail() -> None:
        raise error

    app.add_api_route("/fail", fail)
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/fail")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


@pytest.fixture
def openapi(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def test_the_openapi_document_knows_our_problems_and_not_fastapis_own(openapi: dict[str, Any]) -> None:
    assert "HTTPValidationError" not in str(openapi)
    assert "Problem" in openapi["components"]["schemas"]
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert set(response["content"]) == {"application/problem+json"}, (path, method, status)


def test_every_reference_of_the_openapi_document_leads_somewhere(openapi: dict[str, Any]) -> None:
    def references(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for part in value.values():
                yield from references(part)
        elif isinstance(value, list):
            for part in value:
                yield from references(part)

    found = set(references(openapi))
    assert found
    for reference in found:
        part = openapi
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def test_the_documentation_page_asks_nothing_of_other_hosts(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    assert client.get("/docs/static/swagger-ui-bundle.js").status_code == 200
