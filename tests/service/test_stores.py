import dataclasses
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
