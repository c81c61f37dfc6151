import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import SpanError, StoreCorruptError, UnknownDocumentError
from corpus.store.database import DATABASE_NAME
from corpus.store.filtering.filters import Filters
from corpus.store.layout import LAYOUT
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import (
    FINGERPRINT,
    TEXT,
    allowed_keys,
    filters_of,
    is_sentences,
    read_everything,
    sample_document,
    sample_passages,
    tamper,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a store of one document of two passages."""
    with Store(tmp_path / "data", create=True) as store:
        store.put(sample_document(), sample_passages(), FINGERPRINT)
    return tmp_path / "data"


# One moment


def everything(view: View) -> list[object]:
    keys = view.passage_keys()
    documents = view.documents()
    return [
        view.generation,
        view.counts(),
        documents,
        [view.text(document) for document in documents],
        view.passages(keys),
        view.vectors(keys),
        view.token_vectors(keys),
        view.document_ids(),
        view.sources(),
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.put(sample_document(text="Changed."), sample_passages("Changed."), FINGERPRINT),
        lambda store: store.put(sample_document("/b/new.md"), sample_passages(), FINGERPRINT),
        lambda store: store.remove("truce"),
        lambda store: store.reindex(lambda document, text: sample_passages(text, 5), "another encoder"),
    ],
    ids=["replace", "add", "remove", "reindex"],
)
def test_a_view_does_not_change_with_later_writes(folder: Path, change: Callable[[Store], object]) -> None:
    with View(folder) as view, View(folder) as twin, Store(folder) as store:
        change(store)
        old = everything(view)
        assert old[:2] == [1, (1, 2)]
        assert everything(twin) == old
        with store.view() as later:
            assert later.generation == 2
            assert everything(later) != old
            assert everything(view) == old


def test_a_damaged_index_does_not_change_counts(folder: Path) -> None:
    """SQLite counts rows by the smallest index, of which nothing else is read."""
    database = folder / DATABASE_NAME
    with closing(sqlite3.connect(database)) as connection:
        page, size = connection.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
            " WHERE name = 'documents_by_file'"
        ).fetchone()
    data = bytearray(database.read_bytes())
    data[(page - 1) * size + 4] ^= 2  # the page's number of entries
    database.write_bytes(data)
    with View(folder) as view:
        assert view.counts() == (1, 2)
        view.check_totals()


def test_a_damaged_index_of_ids_is_reported_when_a_list_is_incomplete(folder: Path) -> None:
    """The count stays right when an entry's letters are flipped; its document would be listed elsewhere, or nowhere."""
    with Store(folder) as store:
        store.put(sample_document("/b/second.md"), sample_passages(), FINGERPRINT)
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, size = connection.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
            " WHERE name = 'sqlite_autoindex_documents_1'"
        ).fetchone()
    data = bytearray((folder / DATABASE_NAME).read_bytes())
    data[data.index(b"truce", (page - 1) * size)] ^= 32
    (folder / DATABASE_NAME).write_bytes(data)
    with View(folder) as view:
        view.check_totals()
        for listed in (view.documents, view.document_ids, lambda: view.documents(after="a", limit=1)):
            with pytest.raises(StoreCorruptError, match="The list of the documents' ids"):
                listed()


def test_every_view_opened_during_writes_is_of_one_generation(tmp_path: Path) -> None:
    rounds = 25
    failures: list[BaseException] = []
    done = threading.Event()

    def write() -> None:
        try:
            with Store(tmp_path) as store:
                for at in range(rounds):
                    text = f"Round {at}. " * (at + 1)
                    for name in ("a", "b"):
                        store.put(sample_document(f"/{name}.md", text), sample_passages(text, at + 1), FINGERPRINT)
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()

    Store(tmp_path, create=True).close()
    writer = threading.Thread(target=write)
    writer.start()
    generations: list[int] = []
    try:
        while not done.is_set() or generations[-1:] != [2 * rounds]:
            with View(tmp_path) as view:
                generations.append(view.generation)
                puts_of_a, puts_of_b = (view.generation + 1) // 2, view.generation // 2
                assert view.document_ids() == ["a", "b"][: view.generation]
                for document, puts in zip(view.documents(), (puts_of_a, puts_of_b), strict=False):
                    text = f"Round {puts - 1}. " * puts
                    assert view.text(document) == text
                    assert document.passages == puts
                    keys = view.document_passages(document)
                    assert "".join(passage.text for passage in view.passages(keys)) == text
                    assert [vector for _, vector in view.vectors(keys)] == [
                        passage.vector for passage in sample_passages(text, puts)
                    ]
                assert view.counts()[1] == puts_of_a + puts_of_b
            if failures:
                break
    finally:
        writer.join()
    assert failures == []
    assert generations == sorted(generations)


def test_threads_may_share_a_view(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        for at in range(20):
            store.put(sample_document(f"/{at}.md", f"Text {at}."), sample_passages(f"Text {at}."), FINGERPRINT)
        with store.view() as view, ThreadPoolExecutor(8) as threads:
            expected = everything(view)
            assert all(result == expected for result in threads.map(lambda _: everything(view), range(40)))


# Documents


def ids_after(view: View, after: str, limit: int = -1) -> list[str]:
    return [document.id for document in view.documents(after=after, limit=limit)]


def test_documents_come_in_order_of_their_ids_page_by_page(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        for name in ("delta", "alpha", "charlie", "bravo", "echo"):
            store.put(sample_document(f"/{name}.md", name), [], FINGERPRINT)
        with store.view() as view:
            every = ["alpha", "bravo", "charlie", "delta", "echo"]
            assert ids_after(view, "") == every == view.document_ids()
            assert ids_after(view, "", 2) == ["alpha", "bravo"]
            assert ids_after(view, "bravo", 2) == ["charlie", "delta"]
            assert ids_after(view, "delta", 2) == ["echo"]
            assert ids_after(view, "echo", 2) == []
            assert ids_after(view, "beta") == ["bravo", "charlie", "delta", "echo"]
            assert ids_after(view, "", 0) == []


def test_a_documents_passages_come_in_order_of_their_start(tmp_path: Path) -> None:
    with Store(tmp_path, create=True) as store:
        store.put(sample_document(), sample_passages(TEXT, 5)[::-1], FINGERPRINT)
        with store.view() as view:
            keys = view.document_passages(view.document("truce"))
            starts = [passage.start for passage in view.passages(keys)]
            assert starts == sorted(starts)
            assert keys == sorted(keys, reverse=True)


def test_an_unknown_document_is_refused(folder: Path) -> None:
    with View(folder) as view, pytest.raises(UnknownDocumentError) as refused:
        view.document("nothing")
    assert is_sentences(str(refused.value))


def test_documents_are_found_by_key(folder: Path) -> None:
    with View(folder) as view:
        document = view.document("truce")
        assert view.documents_by_key([document.key, document.key]) == {document.key: document}
        assert view.documents_by_key([]) == {}
        with pytest.raises(StoreCorruptError, match="number 99"):
            view.documents_by_key([99])


def test_passages_come_in_the_order_asked_for_and_vectors_by_key(folder: Path) -> None:
    with View(folder) as view:
        first, second = view.passage_keys()
        assert [passage.key for passage in view.passages([second, first, second])] == [second, first, second]
        assert [key for key, _ in view.vectors([second, first])] == [first, second]
        assert (view.passages([]), view.vectors([]), view.token_vectors([])) == ([], [], {})


def test_keys_can_be_listed_from_a_start_and_compared_by_a_digest(folder: Path) -> None:
    with View(folder) as view:
        first, second = view.passage_keys()
        assert view.passage_keys(after=-1) == [first, second]
        assert view.passage_keys(after=first) == [second]
        assert view.passage_keys(after=second) == []
        assert view.key_digest(-1) == view.key_digest(first - 1) == (0, 0)
        assert view.key_digest(first) == (1, first % 2**32)
        assert view.key_digest(second) == (2, first % 2**32 + second % 2**32)


# Spans


def test_a_span_gives_the_text_between_two_code_points(folder: Path) -> None:
    with View(folder) as view:
        document = view.document("truce")
        for start, end in ((0, 0), (0, len(TEXT)), (10, 30), (len(TEXT), len(TEXT))):
            assert view.span(document, start, end) == TEXT[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 4), (0, len(TEXT) + 1), (len(TEXT) + 1, len(TEXT) + 1)])
def test_a_span_outside_the_text_is_refused(folder: Path, start: int, end: int) -> None:
    with View(folder) as view, pytest.raises(SpanError) as refused:
        view.span(view.document("truce"), start, end)
    assert is_sentences(str(refused.value))


# Filters


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Documents of several publishers, languages and dates, each of one passage."""
    about: dict[str, dict[str, object]] = {
        "el-2012": {"publisher": "El Diario", "language": "es", "published": "2012-03-01", "tags": ("peace", "a b")},
        "el-2017": {"publisher": "El Diario", "language": "es-SV", "published": "2017-01-19"},
        "in-2017": {"publisher": "Insight", "language": "en", "published": "2017-01-20", "tags": ("peace",)},
        "in-2020": {"publisher": "Insight", "language": "EN-us", "published": "2020-12-31"},
        "est": {"publisher": "insight", "language": "est", "published": None, "tags": ("Peace", 'q"uo\\te')},
        "bare": {"publisher": None, "language": None, "published": None},
    }
    with Store(tmp_path, create=True) as store:
        for name, metadata in about.items():
            store.put(sample_document(f"/{name}.md", name, **metadata), sample_passages(name, 1), FINGERPRINT)
    return tmp_path


EVERY = ["bare", "el-2012", "el-2017", "est", "in-2017", "in-2020"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (filters_of(), EVERY),
        (filters_of(publishers=["El Diario"]), ["el-2012", "el-2017"]),
        (filters_of(publishers=["Insight"]), ["in-2017", "in-2020"]),
        (filters_of(publishers=["Insight", "insight", "Nobody"]), ["est", "in-2017", "in-2020"]),
        (filters_of(publishers=["Nobody"]), []),
        (filters_of(publishers=["%"]), []),
        (filters_of(publishers=["' OR 1=1 --"]), []),
        (filters_of(document_ids=["est", "bare", "none"]), ["bare", "est"]),
        (filters_of(without_documents=["est", "bare", "none"]), ["el-2012", "el-2017", "in-2017", "in-2020"]),
        (filters_of(without_documents=EVERY), []),
        (filters_of(publishers=["Insight"], without_documents=["in-2017"]), ["in-2020"]),
        (filters_of(languages=["es"]), ["el-2012", "el-2017"]),
        (filters_of(languages=["ES-sv"]), ["el-2017"]),
        (filters_of(languages=["en"]), ["in-2017", "in-2020"]),
        (filters_of(languages=["en-GB"]), []),
        (filters_of(languages=["e"]), []),
        (filters_of(languages=["e_"]), []),
        (filters_of(languages=["%"]), []),
        (filters_of(languages=["es-"]), []),
        (filters_of(languages=["est", "en-us"]), ["est", "in-2020"]),
        (filters_of(tags=["peace"]), ["el-2012", "in-2017"]),
        (filters_of(tags=["Peace", "a b"]), ["el-2012", "est"]),
        (filters_of(tags=['q"uo\\te']), ["est"]),
        (filters_of(tags=["a"]), []),
        (filters_of(tags=["%"]), []),
        (filters_of(tags=['["peace"]']), []),
        (filters_of(tags=["peace"], languages=["en"]), ["in-2017"]),
        (filters_of(published_from="2017-01-19"), ["el-2017", "in-2017", "in-2020"]),
        (filters_of(published_before="2017-01-20"), ["el-2012", "el-2017"]),
        (filters_of(published_from="2017-01-19", published_before="2017-01-20"), ["el-2017"]),
        (filters_of(published_from="2017-01-20", published_before="2017-01-20"), []),
        (filters_of(published_before="9999-12-31"), ["el-2012", "el-2017", "in-2017", "in-2020"]),
        (filters_of(publishers=["Insight"], languages=["en"], published_before="2018-01-01"), ["in-2017"]),
        (filters_of(publishers=["Insight"], languages=["es"]), []),
        (
            filters_of(["El Diario", "Insight"], ["el-2017", "in-2020"], ["es", "en"], [], "2012-01-01", "2020-12-31"),
            ["el-2017"],
        ),
    ],
)
def test_filters_allow_the_passages_of_documents_that_meet_all_of_them(
    library: Path, filters: Filters, found: list[str]
) -> None:
    with View(library) as view:
        keys = allowed_keys(view, filters)
        assert sorted(passage.text for passage in view.passages(keys)) == found


def test_only_filters_that_say_something_are_true() -> None:
    assert not filters_of()
    assert not filters_of(publishers=[], published_from="")
    assert all(
        [
            filters_of(publishers=["a"]),
            filters_of(document_ids=["a"]),
            filters_of(languages=["a"]),
            filters_of(tags=["a"]),
            filters_of(published_from="2017-01-01"),
            filters_of(published_before="2017-01-01"),
            filters_of(without_documents=["a"]),
        ]
    )


# Damage


def columns_of(table: str) -> list[str]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(LAYOUT)
        return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    finally:
        connection.close()


STORED = [(table, column) for table in ("documents", "passages", "token_vectors") for column in columns_of(table)]


def damages(value: object) -> list[tuple[str, object]]:
    """Values that differ in one bit of the first, the middle or the last byte, each as an SQL expression to bind."""
    if isinstance(value, int):
        return [("?", value ^ 1 << bit) for bit in (2, 6, 8, 30, 40, 62)]  # never the next key
    data = value if isinstance(value, bytes) else str(value).encode()
    expression = "?" if isinstance(value, bytes) else "CAST(? AS TEXT)"
    return [
        (expression, data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
        for at in sorted({0, len(data) // 2, len(data) - 1})
        for bit in (0x01, 0x80)
    ]


@pytest.mark.parametrize(("table", "column"), STORED, ids=[f"{table}-{column}" for table, column in STORED])
def test_a_damaged_byte_in_any_column_is_noticed_when_it_is_read(folder: Path, table: str, column: str) -> None:
    intact = (folder / DATABASE_NAME).read_bytes()
    connection = sqlite3.connect(folder / DATABASE_NAME)
    try:
        row, value = connection.execute(f"SELECT max(rowid), {column} FROM {table}").fetchone()  # noqa: S608
    finally:
        connection.close()
    assert value is not None
    for expression, damaged in damages(value):
        (folder / DATABASE_NAME).write_bytes(intact)
        read_everything(folder)
        tamper(folder, f"UPDATE {table} SET {column} = {expression} WHERE rowid = ?", (damaged, row))  # noqa: S608
        with pytest.raises(StoreCorruptError) as refused:
            read_everything(folder)
        assert is_sentences(str(refused.value))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM documents",
        "DELETE FROM passages WHERE key = (SELECT max(key) FROM passages)",
        "DELETE FROM token_vectors WHERE passage = (SELECT max(passage) FROM token_vectors)",
        "UPDATE documents SET text = substr(text, 1, 9)",
        "UPDATE documents SET text = CAST(text || x'20' AS BLOB)",
        "UPDATE passages SET byte_end = 9223372036854775807",
        "UPDATE passages SET byte_start = -9223372036854775808",
        "UPDATE passages SET byte_start = byte_end, byte_end = byte_start",
        "UPDATE passages SET page = NULL",
        "UPDATE documents SET publisher = NULL",
        "DELETE FROM meta WHERE key = 'generation'",
        "UPDATE meta SET value = '' WHERE key = 'generation'",
        "UPDATE meta SET value = '-1' WHERE key = 'generation'",
    ],
)
def test_lost_rows_and_bytes_are_noticed_when_they_are_read(folder: Path, statement: str) -> None:
    with View(folder) as view:
        keys = view.passage_keys()
    tamper(folder, statement)
    with pytest.raises(StoreCorruptError) as refused:
        read_everything(folder, keys)
    assert is_sentences(str(refused.value))


def test_an_intact_store_has_no_problems_and_a_dangling_row_is_one(folder: Path) -> None:
    with View(folder) as view:
        assert view.problems_found_by_sqlite() == []
        keys = view.passage_keys()
    tamper(folder, "DELETE FROM documents")
    with View(folder) as view:
        assert view.problems_found_by_sqlite() == [f"row {key} of passages refers to nothing" for key in keys]


def test_one_damaged_document_does_not_hide_the_others(folder: Path) -> None:
    with Store(folder) as store:
        store.put(sample_document("/b/talks.md", "Talks."), sample_passages("Talks."), FINGERPRINT)
    tamper(folder, "UPDATE documents SET title = 'x', text = x'41' WHERE id = 'truce'")
    with View(folder) as view:
        assert view.document_ids() == ["talks", "truce"]
        intact = view.document("talks")
        assert view.text(intact) == "Talks."
        assert [passage.text for passage in view.passages(view.document_passages(intact))] == ["Tal", "ks."]
        with pytest.raises(StoreCorruptError):
            view.document("truce")


# Closing


def test_a_view_on_the_writers_own_connection_leaves_it_open(folder: Path) -> None:
    with Store(folder) as store:
        with View(folder, connection=store._connection) as view:
            assert view.generation == 1
        assert store.remove("truce") == 2


def test_a_view_that_cannot_be_opened_leaves_no_open_files(folder: Path) -> None:
    if not Path("/proc/self/fd").exists():
        pytest.skip("open files cannot be counted here")
    tamper(folder, "DELETE FROM meta")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        with pytest.raises(StoreCorruptError):
            View(folder)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
