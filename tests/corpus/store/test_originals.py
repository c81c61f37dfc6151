"""Originals: kept by digest, verified when they are read, removed with their documents."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import StoreCorruptError
from corpus.files.source import Sidecar, SourceBytes
from corpus.store.originals import UNUSED_S, Originals
from corpus.store.store import Store
from tests.corpus.samples import FINGERPRINT, sample_document, sample_passages

FILE = SourceBytes(Path("/a/report.pdf"), b"%PDF-1.4 words")
WITH_SIDECAR = SourceBytes(FILE.path, FILE.data, sidecar=Sidecar("report.meta.yaml", b"title: The report\n"))


@pytest.mark.parametrize("file", [FILE, WITH_SIDECAR])
def test_a_kept_file_comes_back(folder: Path, file: SourceBytes) -> None:
    originals = Originals(folder)
    assert (originals.has(file.sha256), originals.read(file.sha256), originals.digests()) == (False, None, [])
    originals.keep(file)
    originals.keep(file)
    assert originals.has(file.sha256)
    assert originals.read(file.sha256) == file.data
    assert originals.digests() == [file.sha256]
    assert {path.stat().st_mode & 0o777 for path in originals.folder.iterdir()} == {0o600}
    assert originals.remove(file.sha256)
    assert list(originals.folder.iterdir()) == []


@pytest.mark.parametrize("file", [FILE, WITH_SIDECAR])
def test_a_changed_file_is_not_given_out(folder: Path, file: SourceBytes) -> None:
    originals = Originals(folder)
    originals.keep(file)
    path = originals.folder / file.sha256
    path.write_bytes(path.read_bytes().replace(b"words", b"swords"))
    with pytest.raises(StoreCorruptError, match="is damaged"):
        originals.read(file.sha256)


def test_a_file_goes_with_the_last_document_that_has_its_digest(folder: Path) -> None:
    originals = Originals(folder)
    originals.keep(FILE)
    with Store(folder) as store:
        for name in ("/a/one.md", "/a/two.md", "/a/three.md"):
            store.put(replace(sample_document(name), source_sha256=FILE.sha256), sample_passages(), FINGERPRINT)
        store.remove("one")
        assert originals.has(FILE.sha256)
        changed = replace(sample_document("/a/two.md"), source_sha256="0" * 64)
        store.put(changed, sample_passages(), FINGERPRINT)
        assert originals.has(FILE.sha256)
        same = replace(sample_document("/a/three.md"), source_sha256=FILE.sha256)
        store.put(same, sample_passages(), FINGERPRINT)
        assert originals.has(FILE.sha256)
        store.remove("three")
    assert not originals.has(FILE.sha256)


def test_abandoned_files_are_removed_and_new_ones_are_left(folder: Path) -> None:
    originals = Originals(folder)
    for file in (FILE, WITH_SIDECAR):
        originals.keep(file)
    (originals.folder / ".part-of-a-killed-process").write_bytes(b"%PDF")
    originals.remove_unused({FILE.sha256})
    assert len(list(originals.folder.iterdir())) == 4
    for path in originals.folder.iterdir():
        os.utime(path, (0, path.stat().st_mtime - UNUSED_S - 60))
    originals.remove_unused({FILE.sha256})
    assert [path.name for path in originals.folder.iterdir()] == [FILE.sha256]
