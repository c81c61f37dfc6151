"""`POST /v1/ask`: the contract's object, held to the documents."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.answering.ranking.deduplication import CLOSE_SCORES

ODD = [
    "?",
    "x",
    "the of and",
    "who was it that did what to whom",
    "ზავი როდის დაიწყო",
    "停戦はいつ始まりましたか",
    "🕊",
    "quetzal feather trade",
    "a " * 500,
    "When did the truce begin? " * 75,
    "\u0000x",
    "\u0001\u0007\u001b[31m\u007f",
    "' OR 1=1 --",
    'text:* AND "',
    "\u202e",
]


def ask(client: TestClient, question: str = "When did the truce begin?", **more: object) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def text_of(client: TestClient, citation: dict[str, Any]) -> str:
    where = f"/v1/documents/{citation['document_id']}/text"
    return client.get(where, params={"start": citation["start"], "end": citation["end"]}).text


def test_the_answer_has_exactly_the_fields_of_the_contract(client: TestClient) -> None:
    answer = ask(client)
    assert set(answer) == {
        "question",
        "status",
        "reason",
        "confidence",
        "answer",
        "passages",
        "interpretation",
        "generation",
        "timing_ms",
    }
    assert set(answer["confidence"]) == {"level", "probability", "passage_probability"}
    assert set(answer["answer"]) == {"text", "citation", "reply_to"}
    assert set(answer["timing_ms"]) == {"total", "encode", "retrieve", "rerank", "read"}
    passage = answer["passages"][0]
    assert set(passage) == {"id", "rank", "score", "text", "highlights", "citation", "also_found_in"}
    assert set(passage["citation"]) == {
        "document_id",
        "revision",
        "title",
        "publisher",
        "authors",
        "published",
        "language",
        "url",
        "page",
        "section",
        "start",
        "end",
        "href",
        "source_href",
        "speaker",
        "place",
        "recognised",
    }


def test_every_word_shown_stands_where_its_citation_says(client: TestClient) -> None:
    answer = ask(client, k=100)
    assert len(answer["passages"]) >= 4
    for passage in answer["passages"]:
        citation = passage["citation"]
        assert text_of(client, citation) == passage["text"]
        assert citation["href"] == f"/documents/{citation['document_id']}#char={citation['start']},{citation['end']}"
        for highlight in passage["highlights"]:
            assert 0 <= highlight["start"] < highlight["end"] <= len(passage["text"])
    assert text_of(client, answer["answer"]["citation"]) == answer["answer"]["text"]


def test_the_answer_is_the_first_passages_highlight(client: TestClient) -> None:
    answer = ask(client)
    first = answer["passages"][0]
    span = first["highlights"][0]
    assert answer["answer"]["text"] == first["text"][span["start"] : span["end"]]
    assert answer["answer"]["citation"]["start"] == first["citation"]["start"] + span["start"]


def test_the_citation_carries_the_documents_own_metadata(client: TestClient) -> None:
    answer = ask(client, filters={"document_id": ["truce"]})
    citation = answer["passages"][0]["citation"]
    assert citation["title"] == "The truce"
    assert citation["publisher"] == "Example Press"
    assert citation["authors"] == ["Ana Ruiz"]
    assert citation["published"] == "2017-01-19"
    assert citation["language"] == "en"
    assert citation["url"] == "https://example.org/truce"
    assert citation["section"] in ("How it began", "How it ended")
    assert citation["revision"] == client.get("/v1/documents/truce").json()["revision"]


def test_ranks_count_from_one_and_scores_fall_but_for_what_makes_room(client: TestClient) -> None:
    passages = ask(client, k=100)["passages"]
    assert [passage["rank"] for passage in passages] == list(range(1, len(passages) + 1))
    scores = [passage["score"] for passage in passages]
    assert all(later <= score + CLOSE_SCORES for at, score in enumerate(scores) for later in scores[at:])


def test_k_bounds_the_number_of_passages(client: TestClient) -> None:
    assert len(ask(client, k=1)["passages"]) == 1
    assert len(ask(client, k=2)["passages"]) == 2


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"document_id": ["prison"]}, {"prison"}),
        ({"publisher": ["Example Press"]}, {"truce"}),
        ({"language": ["en"]}, {"truce", "prison"}),  # said by one, detected in the other
        ({"language": ["es"]}, set()),
        ({"tag": ["truce", "bread"]}, {"truce"}),
        ({"tag": ["Truce"]}, set()),
        ({"tag": ["truce"], "language": ["es"]}, set()),
        ({"published": {"gte": "2016-01-01", "lt": "2018-01-01"}}, {"truce"}),
        ({"published": {"gte": "2018-01-01"}}, set()),
        ({"publisher": ["Example Press"], "document_id": ["prison"]}, set()),
        ({"extra": {"region": ["north"], "year": {"gte": 2014}}}, {"truce"}),
        ({"extra": {"signed": {"gte": "2014-05-01", "lt": "2014-05-02"}, "draft": [False]}}, {"truce"}),
        ({"extra": {"año": ["2014"]}}, {"truce"}),
        ({"extra": {"año": [2014]}}, set()),
        ({"extra": {"draft": [0]}}, set()),
        ({"extra": {"unknown": ["north"]}}, set()),
        ({"extra": {"region": ["north"]}, "document_id": ["prison"]}, set()),
        ({}, {"truce", "prison"}),
    ],
)
def test_filters_are_exact(client: TestClient, filters: dict[str, object], ids: set[str]) -> None:
    answer = ask(client, k=100, filters=filters)
    assert {passage["citation"]["document_id"] for passage in answer["passages"]} == ids
    if not ids:
        assert answer["status"] == "not_found"
        assert answer["answer"] is None


def test_no_probability_is_given_before_it_is_calibrated(client: TestClient) -> None:
    confidence = ask(client)["confidence"]
    assert confidence["probability"] is None
    assert confidence["level"] in ("medium", "low")


def test_the_generation_is_the_stores(client: TestClient) -> None:
    assert ask(client)["generation"] == client.get("/health/ready").json()["generation"]


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "/question", "This field is required."),
        ({"question": ""}, "/question", "This text is empty; it needs at least 1 character."),
        ({"question": " \n\t"}, "/question", "The question is empty: ask something."),
        ({"question": "x" * 100_000}, "/question", "This text is too long; at most 2,000 characters are allowed."),
        ({"question": 7}, "/question", "This must be a string."),
        ({"question": "q", "k": 0}, "/k", "This must be at least 1."),
        ({"question": "q", "k": 10_000}, "/k", "This must be at most 100."),
        ({"question": "q", "k": 1.5}, "/k", "This must be a whole number."),
        ({"question": "q", "k": "3"}, "/k", "This must be a whole number."),
        ({"question": "q", "k": True}, "/k", "This must be a whole number."),
        (
            {"question": "q", "kk": 1},
            "",
            "This has an unknown field. Known fields: question, history, k, filters, context, accept, "
            "at_least_generation.",
        ),
        (
            {"question": "q", "filters": {"secret": 1}},
            "/filters",
            "This has an unknown field. Known fields: document_id, extra, publisher, published, language, tag.",
        ),
        (
            {"question": "q", "filters": {"published": {"before": 1}}},
            "/filters/published",
            "This has an unknown field. Known fields: gte, lt.",
        ),
        ({"question": "q", "filters": {"publisher": "one"}}, "/filters/publisher", "This must be a list."),
        ({"question": "q", "filters": {"tag": "one"}}, "/filters/tag", "This must be a list."),
        (
            {"question": "q", "filters": {"tag": [""]}},
            "/filters/tag/0",
            "This text is empty; it needs at least 1 character.",
        ),
        ({"question": "q", "filters": []}, "/filters", "This must be an object."),
        (
            {"question": "q", "filters": {"published": {"gte": "soon"}}},
            "/filters/published/gte",
            "This must be a date such as 2017-01-19.",
        ),
        (
            {"question": "q", "filters": {"published": {"gte": "2018-01-01", "lt": "2017-01-01"}}},
            "/filters/published",
            "No date lies in this range: 'gte' must be before 'lt'.",
        ),
        (
            {"question": "q", "filters": {"extra": {"year": {"gte": "soon"}}}},
            "/filters/extra/year/gte",
            "This must be a number, or a date such as 2017-01-19.",
        ),
        (
            {"question": "q", "filters": {"document_id": ["x"] * 101}},
            "/filters/document_id",
            "There are too many values; at most 100 are allowed.",
        ),
        ({"question": "q", "accept": ["maybe"]}, "/accept/0", "This must be 'uncertain'."),
        ({"question": "q", "accept": "uncertain"}, "/accept", "This must be a list."),
        (
            {"question": "q", "accept": ["uncertain"] * 11},
            "/accept",
            "There are too many values; at most 10 are allowed.",
        ),
        ([], "", "This must be an object."),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    client: TestClient, body: object, pointer: str, detail: str
) -> None:
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"] == [{"pointer": pointer, "detail": detail}]


def test_an_unknown_field_hides_no_other_error(client: TestClient) -> None:
    body = {"question": "q", "k": 0, "z": 1, "zz": 2, "filters": {"tag": "one", "secret": 1}}
    errors = client.post("/v1/ask", json=body).json()["errors"]
    assert sorted(error["pointer"] for error in errors) == ["", "/filters", "/filters/tag", "/k"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (rb'{"question": "\ud800"}', "/question"),
        (rb'{"question": "q", "filters": {"tag": ["\udc00"]}}', "/filters/tag/0"),
        (rb'{"question": "q", "filters": {"extra": {"a": ["\udc00"]}}}', "/filters/extra/a/0"),
        (rb'{"question": "q", "filters": {"extra": {"\ud800": ["a"]}}}', "/filters/extra"),
        (rb'{"question": "q", "filters": {"\ud800": []}}', "/filters"),
        (rb'{"question": "q", "\ud800": []}', ""),
    ],
)
def test_a_lone_surrogate_is_refused(client: TestClient, body: bytes, pointer: str) -> None:
    response = client.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"question": "q"', b"question=q"])
def test_malformed_json_is_a_bad_request(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"
    if body:
        assert response.status_code == 400
        assert response.json()["detail"].startswith("The body is not valid JSON. ")


@pytest.mark.parametrize("question", ODD)
def test_odd_questions_get_an_answer_like_any_other(client: TestClient, question: str) -> None:
    answer = ask(client, question, k=100)
    assert answer["status"] in ("answered", "not_found")
    cited = [c for passage in answer["passages"] for c in (passage["citation"], *passage["also_found_in"])]
    assert {citation["document_id"] for citation in cited} == {"truce", "prison"}
    for passage in answer["passages"]:
        assert text_of(client, passage["citation"]) == passage["text"]


@pytest.mark.parametrize("question", ODD)
def test_odd_questions_of_documents_that_no_filter_allows_find_nothing(client: TestClient, question: str) -> None:
    answer = ask(client, question, filters={"publisher": ["nobody"]})
    assert (answer["status"], answer["answer"], answer["passages"]) == ("not_found", None, [])
    assert answer["confidence"] == {"level": "low", "probability": None, "passage_probability": None}
