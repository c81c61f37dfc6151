"""`GET /v1/documents…`."""

import pytest
from fastapi.testclient import TestClient


def test_documents_are_listed_in_order_of_their_ids(client: TestClient) -> None:
    listed = client.get("/v1/documents").json()
    assert [document["id"] for document in listed["documents"]] == ["prison", "truce"]
    assert listed["next_cursor"] is None


def test_pages_follow_each_other_by_cursor(client: TestClient) -> None:
    first = client.get("/v1/documents", params={"limit": 1}).json()
    assert [document["id"] for document in first["documents"]] == ["prison"]
    second = client.get("/v1/documents", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [document["id"] for document in second["documents"]] == ["truce"]
    assert second["next_cursor"] is None


def test_a_record_tells_the_metadata_and_no_path(client: TestClient) -> None:
    response = client.get("/v1/documents/truce")
    record = response.json()
    assert record["title"] == "The truce"
    assert record["tags"] == ["truce"]
    assert record["passages"] >= 2
    assert record["revision"].startswith("sha256:")
    assert "files/" not in response.text
    assert "source" not in record


def test_a_record_has_the_values_that_filters_compare(client: TestClient) -> None:
    extra = client.get("/v1/documents/truce").json()["extra"]
    assert extra == {"region": ["north", 7], "year": 2014, "signed": "2014-05-01", "draft": False, "año": "2014"}
    filters = {"extra": {name: value if isinstance(value, list) else [value] for name, value in extra.items()}}
    answer = client.post("/v1/ask", json={"question": "When did the truce begin?", "filters": filters}).json()
    assert {passage["citation"]["document_id"] for passage in answer["passages"]} == {"truce"}
    assert client.get("/v1/documents/prison").json()["extra"] == {}


def test_the_canonical_text_is_given_whole_and_in_part(client: TestClient) -> None:
    response = client.get("/v1/documents/truce/text")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("# How it began\n")
    assert "title: The truce" not in response.text
    dove = response.text.index("🕊")
    part = client.get("/v1/documents/truce/text", params={"start": dove, "end": dove + 1})
    assert part.text == "🕊"


@pytest.mark.parametrize("path", ["/v1/documents/nobody", "/v1/documents/nobody/text", "/v1/documents/..%2f..%2fetc"])
def test_an_unknown_document_is_not_found(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert "nobody" not in response.text


@pytest.mark.parametrize(
    "params", [{"start": 5, "end": 4}, {"start": 0, "end": 10**9}, {"start": -1}, {"end": "x"}, {"start": 2**70}]
)
def test_a_span_outside_the_text_is_refused(client: TestClient, params: dict[str, str | int]) -> None:
    response = client.get("/v1/documents/truce/text", params=params)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 10_000}, {"limit": "many"}, {"cursor": "x" * 1000}])
def test_a_page_out_of_bounds_is_refused(client: TestClient, params: dict[str, str | int]) -> None:
    response = client.get("/v1/documents", params=params)
    assert response.status_code == 422
    name = next(iter(params))
    assert response.json()["errors"][0]["pointer"] == f"/{name}"
