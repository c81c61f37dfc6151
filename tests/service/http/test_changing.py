"""`POST /v1/documents` and `DELETE /v1/documents/{id}`."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from corpus.readers import reader_version
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.http.app import build_app
from service.http.state import Service
from service.ingest.change_queue import clean_name
from service.ingest.ingester import Ingester
from service.retrieval.fingerprints import fingerprint
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.verify import problems
from tests.service.http.test_problems import assert_problem

KEY, SECOND = "the-first-key-of-the-operator", "the-second-key-of-the-operator"
AUTHORIZED = {"Authorization": f"Bearer {KEY}"}
PEACE = b"# Peace\n\nThe peace talks began in the year 1992."


@pytest.fixture
def administered(service: Service) -> Iterator[TestClient]:
    settings = service.settings.model_copy(update={"admin_keys": SecretStr(f"{KEY}, {SECOND}")})
    app = build_app(dataclasses.replace(service, settings=settings))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def send(client: TestClient, *files: tuple[str, bytes], headers: dict[str, str] | None = None) -> Response:
    parts = [("files", (name, data)) for name, data in files]
    response: Response = client.post("/v1/documents", files=parts, headers=AUTHORIZED if headers is None else headers)
    return response


def outcomes(response: Response) -> list[tuple[str, str]]:
    assert response.status_code == 200
    return [(file["name"], file["outcome"]) for file in response.json()["files"]]


def test_an_uploaded_file_can_be_asked_about_at_once(administered: TestClient) -> None:
    response = send(administered, ("peace.md", PEACE))
    [file] = response.json()["files"]
    assert file == {"name": "peace.md", "outcome": "added", "documents": ["peace"], "reasons": [], "notes": []}
    asked = administered.post("/v1/ask", json={"question": "When did the peace talks begin?", "k": 100}).json()
    assert asked["generation"] == response.json()["generation"]
    assert "peace" in {passage["citation"]["document_id"] for passage in asked["passages"]}


def test_an_upload_is_encoded_as_the_store_is_by_then(
    service: Service, store: Store, settings: Settings, tiny_encoder: Encoder, tiny_model: Path
) -> None:
    """Another process has re-encoded the store in another precision, and the service has not looked yet."""
    other = Encoder(str(tiny_model), "bfloat16")
    library = Library(settings, tiny_encoder, load=lambda _: other)
    given = settings.model_copy(update={"admin_keys": SecretStr(KEY), "refresh_seconds": 60})
    with TestClient(build_app(Service(given, library, Pipeline(library, given)))) as client:
        Ingester(store, lambda: other, settings).reindex(NoProgress())
        assert outcomes(send(client, ("peace.md", PEACE))) == [("peace.md", "added")]
        assert client.get("/health/ready").json()["documents"] == 3
    with store.view() as view:
        assert view.fingerprint == fingerprint(other, settings)
        assert list(problems(view, NoProgress())) == []


def test_the_same_name_replaces_and_the_same_bytes_change_nothing(administered: TestClient) -> None:
    send(administered, ("peace.md", PEACE))
    assert outcomes(send(administered, ("peace.md", PEACE))) == [("peace.md", "unchanged")]
    assert outcomes(send(administered, ("peace.md", PEACE + b" More."))) == [("peace.md", "replaced")]
    assert administered.get("/v1/documents/peace/text").text.endswith("More.")
    assert len(administered.get("/v1/documents").json()["documents"]) == 3


def test_an_upload_whose_reader_has_changed_is_read_again(administered: TestClient, store: Store) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.reading.reply_checks.reader_version", lambda media_type: 1)
        send(administered, ("peace.md", PEACE))
    for _ in range(2):
        assert outcomes(send(administered, ("peace.md", PEACE))) == [("peace.md", "unchanged")]
        with store.view() as view:
            assert view.document("peace").reader_version == reader_version("text/markdown") > 1


def test_each_file_is_answered_for_and_a_bad_one_costs_only_itself(administered: TestClient, service: Service) -> None:
    response = send(administered, ("a.md", PEACE), ("b.txt", b"\0"), ("c.exe", b"MZ"), ("d.md", PEACE + b" D."))
    assert outcomes(response) == [("a.md", "added"), ("b.txt", "refused"), ("c.exe", "refused"), ("d.md", "added")]
    reasons = [file["reasons"] for file in response.json()["files"]]
    assert ["binary" in reason for reason in reasons[1]] == [True]
    assert reasons[0] == reasons[3] == []
    with View(service.settings.data) as view:
        assert list(problems(view, NoProgress())) == []


def test_a_name_that_comes_twice_is_refused_twice(administered: TestClient) -> None:
    response = send(administered, ("a.md", PEACE), ("x/a.md", b"# Other\n\nText."))
    assert outcomes(response) == [("a.md", "refused"), ("a.md", "refused")]
    assert "the same name" in response.json()["files"][0]["reasons"][0]


@pytest.mark.parametrize(
    ("sent", "cleaned"),
    [
        ("notes.md", "notes.md"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.md", "notes.md"),
        (".hidden.md", "hidden.md"),
        ("a\nb\x1b[2J.md", "ab[2J.md"),
        ("/", ""),
        ("..", ""),
        ("x" * 300 + ".md", "x" * 197 + ".md"),
    ],
)
def test_a_name_loses_what_could_do_harm(sent: str, cleaned: str) -> None:
    assert clean_name(sent) == cleaned


def test_a_file_larger_than_files_on_disk_may_be_is_refused(
    administered: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.ingest.change_queue.MAX_SOURCE_BYTES", 1000)
    response = send(administered, ("big.md", b"x" * 1001), ("small.md", PEACE))
    assert outcomes(response) == [("big.md", "refused"), ("small.md", "added")]


@pytest.mark.parametrize("says_its_length", [True, False])
def test_more_than_may_be_sent_at_once_is_refused(service: Service, says_its_length: bool) -> None:
    settings = service.settings.model_copy(update={"admin_keys": SecretStr(KEY), "upload_mebibytes": 1})
    boundary = b"--b\r\nContent-Disposition: form-data; name=files; filename=a.md\r\n\r\n"
    body = [boundary, *[b"x" * 1024] * 1025, b"\r\n--b--\r\n"]
    headers = {**AUTHORIZED, "Content-Type": "multipart/form-data; boundary=b"}
    content: Any = b"".join(body) if says_its_length else iter(body)
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        refused = client.post("/v1/documents", content=content, headers=headers)
        assert_problem(refused, 413, "too-large")
        assert (
            refused.json()["detail"]
            == "The upload is too large; at most 1 MiB are allowed. Send fewer files at a time."
        )
        assert outcomes(send(client, ("peace.md", PEACE))) == [("peace.md", "added")]


@pytest.mark.parametrize(
    ("content", "kind", "status", "name"),
    [
        (b"{}", "application/json", 415, "not-a-form"),
        (b"nonsense", "multipart/form-data", 400, "invalid-form"),
        (b"nonsense", "multipart/form-data; boundary=b", 400, "invalid-form"),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 422, "no-files"),
        (
            b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\ntext\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
            422,
            "no-files",
        ),
    ],
)
def test_what_is_no_form_with_files_is_refused(
    administered: TestClient, content: bytes, kind: str, status: int, name: str
) -> None:
    response = administered.post("/v1/documents", content=content, headers={**AUTHORIZED, "Content-Type": kind})
    assert_problem(response, status, name)


def test_too_many_files_are_refused(administered: TestClient) -> None:
    assert_problem(send(administered, *[(f"{at}.md", PEACE) for at in range(101)]), 400, "invalid-form")


def test_a_document_is_removed_with_all_that_was_made_of_it(administered: TestClient, service: Service) -> None:
    response = administered.delete("/v1/documents/truce", headers=AUTHORIZED)
    assert response.json() == {"removed": "truce", "generation": 2}
    assert_problem(administered.get("/v1/documents/truce"), 404, "unknown-document")
    asked = administered.post("/v1/ask", json={"question": "When did the truce begin?", "k": 100}).json()
    assert {passage["citation"]["document_id"] for passage in asked["passages"]} <= {"prison"}
    assert_problem(administered.delete("/v1/documents/truce", headers=AUTHORIZED), 404, "unknown-document")


# Keys


def changes(client: TestClient, headers: dict[str, str]) -> list[Response]:
    return [send(client, ("a.md", PEACE), headers=headers), client.delete("/v1/documents/truce", headers=headers)]


def test_without_a_key_set_nobody_changes_documents_and_the_setting_is_named(client: TestClient) -> None:
    for response in changes(client, AUTHORIZED):
        assert_problem(response, 403, "admin-key-not-set")
        assert "FOOTNOTE_ADMIN_KEYS" in response.json()["detail"]


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", "Bearer \xe9"]
)
def test_a_wrong_key_changes_nothing(administered: TestClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1").decode("latin-1")}
    raw: Any = {name: value.encode("latin-1") for name, value in headers.items()}
    for response in changes(administered, raw):
        assert_problem(response, 401, "admin-key-required")
        assert response.headers["www-authenticate"] == "Bearer"
    assert administered.get("/v1/documents/truce").status_code == 200


def test_each_of_several_keys_is_taken(administered: TestClient) -> None:
    headers = {"Authorization": f"bearer {SECOND}"}
    assert administered.delete("/v1/documents/truce", headers=headers).status_code == 200


def test_a_wrong_key_is_refused_before_the_body_is_read(administered: TestClient) -> None:
    def body() -> Iterator[bytes]:
        yield b"--b\r\n"
        yield b"nonsense"

    response = administered.post("/v1/documents", content=body(), headers={"Content-Type": "text/plain"})
    assert_problem(response, 401, "admin-key-required")


def test_a_key_is_shown_nowhere(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    settings = service.settings.model_copy(update={"admin_keys": SecretStr(KEY)})
    with TestClient(build_app(dataclasses.replace(service, settings=settings))) as client:
        told = [response.text for response in changes(client, {"Authorization": f"Bearer {KEY[:-1]}"})]
        told.append(client.get("/openapi.json").text)
    assert KEY not in " ".join([*told, caplog.text, repr(settings), str(settings)])


def test_an_upload_that_is_read_in_part_is_not_called_refused(administered: TestClient) -> None:
    rows = b"id,text,published\nb6,The wheel turns.,soon\nb7,The saw,cuts.,x\nb8,It rests.,2011-07-02\n"
    [file] = send(administered, ("mill.csv", rows)).json()["files"]
    assert (file["outcome"], len(file["documents"])) == ("added", 2)
    assert file["reasons"] == ["line 3 has 4 cells, not 3; put texts with the delimiter in quotes"]
    assert file["notes"] == ["'published' in line 2 must be a date such as 2017-01-19; it was ignored"]


def test_advice_on_uploads_names_no_options_of_the_command_line(administered: TestClient) -> None:
    files = (("old.txt", "Él llegó.".encode("cp1252")), ("mill.csv", b"id,words\n1,One\n"))
    received = send(administered, *files).json()["files"]
    assert [file["outcome"] for file in received] == ["refused", "refused"]
    assert not [reason for file in received for reason in file["reasons"] if "--" in reason]
