"""Several changes in one transaction, and any sequence of changes."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from corpus.errors import SpanError, StoreCorruptError, UnknownDocumentError
from corpus.store.changes import Change, Move, Put, Remove
from corpus.store.store import Store
from tests.corpus.samples import (
    FINGERPRINT,
    UNHURRIED,
    read_everything,
    rows_of_tables,
    sample_document,
    sample_passages,
    signature,
)

OTHER = "Another text. It has two sentences."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store(folder, create=True) as store:
        store.put(sample_document("/a/truce.md"), sample_passages(), FINGERPRINT)
        store.put(sample_document("/a/talks.md", OTHER), sample_passages(OTHER), FINGERPRINT)
        yield store


def sources(store: Store) -> dict[str, str]:
    with store.view() as view:
        return {each.source: each.id for each in view.sources()}


def test_a_batch_of_changes_is_one_generation(store: Store) -> None:
    changes: list[Change] = [
        Put(sample_document("/a/new.md", OTHER), sample_passages(OTHER)),
        Move("/a/truce.md", "/b/truce.md"),
        Remove("/a/talks.md"),
        Remove("/a/nothing.md"),
    ]
    assert store.apply(changes, FINGERPRINT) == 3
    assert sources(store) == {"/a/new.md": "new", "/b/truce.md": "truce"}


def test_a_move_keeps_everything_but_the_source(store: Store, folder: Path) -> None:
    before = rows_of_tables(folder)
    store.apply([Move("/a/truce.md", "/b/elsewhere.md")])
    after = rows_of_tables(folder)
    assert (after["passages"], after["token_vectors"]) == (before["passages"], before["token_vectors"])
    read_everything(folder)
    with store.view() as view:
        document = view.document("truce")
        assert (document.source, document.file) == ("/b/elsewhere.md", "/b/elsewhere.md")


def test_a_move_within_a_file_of_multiple_documents_names_the_file(store: Store, folder: Path) -> None:
    store.apply([Move("/a/truce.md", "/b/all.jsonl#7", "/b/all.jsonl")])
    read_everything(folder)
    with store.view() as view:
        assert view.document("truce").file == "/b/all.jsonl"


def test_a_moved_document_that_is_another_now_keeps_its_id(store: Store) -> None:
    moved = Put(sample_document("/b/renamed.md", OTHER), sample_passages(OTHER), moved_from="/a/truce.md")
    store.apply([moved], FINGERPRINT)
    assert sources(store) == {"/a/talks.md": "talks", "/b/renamed.md": "truce"}
    with store.view() as view:
        assert view.text(view.document("truce")) == OTHER


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (Move("/a/nothing.md", "/b/nothing.md"), UnknownDocumentError),
        (Move("/a/truce.md", "/a/talks.md"), StoreCorruptError),
        (Put(sample_document("/a/new.md", "short"), sample_passages(OTHER)), SpanError),
    ],
)
def test_changes_of_which_one_is_wrong_leave_the_old_state(
    store: Store, folder: Path, wrong: Move | Put, error: type[Exception]
) -> None:
    before = signature(folder)
    with pytest.raises(error):
        store.apply(
            [Remove("/a/nothing.md"), Put(sample_document("/a/more.md"), sample_passages()), wrong], FINGERPRINT
        )
    assert signature(folder) == before


def test_only_a_document_of_the_same_text_and_metadata_differs_in_name_only(store: Store) -> None:
    with store.view() as view:
        assert view.differs_in_name_only("truce", sample_document("/b/any.txt"))
        assert not view.differs_in_name_only("truce", sample_document("/b/any.txt", OTHER))
        assert not view.differs_in_name_only("truce", sample_document("/b/any.txt", title="Any"))
        assert not view.differs_in_name_only("nobody", sample_document("/b/any.txt"))


def test_the_version_of_the_reader_is_no_difference(store: Store) -> None:
    with store.view() as view:
        assert view.differs_in_name_only("truce", dataclasses.replace(sample_document(), reader_version=3))


def test_a_move_to_the_same_place_changes_only_the_version_of_the_reader(store: Store) -> None:
    source = "/a/truce.md"
    with store.view() as view:
        before = view.document("truce")
    for version in (3, None, 1):
        store.apply([Move(source, source, reader_version=version)], FINGERPRINT)
        with store.view() as view:
            assert view.document("truce") == dataclasses.replace(before, reader_version=version or 3)
            assert {each.source: each.reader_version for each in view.sources()}[source] == (version or 3)


def test_ids_say_which_document_of_a_file_and_not_that_it_was_uploaded(store: Store) -> None:
    in_file = dataclasses.replace(sample_document("/a/all.jsonl#MED-10.x"), file="/a/all.jsonl")
    store.apply([Put(in_file, []), Put(sample_document("upload:peace.md"), [])], FINGERPRINT)
    assert {"all-med-10-x", "peace"} < set(sources(store).values())


class Stores(RuleBasedStateMachine):
    """A store, and a dictionary of its expected content: source to id and text."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.temporary = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.temporary.name), create=True)
        self.held: dict[str, tuple[str, str]] = {}
        self.generation = 0

    names = st.sampled_from([f"/{folder}/{name}.md" for folder in "ab" for name in ("one", "two")])
    texts = st.sampled_from(["One text.", "Él llegó 😀 tarde.", OTHER])

    @rule(source=names, text=texts)
    def put(self, source: str, text: str) -> None:
        identifier, self.generation = self.store.put(sample_document(source, text), sample_passages(text), FINGERPRINT)
        if source in self.held:
            assert identifier == self.held[source][0]
        self.held[source] = (identifier, text)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), to=names, text=st.none() | texts)
    def move(self, data: st.DataObject, to: str, text: str | None) -> None:
        source = data.draw(st.sampled_from(sorted(self.held)))
        if to in self.held:
            return
        identifier, old = self.held.pop(source)
        if text is None:
            self.generation = self.store.apply([Move(source, to)])
        else:
            change = Put(sample_document(to, text), sample_passages(text), moved_from=source)
            self.generation = self.store.apply([change], FINGERPRINT)
        self.held[to] = (identifier, text or old)

    @rule(source=names)
    def remove(self, source: str) -> None:
        self.generation = self.store.apply([Remove(source)])
        self.held.pop(source, None)

    @invariant()
    def holds_what_it_was_given(self) -> None:
        with self.store.view() as view:
            assert view.generation == self.generation
            documents = {document.source: document for document in view.documents()}
            assert {s: (d.id, view.text(d)) for s, d in documents.items()} == self.held
            assert view.counts()[1] == 2 * len(self.held)
            view.passages(view.passage_keys())

    def teardown(self) -> None:
        self.store.close()
        self.temporary.cleanup()


TestStores = Stores.TestCase
TestStores.settings = settings(UNHURRIED, max_examples=25, stateful_step_count=12)
