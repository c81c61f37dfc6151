import asyncio
import dataclasses
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus.errors import SettingsError, StoreError
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.ingest.ingester import Ingester
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.stores import open_store, open_view, require_local
from tests.postgres_server import Server
from tests.reliability.clients import Connection, posted
from tests.reliability.servers import KEY, Place

QUESTIONS = ["Who was Raúl Mijango?", "When did the truce begin?", "homicides in 2015", "What is a quasar?"]


def answers(settings: Settings, encoder: Encoder) -> list[dict[str, object]]:
    """Answers from the starter documents, before and after one of them is removed, without their timing."""
    with open_store(settings, create=True) as store:
        assert not Ingester(store, lambda: encoder, settings).ingest_starter(NoProgress()).stopped
        library = Library(settings, encoder)
        try:
            pipeline = Pipeline(library, settings)
            found = [pipeline.ask(question) for question in QUESTIONS]
            with store.view() as view:
                generation = store.remove(view.document_ids()[0])
            library.refresh()
            found += [pipeline.ask(question) for question in QUESTIONS]
        finally:
            library.close()
    assert found[-1].generation == generation
    kept = []
    for each in found:
        fields = dataclasses.asdict(each)
        del fields["timing_ms"]
        kept.append(fields)
    return kept


def without_times(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_times(each) for name, each in value.items() if name != "ingested_at"}
    if isinstance(value, (list, tuple)):
        return [without_times(each) for each in value]
    return value


def test_answers_from_the_starter_documents_are_those_of_the_local_store(
    tmp_path: Path, postgres_uri: str, default_encoder: Encoder
) -> None:
    local = answers(Settings(data=tmp_path / "local"), default_encoder)
    shared = answers(Settings(data=tmp_path / "node", store=SecretStr(postgres_uri)), default_encoder)
    assert without_times(shared) == without_times(local)
    assert not (tmp_path / "node" / "footnote.db").exists()


def test_the_address_can_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("postgresql://a:secret@b/c\n")
    settings = Settings(data=tmp_path, store_file=file)
    assert settings.store_uri == "postgresql://a:secret@b/c"
    with pytest.raises(SettingsError, match="both set"):
        _ = Settings(data=tmp_path, store_file=file, store=SecretStr("postgresql://x/y")).store_uri
    file.unlink()
    with pytest.raises(SettingsError, match="cannot be read"):
        _ = settings.store_uri


def test_the_address_is_never_shown(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, store=SecretStr("postgresql://a:secret@127.0.0.1:1/c"))
    assert "secret" not in repr(settings)
    with pytest.raises(StoreError) as refused:
        open_view(settings)
    assert "secret" not in str(refused.value)


def test_a_store_in_postgresql_needs_psycopg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="footnote-qa\\[postgres\\]"):
        open_view(Settings(data=tmp_path, store=SecretStr("postgresql://a:secret@b/c")))


def test_commands_on_sqlites_file_are_refused(tmp_path: Path) -> None:
    require_local(Settings(data=tmp_path), "backup", "Use pg_dump.")
    with pytest.raises(SettingsError, match=r"does not work on a store in PostgreSQL\. Use pg_dump\."):
        require_local(Settings(data=tmp_path, store=SecretStr("postgresql://a@b/c")), "backup", "Use pg_dump.")


def test_a_service_goes_on_when_the_server_is_back(
    tmp_path: Path, postgres_server: Server, postgres_uri: str, tiny_model: Path, exports: Path
) -> None:
    settings = {
        "FOOTNOTE_STORE": postgres_uri,
        "FOOTNOTE_ENCODER": str(tiny_model),
        "FOOTNOTE_EXPORTS": str(exports),
        "FOOTNOTE_PASSAGE_TOKENS": "40",
        "FOOTNOTE_TITLE_TOKENS": "8",
        "FOOTNOTE_READER": "off",
        "FOOTNOTE_REFRESH_SECONDS": "0.2",
    }
    place = Place(tmp_path, settings)
    (tmp_path / "note.txt").write_text("Truce\n\nThe truce began in March 2012.")
    assert place.command("ingest", str(tmp_path / "note.txt")).returncode == 0
    for workers in ("1", "2"):
        with place.serving(FOOTNOTE_WORKERS=workers) as server:
            assert asyncio.run(_asked(server.port)) == 200
            assert asyncio.run(_uploaded(server.port, f"later-{workers}.txt")) == 200
            postgres_server.stop("immediate")
            assert asyncio.run(_asked(server.port)) != 200
            postgres_server.start()
            give_up = time.monotonic() + 30
            right = 0
            while right < 8:
                right = right + 1 if asyncio.run(_asked(server.port)) == 200 else 0
                assert time.monotonic() < give_up, server.said()[-2000:]
            assert "Traceback" not in server.said()
            assert server.stop()[0] == 0


async def _asked(port: int) -> int:
    connection = Connection(port)
    try:
        return (await connection.ask("When did the truce begin?")).status
    finally:
        connection.close()


async def _uploaded(port: int, name: str) -> int:
    connection = Connection(port)
    body, headers = posted(name, "Later\n\nA later document about the lake.")
    try:
        return (
            await connection.send("POST", "/v1/documents", body, {**headers, "Authorization": f"Bearer {KEY}"})
        ).status
    finally:
        connection.close()
