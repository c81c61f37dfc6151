"""Words of passages: what a store has after any changes equals what counting its passages gives."""

import contextlib
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents.document import EncodedPassage, Passage
from corpus.errors import StoreCorruptError
from corpus.store.changes import Change, Put, Remove
from corpus.store.database import DATABASE_NAME
from corpus.store.store import Store
from corpus.store.view import View
from corpus.store.words import removals, writing
from corpus.store.words.counts import MAX_COUNT, TermCounts
from tests.corpus.samples import FINGERPRINT, UNHURRIED, sample_document, tamper

WORDS = ("one", "two", "tres", "四", "five5", "a" * 90)

counts = st.dictionaries(st.sampled_from(WORDS), st.integers(1, 3), max_size=4)
documents = st.tuples(st.integers(0, 3), st.lists(counts, max_size=3))
changes = st.lists(st.lists(st.one_of(documents, st.integers(0, 3)), min_size=1, max_size=4), max_size=5)


def passages(*terms: dict[str, int]) -> list[EncodedPassage]:
    return [EncodedPassage(Passage(at, at + 1), b"v", b"t", each) for at, each in enumerate(terms)]


def change(what: object) -> Change:
    if isinstance(what, int):
        return Remove(f"/{what}.md")
    assert isinstance(what, tuple)
    return Put(sample_document(f"/{what[0]}.md"), passages(*what[1]))


def counted(view: View) -> tuple[dict[str, int], int]:
    """Number of passages of each term, and the number of tokens, counted from the passages."""
    named = view.named_terms(view.passage_keys()).values()
    return Counter(term for each in named for term in each), sum(sum(each.values()) for each in named)


def check(view: View) -> None:
    frequencies, tokens = counted(view)
    assert {term: record.passages for term, record in view.term_records(WORDS).items()} == frequencies
    assert view.words.tokens == tokens
    assert view.words_are_counted()
    view.check_totals()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@UNHURRIED
@given(changes)
def test_frequencies_are_those_of_the_passages_after_any_changes(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[object]]
) -> None:
    with Store(tmp_path_factory.mktemp("data"), create=True) as store:
        for group in groups:
            store.apply([change(what) for what in group], FINGERPRINT)
            with store.view() as view:
                check(view)


@UNHURRIED
@given(changes, st.integers(0, 4))
def test_removals_and_new_keys_lead_from_any_view_to_the_present_one(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[object]], moment: int
) -> None:
    with Store(tmp_path_factory.mktemp("data"), create=True) as store, contextlib.ExitStack() as stack:
        earlier = stack.enter_context(store.view())
        for at, group in enumerate(groups):
            if at == moment:
                earlier = stack.enter_context(store.view())
            store.apply([change(what) for what in group], FINGERPRINT)
        with store.view() as view:
            removed = view.removals_since(earlier.generation)
            assert removed is not None
            left = set(earlier.passage_keys()) - {key for each in removed for key in each.passages}
            assert left | set(view.passage_keys(after=earlier.last_passage_key)) == set(view.passage_keys())
            found = view.changes_since(earlier)
            assert found is not None
            assert set(found.passages_removed) == set(earlier.passage_rows()) - set(view.passage_rows())
            assert set(found.passages_added) == set(view.passage_rows()) - set(earlier.passage_rows())


def test_a_passage_keeps_the_counts_it_was_put_with(folder: Path) -> None:
    given = [{"one": 2, "tres": 1}, {}, {"two": 70_000}]
    with Store(folder, create=True) as store:
        store.put(sample_document(), passages(*given), FINGERPRINT)
        with store.view() as view:
            keys = view.passage_keys()
            assert list(view.named_terms(keys).values()) == [*given[:2], {"two": MAX_COUNT}]
            assert [view.passage_terms(keys)[key].length for key in keys] == [3, 0, MAX_COUNT]
            assert [each.terms for each in view.encoded_passages(view.document("truce"))][:2] == given[:2]
            assert view.held([*keys[:1], 5]) == set(keys[:1])


def test_a_key_of_a_term_is_never_used_again(folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document(), passages({"one": 1, "two": 1}), FINGERPRINT)
        store.remove("truce")
        store.put(sample_document(), passages({"two": 1}), FINGERPRINT)
        with store.view() as view:
            assert [record.key for record in view.term_records(WORDS).values()] == [3]


def test_words_of_many_passages_are_written_in_parts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BUFFERED", 2)
    with Store(folder, create=True) as store:
        changed = [{"one": 1}, {"two": 1, "one": 2}, {"tres": 1}, {"one": 1}]
        store.apply([change((0, changed)), change((1, changed)), change(0), change((1, changed[1:]))], FINGERPRINT)
        with store.view() as view:
            check(view)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE passage_terms SET checksum = checksum + 1 WHERE passage = (SELECT min(passage) FROM passage_terms)",
        "DELETE FROM passage_terms WHERE passage = (SELECT min(passage) FROM passage_terms)",
        "UPDATE terms SET passages = 9, checksum = 0 WHERE term = 'one'",
        "DELETE FROM terms WHERE term = 'one'",
    ],
)
def test_damaged_words_are_an_error_and_found(statement: str, folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document(), passages({"one": 1}, {"one": 2, "two": 1}), FINGERPRINT)
    tamper(folder, statement)
    with View(folder) as view:
        assert not view.words_are_counted()
        with pytest.raises(StoreCorruptError):
            view.named_terms(view.passage_keys())


def test_a_document_with_damaged_counts_can_be_replaced(folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document("/a.md"), passages({"one": 1}, {"two": 1}), FINGERPRINT)
        store.put(sample_document("/b.md"), passages({"one": 1}), FINGERPRINT)
        tamper(folder, "UPDATE passage_terms SET data = x'00' WHERE passage = (SELECT min(passage) FROM passage_terms)")
        store.put(sample_document("/a.md"), passages({"tres": 1}), FINGERPRINT)
        with store.view() as view:
            check(view)


@pytest.mark.parametrize("missing", ["DELETE FROM terms WHERE term = 'two'", "UPDATE terms SET key = 77 WHERE key = 1"])
def test_a_lost_term_is_noticed_at_the_start(missing: str, folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document(), passages({"one": 1}, {"two": 1}), FINGERPRINT)
    tamper(folder, missing)
    with View(folder) as view, pytest.raises(StoreCorruptError, match="all words that were written"):
        view.check_totals()


@pytest.mark.parametrize("data", [b"", bytes(4), b"\1" + bytes(7), b"\2" + bytes(17), bytes(9)])
def test_counts_of_a_wrong_size_are_refused(data: bytes) -> None:
    with pytest.raises(StoreCorruptError):
        TermCounts.parse(data)


@given(st.dictionaries(st.integers(0, 2**32 - 1), st.integers(1, MAX_COUNT)))
def test_counts_come_back_as_they_were_stored(given: dict[int, int]) -> None:
    found = TermCounts.parse(TermCounts.of(given).data())
    assert dict(found.items()) == given
    assert list(found.keys) == sorted(given)


# The log of removals


def test_the_log_names_what_each_generation_removed(folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document("/a.md"), passages({}, {}), FINGERPRINT)
        store.put(sample_document("/b.md"), passages({}), FINGERPRINT)
        with store.view() as before:
            keys = {name: before.passages_of(key) for key, name in ((1, "a"), (2, "b"))}
        store.put(sample_document("/a.md"), passages({}), FINGERPRINT)
        store.remove("b")
        with store.view() as view:
            found = view.removals_since(2)
            assert found is not None
            assert [(each.generation, each.document, each.has_left, list(each.passages)) for each in found] == [
                (3, 1, True, keys["a"]),
                (4, 2, True, keys["b"]),
            ]
            assert view.removals_since(4) == []
            assert view.removals_since(5) is None


def test_the_log_keeps_the_latest_generations(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removals, "LOGGED_GENERATIONS", 3)
    with Store(folder, create=True) as store:
        for _ in range(6):
            store.put(sample_document(), passages({}), FINGERPRINT)
        with store.view() as view:
            assert view.removals_since(2) is None
            assert len(view.removals_since(3) or ()) == 3


def test_the_log_does_not_reach_back_over_a_reindex(folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document(), passages({"one": 1}), FINGERPRINT)
        with store.view() as earlier:
            store.reindex(lambda document, text: passages({"two": 1}), FINGERPRINT)
            with store.view() as view:
                assert view.removals_since(earlier.generation) is None
                assert view.removals_since(view.generation) == []
                assert view.changes_since(earlier) is None
                check(view)


def test_a_damaged_log_is_an_error(folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document(), passages({}), FINGERPRINT)
        store.remove("truce")
    tamper(folder, "UPDATE removals SET has_left = 0")
    with View(folder) as view, pytest.raises(StoreCorruptError, match="what generation 2 removed"):
        view.removals_since(1)


@pytest.mark.parametrize(
    "statement", ["DELETE FROM passages WHERE document = 3", "DELETE FROM documents WHERE id = 'b'"]
)
def test_rows_that_are_lost_between_two_views_are_noticed(statement: str, folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document("/a.md"), passages({}), FINGERPRINT)
        with store.view() as earlier:
            store.put(sample_document("/a.md"), passages({}), FINGERPRINT)
            store.put(sample_document("/b.md"), passages({}), FINGERPRINT)
            with contextlib.closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as connection:
                connection.execute(statement)
            with store.view() as view, pytest.raises(StoreCorruptError, match="no longer holds all"):
                view.changes_since(earlier)


@pytest.mark.parametrize("statement", ["DELETE FROM removals", "UPDATE removals SET passages = x'00'"])
def test_a_damaged_log_costs_a_count_and_is_no_error(statement: str, folder: Path) -> None:
    with Store(folder, create=True) as store:
        store.put(sample_document("/a.md"), passages({}), FINGERPRINT)
        with store.view() as earlier:
            store.put(sample_document("/a.md"), passages({}), FINGERPRINT)
            tamper(folder, statement)
            with store.view() as view:
                assert view.changes_since(earlier) is None
