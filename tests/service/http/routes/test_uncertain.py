"""Uncertain answers: sent to the clients that accept them, and `not_found` with the same passages to the others."""

import dataclasses
from typing import Any, get_args

import pytest
from fastapi.testclient import TestClient

from service.answering.answer import Answer, Reason
from service.http.state import Service
from tests.service.http.routes.test_ask import ask
from tests.service.http.routes.test_chat import TALK, chat, timeless
from tests.service.http.test_events import stream

ACCEPTING: dict[str, Any] = {"accept": ["uncertain"]}
REASONS = get_args(Reason)


def answer_as_uncertain(service: Service, monkeypatch: pytest.MonkeyPatch, reason: Reason = "doubt") -> None:
    """Let the pipeline answer every question with its passages, and claim nothing."""
    answered = service.pipeline.ask

    def doubting(question: str, **more: Any) -> Answer:
        answer = answered(question, **more)
        return dataclasses.replace(answer, status="uncertain", reason=reason, answer=None)

    monkeypatch.setattr(service.pipeline, "ask", doubting)


def parts(events: list[Any]) -> dict[str, Any]:
    """The answer that was sent as events."""
    return {**events[0].data, "passages": [event.data for event in events[1:-1]]}


@pytest.mark.parametrize("reason", REASONS)
def test_a_client_that_accepts_uncertain_answers_gets_them_with_their_reason(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch, reason: Reason
) -> None:
    answer_as_uncertain(service, monkeypatch, reason)
    for answer in (ask(client, **ACCEPTING), chat(client, **ACCEPTING), parts(stream(client, **ACCEPTING))):
        assert (answer["status"], answer["reason"], answer["answer"]) == ("uncertain", reason, None)
        assert answer["passages"][0]["highlights"]


@pytest.mark.parametrize("more", [{}, {"accept": []}])
def test_other_clients_get_not_found_with_the_same_passages(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    answer_as_uncertain(service, monkeypatch)
    as_it_is, plain = chat(client, **ACCEPTING), chat(client, **more)
    assert timeless(plain) == {**timeless(as_it_is), "status": "not_found", "reason": None}
    assert timeless(parts(stream(client, **more))) == timeless(plain)
    asked = ask(client, TALK[-1]["content"], history=TALK[:-1], **more)
    assert timeless(asked) == timeless(plain)


def test_accepting_uncertain_answers_changes_no_other_answer(client: TestClient) -> None:
    assert timeless(ask(client, **ACCEPTING)) == timeless(ask(client))
    nothing: dict[str, Any] = {"filters": {"document_id": ["none"]}}
    assert timeless(ask(client, **ACCEPTING, **nothing)) == timeless(ask(client, **nothing))


def test_the_openapi_document_names_the_statuses_that_can_be_accepted(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for request in ("AskRequest", "ChatRequest"):
        field = schemas[request]["properties"]["accept"]
        assert field["items"] == {"type": "string", "const": "uncertain"}
        assert field["examples"] == [["uncertain"]]
    assert schemas["Answer"]["properties"]["status"]["enum"] == ["answered", "uncertain", "not_found"]
