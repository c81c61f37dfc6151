"""The store in PostgreSQL beside the one in SQLite: the same changes leave the same rows."""

import itertools
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="psycopg is not installed (the extra postgres)")

import psycopg

from corpus.documents.document import EncodedPassage, Passage
from corpus.errors import (
    EncoderMismatchError,
    SettingsError,
    SpanError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFormatError,
    StoreMissingError,
    UnknownDocumentError,
)
from corpus.postgres.address import Address
from corpus.postgres.connection import SESSION
from corpus.postgres.store import PostgresStore
from corpus.postgres.view import PostgresView
from corpus.store.changes import Move, Put, Remove
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import (
    FINGERPRINT,
    TEXT,
    all_passages,
    allowed_keys,
    filters_of,
    is_sentences,
    sample_document,
    sample_passages,
)

LATIN = "Plain words only. Two came."

TABLES = ("meta", "documents", "passages", "token_vectors", "terms", "passage_terms", "removals")

Step = Callable[[Store], object]


def reencoded(store: Store) -> object:
    return store.reindex(lambda _, text: sample_passages(text, 3), "another encoder", lambda *_: [])


STEPS: list[Step] = [
    lambda store: store.put(sample_document("/a/truce.md"), sample_passages(), FINGERPRINT),
    lambda store: store.put(sample_document("/a/talks.md", LATIN, title="Talks"), sample_passages(LATIN), FINGERPRINT),
    lambda store: store.put(sample_document("/b/truce.md", LATIN), sample_passages(LATIN, 3), FINGERPRINT),
    lambda store: store.put(sample_document("/a/truce.md", TEXT * 2), sample_passages(TEXT * 2, 4), FINGERPRINT),
    lambda store: store.apply([Move("/b/truce.md", "/c/%truce?.md", reader_version=3), Remove("/a/talks.md")]),
    lambda store: store.apply(
        [Put(sample_document("/d/moved.md"), sample_passages(), moved_from="/c/%truce?.md")], FINGERPRINT
    ),
    reencoded,
    lambda store: store.put(sample_document("/e/last.md", LATIN, tags=()), sample_passages(LATIN), "another encoder"),
    lambda store: store.remove("last"),
    lambda store: store.put(sample_document("/e/last.md", LATIN), sample_passages(LATIN), "another encoder"),
]


@pytest.fixture
def address(postgres_uri: str) -> Address:
    return Address.parse(postgres_uri)


@pytest.fixture
def store(tmp_path: Path, address: Address) -> Iterator[PostgresStore]:
    """A store with two documents of two passages each."""
    with PostgresStore(tmp_path, address, create=True) as store:
        for step in STEPS[:2]:
            step(store)
        yield store


def rows(view: View) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, with all columns in order of their names."""
    found = {}
    for table in TABLES:
        records = view._records(f"SELECT * FROM {table}")  # noqa: S608
        found[table] = sorted((tuple(record[name] for name in sorted(record)) for record in records), key=repr)
    return found


def of_address(store: PostgresStore) -> dict[str, list[tuple[object, ...]]]:
    with store.view() as view:
        return rows(view)


def read_all(store: PostgresStore) -> None:
    with store.view() as view:
        view.check_totals()
        keys = view.passage_keys()
        for document in view.documents():
            view.text(document)
        view.passages(keys)
        view.vectors(keys)
        view.token_vectors(keys)
        view.passage_terms(keys)


def execute(address: Address, statement: str) -> None:
    with psycopg.connect(address.uri, autocommit=True, options="-csearch_path=footnote") as connection:
        connection.execute(statement.encode())


def test_the_same_changes_leave_the_same_rows_with_the_same_checksums(
    tmp_path: Path, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda below: 12345)
    monkeypatch.setattr(secrets, "token_hex", lambda count: "ab" * count)
    time = "2026-01-01T00:00:00+00:00"
    with (
        Store(tmp_path / "local", create=True, now=lambda: time) as local,
        PostgresStore(tmp_path / "node", address, create=True, now=lambda: time) as shared,
    ):
        views: list[tuple[View, View]] = []
        for step in STEPS:
            assert step(local) == step(shared)
            views.append((local.view(), shared.view()))
            here, there = views[-1]
            assert rows(here) == rows(there)
            there.check_totals()
            assert there.words_are_counted()
        for (first, second), (one, other) in itertools.pairwise(views):
            assert one.changes_since(first) == other.changes_since(second)
        for each in itertools.chain.from_iterable(views):
            each.close()


def test_every_method_of_a_view_gives_what_the_local_one_gives(
    tmp_path: Path, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda below: 12345)
    time = "2026-01-01T00:00:00+00:00"
    with (
        Store(tmp_path / "local", create=True, now=lambda: time) as local,
        PostgresStore(tmp_path / "node", address, create=True, now=lambda: time) as shared,
    ):
        for step in STEPS[:5]:
            step(local)
            step(shared)
        with local.view() as here, shared.view() as there:
            keys = here.passage_keys()
            ids = here.document_ids()
            terms = ["tregua", "came", "unknown", "two"]
            document = here.document(ids[0])
            read: list[Callable[[View], object]] = [
                lambda view: view.documents(),
                lambda view: view.documents(after=ids[0], limit=1),
                lambda view: view.document_ids(),
                lambda view: [view.document(each) for each in ids],
                lambda view: view.documents_by_key([document.key]),
                lambda view: view.sources(),
                lambda view: view.text(document),
                lambda view: view.span(document, 2, 9),
                lambda view: view.is_intact(ids[0]),
                lambda view: view.passages(keys[::-1]),
                lambda view: view.passages([]),
                lambda view: view.passage_keys(after=keys[0]),
                lambda view: sorted(view.passage_rows()),
                lambda view: view.passage_rows(after=keys[0]),
                lambda view: view.document_passages(document),
                lambda view: view.encoded_passages(document),
                lambda view: view.key_digest(keys[-1]),
                lambda view: view.vectors(keys),
                lambda view: view.token_vectors(keys),
                lambda view: view.passage_terms(keys),
                lambda view: view.term_records(terms),
                lambda view: view.held([*keys, 1]),
                lambda view: view.removals_since(0),
                lambda view: allowed_keys(view, filters_of(publishers=["El Diario"], published_from="2016-01-01")),
                lambda view: (view.counts(), view.generation, view.fingerprint, view.totals, view.words),
                lambda view: (view.last_document_key, view.last_passage_key),
                lambda view: view.differs_in_name_only(ids[0], sample_document("/x.md", TEXT * 2)),
            ]
            for each in read:
                assert each(here) == each(there)


def test_a_view_does_not_see_later_commits(store: PostgresStore) -> None:
    with store.view() as before:
        store.remove("truce")
        assert before.document_ids() == ["talks", "truce"]
        assert len(all_passages(before)) == 4
        with store.view() as after:
            assert after.document_ids() == ["talks"]
            assert after.generation == before.generation + 1


def test_keys_are_not_given_again_after_the_last_document_was_removed(store: PostgresStore) -> None:
    with store.view() as view:
        before, documents = view.last_passage_key, view.last_document_key
    store.remove("talks", "truce")
    STEPS[0](store)
    with store.view() as view:
        assert min(view.passage_keys()) > before
        assert view.last_document_key > documents


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda store: store.put(sample_document("/a/new.md"), sample_passages(), "other"), EncoderMismatchError),
        (lambda store: store.remove("truce", "missing"), UnknownDocumentError),
        (lambda store: store.apply([Remove("/a/truce.md"), Move("/missing", "/b")]), UnknownDocumentError),
        (
            lambda store: store.put(
                sample_document("/a/new.md"), [EncodedPassage(Passage(0, 9999), b"v", b"t", {"word": 1})], FINGERPRINT
            ),
            SpanError,
        ),
        (
            lambda store: store.put(sample_document("/a/new.md", title="NUL \0"), sample_passages(), FINGERPRINT),
            StoreError,
        ),
    ],
)
def test_a_change_that_fails_changes_nothing_and_the_next_one_succeeds(
    store: PostgresStore, wrong: Step, error: type[Exception]
) -> None:
    before = of_address(store)
    with pytest.raises(error) as refused:
        wrong(store)
    assert is_sentences(str(refused.value))
    assert of_address(store) == before
    store.remove("truce")


def test_a_killed_writer_leaves_the_old_state(store: PostgresStore, address: Address, tmp_path: Path) -> None:
    before = of_address(store)
    code = (
        "import sys; from pathlib import Path; from corpus.postgres import Address, PostgresStore\n"
        "store = PostgresStore(Path(sys.argv[1]), Address.parse(sys.argv[2]))\n"
        "with store._transaction() as writer:\n"
        "    writer.remove('id', 'truce'); print('changed', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), address.uri]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "changed\n"
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert of_address(store) == before
    store.remove("truce")  # the lock of the killed writer is free


def test_a_second_writer_waits_and_is_then_refused(
    store: PostgresStore, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SESSION, "lock_timeout", "50ms")
    with PostgresStore(tmp_path, address) as second, store._transaction():
        with pytest.raises(StoreBusyError) as refused:
            second.remove("truce")
        assert is_sentences(str(refused.value))
    with PostgresStore(tmp_path, address) as second:
        second.remove("truce")


# Damage


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET publisher = 'another' WHERE id = 'truce'",
        "UPDATE documents SET text = 'another' WHERE id = 'truce'",
        "UPDATE passages SET byte_end = byte_end - 1",
        "UPDATE passages SET byte_start = -5",
        "UPDATE passages SET vector = 'another'",
        "UPDATE token_vectors SET data = 'another'",
        "UPDATE passage_terms SET data = 'another'",
        "DELETE FROM passages WHERE start > 0",
        "DELETE FROM documents WHERE id = 'talks'",
        "UPDATE meta SET value = '7' WHERE key = 'generation'",
        "DELETE FROM terms WHERE key = 1",
    ],
)
def test_damage_is_an_error_when_it_is_read(store: PostgresStore, address: Address, statement: str) -> None:
    execute(address, statement)
    with pytest.raises(StoreCorruptError) as found:
        read_all(store)
    assert is_sentences(str(found.value))


# Opening


def test_an_empty_database_has_no_store(tmp_path: Path, address: Address) -> None:
    with pytest.raises(StoreMissingError):
        PostgresView(tmp_path, address)
    with pytest.raises(StoreMissingError):
        PostgresStore(tmp_path, address)


def test_another_version_is_refused(store: PostgresStore, address: Address, tmp_path: Path) -> None:
    execute(address, "UPDATE layout SET version = 1")
    with pytest.raises(StoreFormatError) as refused:
        PostgresView(tmp_path, address)
    assert is_sentences(str(refused.value))


@pytest.mark.parametrize(
    "uri", ["postgresql://a:secret@[::1", "mysql://a:secret@b/c", "postgresql://a@b/c?what=secret"]
)
def test_a_wrong_address_is_refused_without_repeating_it(uri: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Address.parse(uri)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert "secret" not in repr(Address.parse("postgresql://a:secret@b/c"))


@pytest.mark.parametrize(
    ("replaced", "by", "says"),
    [("/test_", "/missing_", "no such user or database"), ("postgres@", "nobody:secret@", "no such user or database")],
)
def test_a_server_that_refuses_is_one_clear_sentence(
    tmp_path: Path, address: Address, replaced: str, by: str, says: str
) -> None:
    with pytest.raises(StoreError, match=says) as refused:
        PostgresView(tmp_path, Address.parse(address.uri.replace(replaced, by)))
    assert is_sentences(str(refused.value))
    assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        PostgresView(tmp_path, Address.parse("postgresql://a:secret@127.0.0.1:1/b"))
    assert "secret" not in str(refused.value)


def test_missing_rights_are_one_clear_sentence(store: PostgresStore, address: Address, tmp_path: Path) -> None:
    execute(address, "DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match="may not") as refused:
        PostgresView(tmp_path, Address.parse(address.uri.replace("postgres@", "guest@")))
    assert is_sentences(str(refused.value))


def test_a_server_without_a_free_connection_is_busy(store: PostgresStore, address: Address, tmp_path: Path) -> None:
    execute(address, f"ALTER DATABASE {address.uri.rpartition('/')[2]} CONNECTION LIMIT 0")
    execute_as = address.uri.replace("postgres@", "guest2@")
    execute_server = address.uri.rpartition("/")[0] + "/postgres"
    with psycopg.connect(execute_server, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest2; CREATE ROLE guest2 LOGIN")
    with pytest.raises(StoreBusyError) as refused:
        PostgresView(tmp_path, Address.parse(execute_as))
    assert is_sentences(str(refused.value))


def test_a_connection_that_is_lost_is_one_clear_sentence(store: PostgresStore, address: Address) -> None:
    with store.view() as view:
        execute(address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'footnote'")
        with pytest.raises(StoreError, match="was lost") as lost:
            view.documents()
        assert is_sentences(str(lost.value))
        with pytest.raises(StoreError, match="was lost"):
            view.documents()
