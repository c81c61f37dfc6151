"""`GET /v1/suggestions`: questions that the documents answer, or none."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.answering.suggestions import STARTER_QUESTIONS
from service.http.app import build_app
from service.http.state import Service
from service.ingest.ingester import Ingester
from service.opening import make_pipeline
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.service.conftest import Write, settings_for_long

SUGGESTED_ANSWERS = ["a mediator of the 2012 truce", "Thursday 12 June", "its own dissolution", "60,000 active"]


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory, default_encoder: Encoder) -> Iterator[TestClient]:
    """A service over the starter documents."""
    settings = settings_for_long(data=tmp_path_factory.mktemp("starter"))
    with Store(settings.data, create=True) as store:
        Ingester(store, lambda: default_encoder, settings).ingest_starter(NoProgress())
    yield from serving(settings, default_encoder)


def serving(settings: Settings, encoder: Encoder) -> Iterator[TestClient]:
    library = Library(settings, encoder)
    with TestClient(build_app(Service(settings, library, make_pipeline(settings, library)))) as client:
        yield client


def test_what_is_suggested_of_the_starter_documents_they_answer_from_the_document_named(starter: TestClient) -> None:
    assert starter.get("/v1/suggestions").json() == {"questions": list(STARTER_QUESTIONS)}

    for (question, document), words in zip(STARTER_QUESTIONS.items(), SUGGESTED_ANSWERS, strict=True):
        answer = starter.post("/v1/ask", json={"question": question}).json()
        assert answer["confidence"]["level"] in ("high", "very_high"), question
        assert words in answer["answer"]["text"]
        assert answer["answer"]["citation"]["document_id"] == document


def test_nothing_is_suggested_of_documents_that_nobody_has_asked(client: TestClient) -> None:
    assert client.get("/v1/suggestions").json() == {"questions": []}


def test_one_document_of_ones_own_ends_the_suggestions(
    store: Store, ingester: Ingester, settings: Settings, tiny_encoder: Encoder, write: Write, quiet: NoProgress
) -> None:
    ingester.ingest_starter(quiet)
    store.remove("raul-mijango-mediation")
    for client in serving(settings, tiny_encoder):
        assert client.get("/v1/suggestions").json() == {"questions": list(STARTER_QUESTIONS)[1:]}

    ingester.ingest([write("own.md", "Our own words.")], quiet)
    for client in serving(settings, tiny_encoder):
        assert client.get("/v1/suggestions").json() == {"questions": []}


@pytest.mark.parametrize(("given", "questions"), [("When? | Who met whom? |", ["When?", "Who met whom?"]), ("", [])])
def test_the_operators_own_questions_are_suggested_whatever_the_documents(
    store: Store, settings: Settings, tiny_encoder: Encoder, given: str, questions: list[str]
) -> None:
    for client in serving(settings.model_copy(update={"suggested_questions": given}), tiny_encoder):
        assert client.get("/v1/suggestions").json() == {"questions": questions}
