"""End to end on a real server: an empty folder, the starter documents, questions over HTTP."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end.servers import Server, footnote_command, running, serving

# A question, and words that a passage which answers it holds, in the starter documents and in the articles.
QUESTIONS = [
    ("How many active gang members are estimated in El Salvador?", ["60,000"], ["60,000"]),
    ("When did the reported talks between Bukele's government and MS-13 begin?", ["June 2019"], ["June 2019"]),
    ("What did the MS13 offer in January 2017?", ["own dissolution", "leave"], ["dismantl", "disbanding"]),
    ("Will mediators still be allowed to go into prisons?", ["could enter to work"], ["no objection"]),
    ("How many people were arrested under the state of emergency?", ["50,000"], ["50,000"]),
]
ARTICLES = Path(__file__).parents[3] / "shared" / "seeds"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("serve") / "data") as server:
        yield server


def ask(url: str, question: str) -> dict[str, Any]:
    response = httpx2.post(f"{url}/v1/ask", json={"question": question, "k": 3}, timeout=60)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_an_empty_folder_is_given_the_starter_documents_and_this_is_said(server: Server) -> None:
    assert any("is empty: ingesting the 18 starter documents" in line for line in server.said)
    assert httpx2.get(f"{server.url}/health/ready").json()["documents"] == 18


@pytest.mark.parametrize(("question", "words", "_"), QUESTIONS, ids=[question for question, _, _ in QUESTIONS])
def test_a_passage_that_answers_is_among_the_first_three(
    server: Server, question: str, words: list[str], _: list[str]
) -> None:
    answer = ask(server.url, question)
    assert answer["status"] == "answered"
    texts = [passage["text"] for passage in answer["passages"]]
    assert any(word in text for text in texts for word in words), texts


@pytest.mark.parametrize("question", ["What is the boiling point of water?", "How do I reset my password?"])
def test_what_the_documents_do_not_hold_is_not_found(server: Server, question: str) -> None:
    answer = ask(server.url, question)
    assert answer["status"] == "not_found"
    assert answer["answer"] is None
    assert len(answer["passages"]) == 3


def test_every_citation_leads_to_exactly_its_words(server: Server) -> None:
    for question, _, _ in QUESTIONS:
        answer = ask(server.url, question)
        cited = [(answer["answer"]["text"], answer["answer"]["citation"])]
        cited += [(passage["text"], passage["citation"]) for passage in answer["passages"]]
        for text, citation in cited:
            where = f"{server.url}/v1/documents/{citation['document_id']}"
            span = {"start": citation["start"], "end": citation["end"]}
            assert httpx2.get(f"{where}/text", params=span).text == text
            assert httpx2.get(where).json()["revision"] == citation["revision"]


def test_no_answer_tells_what_the_service_is_made_of(server: Server) -> None:
    assert "server" not in httpx2.get(f"{server.url}/health/live").headers


def test_the_same_question_gets_the_same_answer(server: Server) -> None:
    first, second = (ask(server.url, "Who was the mediator of the truce?") for _ in range(2))
    first.pop("timing_ms")
    second.pop("timing_ms")
    assert first == second


@pytest.mark.parametrize("signal_number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_asked_to_stop_exits_with_zero(tmp_path: Path, signal_number: int) -> None:
    with serving(tmp_path / "data", "--no-starter") as server:
        assert httpx2.get(f"{server.url}/health/ready").json()["documents"] == 0
        answer = ask(server.url, "Is anything here?")
        assert answer["status"] == "not_found"
        assert answer["passages"] == []
        assert server.stop(signal_number) == 0


def test_a_server_whose_index_takes_too_long_ends_in_time(tmp_path: Path) -> None:
    code = """
import sys, threading
import service.http.server as server
from service.cli import main
from service.retrieval.library import Library
server.STOP_S = 1.0
server.CLOSE_S = 0
Library.refresh = lambda self: threading.Event().wait()
sys.argv = ["footnote", "serve", "--port", "0", "--no-starter", "--data", sys.argv[1]]
main()
"""
    with running([sys.executable, "-c", code, str(tmp_path / "data")], os.environ) as server:
        assert httpx2.get(f"{server.url}/health/ready").status_code == 200
        assert server.stop() == 0


def test_documents_ingested_by_another_process_are_answered_from(tmp_path: Path) -> None:
    data = tmp_path / "data"
    document = tmp_path / "lighthouse.txt"
    document.write_text("The lighthouse keeper\n\nMarta lit the lamp of the old lighthouse at six every evening.")
    with serving(data, "--no-starter") as server:
        ran = subprocess.run(
            [*footnote_command(), "ingest", str(document), "--data", str(data)], capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        for _ in range(600):
            answer = ask(server.url, "When did Marta light the lamp?")
            if answer["generation"] == 1:
                break
        assert answer["answer"]["text"] == "Marta lit the lamp of the old lighthouse at six every evening."


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the folder of real articles is not beside this repository")
def test_real_articles_are_taken_as_they_are_and_answer(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ran = subprocess.run(
        [*footnote_command(), "ingest", str(ARTICLES), "--data", str(data)], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert "Documents: 5 added (" in ran.stdout
    with serving(data) as server:
        assert not any("starter" in line for line in server.said)
        for question, _, words in QUESTIONS:
            texts = [passage["text"] for passage in ask(server.url, question)["passages"]]
            assert any(word in text for text in texts for word in words), (question, texts)
    ran = subprocess.run([*footnote_command(), "verify", "--data", str(data)], capture_output=True, text=True)
    assert ran.stdout.endswith("everything is intact.\n")
