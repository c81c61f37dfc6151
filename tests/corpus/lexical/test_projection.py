"""The lexical index on disk: whatever happens to its files, what is opened is what the store holds."""

import contextlib
import fcntl
import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
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
from tests.corpus.samples import FINGERPRINT, UNHURRIED, all_passages, sample_document, sample_passages, tamper

QUESTIONS = (
    "truce gang",
    "number 2",
    "What did the mayor of 2012 say?",
    "La tregua",
    "who",
    [("gang", 1.0), ("3", 0.3)],
)

Put = Callable[..., str]
ViewOf = Callable[..., View]


def put_into(folder: Path, name: str, passages: int = 4) -> str:
    text = " ".join(f"The gang of {name} heard number {at} of the mayor's truces." for at in range(passages))
    with Store(folder, create=True) as store:
        document = sample_document(f"/{name}.md", text, title=f"About {name}")
        return store.put(document, sample_passages(text, passages), FINGERPRINT)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with an empty store."""
    Store(tmp_path / "data", create=True).close()
    return tmp_path / "data"


@pytest.fixture
def put(folder: Path) -> Put:
    def _put(name: str, passages: int = 4, into: Path = folder) -> str:
        return put_into(into, name, passages)

    return _put


@pytest.fixture
def view_of(folder: Path) -> Iterator[ViewOf]:
    """Opens views, newest state first seen at the call, and closes them at the end."""
    opened: list[View] = []

    def _view(of: Path = folder) -> View:
        opened.append(View(of))
        return opened[-1]

    yield _view
    for view in opened:
        view.close()


@pytest.fixture
def projection(folder: Path, put: Put, view_of: ViewOf) -> LexicalProjection:
    """The projection of a store of three documents, saved."""
    for name in ("one", "two", "three"):
        put(name)
    made = LexicalProjection(folder)
    made.open(view_of())
    return made


def rebuilt(view: View) -> LexicalIndex:
    """An index of a view's passages that no projection has touched."""
    documents = {document.key: document for document in view.documents()}
    passages = [(p.key, f"{documents[p.document_key].metadata.title}\n{p.text}") for p in all_passages(view)]
    return LexicalIndex.in_memory(passages)


def assert_shows(index: LexicalIndex, view: View) -> None:
    """The index holds exactly the view's passages, and returns the answers and scores of a rebuilt index."""
    assert index.keys.tolist() == view.passage_keys()
    reference = rebuilt(view)
    for question in QUESTIONS:
        assert index.search(question, 50) == reference.search(question, 50)


def assert_recovers(projection: LexicalProjection, view: View) -> None:
    """Opening gives the right index, and leaves files behind that are right too."""
    assert_shows(projection.open(view), view)
    assert projection.problem(view) is None
    assert_shows(LexicalProjection(projection.folder).open(view), view)


def files_of(projection: LexicalProjection) -> dict[str, Path]:
    """The index's files and the manifest, by what they are."""
    files = {"manifest": projection.files.manifest_path}
    for name, digest in json.loads(projection.files.manifest_path.read_bytes())["files"].items():
        files[name if name.endswith(".json") else Path(name).suffix] = projection.files.path / digest
    return files


KINDS = ["manifest", "meta.json", ".managed.json", ".term", ".idx", ".fieldnorm", ".fast", ".store"]
"""`.pos` is not read, because positions are not kept, but is verified with the rest."""


def test_a_projection_is_made_where_there_is_none(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    projection, view = LexicalProjection(folder), view_of()

    assert projection.problem(view) == "is missing"
    assert_recovers(projection, view)


def test_an_empty_store_has_an_empty_index(folder: Path, view_of: ViewOf) -> None:
    assert_recovers(LexicalProjection(folder), view_of())


def test_a_good_projection_is_left_as_it_is(projection: LexicalProjection, view_of: ViewOf) -> None:
    def state() -> list[tuple[str, bytes, int]]:
        return sorted((str(path), path.read_bytes(), path.stat().st_ino) for path in files_of(projection).values())

    before = state()

    assert_shows(projection.open(view_of()), view_of())

    assert state() == before


def test_a_passage_is_found_by_its_documents_title(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    put("Chapultepec")

    found = LexicalProjection(folder).open(view_of()).search("about Chapultepec", 4)

    assert {passage.document_key for passage in view_of().passages([key for key, _ in found])} == {2}


@pytest.mark.parametrize("changes", [1, 2, 25])
def test_a_projection_of_earlier_generations_is_brought_up_to_date(
    projection: LexicalProjection, put: Put, view_of: ViewOf, changes: int
) -> None:
    for at in range(changes):
        put(f"later {at}", 3)
    view = view_of()

    assert projection.problem(view) == "is out of date"
    assert_recovers(projection, view)


def test_replacements_and_removals_are_taken_up(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("two", 9)
    with Store(folder) as store:
        store.remove(put("three", 1))
    view = view_of()

    assert view.counts() == (2, 13)
    assert_recovers(projection, view)


def test_a_new_generation_of_the_same_passages_is_taken_up(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    with Store(folder) as store:
        store.remove(put("passing"))
    view = view_of()

    assert projection.problem(view) == "is out of date"
    assert_recovers(projection, view)


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
        for path in files_of(projection).values():
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kept", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_noticed(projection: LexicalProjection, view_of: ViewOf, kind: str, kept: float) -> None:
    path = files_of(projection)[kind]
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])

    assert projection.problem(view_of()) is not None
    assert_recovers(projection, view_of())


@pytest.mark.parametrize("kind", [*KINDS, ".pos"])
def test_a_missing_file_is_made_again(projection: LexicalProjection, view_of: ViewOf, kind: str) -> None:
    files_of(projection)[kind].unlink()

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("kind", [*KINDS, ".pos"])
def test_no_flipped_bit_ever_reaches_an_answer(projection: LexicalProjection, view_of: ViewOf, kind: str) -> None:
    chance, view = random.Random(8), view_of()  # noqa: S311

    for _ in range(12):
        path = files_of(projection)[kind]
        damaged = bytearray(path.read_bytes())
        at = chance.randrange(8 * len(damaged))
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        assert_shows(projection.open(view), view)
        assert projection.problem(view) is None


def test_a_zeroed_page_is_noticed(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("long", 300)
    projection, view = LexicalProjection(folder), view_of()
    projection.open(view)

    for kind in KINDS:
        path = files_of(projection)[kind]
        with path.open("r+b") as file:
            file.write(bytes(min(4096, path.stat().st_size)))
        assert projection.problem(view) == "is missing or damaged"
        assert_recovers(projection, view)


@pytest.mark.parametrize(
    "manifest",
    ["", "null", "[]", "{}", "7", '"text"', "{", "[" * 100_000, "\N{SNOWMAN}", "\0"],
    ids=lambda manifest: repr(manifest[:9]),
)
def test_a_manifest_that_is_none_is_replaced(projection: LexicalProjection, view_of: ViewOf, manifest: str) -> None:
    projection.files.manifest_path.write_text(manifest)

    assert_recovers(projection, view_of())


@pytest.mark.parametrize("key", ["store", "generation", "made_by", "files"])
@pytest.mark.parametrize("value", [None, -1, 10**30, 1.5, "", "x", "..", "\0", [], {}, {"x": "y"}], ids=repr)
def test_a_manifest_with_a_wrong_value_is_replaced(
    projection: LexicalProjection, view_of: ViewOf, key: str, value: object
) -> None:
    manifest = json.loads(projection.files.manifest_path.read_bytes())
    projection.files.manifest_path.write_text(json.dumps({**manifest, key: value}))

    assert_recovers(projection, view_of())


def test_a_stale_index_that_claims_to_be_new_is_brought_up_to_date(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    put("two", 8)
    view = view_of()
    manifest = json.loads(projection.files.manifest_path.read_bytes())
    projection.files.manifest_path.write_text(json.dumps({**manifest, "generation": view.generation}))

    assert projection.problem(view) == "holds other passages than the store"
    assert_recovers(projection, view)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_generation_is_noticed(
    projection: LexicalProjection, put: Put, view_of: ViewOf, kind: str
) -> None:
    old = files_of(projection)[kind].read_bytes()
    put("two", 9)
    projection.open(view_of())

    files_of(projection)[kind].write_bytes(old)

    assert_recovers(projection, view_of())


def test_files_of_another_store_of_the_same_generation_are_not_taken_for_its_own(
    projection: LexicalProjection, tmp_path: Path, put: Put, view_of: ViewOf
) -> None:
    other = LexicalProjection(tmp_path / "other")
    for name in ("one", "two", "three"):
        put(name, into=other.folder)
    other.open(view_of(other.folder))
    assert view_of(other.folder).generation == view_of().generation
    shutil.rmtree(projection.files.path)
    shutil.copytree(other.files.path, projection.files.path)

    assert projection.problem(view_of()) == "is out of date"
    assert_recovers(projection, view_of())


def test_an_index_of_another_analysis_is_not_used(
    projection: LexicalProjection, view_of: ViewOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus.lexical.projection, "MADE_BY", "a later version")

    assert projection.problem(view_of()) == "is out of date"
    assert_recovers(projection, view_of())


def test_a_restored_backup_that_went_its_own_way_is_not_answered_from_the_other_ways_index(
    folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("kept", 4)
    backup = (folder / "footnote.db").read_bytes()
    put("lost", 6)
    projection = LexicalProjection(folder)
    with View(folder) as view:
        projection.open(view)
    (folder / "footnote.db").write_bytes(backup)

    put("new", 6)
    put("newer", 2)

    assert_recovers(projection, view_of())


def test_a_damaged_passage_in_the_store_is_never_indexed_and_the_old_index_stays(
    projection: LexicalProjection, folder: Path, put: Put, view_of: ViewOf
) -> None:
    before = projection.files.manifest_path.read_bytes()
    put("later")
    tamper(folder, "UPDATE passages SET byte_end = byte_end - 1 WHERE key = (SELECT max(key) FROM passages)")

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        projection.open(view_of())
    assert projection.files.manifest_path.read_bytes() == before
    assert leftovers(projection) == []


def leftovers(projection: LexicalProjection) -> list[str]:
    named = json.loads(projection.files.manifest_path.read_bytes())["files"].values()
    kept = {"manifest.json", "lock", *named}
    return sorted(path.name for path in projection.files.path.iterdir() if path.name not in kept)


def test_leftovers_do_no_harm_and_the_next_writer_takes_them_away(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    (projection.files.path / "tmpabc").mkdir()
    (projection.files.path / "tmpabc" / "meta.json").write_bytes(b"half of an ind")
    (projection.files.path / "tmpdef").write_bytes(b'{"store"')
    assert_recovers(projection, view_of())

    put("later")

    assert_recovers(projection, view_of())
    assert leftovers(projection) == []


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
        print(index.keys.tolist() == view.passage_keys(), index.search("truce gang", 5), flush=True)
"""


def opener(folder: Path, times: int = 1, **options: object) -> subprocess.Popen[str]:
    """A process that is ready to open the projection so many times."""
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


def test_while_another_process_writes_the_index_is_made_without_being_saved(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    put("two", 7)
    view, before = view_of(), projection.files.manifest_path.read_bytes()
    with (projection.files.path / "lock").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert_shows(projection.open(view), view)
        assert projection.files.manifest_path.read_bytes() == before

    assert_recovers(projection, view)


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


def test_a_projection_that_cannot_be_written_still_answers(folder: Path, put: Put, view_of: ViewOf) -> None:
    put("one")
    (folder / "index").write_text("a file where the folder should be")
    projection, view = LexicalProjection(folder), view_of()

    assert_shows(projection.open(view), view)
    assert projection.problem(view) == "is missing or damaged"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_write_permission_still_answers(
    projection: LexicalProjection, put: Put, view_of: ViewOf
) -> None:
    folder = files_of(projection)["meta.json"].parent
    places = [*folder.iterdir(), *projection.files.path.iterdir(), projection.files.path]
    for path in places:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert_shows(projection.open(view_of()), view_of())
        put("later")
        assert_shows(projection.open(view_of()), view_of())
        assert projection.problem(view_of()) == "is out of date"
    finally:
        for path in reversed(places):
            path.chmod(0o700)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_in_the_place_of_a_file_still_answers(
    projection: LexicalProjection, view_of: ViewOf, kind: str
) -> None:
    path = files_of(projection)[kind]
    path.unlink()
    path.mkdir()

    assert_shows(projection.open(view_of()), view_of())


def test_the_files_are_for_their_owner_alone(projection: LexicalProjection, put: Put, view_of: ViewOf) -> None:
    put("later")
    projection.open(view_of())

    everything = list(projection.files.path.parent.rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_dir()} == {0o700}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")
def test_fifty_openings_leave_no_file_open(projection: LexicalProjection, put: Put, view_of: ViewOf) -> None:
    view = view_of()
    projection.open(view)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    for _ in range(50):
        projection.open(view)

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


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
