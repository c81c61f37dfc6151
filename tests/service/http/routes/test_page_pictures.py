"""`GET /v1/documents/{id}/pages/{number}.png`."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from corpus.store.originals import Originals
from service.http.app import build_app
from service.http.state import Service
from service.settings import Settings
from tests.corpus.readers.files import pdf
from tests.service.http.test_problems import assert_problem

PAGE = "/v1/documents/report/pages/{}.png"
KEY = "a-key-of-those-who-may-ask"


def with_settings(service: Service, **changes: Any) -> Service:
    return dataclasses.replace(service, settings=service.settings.model_copy(update=changes))


@pytest.fixture
def client(report: Service) -> Iterator[TestClient]:
    with TestClient(build_app(report), raise_server_exceptions=False) as client:
        yield client


def test_a_page_is_a_picture_with_the_words_marked(client: TestClient) -> None:
    text = client.get("/v1/documents/report/text").text
    start = text.index("Second")
    plain = client.get(PAGE.format(2))
    marked = client.get(PAGE.format(2), params={"start": start, "end": start + 6})
    assert (plain.status_code, marked.status_code) == (200, 200)
    assert marked.headers["content-type"] == "image/png"
    assert marked.content.startswith(b"\x89PNG")
    assert marked.content != plain.content
    assert client.get(PAGE.format(1), params={"start": start, "end": start + 6}).content == (
        client.get(PAGE.format(1)).content
    )


def test_a_span_over_two_pages_is_marked_on_both(client: TestClient) -> None:
    span = {"start": 4, "end": client.get("/v1/documents/report").json()["characters"] - 4}
    for number in (1, 2):
        assert client.get(PAGE.format(number), params=span).content != client.get(PAGE.format(number)).content


def test_a_client_that_has_the_picture_does_not_get_it_again(client: TestClient) -> None:
    tag = client.get(PAGE.format(1), params={"start": 0, "end": 3}).headers["etag"]
    again = client.get(PAGE.format(1), params={"start": 0, "end": 3}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(PAGE.format(1), params={"start": 0, "end": 4}, headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_the_record_says_whether_there_are_pictures(client: TestClient, report: Service) -> None:
    assert client.get("/v1/documents/report").json()["has_page_pictures"] is True
    assert client.get("/v1/documents/truce").json()["has_page_pictures"] is False
    with TestClient(build_app(with_settings(report, originals=False))) as without:
        assert without.get("/v1/documents/report").json()["has_page_pictures"] is False
        assert_problem(without.get(PAGE.format(1)), 404, "no-picture")


def test_a_document_without_an_original_or_pages_has_no_picture(client: TestClient, settings: Settings) -> None:
    assert_problem(client.get("/v1/documents/truce/pages/1.png"), 404, "unknown-page")
    assert_problem(client.get(PAGE.format(3)), 404, "unknown-page")
    assert_problem(client.get("/v1/documents/nobody/pages/1.png"), 404, "unknown-document")
    originals = Originals(settings.data)
    originals.remove(originals.digests()[0])
    response = client.get(PAGE.format(1))
    assert_problem(response, 404, "no-picture")
    assert response.json()["detail"] == "The service does not keep the original of this document."


def test_a_damaged_original_is_not_shown(client: TestClient, settings: Settings) -> None:
    originals = Originals(settings.data)
    [digest] = originals.digests()
    (originals.folder / digest).write_bytes(pdf([["Other words."]]))
    assert_problem(client.get(PAGE.format(1)), 503, "store-damaged")


@pytest.mark.parametrize(
    ("number", "params"),
    [(0, {}), ("x", {}), (1, {"start": 5, "end": 4}), (1, {"end": 10**9}), (1, {"start": -1}), (1, {"start": 2**70})],
)
def test_a_page_or_span_out_of_bounds_is_refused(client: TestClient, number: object, params: dict[str, int]) -> None:
    response = client.get(PAGE.format(number), params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_a_picture_needs_the_key_that_the_text_needs(report: Service) -> None:
    with TestClient(build_app(with_settings(report, ask_keys=SecretStr(KEY)))) as client:
        assert client.get(PAGE.format(1)).status_code == 401
        assert client.get(PAGE.format(1), headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
