"""Verification of the kept originals, and their way into backups and back."""

import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import StoreCorruptError
from corpus.files import SIDECAR_SUFFIX, sync
from corpus.store import ORIGINALS_NAME, Originals, View

_MEMBER = re.compile(f"{ORIGINALS_NAME}/[0-9a-f]{{64}}(?:{re.escape(SIDECAR_SUFFIX)})?")


@dataclass(frozen=True, slots=True)
class CheckedOriginals:
    """Result of a verification.

    Args:
        intact: Number of intact originals.
        damaged: Ids of documents whose original is damaged.
        removed: Ids of documents whose original was damaged, and was removed.
    """

    intact: int = 0
    damaged: Sequence[str] = ()
    removed: Sequence[str] = ()


def checked_originals(view: View, data: Path, *, check: bool) -> CheckedOriginals:
    """Verify the originals of all documents, and remove damaged and unused ones.

    Args:
        view: View of the store.
        data: The data folder.
        check: Change nothing.
    """
    originals = Originals(data)
    documents = {source.sha256: source.id for source in view.sources()}
    intact = 0
    damaged: list[str] = []
    removed: list[str] = []
    for digest in originals.digests():
        if digest not in documents:
            continue
        if is_intact(originals, digest):
            intact += 1
        elif not check and originals.remove(digest):
            removed.append(documents[digest])
        else:
            damaged.append(documents[digest])
    if not check:
        originals.remove_unused(documents)
    return CheckedOriginals(intact, damaged, removed)


def is_intact(originals: Originals, digest: str) -> bool:
    """Return whether an original is kept and matches its digest."""
    try:
        return originals.read(digest) is not None
    except StoreCorruptError:
        return False


def intact_originals(view: View, data: Path) -> list[str]:
    """Return the digests of the intact originals of a view's documents."""
    used = {source.sha256 for source in view.sources()}
    originals = Originals(data)
    return [digest for digest in originals.digests() if digest in used and is_intact(originals, digest)]


def add_originals(archive: tarfile.TarFile, data: Path, digests: Sequence[str]) -> None:
    """Add originals and their sidecars to a backup. One that was removed meanwhile is left out."""
    for path in Originals(data).paths(digests):
        try:
            member = archive.gettarinfo(path, f"{ORIGINALS_NAME}/{path.name}")
            with path.open("rb") as file:
                member.uid = member.gid = 0
                member.uname = member.gname = ""
                archive.addfile(member, file)
        except FileNotFoundError:
            continue


def is_original(name: str) -> bool:
    """Return whether a member of a backup is an original or its sidecar."""
    return _MEMBER.fullmatch(name) is not None


def damaged_originals(folder: Path) -> list[str]:
    """Return the digests of the damaged originals in an unpacked backup."""
    originals = Originals(folder)
    return [digest for digest in originals.digests() if not is_intact(originals, digest)]


def move_originals(copy: Path, data: Path) -> None:
    """Move the originals of an unpacked backup to a data folder on the same disk.

    Raises:
        OSError: They cannot be moved.
    """
    source, target = Originals(copy), Originals(data)
    paths = source.paths(source.digests())
    if paths:
        target.folder.mkdir(mode=0o700, exist_ok=True)
        for path in paths:
            path.replace(target.folder / path.name)
        sync(target.folder)


def remove_others(data: Path) -> None:
    """Remove the originals of documents that a restored store does not have."""
    with View(data) as view:
        used = {source.sha256 for source in view.sources()}
    originals = Originals(data)
    for digest in originals.digests():
        if digest not in used:
            originals.remove(digest)
