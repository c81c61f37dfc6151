import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from corpus.documents.document import EncodedPassage, Passage, revision_of
from corpus.errors import EncoderMismatchError, SpanError, StoreCorruptError, UnknownDocumentError
from corpus.store.rows import StoredDocument
from corpus.store.store import Store
from corpus.store.view import View
from tests.corpus.samples import (
    FINGERPRINT,
    TEXT,
    all_passages,
    is_sentences,
    read_everything,
    rows_of_tables,
    sample_document,
    sample_passages,
    signature,
)

LATIN, WIDE = "Plain words only. Two came.", "Él llegó 😀 — 停戦。 e\u0301 Fin."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """A store with two documents of two passages each."""
    times = iter(f"2026-01-0{day}T00:00:00+00:00" for day in range(1, 10))
    with Store(folder, create=True, now=lambda: next(times)) as store:
        store.put(sample_document("/a/truce.md"), sample_passages(), FINGERPRINT)
        store.put(sample_document("/a/talks.md", LATIN, title="Talks"), sample_passages(LATIN), FINGERPRINT)
        yield store


def encoded(passages: Sequence[Passage], vector: bytes = b"v", tokens: bytes = b"t") -> list[EncodedPassage]:
    return [EncodedPassage(passage, vector, tokens, {"word": 1}) for passage in passages]


# Adding and replacing


def test_a_document_comes_back_as_it_was_put(store: Store) -> None:
    given = sample_document("/a/truce.md")
    with store.view() as view:
        document = view.document("truce")
        assert view.text(document) == TEXT
        assert document.metadata == given.metadata
        assert tuple(document.sections) == given.sections
        assert (document.source, document.source_sha256) == (given.source, given.source_sha256)
        assert (document.revision, document.characters) == (revision_of(TEXT), len(TEXT))
        assert (document.passages, document.ingested_at) == (2, "2026-01-01T00:00:00+00:00")
        keys = view.document_passages(document)
        assert [(p.start, p.end, p.section, p.page) for p in view.passages(keys)] == [
            (e.passage.start, e.passage.end, e.passage.section, e.passage.page) for e in sample_passages()
        ]
        assert [vector for _, vector in view.vectors(keys)] == [e.vector for e in sample_passages()]
        assert list(view.token_vectors(keys).values()) == [e.token_vectors for e in sample_passages()]


def test_a_document_is_stamped_with_the_present_time_in_utc(folder: Path) -> None:
    with Store(folder, create=True) as store, store.view() as before:
        store.put(sample_document(), [], FINGERPRINT)
        assert before.counts() == (0, 0)
        with store.view() as view:
            assert view.document("truce").ingested_at.endswith("+00:00")


def test_the_generation_grows_by_one_with_each_change(store: Store) -> None:
    assert store.put(sample_document("/a/new.md"), [], FINGERPRINT) == ("new", 3)
    assert store.put(sample_document("/a/new.md"), [], FINGERPRINT) == ("new", 4)
    assert store.remove("new") == 5
    assert store.reindex(lambda document, text: [], "another encoder") == 6
    with store.view() as view:
        assert view.generation == 6


def test_replacing_keeps_the_id_and_nothing_else_of_the_old_document(store: Store, folder: Path) -> None:
    before = rows_of_tables(folder)
    changed = sample_document("/a/truce.md", WIDE, title="Changed", publisher=None)
    assert store.put(changed, sample_passages(WIDE, 3), FINGERPRINT) == ("truce", 3)
    with store.view() as view:
        document = view.document("truce")
        assert view.text(document) == WIDE
        assert (document.metadata.title, document.metadata.publisher, document.passages) == ("Changed", None, 3)
        assert view.counts() == (2, 5)
    after = rows_of_tables(folder)
    untouched = [row for row in before["documents"] if "/a/talks.md" in row]
    assert untouched == [row for row in after["documents"] if "/a/talks.md" in row]
    assert len(after["token_vectors"]) == 5


def test_a_passages_key_is_never_used_again(store: Store) -> None:
    with store.view() as view:
        used = set(view.passage_keys())
    store.remove("talks")
    store.put(sample_document("/a/talks.md", LATIN), sample_passages(LATIN), FINGERPRINT)
    with store.view() as view:
        assert not used & set(view.document_passages(view.document("talks")))


def test_the_same_document_gets_the_same_passage_ids_again(store: Store) -> None:
    with store.view() as view:
        before = [passage.id for passage in all_passages(view)]
    for name, text in (("truce", TEXT), ("talks", LATIN)):
        store.put(sample_document(f"/a/{name}.md", text), sample_passages(text), FINGERPRINT)
    with store.view() as view:
        assert [passage.id for passage in all_passages(view)] == before


@pytest.mark.parametrize("text", [LATIN, WIDE, "😀" * 5, "a\u0301\u200b\x00b"])
def test_every_span_gives_the_text_between_its_code_points(folder: Path, text: str) -> None:
    spans = [Passage(start, end) for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
    with Store(folder, create=True) as store:
        store.put(sample_document(text=text), encoded(spans), FINGERPRINT)
        with store.view() as view:
            assert all(p.text == text[p.start : p.end] for p in all_passages(view))
            assert {(p.start, p.end) for p in all_passages(view)} == {(p.start, p.end) for p in spans}
    for row in rows_of_tables(folder)["passages"]:
        start, end, first, last = row[3:7]
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert (first, last) == (len(text[:start].encode()), len(text[:end].encode()))


def test_a_document_may_have_no_passages(folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document(), [], FINGERPRINT)
        with store.view() as view:
            assert view.counts() == (1, 0)
            assert view.document_passages(view.document("truce")) == []


# Ids


@pytest.mark.parametrize(
    ("source", "identifier"),
    [
        ("/documents/The Truce of 2012.md", "the-truce-of-2012"),
        ("footnote:starter/glossary.md", "glossary"),
        ("/documents/Él llegó — ¿cuándo?.txt", "el-llego-cuando"),
        ("/documents/перемирие.txt", "peremirie"),
        ("/documents/停戦.txt", "ting-zhan"),
        ("/documents/a.b.c.txt", "a-b-c"),
        ("/documents/tr\\udcffce.txt", "tr-udcffce"),
        ("/documents/😀.txt", "document"),
        ("/documents/---.txt", "document"),
        ("", "document"),
        ("/documents/../../etc.txt", "etc"),
        ("/documents/<script>.txt", "script"),
    ],
)
def test_an_id_is_made_of_the_sources_name(folder: Path, source: str, identifier: str) -> None:
    with Store(folder, create=True) as store:
        assert store.put(sample_document(source), [], FINGERPRINT)[0] == identifier


def test_an_id_stays_short_and_ends_with_a_letter(folder: Path) -> None:
    with Store(folder, create=True) as store:
        for source in ("/a/" + "long name " * 40 + ".txt", "/b/" + "long name " * 40 + ".txt"):
            identifier = store.put(sample_document(source), [], FINGERPRINT)[0]
            assert len(identifier) <= 80
            assert identifier[-1].isalnum()


def test_a_name_that_is_taken_gets_a_digest_of_its_source(folder: Path) -> None:
    digest = hashlib.sha256(b"/b/report.txt").hexdigest()
    with Store(folder, create=True) as store:
        assert store.put(sample_document("/a/report.txt"), [], FINGERPRINT)[0] == "report"
        assert store.put(sample_document("/b/report.txt"), [], FINGERPRINT)[0] == f"report-{digest[:8]}"
        store.remove("report")
        assert store.put(sample_document("/b/report.txt"), [], FINGERPRINT)[0] == f"report-{digest[:8]}"


def test_a_name_and_digest_that_are_taken_too_still_leave_an_id(folder: Path) -> None:
    digest = hashlib.sha256(b"/b/report.txt").hexdigest()
    with Store(folder, create=True) as store:
        store.put(sample_document(f"/a/report-{digest[:8]}.txt"), [], FINGERPRINT)
        store.put(sample_document("/a/report.txt"), [], FINGERPRINT)
        assert store.put(sample_document("/b/report.txt"), [], FINGERPRINT)[0] == digest


# Removing


def test_removing_takes_passages_and_token_vectors_along(store: Store, folder: Path) -> None:
    assert store.remove("truce") == 3
    rows = rows_of_tables(folder)
    assert [len(rows[table]) for table in ("documents", "passages", "token_vectors")] == [1, 2, 2]
    with store.view() as view:
        assert [passage.text for passage in all_passages(view)] == [LATIN[:13], LATIN[13:]]
        assert view.problems_found_by_sqlite() == []
        with pytest.raises(UnknownDocumentError):
            view.document("truce")


@pytest.mark.parametrize("identifier", ["nothing", "", "TRUCE", "truce ", "%", "' OR 1=1 --"])
def test_removing_an_unknown_document_is_refused_and_changes_nothing(
    store: Store, folder: Path, identifier: str
) -> None:
    before = signature(folder)
    with pytest.raises(UnknownDocumentError) as refused:
        store.remove(identifier)
    assert is_sentences(str(refused.value))
    assert signature(folder) == before


def test_multiple_documents_are_removed_in_one_transaction_or_not_at_all(store: Store, folder: Path) -> None:
    before = signature(folder)
    with pytest.raises(UnknownDocumentError):
        store.remove("truce", "nothing")
    assert signature(folder) == before
    assert store.remove("truce", "talks") == 3
    with store.view() as view:
        assert view.counts() == (0, 0)


# Encoders


def test_vectors_of_another_encoder_are_refused_and_nothing_changes(store: Store, folder: Path) -> None:
    before = signature(folder)
    with pytest.raises(EncoderMismatchError) as refused:
        store.put(sample_document("/a/new.md"), sample_passages(), "another encoder")
    assert str(refused.value).endswith(f"with: footnote reindex --data {folder}")
    assert is_sentences(str(refused.value))
    assert signature(folder) == before


def test_a_store_without_passages_takes_any_encoder(store: Store) -> None:
    for identifier in ("truce", "talks"):
        store.remove(identifier)
    store.put(sample_document("/a/new.md"), sample_passages(), "another encoder")
    with store.view() as view:
        assert view.fingerprint == "another encoder"


def test_reencoding_replaces_every_passage_and_keeps_every_document(store: Store, folder: Path) -> None:
    before = rows_of_tables(folder)
    seen = []

    def encode(document: StoredDocument, text: str) -> list[EncodedPassage]:
        seen.append((document.id, text))
        return sample_passages(text, 4)

    assert store.reindex(encode, "another encoder") == 3
    assert sorted(seen) == [("talks", LATIN), ("truce", TEXT)]
    after = rows_of_tables(folder)
    assert after["documents"] == before["documents"]
    with store.view() as view:
        assert view.counts() == (2, 8)
        assert view.fingerprint == "another encoder"
        assert len(view.token_vectors(view.passage_keys())) == 8
    read_everything(folder)
    store.put(sample_document("/a/new.md"), sample_passages(), "another encoder")


# Failures


class NoBytes:
    """What no vector is."""


@pytest.mark.parametrize("wrong", ["text", 5, None, [1, 2], NoBytes()], ids=lambda wrong: type(wrong).__name__)
@pytest.mark.parametrize("field", ["vector", "token_vectors"])
def test_a_vector_that_is_no_bytes_leaves_the_old_state(store: Store, folder: Path, wrong: object, field: str) -> None:
    before = signature(folder)
    good = sample_passages(WIDE)
    parts = {"vector": b"v", "token_vectors": b"t", "terms": {}, field: wrong}
    bad = EncodedPassage(good[1].passage, **parts)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        store.put(sample_document("/a/truce.md", WIDE), [good[0], bad], FINGERPRINT)
    assert signature(folder) == before
    assert store.put(sample_document("/a/truce.md", WIDE), good, FINGERPRINT) == ("truce", 3)


@pytest.mark.parametrize("text", [LATIN, WIDE])
@pytest.mark.parametrize("shift", [(-1, 3), (0, 1), (3, 3), (4, 2)])
def test_a_passage_outside_its_text_leaves_the_old_state(
    store: Store, folder: Path, text: str, shift: tuple[int, int]
) -> None:
    before = signature(folder)
    wrong = Passage(0, len(text) + 1) if shift == (0, 1) else Passage(*shift)
    with pytest.raises(SpanError) as refused:
        store.put(sample_document("/a/truce.md", text), [*sample_passages(text), *encoded([wrong])], FINGERPRINT)
    assert is_sentences(str(refused.value))
    assert signature(folder) == before


def test_two_passages_of_one_span_leave_the_old_state(store: Store, folder: Path) -> None:
    before = signature(folder)
    with pytest.raises(StoreCorruptError):
        store.put(sample_document("/a/truce.md", WIDE), sample_passages(WIDE) * 2, FINGERPRINT)
    assert signature(folder) == before


@pytest.mark.parametrize(
    "error",
    [ValueError("wrong"), OSError(5, "Input/output error"), BrokenPipeError(), KeyboardInterrupt(), SystemExit(1)],
)
def test_an_encoder_that_fails_leaves_the_old_state_and_its_error_passes_through(
    store: Store, folder: Path, error: BaseException
) -> None:
    before = signature(folder)
    done = 0

    def encode(document: StoredDocument, text: str) -> list[EncodedPassage]:
        nonlocal done
        done += 1
        if done == 2:
            raise error
        return sample_passages(text, 3)

    with pytest.raises(type(error)) as refused:
        store.reindex(encode, "another encoder")
    assert refused.value is error
    assert signature(folder) == before
    assert store.remove("truce") == 3


def test_damage_found_while_reencoding_leaves_the_old_state(store: Store, folder: Path) -> None:
    store._connection.execute("UPDATE documents SET text = x'41' WHERE id = 'truce'")
    before = signature(folder)
    with pytest.raises(StoreCorruptError):
        store.reindex(lambda document, text: sample_passages(text), "another encoder")
    assert signature(folder) == before


# Death of a writer

WRITER = """
import sys
from pathlib import Path
from corpus.documents import EncodedPassage, Metadata, Passage, SourceDocument
from corpus.store import Store

def halt():
    print("here", flush=True)
    sys.stdin.read()

def passages(text, halt_at):
    for at in range(8):
        if at == halt_at:
            halt()
        yield EncodedPassage(Passage(at, at + 1), bytes([at]) * 2**20, bytes([at]) * 2**20, {})

def document(source, text):
    return SourceDocument(source, "0" * 64, "text/plain", text, Metadata(title="New"))

folder, what = Path(sys.argv[1]), sys.argv[2]
with Store(folder) as store:
    if what == "add":
        store.put(document("/a/new.md", "A new text."), passages("A new text.", 6), "an encoder")
    elif what == "replace":
        store.put(document("/a/truce.md", "A new text."), passages("A new text.", 6), "an encoder")
    elif what == "reindex":
        rounds = iter([None, 6])
        store.reindex(lambda document, text: passages(text, next(rounds)), "another encoder")
    elif what == "keep on":
        for at in range(10_000):
            store.put(document(f"/b/{at}.md", f"Text {at} of many."), list(passages("", None))[:3], "an encoder")
            print(at, flush=True)
    elif what == "done":
        store.put(document("/a/truce.md", "A new text."), passages("A new text.", None), "an encoder")
        halt()
"""


def started(folder: Path, what: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def killed(writer: subprocess.Popen[str]) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL


@pytest.mark.parametrize("what", ["add", "replace", "reindex"])
def test_a_writer_killed_in_the_middle_of_a_change_leaves_exactly_the_old_state(
    store: Store, folder: Path, what: str
) -> None:
    before = signature(folder)
    store.close()
    writer = started(folder, what)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "here\n"
    killed(writer)
    assert (folder / "footnote.db-wal").stat().st_size > 2**20  # the change had begun to reach the disk
    assert signature(folder) == before
    read_everything(folder)
    with Store(folder) as again, again.view() as view:
        assert view.problems_found_by_sqlite() == []
        assert again.remove("truce") == 3


def test_a_writer_killed_after_a_change_leaves_exactly_the_new_state(store: Store, folder: Path) -> None:
    store.close()
    writer = started(folder, "done")
    assert writer.stdout is not None
    assert writer.stdout.readline() == "here\n"
    killed(writer)
    read_everything(folder)
    with View(folder) as view:
        assert view.generation == 3
        assert view.text(view.document("truce")) == "A new text."
        assert view.counts() == (2, 10)
        assert view.problems_found_by_sqlite() == []


@pytest.mark.parametrize("acknowledged", [1, 7])
def test_every_acknowledged_document_survives_a_writer_killed_at_any_moment(
    store: Store, folder: Path, acknowledged: int
) -> None:
    store.close()
    writer = started(folder, "keep on")
    assert writer.stdout is not None
    assert [writer.stdout.readline() for _ in range(acknowledged)] == [f"{at}\n" for at in range(acknowledged)]
    killed(writer)
    read_everything(folder)
    with View(folder) as view:
        added = view.counts()[0] - 2
        assert added >= acknowledged
        assert view.generation == 2 + added
        for at in range(added):
            assert view.text(view.document(str(at))) == f"Text {at} of many."
        assert view.counts()[1] == 4 + 3 * added


def test_a_store_can_be_read_while_its_writer_is_in_the_middle_of_a_change(store: Store, folder: Path) -> None:
    before = signature(folder)
    writer = started(folder, "replace")
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "here\n"
        read_everything(folder)
        assert signature(folder) == before
    finally:
        writer.communicate()
    with store.view() as view:
        assert view.text(view.document("truce")) == "A new text."


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files cannot be counted here")
def test_stores_opened_and_closed_leave_no_open_files(folder: Path) -> None:
    def open_files() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    with Store(folder, create=True) as first:
        first.put(sample_document(), sample_passages(), FINGERPRINT)
    before = open_files()
    for _ in range(50):
        with Store(folder) as store, store.view() as view:
            all_passages(view)
        with pytest.raises(UnknownDocumentError), Store(folder) as store:
            store.remove("nothing")
    assert open_files() == before
