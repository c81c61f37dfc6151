"""The lexical index on disk. `tests.service.retrieval.test_projections` has what both indexes have in common."""

import contextlib
import json
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpus.lexical.projection
from corpus.errors import StoreCorruptError
from corpus.lexical.index import LexicalIndex
from corpus.lexical.projection import LexicalProjection
from corpus.lexical.rebuild import index_apart
from corpus.store.store import Store
from corpus.store.view import View
from tests.conftest import ViewOf
from tests.corpus.lexical.checks import assert_best, assert_shows, rebuilt
from tests.corpus.samples import FINGERPRINT, UNHURRIED, sample_document, sample_passages, tamper

Put = Callable[..., str]


def put_into(folder: Path, name: str, passages: int = 4) -> str:
    text = " ".join(f"The gang of {name} heard number {at} of the mayor's truces." for at in range(passages))
    with Store(folder, create=True) as store:
        document = sample_document(f"/{name}.md", text, title=f"About {name}")
        return store.put(document, sample_passages(text, passages, f"About {name}"), FINGERPRINT)[0]


@pytest.fixture
def put(folder: Path) -> Put:
    def _put(name: str, passages: int = 4, into: Path = folder) -> str:
        return put_into(into, name, passages)

    return _put


@pytest.fixture
def projection(folder: Path, put: Put, view_of: ViewOf) -> LexicalProjection:
    """The projection of a store of three documents, saved."""
    for name in ("one", "two", "three"):
        put(name)
    made = LexicalProjection(folder)
    made.open(view_of())
    return made


def assert_recovers(projection: LexicalProjection, view: View) -> None:
    """Check that an opened index is right, and that it leaves files behind that are right too."""
    assert_shows(projection.open(view), view)
    assert projection.problem(view) is None
    assert_shows(projection.open(view), view)


"""`.pos` is not read, because positions are not kept, but is verified with the rest."""


def test_a_passage_is_found_by_its_documents_title(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    put("Chapultepec")

    found = LexicalProjection(folder).open(view_of()).search("about Chapultepec", 4)

    assert {passage.document_key for passage in view_of().passages([key for key, _ in found])} == {2}


def test_a_few_changes_leave_the_files_as_they_are(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus.lexical.projection, "MOST_REMOVED", 0.5)
    before = projection.files.manifest_path.read_bytes()
    with Store(folder) as store:
        store.remove(put("passing"))
    put("one", 3)
    view = view_of()

    assert_shows(projection.open(view), view)
    assert_recovers(LexicalProjection(folder), view)
    assert projection.files.manifest_path.read_bytes() == before


def test_many_changes_are_written(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one", 10)
    LexicalProjection(folder).open(view_of())
    put("two", 2001)
    behind = view_of()
    assert LexicalProjection(folder).problem(behind) == "is out of date"
    assert_recovers(LexicalProjection(folder), behind)

    put("two", 1)
    worn = view_of()
    assert LexicalProjection(folder).problem(worn) == "is out of date"
    assert_recovers(LexicalProjection(folder), worn)


@pytest.mark.parametrize("passages", [3000, 10_000])
def test_an_index_that_is_far_behind_is_exact(
    passages: int, folder: Path, put: Put, view_of: ViewOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passages of a part in memory are as many as those of the index that it is added to."""
    put("one", passages)
    projection = LexicalProjection(folder)
    projection.open(view_of())
    with Store(folder) as store:
        store.remove("one")
    put("two", passages)
    monkeypatch.setattr(corpus.lexical.projection, "LONGEST_TAIL", 10**6)
    monkeypatch.setattr(corpus.lexical.projection, "MOST_REMOVED", 1)
    view = view_of()
    index = projection.open(view)
    assert [len(part) for part in index.parts] == [passages, passages]
    assert_shows(index, view)


def test_an_index_that_is_ahead_is_not_used_for_an_earlier_view(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    before = view_of()
    put("two", 2500)
    projection.open(view_of())
    assert_shows(LexicalProjection(projection.folder).open(before), before)


class AllAccepted(LexicalIndex):
    """A mutant that takes removed passages for present ones."""

    def _accept(self, keys: Sequence[int]) -> Sequence[bool]:
        return [True] * len(keys)


@pytest.mark.parametrize("mutant", ["removed", "tail"])
def test_the_checks_notice_an_index_without_the_drop_or_the_tail(
    mutant: str,
    projection: LexicalProjection,
    folder: Path,
    put: Put,
    view_of: ViewOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(corpus.lexical.projection, "MOST_REMOVED", 1)
    put("two", 30)
    put("a very different text about a gang, the mayor and the truce of the gang", 9)
    with Store(folder) as store:
        store.remove("one")
    view = view_of()
    index = projection.open(view)
    assert_shows(index, view)
    if mutant == "removed":
        wrong: LexicalIndex = AllAccepted(view, index.parts, foreign=True)
    else:
        wrong = LexicalIndex(view, index.parts[:1], foreign=True)
    with pytest.raises((AssertionError, StoreCorruptError)):
        assert_best(wrong, view)


@settings(UNHURRIED, max_examples=12)
@given(changes=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 6)), min_size=3, max_size=9))
def test_every_step_gives_the_same_index_as_a_rebuild(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    present: set[str] = set()
    for name, passages in changes:
        if passages:
            present.add(put_into(folder, name, passages))
        elif name in present:
            present.remove(name)
            with Store(folder) as store:
                store.remove(name)
        else:
            continue
        with View(folder) as view:
            assert_shows(LexicalProjection(folder).open(view), view)


def test_an_old_reader_keeps_working_while_new_generations_replace_its_files(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    old_view = view_of()
    old = projection.open(old_view)
    for at in range(12):
        put(f"later {at % 5}", 1 + at)
        assert_recovers(projection, view_of())
    shutil.rmtree(folder / "index")

    assert_shows(old, old_view)


def test_an_index_in_use_keeps_answering_whatever_happens_to_its_files(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    put("two", 50)
    for view in (view_of(), view_of()):  # one that makes the files, one that reads them
        index = projection.open(view)
        for path in projection.files.path.iterdir():
            path.write_bytes(b"")
        assert_shows(index, view)


def test_the_indexes_of_a_view_before_and_after_a_change_may_be_opened_in_turn(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    before = view_of()
    put("two", 2)
    after = view_of()

    for view in (after, before, after):
        assert_recovers(projection, view)


def test_a_damaged_passage_in_the_store_is_never_indexed_and_the_old_index_stays(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    before = projection.files.manifest_path.read_bytes()
    put("later")
    tamper(folder, "UPDATE passage_terms SET checksum = 1 WHERE passage = (SELECT max(key) FROM passages)")

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        projection.open(view_of())
    assert projection.files.manifest_path.read_bytes() == before
    assert leftovers(projection) == []


def leftovers(projection: LexicalProjection) -> list[str]:
    named = json.loads(projection.files.manifest_path.read_bytes())["files"].values()
    kept = {"manifest.json", "lock", *named}
    return sorted(path.name for path in projection.files.path.iterdir() if path.name not in kept)


OPEN = """
import sys
from pathlib import Path
from corpus.lexical import LexicalProjection
from corpus.store import View
folder = Path(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[2])):
    with View(folder) as view:
        index = LexicalProjection(folder).open(view)
        print(index.keys() == view.passage_keys(), index.search("truce gang", 5), flush=True)
"""


def opener(folder: Path, times: int = 1, **options: object) -> subprocess.Popen[str]:
    """A process that opens the projection a number of times, once it is given a line."""
    command = [sys.executable, "-c", OPEN, str(folder), str(times)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]
    assert process.stdout.readline() == "ready\n"
    return process  # type: ignore[no-any-return]


def test_a_process_killed_while_it_writes_leaves_nothing_that_is_trusted(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    chance = random.Random(4)  # noqa: S311
    for at in range(12):
        put("two", 40 + at)
        process = opener(folder)
        with process:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.001, 0.15))
            process.kill()
        if at % 2:
            assert_recovers(projection, view_of())

    assert_recovers(projection, view_of())
    assert leftovers(projection) == []


def test_processes_that_open_at_once_neither_fail_nor_wait_for_each_other(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("two", 30)
    expected = rebuilt(view_of()).search("truce gang", 5)
    processes = [opener(folder, 3) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()

    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert out == f"True {expected}\n" * 3
    assert_recovers(projection, view_of())
    assert leftovers(projection) == []


@pytest.mark.parametrize("room", [0, 100, 1000, 20_000])
def test_a_full_disk_costs_nothing_but_the_saved_index(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf, room: int
) -> None:
    put("two", 300)
    expected = rebuilt(view_of()).search("truce gang", 5)

    process = opener(folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)))
    out, _ = process.communicate("\n", timeout=60)

    assert process.returncode == 0
    assert out == f"True {expected}\n"
    assert_recovers(projection, view_of())
    assert leftovers(projection) == []


def test_another_process_brings_the_index_up_to_date(
    folder: Path, projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    put("one.md")
    index_apart(folder)
    assert projection.problem(view_of()) is None

    with Store(folder) as store:
        store.remove("one")
    assert projection.problem(view_of()) == "is out of date"
    index_apart(folder)
    assert projection.problem(view_of()) is None


def test_another_process_that_cannot_index_does_no_harm(folder: Path, put: Put, tmp_path: Path) -> None:
    put("one.md")
    tamper(folder, "UPDATE passages SET checksum = checksum + 1")
    index_apart(folder)
    index_apart(tmp_path / "none")
    assert not (tmp_path / "none").exists()
