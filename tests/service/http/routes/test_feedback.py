"""`POST /v1/feedback` and `DELETE /v1/feedback/{id}`."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from eval.sets.feedback import Rating
from service.http.app import build_app
from service.http.state import Service
from service.upkeep.feedback import FEEDBACK_NAME, Feedback
from tests.service.http.routes.test_ask import ask
from tests.service.http.test_problems import assert_problem

OLD = "sha256:" + "0" * 64
NOT_FOUND = {"question": "Who won?", "status": "not_found", "rating": "up", "passage": None}


@pytest.fixture
def rating(client: TestClient) -> dict[str, Any]:
    """Of the first passage, as a page sends it."""
    answer = ask(client)
    return rating_of(answer)


def rating_of(answer: dict[str, Any]) -> dict[str, Any]:
    """A thumb up for an answer's first passage, as a page sends it."""
    first = answer["passages"][0]
    return {
        "question": answer["question"],
        "history": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": ""}],
        "status": answer["status"],
        "rating": "up",
        "passage": {
            **{name: first["citation"][name] for name in ("document_id", "revision", "start", "end")},
            "text": first["text"],
            "highlight": first["highlights"][0],
        },
        "generation": answer["generation"],
    }


@pytest.fixture
def kept(service: Service) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [json.loads(rating.entry) for rating in Feedback(service.settings.data, 1).ratings()]


Kept = Callable[[], list[dict[str, Any]]]


def test_a_rating_is_kept_as_the_evaluation_reads_it(client: TestClient, rating: dict[str, Any], kept: Kept) -> None:
    response = client.post("/v1/feedback", json=rating)
    assert response.status_code == 201
    assert set(response.json()) == {"id"}
    [entry] = kept()
    Rating.model_validate(entry)
    assert entry.pop("at").endswith("Z")
    assert entry == {**rating, "history": rating["history"][:1]}  # a turn that says nothing helps nobody


@pytest.mark.parametrize("status", ["uncertain", "not_found"])
def test_an_answer_that_claims_nothing_can_be_rated(client: TestClient, kept: Kept, status: str) -> None:
    assert client.post("/v1/feedback", json={**NOT_FOUND, "status": status}).status_code == 201
    [entry] = kept()
    Rating.model_validate(entry)
    assert (entry["status"], entry["passage"], entry["history"]) == (status, None, [])


def test_a_passage_of_an_uncertain_answer_can_be_rated(client: TestClient, rating: dict[str, Any], kept: Kept) -> None:
    assert client.post("/v1/feedback", json={**rating, "status": "uncertain"}).status_code == 201
    [entry] = kept()
    Rating.model_validate(entry)
    assert (entry["status"], entry["passage"]) == ("uncertain", rating["passage"])


def test_words_that_were_left_out_are_the_documents_own(client: TestClient, rating: dict[str, Any], kept: Kept) -> None:
    text = rating["passage"].pop("text")
    del rating["passage"]["highlight"], rating["generation"], rating["history"]
    assert client.post("/v1/feedback", json=rating).status_code == 201
    [entry] = kept()
    Rating.model_validate(entry)
    assert entry["passage"]["text"] == text


def test_a_passage_of_an_earlier_revision_is_kept_with_the_words_sent(
    client: TestClient, rating: dict[str, Any], kept: Kept
) -> None:
    rating["passage"] |= {"revision": OLD, "start": 100_000, "end": 100_003, "text": "old", "highlight": None}
    assert client.post("/v1/feedback", json=rating).status_code == 201
    assert kept()[0]["passage"]["text"] == "old"


def test_of_a_long_conversation_the_last_turns_are_kept(client: TestClient, rating: dict[str, Any], kept: Kept) -> None:
    rating["history"] = [{"role": "user", "content": f"{number} " + "x" * 2000} for number in range(50)]
    assert client.post("/v1/feedback", json=rating).status_code == 201
    assert [turn["content"].partition(" ")[0] for turn in kept()[0]["history"]] == ["47", "48", "49"]


def test_a_rating_is_withdrawn_once_with_its_id(client: TestClient, rating: dict[str, Any], kept: Kept) -> None:
    identifiers = [client.post("/v1/feedback", json=rating).json()["id"] for _ in range(2)]
    assert identifiers[0] != identifiers[1]
    assert client.delete(f"/v1/feedback/{identifiers[0]}").json() == {"id": identifiers[0]}
    assert len(kept()) == 1
    for identifier in (identifiers[0], "guessed", "%27%20OR%201=1"):
        assert_problem(client.delete(f"/v1/feedback/{identifier}"), 404, "unknown-feedback")
    assert len(kept()) == 1


def test_asking_keeps_nothing(client: TestClient, service: Service) -> None:
    ask(client)
    client.post("/v1/chat", json={"messages": [{"role": "user", "content": "marker"}]})
    assert not (service.settings.data / FEEDBACK_NAME).exists()


@pytest.mark.parametrize(
    ("change", "pointer", "detail"),
    [
        ({"question": ""}, "/question", "This text is empty; it needs at least 1 character."),
        ({"question": " "}, "/question", "The question is empty: ask something."),
        ({"status": "maybe"}, "/status", "This must be 'answered', 'uncertain' or 'not_found'."),
        ({"rating": "sideways"}, "/rating", "This must be 'up' or 'down'."),
        ({"rating": 5}, "/rating", "This must be 'up' or 'down'."),
        ({"generation": -1}, "/generation", "This must be at least 0."),
        ({"history": [{"role": "tool", "content": "x"}]}, "/history/0/role", "This must be 'user' or 'assistant'."),
        ({"passage": None}, "/passage", "This can be null only if 'status' is not 'answered'."),
        ({"passage": []}, "/passage", "This must be an object."),
        (
            {"user": "Ana"},
            "",
            "This has an unknown field. Known fields: question, history, status, rating, passage, generation.",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    client: TestClient, rating: dict[str, Any], kept: Kept, change: dict[str, Any], pointer: str, detail: str
) -> None:
    response = client.post("/v1/feedback", json={**rating, "status": "answered", **change})
    assert_problem(response, 422, "invalid-request")
    assert response.json()["errors"] == [{"pointer": pointer, "detail": detail}]
    assert kept() == []


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"document_id": "nothing"}, "document_id", "There is no document with this id."),
        ({"document_id": "x" * 201}, "document_id", "This text is too long; at most 200 characters are allowed."),
        ({"revision": "sha256:x"}, "revision", "This does not have the form that it has in an answer."),
        ({"start": -1}, "start", "This must be at least 0."),
        ({"start": 10**30}, "start", "This must be at most 9007199254740992."),
        ({"start": 7, "end": 7}, "end", "'end' must be greater than 'start', by at most 20,000 characters."),
        ({"start": 0, "end": 20_001}, "end", "'end' must be greater than 'start', by at most 20,000 characters."),
        (
            {"text": "not so long"},
            "text",
            "This must have 'end' - 'start' characters (code points).",
        ),
        (
            {"start": 0, "end": 4, "text": "What", "highlight": None},
            "text",
            "This differs from the document's text from 'start' to 'end'.",
        ),
        (
            {"start": 9990, "end": 9994, "text": "What", "highlight": None},
            "end",
            "This is after the document's end.",
        ),
        (
            {"highlight": {"start": 5, "end": 5}},
            "highlight",
            "This must be within the passage, 'start' before 'end'.",
        ),
        (
            {"highlight": {"start": 0, "end": 10_000}},
            "highlight",
            "This must be within the passage, 'start' before 'end'.",
        ),
    ],
)
def test_a_passage_that_is_none_of_the_documents_is_refused(
    client: TestClient, rating: dict[str, Any], kept: Kept, change: dict[str, Any], field: str, detail: str
) -> None:
    response = client.post("/v1/feedback", json={**rating, "passage": {**rating["passage"], **change}})
    assert_problem(response, 422, "invalid-request")
    assert response.json()["errors"] == [{"pointer": f"/passage/{field}", "detail": detail}]
    assert kept() == []


def test_a_megabyte_is_refused(client: TestClient, rating: dict[str, Any], kept: Kept) -> None:
    for change in ({"question": "x" * 10**6}, {"history": [{"role": "user", "content": "x" * 10**6}]}):
        assert_problem(client.post("/v1/feedback", json={**rating, **change}), 422, "invalid-request")
    long = {**rating["passage"], "text": "x" * 10**6}
    assert_problem(client.post("/v1/feedback", json={**rating, "passage": long}), 422, "invalid-request")
    body = json.dumps({**rating, "question": "x" * 4 * 10**6}).encode()
    response = client.post("/v1/feedback", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 413, "too-large")
    assert kept() == []


def test_feedback_that_is_off_is_not_taken_and_can_be_taken_back(
    client: TestClient, service: Service, rating: dict[str, Any], kept: Kept
) -> None:
    identifier = client.post("/v1/feedback", json=rating).json()["id"]
    settings = service.settings.model_copy(update={"feedback": False})
    off = TestClient(build_app(dataclasses.replace(service, settings=settings)))
    response = off.post("/v1/feedback", json=rating)
    assert_problem(response, 403, "feedback-off")
    assert "FOOTNOTE_FEEDBACK" in response.json()["detail"]
    assert off.delete(f"/v1/feedback/{identifier}").status_code == 200
    assert kept() == []


def test_feedback_that_is_full_is_refused_and_answers_go_on(
    service: Service, rating: dict[str, Any], kept: Kept
) -> None:
    settings = service.settings.model_copy(update={"feedback_limit": 1})
    client = TestClient(build_app(dataclasses.replace(service, settings=settings)))
    first = client.post("/v1/feedback", json=rating).json()["id"]
    assert_problem(client.post("/v1/feedback", json=rating), 503, "feedback-full")
    assert ask(client)["passages"]
    client.delete(f"/v1/feedback/{first}")
    assert client.post("/v1/feedback", json=rating).status_code == 201
    assert len(kept()) == 1


def test_a_damaged_feedback_file_harms_no_answer(
    client: TestClient, service: Service, rating: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    (service.settings.data / FEEDBACK_NAME).write_bytes(b"x" * 5000)
    assert_problem(client.post("/v1/feedback", json=rating), 503, "feedback-unavailable")
    assert_problem(client.delete("/v1/feedback/some-id"), 503, "feedback-unavailable")
    assert FEEDBACK_NAME in caplog.text  # the message names the file
    assert ask(client)["passages"]
    assert client.get("/health/ready").status_code == 200
