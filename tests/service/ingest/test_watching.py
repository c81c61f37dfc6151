"""Keeping in step with files while they change."""

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.errors import FootnoteError, SourceError
from corpus.files.source import OUTSIDE
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.ingest.summary import IngestSummary
from service.ingest.watching import Watch, changes_of
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.service.conftest import Write
from tests.service.ingest.test_change_detection import TEXT, by_source

NOTHING: set[Path] = set()


class Watched:
    """A folder that was ingested and is watched, its changes told by the test."""

    def __init__(self, ingester: Ingester, folder: Path, prune: bool = True) -> None:
        self.told: list[IngestSummary] = []
        self.failed: list[str] = []
        self.folder = folder
        ingester.ingest([folder], NoProgress())
        self._watch = Watch(ingester, [folder], prune=prune, report=self.told.append, fail=self._fail)

    def _fail(self, error: FootnoteError) -> None:
        self.failed.append(str(error))

    def sees(self, *changes: set[Path]) -> None:
        self._watch.follow(changes)


@pytest.fixture
def watched(ingester: Ingester, write: Write) -> Watched:
    write("two.txt", f"{TEXT} Two.")
    return Watched(ingester, write("one.txt", TEXT).parent)


def test_what_changes_is_brought_in(watched: Watched, write: Write, store: Store) -> None:
    changed, new = write("one.txt", "Something else."), write("below/new.txt", f"{TEXT} New.")

    watched.sees({changed, new}, NOTHING)

    [summary] = watched.told
    assert (summary.replaced, summary.added) == ([str(changed)], [str(new)])
    assert set(by_source(store)) == {"one.txt", "two.txt", "new.txt"}


def test_a_file_is_left_alone_while_it_grows(watched: Watched, write: Write) -> None:
    def writing() -> Iterator[set[Path]]:
        for size in range(1, 4):
            path = write("new.txt", f"{TEXT}\n" * size)
            yield {path} if size == 1 else NOTHING
            assert watched.told == []
        yield NOTHING

    watched._watch.follow(writing())

    assert [summary.added for summary in watched.told] == [[str(watched.folder / "new.txt")]]


def test_a_file_that_vanished_again_is_nothing(watched: Watched) -> None:
    watched.sees({watched.folder / "new.txt"}, NOTHING)
    assert watched.told == []


def test_what_is_deleted_is_removed_with_prune(watched: Watched, store: Store) -> None:
    path = watched.folder / "one.txt"
    path.unlink()

    watched.sees({path}, NOTHING)

    assert [summary.removed for summary in watched.told] == [[str(path)]]
    assert set(by_source(store)) == {"two.txt"}


def test_what_is_deleted_stays_without_prune(ingester: Ingester, write: Write, store: Store) -> None:
    path = write("one.txt", TEXT)
    watched = Watched(ingester, path.parent, prune=False)
    path.unlink()

    watched.sees({path}, NOTHING)

    assert watched.told == []
    assert set(by_source(store)) == {"one.txt"}


def test_a_file_that_moves_keeps_its_document(watched: Watched, store: Store) -> None:
    old, new = watched.folder / "one.txt", watched.folder / "renamed.txt"
    old.rename(new)

    watched.sees({old, new}, NOTHING)

    assert [summary.moved for summary in watched.told] == [[(str(old), str(new))]]
    assert by_source(store)["renamed.txt"] == "one"


def test_a_folder_that_moves_keeps_its_documents(watched: Watched, write: Write, store: Store) -> None:
    before = write("below/three.txt", f"{TEXT} Three.")
    watched.sees({before}, NOTHING)
    before.parent.rename(watched.folder / "elsewhere")

    watched.sees({before.parent, watched.folder / "elsewhere"}, NOTHING)

    assert watched.told[-1].moved == [(str(before), str(watched.folder / "elsewhere" / "three.txt"))]
    assert by_source(store)["three.txt"] == "three"


def test_a_link_out_of_the_folder_is_refused_and_not_read(
    watched: Watched, write: Write, store: Store, tmp_path: Path
) -> None:
    secret = write("../elsewhere/secret.txt", TEXT)
    (watched.folder / "link.txt").symlink_to(secret)
    (watched.folder / "one.txt.meta.yaml").symlink_to(secret)
    (watched.folder / "away").symlink_to(secret.parent)
    changed = write("one.txt", f"{TEXT} One.")

    watched.sees({watched.folder / "link.txt", watched.folder / "away", changed}, NOTHING)

    [summary] = watched.told
    assert {Path(source).name: OUTSIDE in reason for source, reason in summary.refused} == {
        "link.txt": True,
        "one.txt": True,
    }
    assert set(by_source(store)) == {"one.txt", "two.txt"}


@pytest.mark.parametrize("name", [".hidden.txt", ".git/notes.txt", "picture.psd", "../outside.txt"])
def test_other_files_are_passed_over(watched: Watched, write: Write, name: str) -> None:
    path = write(name, TEXT)
    watched.sees({Path(path).resolve()}, NOTHING)
    assert watched.told == []


def test_an_invalid_file_is_reported_once_and_the_others_are_ingested(watched: Watched, write: Write) -> None:
    bad, good = write("bad.txt", b"\0"), write("good.txt", f"{TEXT} Good.")

    watched.sees({bad, good}, NOTHING, NOTHING, NOTHING)

    [summary] = watched.told
    assert (len(summary.refused), summary.added) == (1, [str(good)])


def test_an_error_ends_nothing_and_the_files_are_tried_again(
    store: Store, write: Write, settings: Settings, tiny_encoder: Encoder
) -> None:
    class Failing(Ingester):
        left = 2

        def ingest(self, *arguments: object, **given: object) -> IngestSummary:
            self.left -= 1
            if self.left in (1, 0) and arguments[0]:
                raise SourceError("the disk has gone")
            return super().ingest(*arguments, **given)  # type: ignore[arg-type]

    ingester = Failing(store, lambda: tiny_encoder, settings)
    ingester.left = 3
    watched = Watched(ingester, write("one.txt", TEXT).parent)
    ingester.left = 2
    new = write("new.txt", f"{TEXT} New.")

    watched.sees({new}, NOTHING, NOTHING, NOTHING)

    assert watched.failed == ["the disk has gone"]
    assert [summary.added for summary in watched.told] == [[str(new)]]


def test_ctrl_c_ends_it(watched: Watched) -> None:
    def interrupted() -> Iterator[set[Path]]:
        yield NOTHING
        raise KeyboardInterrupt

    watched._watch.follow(interrupted())


def test_the_systems_changes_are_seen(write: Write) -> None:
    folder = write("one.txt", TEXT).parent.resolve()
    stop = threading.Event()
    for changed in changes_of([folder], stop):
        if folder / "new.txt" in changed:
            stop.set()
        write("new.txt", TEXT)


def test_a_path_that_cannot_be_watched_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing"):
        next(changes_of([tmp_path / "missing"]))


def test_a_sidecar_that_comes_changes_or_goes_is_a_change_of_its_document(
    watched: Watched, write: Write, store: Store
) -> None:
    sidecar = write("one.txt.meta.yaml", "publisher: Example Press")
    watched.sees({sidecar}, NOTHING)
    sidecar.unlink()
    watched.sees({sidecar}, NOTHING)
    beside = write("two.meta.yaml", "publisher: Example Press")
    watched.sees({beside}, NOTHING)
    replaced = [[Path(source).name for source in summary.replaced] for summary in watched.told]
    assert replaced == [["one.txt"], ["one.txt"], ["two.txt"]]


def test_a_name_that_is_not_utf8_does_not_end_the_watch(tmp_path: Path) -> None:
    stop = threading.Event()
    changes = changes_of([tmp_path], stop)
    next(changes)
    (tmp_path / os.fsdecode(b"\xe9t\xe9.txt")).write_text("The truce began.")
    assert tmp_path in next(changed for changed in changes if changed)
    (tmp_path / "one.txt").write_text("The truce began.")
    assert tmp_path / "one.txt" in next(changed for changed in changes if tmp_path / "one.txt" in changed)
    stop.set()
    assert not any(changes)


def test_a_folder_that_may_not_be_searched_does_not_end_the_watch(
    watched: Watched, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = write("below/three.txt", TEXT)
    stat = Path.stat

    def refused(path: Path, **more: bool) -> os.stat_result:
        if path == inside:
            raise PermissionError(errno.EACCES, "Permission denied")
        return stat(path, **more)

    monkeypatch.setattr(Path, "stat", refused)
    watched.sees({inside}, NOTHING)
    assert watched.told == []
