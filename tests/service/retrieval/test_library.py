"""Snapshots that do not change, and a library that follows the store."""

import gc
import os
import sqlite3
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import service.retrieval.library
import service.retrieval.local.retriever
from corpus.errors import EncoderError, EncoderMismatchError, StoreCorruptError, StoreError, StoreMissingError
from corpus.lexical.projection import LexicalProjection
from corpus.lexical.rebuild import index_apart
from corpus.store.changes import Move
from corpus.store.store import Store
from embeddings.encoder import Precision
from embeddings.encoder.encoder import Encoder
from service.answering.answer import Answer
from service.answering.pipeline import Pipeline
from service.ingest.ingester import Ingester
from service.retrieval.library import Library, Snapshot
from service.retrieval.local.retriever import LocalRetriever
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.samples import count_up
from tests.service.conftest import Add, OpenLibrary, OpenPipeline, local

ROOT = Path(__file__).parents[3]
TIMEOUT_S = 60
QUESTION = "When did the truce begin?"

State = dict[str, str]
"""Revisions by document."""


def state_of(snapshot: Snapshot) -> State:
    """Return the revisions of a snapshot, after a check that its text, passages and indexes agree."""
    documents = snapshot.view.documents()
    keys = [key for document in documents for key in local(snapshot).view.document_passages(document)]
    assert sorted(local(snapshot).index.keys.tolist()) == local(snapshot).lexical.keys() == sorted(keys)
    for document in documents:
        text = snapshot.view.text(document)
        for passage in local(snapshot).view.passages(local(snapshot).view.document_passages(document)):
            assert text[passage.start : passage.end] == passage.text
    return {document.id: document.revision for document in documents}


def found(snapshot: Snapshot) -> list[tuple[int, float]]:
    """Return the results of a vector search."""
    question = np.ones(local(snapshot).index.dimension, dtype=np.float32) / np.float32(
        local(snapshot).index.dimension ** 0.5
    )
    return local(snapshot).index.search(question, 100)


def now(library: Library) -> State:
    with library.snapshot() as snapshot:
        return state_of(snapshot)


def test_an_empty_library_can_be_opened_and_filled(add: Add, open_library: OpenLibrary) -> None:
    library = open_library()
    assert now(library) == {}

    add("one.txt", "The truce began.")

    assert library.refresh()
    assert set(now(library)) == {"one"}


def test_a_snapshot_stays_the_same_whatever_happens_to_the_store(
    add: Add, store: Store, open_library: OpenLibrary
) -> None:
    add("one.txt", "The truce began.")
    add("two.txt", "Then it ended.")
    library = open_library()

    with library.snapshot() as snapshot:
        before = state_of(snapshot), snapshot.generation, found(snapshot)
        add("one.txt", "The truce began later than was said.")
        store.remove("two")
        add("three.txt", "More of it.")
        assert library.refresh()
        assert (state_of(snapshot), snapshot.generation, found(snapshot)) == before

    assert set(now(library)) == {"one", "three"}


def test_a_refresh_shows_additions_replacements_and_removals(add: Add, store: Store, open_library: OpenLibrary) -> None:
    add("one.txt", "The truce began.")
    library = open_library()
    states = [now(library)]
    for change in (
        lambda: add("two.txt", "Then it ended."),
        lambda: add("one.txt", "The truce began later than was said."),
        lambda: store.remove("two"),
    ):
        change()
        assert library.refresh()
        states.append(now(library))

    assert [sorted(state) for state in states] == [["one"], ["one", "two"], ["one", "two"], ["one"]]
    assert states[0]["one"] == states[1]["one"] != states[2]["one"] == states[3]["one"]


def test_a_refresh_with_nothing_new_keeps_the_snapshot(add: Add, open_library: OpenLibrary) -> None:
    add("one.txt", "The truce began.")
    library = open_library()

    with library.snapshot() as before:
        assert not library.refresh()
        with library.snapshot() as after:
            assert after is before


def test_a_refresh_shows_what_another_process_changed(add: Add, open_library: OpenLibrary, settings: Settings) -> None:
    add("one.txt", "The truce began.")
    add("two.txt", "Then it ended.")
    library = open_library()

    script = "import pathlib, sys; from corpus.store import Store; Store(pathlib.Path(sys.argv[1])).remove('one')"
    subprocess.run([sys.executable, "-c", script, str(settings.data)], cwd=ROOT, check=True, timeout=TIMEOUT_S)

    assert set(now(library)) == {"one", "two"}
    assert library.refresh()
    assert set(now(library)) == {"two"}


def test_a_snapshot_in_use_outlives_the_library(add: Add, open_library: OpenLibrary) -> None:
    add("one.txt", "The truce began.")
    library = open_library()

    with library.snapshot() as snapshot:
        library.close()
        assert set(state_of(snapshot)) == {"one"}

    with pytest.raises(StoreError):
        snapshot.view.document_ids()


def test_a_refreshed_library_leaves_the_indexes_on_disk_up_to_date(
    add: Add, open_library: OpenLibrary, settings: Settings
) -> None:
    from embeddings.index.projection import VectorProjection

    library = open_library()
    add("one.txt", "The truce began.")
    library.refresh()

    with library.snapshot() as snapshot:
        assert VectorProjection(settings.data).problem(local(snapshot).view, local(snapshot).index.dimension) is None
        assert LexicalProjection(settings.data).problem(local(snapshot).view) is None


def test_answers_are_of_one_generation_while_documents_come_change_and_go(
    add: Add, store: Store, open_pipeline: OpenPipeline
) -> None:
    states: dict[int, State] = {}
    texts: dict[str, str] = {}
    asked: list[Answer] = []
    done, begun = threading.Event(), threading.Barrier(9)

    def remember() -> None:
        with store.view() as view:
            documents = view.documents()
            states[view.generation] = {document.id: document.revision for document in documents}
            texts.update({document.revision: view.text(document) for document in documents})

    def keep_asking() -> None:
        begun.wait(TIMEOUT_S)
        while not done.is_set():
            asked.append(pipeline.ask(QUESTION, k=50))

    add("steady.txt", "The truce began in the year of the talks.")
    remember()
    pipeline = open_pipeline()
    asked.append(pipeline.ask(QUESTION, k=50))
    with ThreadPoolExecutor(9) as pool:
        threads = [pool.submit(keep_asking) for _ in range(8)]
        threads.append(pool.submit(pipeline.library.follow, 0.001, done))
        try:
            begun.wait(TIMEOUT_S)
            for at in range(40):
                if at % 4 == 3:
                    store.remove(f"moving-{(at - 1) % 3}")
                else:
                    add(f"moving-{at % 3}.txt", f"The truce of year {at} began. " * (1 + at % 5))
                remember()
        finally:
            done.set()
    for thread in threads:
        thread.result(TIMEOUT_S)
    pipeline.library.refresh()
    asked.append(pipeline.ask(QUESTION, k=50))

    assert pipeline.library.problem is None
    assert len(states) == 41
    assert {asked[0].generation, asked[-1].generation} == {1, 41}
    for answer in asked:
        assert answer.status == "answered"
        shown = {passage.citation.document_id: passage.citation.revision for passage in answer.passages}
        assert shown == states[answer.generation]
        for passage in answer.passages:
            text = texts[passage.citation.revision]
            assert text[passage.citation.start : passage.citation.end] == passage.text


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")
def test_fifty_refreshes_leave_no_file_open(add: Add, store: Store, open_library: OpenLibrary) -> None:
    def open_files() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    def refresh_twice(at: int) -> None:
        add("two.txt", f"Then it ended {at}.")
        assert library.refresh()
        store.remove("two")
        with library.snapshot():
            assert library.refresh()

    add("one.txt", "The truce began.")
    library = open_library()
    refresh_twice(-1)  # SQLite keeps a file open that it will use again
    before = open_files()

    for at in range(25):
        refresh_twice(at)

    assert open_files() == before
    library.close()
    assert open_files() < before


def damage(settings: Settings, *statements: str) -> None:
    """Change the store behind its back, in a generation of its own."""
    connection = sqlite3.connect(settings.data / "footnote.db")
    with connection:
        for statement in statements:
            assert connection.execute(statement).rowcount
        count_up(connection)
    connection.close()


def test_a_failing_refresh_leaves_the_old_snapshot_answering(
    add: Add, open_pipeline: OpenPipeline, settings: Settings
) -> None:
    add("one.txt", "The truce began.")
    pipeline = open_pipeline()
    before = pipeline.ask(QUESTION)
    add("two.txt", "Then it ended.")
    damage(settings, "UPDATE passages SET vector = zeroblob(128) WHERE key = (SELECT max(key) FROM passages)")

    with pytest.raises(StoreCorruptError):
        pipeline.library.refresh()

    after = pipeline.ask(QUESTION)
    assert (after.generation, after.passages) == (before.generation, before.passages)


def test_a_store_that_is_gone_leaves_the_old_snapshot_answering(
    add: Add, open_pipeline: OpenPipeline, settings: Settings, tmp_path: Path
) -> None:
    add("one.txt", "The truce began.")
    pipeline = open_pipeline()
    settings.data.rename(tmp_path / "elsewhere")

    with pytest.raises(StoreMissingError):
        pipeline.library.refresh()
    assert pipeline.ask(QUESTION).status == "answered"


def test_another_store_in_its_place_is_opened(
    add: Add, open_library: OpenLibrary, settings: Settings, tmp_path: Path, tiny_encoder: Encoder
) -> None:
    add("one.txt", "The truce began.")
    library = open_library()
    (tmp_path / "other.txt").write_text("Another truce ended.")
    other = settings.model_copy(update={"data": tmp_path / "other"})
    with Store(other.data, create=True) as store:
        Ingester(store, lambda: tiny_encoder, other).ingest([tmp_path / "other.txt"], NoProgress())
    settings.data.rename(tmp_path / "elsewhere")
    other.data.rename(settings.data)

    assert library.refresh()
    assert set(now(library)) == {"other"}


class Script(threading.Event):
    """Stop event that runs a step each time the follower waits, and is set after the last."""

    def __init__(self, steps: Sequence[Callable[[], object]]) -> None:
        super().__init__()
        self._steps = iter(steps)

    def wait(self, timeout: float | None = None) -> bool:
        step = next(self._steps, None)
        if step is None:
            return True
        step()
        return False


def test_a_followed_library_logs_its_problem_once_until_it_is_over(
    add: Add, open_library: OpenLibrary, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    add("one.txt", "The truce began.")
    library = open_library()
    seen: list[tuple[str | None, list[str]]] = []

    def note() -> None:
        seen.append((library.problem, sorted(now(library))))

    def add_damaged() -> None:
        note()
        add("two.txt", "Then it ended.")
        damage(
            settings,
            "UPDATE passages SET vector_checksum = vector_checksum + 1 WHERE key = (SELECT max(key) FROM passages)",
        )

    def mend() -> None:
        note()
        damage(
            settings,
            "UPDATE passages SET vector_checksum = vector_checksum - 1 WHERE key = (SELECT max(key) FROM passages)",
        )

    library.follow(0.001, Script([add_damaged, note, mend, note]))

    problem = seen[1][0]
    assert problem is not None
    assert "footnote verify" in problem
    assert seen == [(None, ["one"]), (problem, ["one"]), (problem, ["one"]), (None, ["one", "two"])]
    assert [record.getMessage() for record in caplog.records] == [
        f"The newest documents cannot be served yet: {problem}"
    ]


def test_a_follower_ends_when_stopped(add: Add, open_library: OpenLibrary) -> None:
    add("one.txt", "The truce began.")
    library = open_library()
    stop = threading.Event()
    follower = threading.Thread(target=library.follow, args=(0.001, stop))
    follower.start()

    stop.set()
    follower.join(TIMEOUT_S)

    assert not follower.is_alive()
    assert library.problem is None


def test_a_store_reindexed_with_another_encoder_is_a_problem_and_the_old_snapshot_answers(
    add: Add, store: Store, open_pipeline: OpenPipeline, tiny_encoder: Encoder, settings: Settings
) -> None:
    add("one.txt", "The truce began. " * 9)
    pipeline = open_pipeline()
    before = pipeline.ask(QUESTION)
    other = settings.model_copy(update={"passage_tokens": 32})
    Ingester(store, lambda: tiny_encoder, other).reindex(NoProgress())

    pipeline.library.follow(0.001, Script([lambda: None]))

    assert pipeline.library.problem is not None
    assert f"footnote reindex --data {settings.data}" in pipeline.library.problem
    after = pipeline.ask(QUESTION)
    assert (after.generation, after.passages) == (before.generation, before.passages)


@pytest.fixture
def in_bfloat16(tiny_model: Path) -> Encoder:
    """The tiny encoder in another precision."""
    return Encoder(str(tiny_model), "bfloat16")


def test_a_store_reindexed_in_another_precision_is_opened_with_the_encoder_for_it(
    add: Add, store: Store, settings: Settings, tiny_encoder: Encoder, open_library: OpenLibrary, in_bfloat16: Encoder
) -> None:
    add("one.txt", "The truce began. " * 9)
    loaded: list[Precision] = []

    def load(precision: Precision) -> Encoder:
        loaded.append(precision)
        return in_bfloat16

    library = open_library(load=load)
    pipeline = Pipeline(library, settings)
    with library.snapshot() as before:
        Ingester(store, lambda: in_bfloat16, settings).reindex(NoProgress())
        assert library.refresh()
        assert before.encoder is tiny_encoder
    with library.snapshot() as after:
        assert (after.encoder, after.generation) == (in_bfloat16, before.generation + 1)
    assert pipeline.ask(QUESTION).generation == after.generation
    store.remove("one")
    assert library.refresh()
    assert loaded == ["bfloat16"]


def test_an_encoder_that_cannot_be_loaded_is_a_problem_that_is_not_tried_again_at_once(
    add: Add, store: Store, settings: Settings, open_library: OpenLibrary, in_bfloat16: Encoder
) -> None:
    add("one.txt", "The truce began. " * 9)
    tries: list[Precision] = []

    def load(precision: Precision) -> Encoder:
        tries.append(precision)
        raise EncoderError("There is no room for it.")

    library = open_library(load=load)
    Ingester(store, lambda: in_bfloat16, settings).reindex(NoProgress())
    for _ in range(3):
        with pytest.raises(EncoderError, match="There is no room for it"):
            library.refresh()
    assert tries == ["bfloat16"]
    assert Pipeline(library, settings).ask(QUESTION).generation == 1


@pytest.mark.parametrize("change", [{"passage_tokens": 32}, {"title_tokens": 4}])
def test_no_precision_is_loaded_for_a_store_that_differs_in_more(
    add: Add, store: Store, settings: Settings, open_library: OpenLibrary, in_bfloat16: Encoder, change: dict[str, int]
) -> None:
    add("one.txt", "The truce began. " * 9)
    library = open_library(load=lambda _: in_bfloat16)
    Ingester(store, lambda: in_bfloat16, settings.model_copy(update=change)).reindex(NoProgress())
    with pytest.raises(EncoderMismatchError, match="footnote reindex"):
        library.refresh()


def test_an_encoder_that_is_no_longer_used_is_let_go(
    add: Add, store: Store, settings: Settings, tiny_model: Path, in_bfloat16: Encoder
) -> None:
    gc.disable()  # a running service keeps what it started with from the collector
    try:
        first = Encoder(str(tiny_model))
        gone = weakref.ref(first)
        add("one.txt", "The truce began. " * 9)
        library = Library(settings, first, load=lambda _: in_bfloat16)
        pipeline = Pipeline(library, settings)
        del first
        pipeline.ask(QUESTION)
        assert gone() is not None
        Ingester(store, lambda: in_bfloat16, settings).reindex(NoProgress())
        assert library.refresh()
        pipeline.ask(QUESTION)
        assert gone() is None
        library.close()
    finally:
        gc.enable()


def test_a_store_reindexed_with_the_same_encoder_is_opened(
    add: Add, open_pipeline: OpenPipeline, ingester: Ingester
) -> None:
    add("one.txt", "The truce began. " * 9)
    pipeline = open_pipeline()
    before = pipeline.ask(QUESTION)
    ingester.reindex(NoProgress())

    assert pipeline.library.refresh()

    after = pipeline.ask(QUESTION)
    assert after.generation > before.generation
    assert after.passages == before.passages


def test_a_store_of_another_encoder_is_not_opened(
    add: Add, open_library: OpenLibrary, settings: Settings, tiny_encoder: Encoder
) -> None:
    add("one.txt", "The truce began.")

    with pytest.raises(EncoderMismatchError, match="footnote reindex"):
        Library(settings.model_copy(update={"passage_tokens": 32}), tiny_encoder)


def test_a_missing_store_is_not_opened(tmp_path: Path, settings: Settings, tiny_encoder: Encoder) -> None:
    with pytest.raises(StoreMissingError, match="footnote ingest"):
        Library(settings.model_copy(update={"data": tmp_path / "nothing"}), tiny_encoder)


def test_a_library_may_be_closed_twice(open_library: OpenLibrary) -> None:
    library = open_library()

    library.close()
    library.close()


def test_a_large_library_reads_from_the_newest_snapshot_even_if_no_passage_has_changed(
    add: Add, store: Store, settings: Settings, open_library: OpenLibrary
) -> None:
    add("one.txt", "The truce began.")
    add("two.txt", "Then it ended.")
    library = open_library(retriever=LocalRetriever(settings.data, exact_up_to=1))
    with library.snapshot() as snapshot:
        source = local(snapshot).view.sources()[0].source  # and nothing is searched: vectors once read are kept
    store.apply([Move(source, source + ".moved")])
    assert library.refresh()
    with library.snapshot() as newer:
        assert newer is not snapshot
        assert len(found(newer)) == 2


@pytest.mark.parametrize("works", [True, False])
def test_many_removals_are_indexed_by_another_process(
    add: Add, open_library: OpenLibrary, settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    asked: list[Path] = []

    def apart(folder: Path) -> None:
        asked.append(folder)
        if works:
            index_apart(folder)

    monkeypatch.setattr(service.retrieval.local.retriever, "APART_FROM", 1)
    monkeypatch.setattr(service.retrieval.local.retriever, "index_apart", apart)
    add("one.txt", "The truce began.")
    library = open_library()

    add("two.txt", "Then it ended.")
    assert library.refresh()
    assert asked == []  # what is only added takes no time

    store.remove("one")
    assert library.refresh()
    assert asked == [settings.data]
    assert list(now(library)) == ["two"]
    with store.view() as view:
        assert LexicalProjection(settings.data).problem(view) is None

    monkeypatch.setattr(service.retrieval.local.retriever, "APART_FROM", 100)
    store.remove("two")
    assert library.refresh()
    assert len(asked) == 1
