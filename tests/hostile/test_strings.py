"""Hostile texts through every field of every route: used as they are or refused, never repeated by error or log."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from service.http.state import Service
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.upkeep.feedback import Feedback
from tests.hostile.strings import HOSTILE, MARKER
from tests.service.http.routes.test_feedback import OLD
from tests.service.http.test_problems import assert_problem

QUESTION = "When did the truce begin?"
NAMES = [
    *("one space", "white space of every kind", "invisible", "nul", "all of c0", "a terminal's commands"),
    *("a name turned around", "zalgo", "headers", "a script", "a format of python's", "one long word", "an option"),
    *("a way up", "a way up in windows", "a way up, encoded", "an absolute path", "a drive", "a share"),
    *("a device", "a stream", "a home"),
]
"""Those that could do harm as the name of a file."""

PROBLEM = re.compile(r"urn:footnote:problem:([a-z-]+)")


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What strangers send is no news to the operator."""
    yield
    records = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.getMessage() for record in records] == []
    assert not any(MARKER in record.getMessage() for record in caplog.records)


def assert_refused(response: Response, what: str) -> None:
    """Check that a response is a 4xx problem that repeats nothing of the request."""
    assert 400 <= response.status_code < 500, (what, response.status_code, response.text)
    [name] = PROBLEM.findall(response.json()["type"])
    assert_problem(response, response.status_code, name)
    assert MARKER not in response.text, what


def test_as_a_question_each_is_answered_from_the_documents_or_refused_as_empty(client: TestClient) -> None:
    for what, text in HOSTILE.items():
        response = client.post("/v1/ask", json={"question": text})
        if not text.strip():
            assert_refused(response, what)
            continue
        assert response.status_code == 200, (what, response.text)
        answer = response.json()
        assert answer["question"] == text.strip(), what
        for passage in answer["passages"]:
            cited = passage["citation"]
            words = client.get(
                f"/v1/documents/{cited['document_id']}/text", params={"start": cited["start"], "end": cited["end"]}
            )
            assert words.text == passage["text"], what


def test_as_a_conversation_each_is_answered_whole_and_as_events(client: TestClient) -> None:
    for what, text in HOSTILE.items():
        turns = [{"role": "user", "content": text}, {"role": "assistant", "content": text}]
        messages = [*turns, {"role": "user", "content": QUESTION}]
        assert client.post("/v1/chat", json={"messages": messages}).status_code == 200, what
        if text.strip():
            body = {"messages": [*turns, {"role": "user", "content": text}]}
            stream = client.post("/v1/chat", json=body, headers={"Accept": "text/event-stream"})
            events = [part.split("\n") for part in stream.text.strip("\n").split("\n\n")]
            assert {lines[0] for lines in events} <= {"event: answer", "event: passage", "event: done"}, what
            assert all(len(lines) == 3 for lines in events), what
            assert json.loads(events[0][1].removeprefix("data: "))["question"] == text.strip(), what


def test_as_a_filter_none_matches_more_than_it_says(client: TestClient) -> None:
    for what, text in HOSTILE.items():
        for field in ("publisher", "document_id", "language", "tag"):
            response = client.post("/v1/ask", json={"question": QUESTION, "filters": {field: [text[:1000]]}})
            assert response.status_code == 200, (what, field, response.text)
            assert response.json()["passages"] == [], (what, field)


def test_where_something_else_is_wanted_each_is_refused(client: TestClient) -> None:
    for what, text in HOSTILE.items():
        for body in (
            {"k": text},
            {"context": text},
            {"history": text},
            {"history": [text]},
            {"history": [{"role": text, "content": ""}]},
            {"filters": text},
            {"filters": {"publisher": text}},
            {"filters": {"published": {"gte": text}}},
            {"filters": {text: [text]}},
            {text: text},
        ):
            assert_refused(client.post("/v1/ask", json={"question": QUESTION, **body}), what)
        for wrong in (text.encode(), json.dumps(text).encode(), json.dumps([text]).encode()):
            assert_refused(client.post("/v1/ask", content=wrong, headers={"Content-Type": "application/json"}), what)
        typed: Any = {"Content-Type": header(text)}
        assert_refused(client.post("/v1/ask", content=b'{"question": "q"}', headers=typed), what)


def test_in_an_address_each_leads_nowhere(client: TestClient, key: dict[str, str]) -> None:
    before = client.get("/v1/documents").json()
    for what, text in HOSTILE.items():
        name = quote(text, safe="")
        for path in ("/v1/documents/{}", "/v1/documents/{}/text", "/documents/{}", "/web/{}", "/docs/static/{}", "/{}"):
            response = client.get(path.format(name), headers={"Accept": "application/json"})
            if text.strip("./") and response.status_code != 200:  # the others are the folder's own address
                assert_refused(response, f"{what} in {path}")
            assert response.status_code < 500
        for path in ("/v1/documents/{}", "/v1/feedback/{}"):
            response = client.delete(path.format(name), headers=key)
            assert_refused(response, f"{what} in DELETE {path}")
    assert client.get("/v1/documents").json() == before


def test_in_a_query_each_is_refused_or_finds_the_documents_after_it(client: TestClient) -> None:
    for what, text in HOSTILE.items():
        listed = client.get("/v1/documents", params={"cursor": text})
        if listed.status_code == 200:
            assert all(document["id"] > text for document in listed.json()["documents"]), what
        else:
            assert_refused(listed, what)
        if text.strip() != "1":
            assert_refused(client.get("/v1/documents", params={"limit": text}), what)
            assert_refused(client.get("/v1/documents/truce/text", params={"start": text, "end": 5}), what)


def test_in_a_header_none_does_harm(client: TestClient, key: dict[str, str]) -> None:
    names = ("Accept", "Cookie", "If-None-Match", "Range", "Referer", "User-Agent", "X-Forwarded-For", "X-Request-Id")
    for what, text in HOSTILE.items():
        value = header(text)
        everywhere: Any = dict.fromkeys(names, value)
        for path in ("/v1/documents/truce", "/v1/documents/truce/text", "/", "/documents/truce", "/widget.js"):
            response = client.get(path, headers=everywhere)
            assert response.status_code in (200, 304), (what, path)
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", response.headers.pop("X-Request-ID")), (what, path)
            assert MARKER not in str(response.headers), (what, path)
        response = client.post("/v1/chat", json={"messages": [{"role": "user", "content": "q"}]}, headers=everywhere)
        assert response.status_code == 200, what
        for other in ("Origin", "Authorization"):
            named: Any = {other: value}
            assert_refused(client.delete("/v1/documents/truce", headers=named), f"{what} in {other}")


def test_as_feedback_each_is_kept_word_for_word(client: TestClient, administered: Service) -> None:
    sent = []
    for what, text in HOSTILE.items():
        rating = {
            "question": text,
            "history": [{"role": "user", "content": text}],
            "status": "answered",
            "rating": "up",
            "passage": {"document_id": "truce", "revision": OLD, "start": 0, "end": len(text), "text": text},
        }
        for field in ("document_id", "revision"):
            wrong = {**rating, "question": "q", "passage": {**rating["passage"], field: text}}  # type: ignore[dict-item]
            assert_refused(client.post("/v1/feedback", json=wrong), what)
        for field in ("status", "rating", "generation", "passage"):
            assert_refused(client.post("/v1/feedback", json={**rating, "question": "q", field: text}), what)
        response = client.post("/v1/feedback", json=rating)
        if text.strip():
            assert response.status_code == 201, (what, response.text)
            sent.append(text)
        else:
            assert_refused(response, what)
    kept = [json.loads(rating.entry) for rating in Feedback(administered.settings.data, 1).ratings()]
    assert [entry["question"] for entry in kept] == [text.strip() for text in sent]
    assert [entry["passage"]["text"] for entry in kept] == sent
    assert [entry["history"][0]["content"] for entry in kept] == sent


def test_as_an_uploaded_file_each_is_stored_word_for_word_under_a_harmless_name(
    client: TestClient, key: dict[str, str], administered: Service, tmp_path: Path
) -> None:
    lying = sorted(tmp_path.rglob("*"))
    texts = list(HOSTILE.values())
    contents = ["\n\n".join([f"Text {at}.", *texts[at :: len(NAMES)]]) for at in range(len(NAMES))]
    parts = [
        ("files", (f"{HOSTILE[what]}-{at}.txt", content.encode()))
        for at, (what, content) in enumerate(zip(NAMES, contents, strict=True))
    ]
    response = client.post("/v1/documents", files=parts, headers=key)
    assert response.status_code == 200, response.text
    for what, file, content in zip(NAMES, response.json()["files"], contents, strict=True):
        assert file["name"].isprintable(), what
        assert not set(file["name"]) & set("/\\"), what
        if "\0" in content:
            assert (file["outcome"], file["documents"]) == ("refused", []), what
            assert "binary" in file["reasons"][0]
            continue
        assert file["outcome"] == "added", (what, file)
        [identifier] = file["documents"]
        assert re.fullmatch(r"[\w.-]+", identifier), (what, identifier)
        stored = client.get(f"/v1/documents/{quote(identifier)}/text").content.decode()
        assert stored == content.replace("\r\n", "\n").replace("\r", "\n"), what
    asked = client.post("/v1/ask", json={"question": QUESTION, "k": 100})
    assert asked.status_code == 200
    made = {path for path in tmp_path.rglob("*") if path not in lying}
    assert all(path.is_relative_to(administered.settings.data) for path in made)


def test_as_the_name_of_a_form_its_fields_or_their_types_none_matters(client: TestClient, key: dict[str, str]) -> None:
    for at, what in enumerate(NAMES):
        text = HOSTILE[what]
        quoted = text.encode().translate(None, b'\0\r\n"')
        head = b'--b\r\nContent-Disposition: form-data; name="' + quoted + b'"; filename="'
        body = (
            head + str(at).encode() + b'.md"\r\nContent-Type: ' + header(text) + b"\r\n\r\n# T\n\nWords.\r\n--b--\r\n"
        )
        headers = {**key, "Content-Type": "multipart/form-data; boundary=b"}
        response = client.post("/v1/documents", content=body, headers=headers)
        assert response.status_code in (200, 400), (what, response.text)
        if response.status_code == 400:
            assert_refused(response, what)
        bound: Any = {**key, "Content-Type": b'multipart/form-data; boundary="' + quoted + b'"'}
        assert_refused(client.post("/v1/documents", content=body, headers=bound), what)


def test_as_the_name_of_a_file_on_disk_each_is_read(ingester: Ingester, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    for at, text in enumerate(HOSTILE.values()):
        name = text.replace("/", "_").replace("\0", "").encode()[:200].decode(errors="ignore").lstrip(".")
        (folder / f"{at}{name}.md").write_text(f"The words of number {at}.")
    summary = ingester.ingest([folder], NoProgress())
    assert summary.refused == []
    assert len(summary.added) == len(HOSTILE)


def header(text: str) -> bytes:
    """A text as the value of a header, as far as HTTP can carry it."""
    return bytes(byte for byte in text.encode() if byte >= 0x20 and byte != 0x7F).strip()
