"""Symbolic links of files and of sidecars: what they may lead to, also while somebody changes them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import SourceError
from corpus.files.source import OUTSIDE, read_bytes
from corpus.readers.discovery import find_files
from tests.corpus.samples import is_clause, read_document

Write = Callable[..., Path]
SIDECARS = ["note.txt.meta.yaml", "note.meta.yaml"]


@pytest.fixture
def folder(write: Write) -> Path:
    """A folder with one note, and beside it a file of metadata that is nobody's sidecar."""
    write("outside.yaml", "title: Stolen\nkey: secret\n")
    return write("folder/note.txt", "Some text.").parent


def refusal(path: Path, within: Path | None = None) -> str:
    with pytest.raises(SourceError) as refused:
        read_bytes(path, within)
    assert is_clause(str(refused.value))
    return str(refused.value)


def found(folder: Path) -> list[str]:
    """What is wrong with each file that is found in a folder."""
    files = find_files([folder])
    reasons = [reason for _, reason in files.problems]
    for path in files.files:
        try:
            read_bytes(path, files.within[path])
        except SourceError as error:
            reasons.append(str(error))
    return reasons


def linked(folder: Path, kind: str, link: Path) -> None:
    """Put a link that leads out of a folder in one of several ways."""
    outside = folder.parent / "outside.yaml"
    if kind == "absolute":
        link.symlink_to(outside)
    elif kind == "relative":
        link.symlink_to(Path("..") / outside.name)
    elif kind == "chain":
        (folder / "between.yaml").symlink_to(outside)
        link.symlink_to("between.yaml")
    else:
        (folder / "away").symlink_to(folder.parent)
        link.symlink_to(Path("away") / outside.name)


@pytest.mark.parametrize("name", SIDECARS)
@pytest.mark.parametrize("kind", ["absolute", "relative", "chain", "through a linked folder"])
def test_a_sidecar_that_is_a_link_out_of_the_folder_has_its_file_refused(folder: Path, name: str, kind: str) -> None:
    linked(folder, kind, folder / name)
    wanted = f"its sidecar {name} cannot be used: {OUTSIDE}"
    assert found(folder) == [wanted]
    assert refusal(folder / "note.txt") == wanted


@pytest.mark.parametrize("kind", ["absolute", "relative", "chain", "through a linked folder"])
def test_a_file_that_is_a_link_out_of_the_folder_is_refused_in_the_same_words(folder: Path, kind: str) -> None:
    linked(folder, kind, folder / "more.txt")
    assert found(folder) == [OUTSIDE]
    assert refusal(folder / "more.txt", folder) == OUTSIDE
    assert read_bytes(folder / "more.txt").data.startswith(b"title: Stolen")


@pytest.mark.parametrize("name", SIDECARS)
def test_however_the_folder_is_named_the_rule_is_the_same(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / name).symlink_to(folder.parent / "outside.yaml")
    (folder.parent / "to it").symlink_to(folder)
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    for named in (folder.parent / "to it", Path(".."), folder.parent / "folder" / "below" / "..", Path("../../folder")):
        assert found(named) == [f"its sidecar {name} cannot be used: {OUTSIDE}"]
        assert refusal(named / "note.txt") == f"its sidecar {name} cannot be used: {OUTSIDE}"


def test_a_link_within_the_folder_is_followed(folder: Path, write: Write) -> None:
    about = write("folder/about/note.yaml", "title: Within")
    (folder / "note.txt.meta.yaml").symlink_to(about)
    (folder / "sub").mkdir()
    (folder / "sub" / "same.txt").symlink_to("../note.txt")
    (folder / "sub" / "same.txt.meta.yaml").symlink_to("../note.txt.meta.yaml")
    files = find_files([folder])
    read = [read_document(read_bytes(path, files.within[path])) for path in files.files]
    assert [(each.text, each.metadata.title) for each in read] == [("Some text.", "Within")] * 2
    (folder / "same.meta.yaml").symlink_to("note.txt.meta.yaml")
    (folder / "same.txt").symlink_to(folder / "note.txt")
    assert read_document(read_bytes(folder / "same.txt")).metadata.title == "Within"


def test_the_sidecar_of_a_named_file_stays_in_its_own_folder(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "note.txt").write_text("Text.")
    (folder / "sub" / "note.txt.meta.yaml").symlink_to("../about.yaml")
    (folder / "about.yaml").write_text("title: Above")
    wanted = f"its sidecar note.txt.meta.yaml cannot be used: {OUTSIDE}"
    assert refusal(folder / "sub" / "note.txt") == wanted
    assert find_files([folder / "sub"]).files == [folder / "sub" / "note.txt"]
    assert found(folder / "sub") == [wanted]
    assert found(folder) == []


def test_a_named_link_has_the_sidecar_beside_the_link(folder: Path) -> None:
    link = folder.parent / "named.txt"
    link.symlink_to(folder / "note.txt")
    (folder / "note.txt.meta.yaml").write_text("title: Beside the file")
    assert read_document(read_bytes(link)).metadata.title == "Some text."
    link.with_name("named.txt.meta.yaml").write_text("title: Beside the link")
    assert read_document(read_bytes(link)).metadata.title == "Beside the link"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("suffix", ["", ".meta.yaml"])
@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nothing", "it is a link to a file that does not exist; correct or remove the link"),
        ("../folder/nothing/below", "it is a link to a file that does not exist; correct or remove the link"),
        ("itself", "it cannot be read (Too many levels of symbolic links); check the disk and the path"),
        ("pipe", "it is not a regular file; give a file, not a folder, pipe or device"),
        ("sub", "it is not a regular file; give a file, not a folder, pipe or device"),
        (".", "it is not a regular file; give a file, not a folder, pipe or device"),
        ("/dev/zero", "it is not a regular file; give a file, not a folder, pipe or device"),
    ],
)
def test_a_link_to_no_file_is_refused_and_not_waited_for(
    folder: Path, target: str, reason: str, suffix: str, within: bool
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "sub").mkdir()
    link = folder / f"more.txt{suffix}"
    link.symlink_to(link.name if target == "itself" else target)
    if suffix:
        (folder / "more.txt").touch()
    is_outside = Path(target).is_absolute() and (within or suffix)
    said = refusal(folder / "more.txt", folder if within else None)
    assert said.removeprefix("its sidecar more.txt.meta.yaml cannot be used: ") == (OUTSIDE if is_outside else reason)


@pytest.mark.parametrize("swapped", ["sub", "sub/note.txt", "sub/note.txt.meta.yaml"])
def test_what_becomes_a_link_after_it_was_checked_is_not_followed(folder: Path, write: Write, swapped: str) -> None:
    for name in ("note.txt", "note.txt.meta.yaml"):
        write(f"folder/sub/{name}", "title: Mine")
        write(f"elsewhere/{name}", "title: Stolen")
    opened = os.open

    def open_after_a_swap(path: object, flags: int, *more: object, **given: object) -> int:
        name = Path(os.fspath(path)).name  # type: ignore[call-overload]
        if given.get("dir_fd") is not None and name == Path(swapped).name and not (folder / swapped).is_symlink():
            (folder / swapped).rename(folder / "moved away")
            (folder / swapped).symlink_to(folder.parent / "elsewhere" / ("" if swapped == "sub" else name))
        return opened(path, flags, *more, **given)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "open", open_after_a_swap)
        said = refusal(folder / "sub" / "note.txt", folder)
    assert (folder / swapped).is_symlink()
    assert "cannot be read" in said


@pytest.mark.timeout(20)
def test_a_pipe_that_takes_a_files_place_is_not_waited_for(folder: Path) -> None:
    opened, path = os.open, folder / "note.txt"

    def open_after_a_swap(name: object, flags: int, *more: object, **given: object) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(name, flags, *more, **given)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "open", open_after_a_swap)
        said = refusal(path)
    assert said == "it is not a regular file; give a file, not a folder, pipe or device"


def test_reading_within_a_folder_leaves_no_descriptor_open(folder: Path) -> None:
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "deep" / "note.txt").write_text("Text.")
    (folder / "out.txt").symlink_to(folder.parent / "outside.yaml")
    before = list(Path("/dev/fd").iterdir())
    for _ in range(20):
        read_bytes(folder / "sub" / "deep" / "note.txt", folder)
        refusal(folder / "out.txt", folder)
        refusal(folder / "sub", folder)
    assert len(list(Path("/dev/fd").iterdir())) == len(before)
