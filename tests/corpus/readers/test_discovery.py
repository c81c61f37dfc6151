import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.files.paths import is_gone, lies_under
from corpus.files.source import read_bytes
from corpus.readers.discovery import find_files, is_wanted
from tests.corpus.samples import is_clause

Write = Callable[..., Path]


def test_a_folder_gives_its_supported_files_sorted_and_its_folders_too(write: Write, tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/d.TEXT", "sub/c.markdown", "another/e.md"):
        write(name, "Text.")
    folder = tmp_path / "files"
    found = find_files([folder])
    assert [str(path.relative_to(folder)) for path in found.files] == [
        "a.txt",
        "b.md",
        "another/e.md",
        "sub/c.markdown",
        "sub/d.TEXT",
    ]
    assert (found.problems, found.skipped) == ([], {})


def test_files_of_other_types_are_counted_by_suffix(write: Write, tmp_path: Path) -> None:
    for name in ("a.txt", "b.zip", "sub/c.ZIP", "d.mp4", "README", "a.txt.meta.yaml"):
        write(name, "Text.")
    assert find_files([tmp_path / "files"]).skipped == {".zip": 2, ".mp4": 1, "no suffix": 1}


def test_hidden_files_and_folders_are_passed_over(write: Write, tmp_path: Path) -> None:
    for name in ("a.txt", ".b.txt", ".git/c.txt", "sub/.d/e.md"):
        write(name, "Text.")
    found = find_files([tmp_path / "files"])
    assert [path.name for path in found.files] == ["a.txt"]
    assert found.skipped == {}


def test_a_link_to_a_folder_is_not_followed_but_one_to_a_file_within_the_folder_is(
    write: Write, tmp_path: Path
) -> None:
    real = write("linked/a.txt", "Text.")
    folder = real.parent
    (folder / "loop").symlink_to(folder)
    (folder / "sub").mkdir()
    (folder / "sub" / "b.txt").symlink_to(real)
    (folder / "away").symlink_to(tmp_path)
    through = tmp_path / "link to it"
    through.symlink_to(folder)
    assert find_files([folder]).files == [real, folder / "sub" / "b.txt"]
    assert find_files([through]).files == [through / "a.txt", through / "sub" / "b.txt"]


def test_a_link_that_leaves_the_folder_is_a_problem_unless_it_is_named(write: Write, tmp_path: Path) -> None:
    secret = write("elsewhere/secret.txt", "Text.")
    folder = write("linked/a.txt", "Text.").parent
    link, chain, gone = (folder / name for name in ("b.txt", "c.txt", "d.txt"))
    link.symlink_to(secret)
    chain.symlink_to(link)
    gone.symlink_to(tmp_path / "nothing.txt")
    found = find_files([folder])
    assert found.files == [folder / "a.txt", gone]
    assert [path for path, _ in found.problems] == [link, chain]
    assert all(is_clause(reason) for _, reason in found.problems)
    assert find_files([link]).files == [link]
    assert is_wanted(link, folder)  # so that it is refused in a sentence
    assert find_files([link], [folder]).within == {link: folder}
    assert is_wanted(folder / "a.txt", folder)


def test_files_behind_a_linked_folder_are_ignored(write: Write, tmp_path: Path) -> None:
    write("elsewhere/secret.txt", "Text.")
    folder = write("linked/sub/a.txt", "Text.").parent.parent
    (folder / "away").symlink_to(tmp_path / "files" / "elsewhere")
    (folder / "back").symlink_to(folder / "sub")
    for name in ("away", "back"):
        assert not is_wanted(folder / name / "secret.txt", folder)
        assert find_files([folder / name], [folder]).files == []
    assert is_wanted(folder / "sub" / "a.txt", folder)
    assert find_files([folder / "sub"], [folder]).within == {folder / "sub" / "a.txt": folder}


def test_a_named_file_is_taken_whatever_its_type(write: Write, tmp_path: Path) -> None:
    named = [write("a.pdf", "x"), write(".hidden.txt", "x"), tmp_path / "missing.txt"]
    assert find_files(named).files == named


def test_a_named_hidden_folder_is_searched(write: Write) -> None:
    path = write(".notes/a.txt", "Text.")
    assert find_files([path.parent]).files == [path]


def test_each_file_is_taken_once_in_the_order_of_the_paths_given(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write("docs/b.txt", "Text."), write("docs/a.txt", "Text.")
    (tmp_path / "files" / "other").mkdir()
    monkeypatch.chdir(tmp_path / "files" / "other")
    again = [first, Path("../docs"), first.parent, tmp_path / "files" / "other" / ".." / "docs" / "a.txt"]
    assert [read_bytes(path).source for path in find_files(again).files] == [str(first), str(second)]


def test_a_folder_without_documents_is_a_problem_of_its_own(write: Write, tmp_path: Path) -> None:
    path = write("full/a.txt", "Text.")
    empty = write("empty/b.zip", "x").parent
    found = find_files([empty, path.parent])
    assert found.files == [path]
    assert found.problems == [(empty, "the folder has no file in a supported format; give another folder")]
    assert is_clause(found.problems[0][1])


def test_a_folder_that_cannot_be_read_is_a_problem_and_the_others_are_searched(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, closed = write("open/a.txt", "Text."), write("closed/b.txt", "Text.").parent
    scandir = os.scandir

    def guarded(folder: Any) -> Any:
        if os.fspath(folder) == str(closed):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    reason = "the folder cannot be read (Permission denied); check its permissions"
    for given in ([closed, path.parent], [tmp_path / "files"]):
        found = find_files(given)
        assert (found.files, found.problems) == ([path], [(closed, reason)])
    assert is_clause(reason)


def test_a_name_too_long_for_the_operating_system_is_left_to_its_reader(write: Write, tmp_path: Path) -> None:
    path, too_long = write("a.txt", "Text."), tmp_path / ("a" * 300)
    assert find_files([too_long, path]).files == [too_long, path]


def test_a_file_counts_as_removed_only_if_that_is_certain(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, closed = write("there.txt", "x"), str(tmp_path / "closed" / "a.txt")
    link = tmp_path / "dangling.txt"
    link.symlink_to(tmp_path / "nowhere")
    lstat = os.lstat

    def guarded(path: Any, **given: Any) -> os.stat_result:
        if os.fspath(path) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), closed)
        return lstat(path, **given)

    monkeypatch.setattr(os, "lstat", guarded)
    assert [is_gone(str(path)) for path in (there, link, closed)] == [False, False, False]
    assert is_gone(str(tmp_path / "missing.txt"))
    assert is_gone(str(there / "below-a-file.txt"))
    assert not is_gone("upload:missing.txt")
    assert not is_gone("footnote:starter/missing.md")


def test_a_name_that_is_no_utf8_is_found_again(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("Text.")
    source = read_bytes(path).source
    assert source.endswith("caf\\udce9.txt")
    assert not is_gone(source)
    path.unlink()
    assert is_gone(source)


def test_a_file_lies_under_itself_and_its_folders_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = str(tmp_path / "docs" / "a.txt")
    assert all(lies_under(file, Path(path)) for path in ("docs", "docs/a.txt", tmp_path, "/", "other/../docs"))
    assert not any(lies_under(file, Path(path)) for path in ("doc", "docs/a", "docs/a.txt.md", "other"))


def test_what_a_folder_would_give_is_wanted(tmp_path: Path) -> None:
    assert is_wanted(tmp_path / "a.txt", tmp_path)
    assert not is_wanted(tmp_path / "a.mp4", tmp_path)
    assert not is_wanted(tmp_path / ".git" / "a.txt", tmp_path)
    assert not is_wanted(tmp_path / ".a.txt", tmp_path)
    assert is_wanted(tmp_path / ".notes" / "a.txt", tmp_path / ".notes")
