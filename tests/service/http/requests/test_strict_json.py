"""JSON that not everybody reads alike, or that costs more than it says, is refused in a sentence."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.http.problems import ProblemError
from service.http.requests.strict_json import MAX_DEPTH, MAX_DIGITS, strict_json
from tests.service.http.test_problems import assert_problem

JSON = {"Content-Type": "application/json"}
ROUTES = ["/v1/ask", "/v1/chat", "/v1/feedback"]
OTHER_TYPES = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "application/jsonx",
    "text/json",
    "application/",
    "json",
    "\xff",
    "text/plain; application/json",
]

REFUSED: list[tuple[str, bytes, str]] = [
    ("cut off", b'{"question": "marker', "line 1, column 14"),
    ("a second line", b'{"question":\n  marker}', "line 2, column 3"),
    ("two values", b'{"question": "marker"} {"question": "q"}', "line 1, column 24"),
    ("single quotes", b"{'question': 'marker'}", "line 1, column 2"),
    ("a comma too much", b'{"question": "marker",}', "column"),
    ("a comment", b'{"question": "marker" /* ? */}', "column"),
    ("a newline in a text", b'{"question": "mar\nker"}', "column"),
    ("a duplicate key", b'{"question": "q", "question": "marker"}', "a duplicate key"),
    ("a key twice further in", b'{"question": "q", "filters": {"tag": [], "t\\u0061g": ["marker"]}}', "duplicate"),
    ("nan", b'{"question": "q", "k": NaN}', "NaN"),
    ("infinity", b'{"question": "q", "k": -Infinity}', "NaN and Infinity"),
    ("beyond floats", b'{"question": "q", "k": 1e999}', "too large"),
    ("beyond negative floats", b'{"question": "q", "k": -1e999}', "too large"),
    ("thousands of digits", b'{"question": "q", "k": 1' + 5000 * b"0" + b"}", f"more than {MAX_DIGITS} digits"),
    ("more digits than python reads", b'{"k": ' + 2_000_000 * b"9" + b"}", f"more than {MAX_DIGITS} digits"),
    ("lists in lists", b'{"question": ' + 17 * b"[" + 17 * b"]" + b"}", f"{MAX_DEPTH} levels deep"),
    ("objects in objects", 20 * b'{"question": ' + b'"marker"' + 20 * b"}", f"{MAX_DEPTH} levels deep"),
    ("deeper than python goes", 1_000_000 * b"[", f"{MAX_DEPTH} levels deep"),
    ("objects deeper than python goes", 200_000 * b'{"a":', f"{MAX_DEPTH} levels deep"),
    ("latin-1", '{"question": "año"}'.encode("latin-1"), "UTF-8 (byte 16)"),
    ("half a character", b'{"question": "\xf0\x9f"}', "UTF-8"),
    ("a surrogate in bytes", b'{"question": "\xed\xa0\x80"}', "UTF-8"),
    ("an overlong slash", b'{"question": "\xc0\xaf"}', "UTF-8"),
    ("utf-16", '{"question": "marker"}'.encode("utf-16"), "UTF-8"),
    ("utf-16 without a mark", '{"question": "marker"}'.encode("utf-16-le"), "column 2"),
    ("a byte order mark", b'\xef\xbb\xbf{"question": "marker"}', "byte order mark"),
    ("white space", b" \r\n\t ", "empty"),
]


@pytest.mark.parametrize(("body", "said"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_no_json_for_everybody_is_refused_in_a_sentence(body: bytes, said: str) -> None:
    with pytest.raises(ProblemError) as refused:
        strict_json(body)
    assert (refused.value.status_code, refused.value.name) == (400, "invalid-json")
    assert said in refused.value.detail
    assert "marker" not in refused.value.detail


def test_every_route_refuses_it(client: TestClient) -> None:
    for path in ROUTES:
        for what, body, said in REFUSED:
            response = client.post(path, content=body, headers=JSON)
            assert_problem(response, 400, "invalid-json")
            assert said in response.json()["detail"], (path, what)
            assert "marker" not in response.text


def test_another_type_than_json_is_refused_by_its_header(client: TestClient) -> None:
    for path in ROUTES:
        for kind in OTHER_TYPES:
            headers: Any = {"Content-Type": kind.encode("latin-1")} if kind else {}
            response = client.post(path, content=b'{"question": "marker"}', headers=headers)
            assert_problem(response, 415, "not-json")
            assert "application/json" in response.json()["detail"]


def test_json_by_any_of_its_names_is_taken(client: TestClient) -> None:
    for kind in ("application/json", "Application/JSON; charset=utf-8", "application/ld+json"):
        response = client.post("/v1/ask", content=b'{"question": "q"}', headers={"Content-Type": kind})
        assert response.status_code == 200


HALF = '"\\ud800"'
BODIES = {
    "/question": '{"question": %s}',
    "/history/0/content": '{"question": "q", "history": [{"role": "user", "content": %s}]}',
    "/history/0/role": '{"question": "q", "history": [{"role": %s, "content": ""}]}',
    "/filters/publisher/0": '{"question": "q", "filters": {"publisher": [%s]}}',
    "/filters/published/gte": '{"question": "q", "filters": {"published": {"gte": %s}}}',
    "/k": '{"question": "q", "k": %s}',
    "/context": '{"question": "q", "context": %s}',
    "": '{"question": "q", %s: 1}',
    "/filters": '{"question": "q", "filters": {%s: 1}}',
}


def test_half_a_surrogate_pair_is_refused_wherever_it_stands(client: TestClient) -> None:
    for pointer, body in BODIES.items():
        response = client.post("/v1/ask", content=body % HALF, headers=JSON)
        assert_problem(response, 422, "invalid-request")
        assert pointer in [error["pointer"] for error in response.json()["errors"]]


def test_a_whole_pair_is_the_character_that_it_stands_for(client: TestClient) -> None:
    response = client.post("/v1/ask", content=b'{"question": "\\ud83d\\udd4a?"}', headers=JSON)
    assert response.json()["question"] == "🕊?"


def test_a_date_is_written_as_a_date(client: TestClient) -> None:
    values: list[object] = [
        0,
        "1485000000",
        "2017-01-19T00:00:00",
        "19.01.2017",
        "٢٠١٧-٠١-١٩",
        "2017-02-30",
        True,
        [],
        1.5,
    ]
    for value in values:
        response = client.post("/v1/ask", json={"question": "q", "filters": {"published": {"lt": value}}})
        assert_problem(response, 422, "invalid-request")
        [error] = response.json()["errors"]
        assert error == {"pointer": "/filters/published/lt", "detail": "This must be a date such as 2017-01-19."}


@pytest.mark.parametrize(
    "value", [None, True, 0, -1, 1.5, 10**MAX_DIGITS - 1, "", "🕊\0\u2028", [], {}, [[1], {"a": [2]}], {"": {"é": None}}]
)
def test_all_other_json_is_read_as_ever(value: object) -> None:
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


def test_the_depth_that_is_allowed_is_exact() -> None:
    assert strict_json(MAX_DEPTH * b"[" + MAX_DEPTH * b"]")
    assert strict_json(b"[" + 1000 * b'{"a": "[[[[[[[[[[[[[[[[[["},' + b"1]")  # brackets in texts go nowhere
    for brackets in (b"[]", b"{}"):
        inner = brackets[:1] if brackets == b"[]" else b'{"a":'
        with pytest.raises(ProblemError, match="deep"):
            strict_json(MAX_DEPTH * inner + brackets + MAX_DEPTH * brackets[1:])
