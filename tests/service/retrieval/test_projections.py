"""Both indexes on disk: whatever happens to their files, an opened index holds what the store holds."""

import dataclasses
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.files.atomic import locked_folder
from corpus.lexical import projection
from corpus.lexical.projection import LexicalProjection
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.index.projection import VectorProjection
from tests.conftest import ViewOf
from tests.corpus.lexical import checks as lexical
from tests.corpus.samples import sample_document, sample_passages
from tests.embeddings.conftest import DIMENSION, FINGERPRINT, unit_vectors
from tests.embeddings.index import checks as vectors

Put = Callable[..., str]
MISSING, DAMAGED, OUTDATED = "is missing", "is missing or damaged", "is out of date"


class Lexical:
    """The lexical index on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._projection = LexicalProjection(folder)
        self.files = self._projection.files

    def problem(self, view: View) -> str | None:
        return self._projection.problem(view)

    def opened(self, view: View) -> Callable[[], None]:
        """Open the index as a new process does, and return a check of it."""
        index = LexicalProjection(self.folder).open(view)
        return lambda: lexical.assert_shows(index, view)


class Vectors:
    """The vector index on disk, exact or coded."""

    def __init__(self, folder: Path, exact_up_to: int) -> None:
        self.folder = folder
        self._projection = VectorProjection(folder, exact_up_to)
        self.files = self._projection.files

    def problem(self, view: View) -> str | None:
        return self._projection.problem(view, DIMENSION)

    def opened(self, view: View) -> Callable[[], None]:
        """Open the index and return a check of it."""
        index = self._projection.open(view, DIMENSION)
        assert index.kind == ("exact" if len(index) <= self._projection.exact_up_to else "quantized")
        return lambda: vectors.assert_shows(index, view)


@pytest.fixture(autouse=True)
def short_tails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three new passages be many."""
    monkeypatch.setattr(projection, "LONGEST_TAIL", 2)


Kept = Lexical | Vectors

MAKE: dict[str, Callable[[Path], Kept]] = {
    "lexical": Lexical,
    "exact": lambda folder: Vectors(folder, 1000),
    "quantized": lambda folder: Vectors(folder, 5),
}


@pytest.fixture(params=MAKE)
def make(request: pytest.FixtureRequest) -> Callable[[Path], Kept]:
    return MAKE[request.param]


@pytest.fixture
def put(folder: Path) -> Put:
    rng = np.random.default_rng(20120308)

    def _put(name: str, passages: int = 6, into: Path = folder) -> str:
        text = " ".join(f"The gang of {name} heard number {at} of the mayor's truces." for at in range(passages))
        encoded = [
            dataclasses.replace(passage, vector=vector.astype("<f4").tobytes())
            for passage, vector in zip(
                sample_passages(text, passages, f"About {name}"), unit_vectors(rng, passages), strict=True
            )
        ]
        with Store(into, create=True) as store:
            return store.put(sample_document(f"/{name}.md", text, title=f"About {name}"), encoded, FINGERPRINT)[0]

    return _put


@pytest.fixture
def kept(make: Callable[[Path], Kept], folder: Path, put: Put, view_of: ViewOf) -> Kept:
    """The index of a store of three documents, saved."""
    for name in ("one", "two", "three"):
        put(name)
    kept = make(folder)
    kept.opened(view_of())
    return kept


def assert_recovers(kept: Kept, view: View) -> None:
    """Check that an opened index is right, and that it leaves files behind that are right too."""
    kept.opened(view)()
    assert kept.problem(view) is None
    kept.opened(view)()


def manifest_of(kept: Kept) -> dict[str, object]:
    manifest: dict[str, object] = json.loads(kept.files.manifest_path.read_bytes())
    del manifest["manifest_sha256"]
    return manifest


def rewrite(kept: Kept, **changed: object) -> None:
    """Change values of the manifest."""
    manifest = {**manifest_of(kept), **changed}
    digest = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    kept.files.manifest_path.write_text(json.dumps({**manifest, "manifest_sha256": digest}))


def paths_of(kept: Kept) -> Sequence[Path]:
    """The manifest, and the files that it names."""
    files = manifest_of(kept)["files"]
    assert isinstance(files, dict | list)
    names = files.values() if isinstance(files, dict) else files
    return [kept.files.manifest_path, *(kept.files.path / name for name in dict.fromkeys(names))]


def each_path(kept: Kept) -> Iterator[Path]:
    """The same paths one by one, looked up each time, because a repair may rename files."""
    for at in range(len(paths_of(kept))):
        yield paths_of(kept)[at]


def state_of(kept: Kept) -> Sequence[tuple[Path, bytes, int]]:
    return [(path, path.read_bytes(), path.stat().st_ino) for path in sorted(kept.files.path.iterdir())]


def leftovers(kept: Kept) -> set[str]:
    return {path.name for path in kept.files.path.iterdir()} - {path.name for path in paths_of(kept)} - {"lock"}


def test_an_index_is_made_where_there_is_none(
    make: Callable[[Path], Kept], folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("one")
    kept, view = make(folder), view_of()

    assert kept.problem(view) == MISSING
    assert_recovers(kept, view)


def test_an_empty_store_has_an_empty_index(make: Callable[[Path], Kept], folder: Path, view_of: ViewOf) -> None:
    assert_recovers(make(folder), view_of())


def test_a_good_index_is_left_as_it_is(kept: Kept, view_of: ViewOf) -> None:
    before = state_of(kept)

    kept.opened(view_of())()

    assert state_of(kept) == before


@pytest.mark.parametrize("changes", [1, 2, 25])
def test_an_index_of_an_earlier_generation_is_updated(kept: Kept, put: Put, view_of: ViewOf, changes: int) -> None:
    for at in range(changes):
        put(f"later {at}", 3)
    view = view_of()

    assert kept.problem(view) == OUTDATED
    assert_recovers(kept, view)


def test_replacements_and_removals_are_applied(kept: Kept, put: Put, view_of: ViewOf) -> None:
    put("two", 9)
    with Store(kept.folder) as store:
        store.remove(put("three", 1))
    view = view_of()

    assert view.counts() == (2, 15)
    assert_recovers(kept, view)


def test_the_removal_of_every_document_leaves_an_empty_index(kept: Kept, view_of: ViewOf) -> None:
    with Store(kept.folder) as store:
        for identifier in ("one", "two", "three"):
            store.remove(identifier)

    assert_recovers(kept, view_of())


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_noticed(kept: Kept, view_of: ViewOf, share: float) -> None:
    for path in each_path(kept):
        os.truncate(path, int(path.stat().st_size * share))

        assert kept.problem(view_of()) is not None
        assert_recovers(kept, view_of())


def test_a_missing_file_is_written_again(kept: Kept, view_of: ViewOf) -> None:
    for path in each_path(kept):
        path.unlink()

        assert_recovers(kept, view_of())


def test_no_flipped_bit_reaches_an_answer(kept: Kept, view_of: ViewOf) -> None:
    chance, view = random.Random(8), view_of()  # noqa: S311

    for at in range(100):
        paths = [path for path in paths_of(kept) if path.stat().st_size]
        path = paths[at % len(paths)]
        damaged = bytearray(path.read_bytes())
        bit = chance.randrange(8 * len(damaged))
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        assert_recovers(kept, view)


def test_a_zeroed_page_is_noticed(make: Callable[[Path], Kept], folder: Path, put: Put, view_of: ViewOf) -> None:
    put("long", 300)
    kept, view = make(folder), view_of()
    kept.opened(view)

    for path in each_path(kept):
        with path.open("r+b") as file:
            file.write(bytes(min(4096, path.stat().st_size)))
        assert kept.problem(view) == DAMAGED
        assert_recovers(kept, view)


def test_a_flipped_bit_in_a_manifest_is_noticed(kept: Kept, view_of: ViewOf) -> None:
    path = kept.files.manifest_path
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert kept.problem(view_of()) is not None, at
    path.write_bytes(whole)
    assert kept.problem(view_of()) is None


def test_an_invalid_manifest_is_replaced(kept: Kept, view_of: ViewOf) -> None:
    for manifest in ("", "null", "[]", "{}", "7", '"text"', "{", "[" * 100_000, "\N{SNOWMAN}", "\0"):
        kept.files.manifest_path.write_text(manifest)

        assert_recovers(kept, view_of())


@pytest.mark.parametrize(
    "value", [None, -1, 0, 10**30, 1.5, float("inf"), float("nan"), "", "x", "..", "\0", [], {}, {"x": "y"}], ids=repr
)
def test_a_manifest_with_a_wrong_value_is_replaced(kept: Kept, view_of: ViewOf, value: object) -> None:
    for key in manifest_of(kept):
        rewrite(kept, **{key: value})

        assert_recovers(kept, view_of())


def test_an_outdated_index_that_claims_the_newest_generation_is_updated(kept: Kept, put: Put, view_of: ViewOf) -> None:
    put("two", 8)
    view = view_of()
    rewrite(kept, generation=view.generation)

    assert kept.problem(view) == "holds other passages than the store"
    assert_recovers(kept, view)


def test_the_files_of_another_store_of_the_same_generation_are_not_used(
    kept: Kept, make: Callable[[Path], Kept], tmp_path: Path, put: Put, view_of: ViewOf
) -> None:
    other = make(tmp_path / "other")
    for name in ("one", "two", "three"):
        put(name, into=other.folder)
    other.opened(view_of(other.folder))
    assert view_of(other.folder).generation == view_of().generation
    shutil.rmtree(kept.files.path)
    shutil.copytree(other.files.path, kept.files.path)

    assert kept.problem(view_of()) == OUTDATED
    assert_recovers(kept, view_of())


def test_the_content_of_another_generation_is_noticed(kept: Kept, put: Put, view_of: ViewOf) -> None:
    old = [path.read_bytes() for path in paths_of(kept)]
    put("two", 9)

    for at, content in enumerate(old):
        kept.opened(view_of())
        paths_of(kept)[at].write_bytes(content)

        assert_recovers(kept, view_of())


def test_an_index_of_another_version_is_not_used(kept: Kept, view_of: ViewOf) -> None:
    rewrite(kept, made_by="an earlier version")

    assert kept.problem(view_of()) == OUTDATED
    assert_recovers(kept, view_of())


def test_after_a_restored_backup_the_index_of_the_lost_generation_is_not_used(
    make: Callable[[Path], Kept], folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("kept")
    backup = (folder / "footnote.db").read_bytes()
    put("lost")
    kept = make(folder)
    with View(folder) as view:
        kept.opened(view)
    (folder / "footnote.db").write_bytes(backup)

    put("new")
    put("newer", 2)

    assert_recovers(kept, view_of())


def test_leftovers_do_no_harm_and_the_next_writer_deletes_them(kept: Kept, put: Put, view_of: ViewOf) -> None:
    (kept.files.path / "tmpabc").mkdir()
    (kept.files.path / "tmpabc" / "meta.json").write_bytes(b"half of an ind")
    for path in paths_of(kept):
        path.with_name(path.name + ".partial").write_bytes(b"half of an ind")
    assert_recovers(kept, view_of())

    put("later")

    assert_recovers(kept, view_of())
    assert leftovers(kept) == set()


def test_an_index_that_cannot_be_written_still_answers(
    make: Callable[[Path], Kept], folder: Path, put: Put, view_of: ViewOf
) -> None:
    put("one")
    (folder / "index").write_text("a file where the folder should be")
    kept, view = make(folder), view_of()

    kept.opened(view)()
    assert kept.problem(view) == DAMAGED


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_an_index_in_a_read_only_folder_still_answers(kept: Kept, put: Put, view_of: ViewOf) -> None:
    places = [kept.files.path, *kept.files.path.iterdir()]
    for path in reversed(places):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        kept.opened(view_of())()
        put("later")
        kept.opened(view_of())()
        assert kept.problem(view_of()) == OUTDATED
    finally:
        for path in places:
            path.chmod(0o700)


def test_a_folder_in_the_place_of_a_file_does_no_harm(kept: Kept, view_of: ViewOf) -> None:
    for path in each_path(kept):
        path.unlink()
        path.mkdir()

        assert_recovers(kept, view_of())


def test_the_files_are_for_their_owner_alone(kept: Kept, put: Put, view_of: ViewOf) -> None:
    put("later")
    kept.opened(view_of())

    everything = list(kept.files.path.parent.rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in everything if path.is_dir()} == {0o700}


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted in /proc")
def test_fifty_openings_leave_no_file_open(kept: Kept, view_of: ViewOf) -> None:
    view = view_of()
    kept.opened(view)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    for _ in range(50):
        kept.opened(view)

    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_while_another_process_writes_the_files_are_left_alone(kept: Kept, put: Put, view_of: ViewOf) -> None:
    before = state_of(kept)
    put("later")

    with locked_folder(kept.files.path):
        kept.opened(view_of())()

    assert state_of(kept) == before
    assert_recovers(kept, view_of())
