"""Files that a manifest names by their content."""

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from corpus.files.atomic import locked_folder
from corpus.files.manifest_folder import ManifestFolder


def named(*contents: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(content).hexdigest(): content for content in contents}


@pytest.fixture
def files(tmp_path: Path) -> ManifestFolder:
    return ManifestFolder(tmp_path / "index" / "things", "index of things")


def save(files: ManifestFolder, *contents: bytes) -> None:
    files.save({"files": list(named(*contents))}, named(*contents))


def contents_of(files: ManifestFolder) -> list[bytes | None] | None:
    return files.read(lambda manifest: [files.content(name) for name in manifest["files"]])


def test_what_is_saved_is_read(files: ManifestFolder) -> None:
    assert contents_of(files) is None
    save(files, b"one", b"two")

    assert contents_of(files) == [b"one", b"two"]


def test_a_file_that_stays_is_not_written_again_and_one_that_goes_is_deleted(files: ManifestFolder) -> None:
    save(files, b"one", b"two")
    [one, two] = named(b"one", b"two")
    inode = (files.path / one).stat().st_ino

    contents = named(b"one", b"three")
    files.save({"files": list(contents)}, contents, intact=[one, two])

    assert (files.path / one).stat().st_ino == inode
    assert not (files.path / two).exists()
    assert contents_of(files) == [b"one", b"three"]


def test_a_file_that_is_not_what_its_name_says_has_no_content(files: ManifestFolder) -> None:
    save(files, b"one")
    [name] = named(b"one")
    (files.path / name).write_bytes(b"One")

    assert files.content(name) is None
    assert files.content("nothing") is None


def test_a_manifest_that_is_replaced_while_its_files_are_read_is_read_again(files: ManifestFolder) -> None:
    save(files, b"old")
    seen: list[Mapping[str, Any]] = []

    def parse(manifest: Mapping[str, Any]) -> list[bytes | None] | None:
        seen.append(manifest)
        if len(seen) == 1:
            save(files, b"new")
        found = [files.content(name) for name in manifest["files"]]
        return None if None in found else found

    assert files.read(parse) == [b"new"]
    assert len(seen) == 2


@pytest.mark.parametrize("manifest", ["", "[]", "7", '{"files": 7}', '{"files": [7]}', "[" * 100_000])
def test_a_manifest_that_is_none_stands_for_nothing_and_is_replaced(files: ManifestFolder, manifest: str) -> None:
    save(files, b"one")
    files.manifest_path.write_text(manifest)

    assert contents_of(files) is None
    save(files, b"two")
    assert contents_of(files) == [b"two"]


def test_one_process_writes_at_a_time(files: ManifestFolder) -> None:
    save(files, b"one")

    with locked_folder(files.path):
        save(files, b"two")

    assert contents_of(files) == [b"one"]


def test_a_folder_that_cannot_be_written_is_logged(files: ManifestFolder, caplog: pytest.LogCaptureFixture) -> None:
    files.path.parent.parent.joinpath("index").write_text("in the way")

    with caplog.at_level(logging.WARNING):
        save(files, b"one")

    assert "The index of things cannot be written" in caplog.text
    assert json.dumps(contents_of(files)) == "null"
