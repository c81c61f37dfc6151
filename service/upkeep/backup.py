"""Backup and restore of a data folder.

A backup is an uncompressed tar archive of `manifest.json`, the kept originals, `footnote.db` and, if there is feedback,
`feedback.sqlite3`. The manifest has the SHA-256 of the databases; an original has its own as its name. Indexes and the
prepared encoder are not included: they are rebuilt.
"""

import contextlib
import datetime
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from corpus.errors import BackupError, FeedbackError, StoreCorruptError, StoreError, StoreFormatError, StoreMissingError
from corpus.files import locked_folder, replaced
from corpus.store import (
    DATABASE_NAME,
    ORIGINALS_NAME,
    View,
    connect,
    copy_store,
    replace_store,
    set_aside,
    translated_folder_errors,
)
from service.runtime.progress import NoProgress, Progress
from service.runtime.terminal import plural
from service.upkeep.feedback import FEEDBACK_NAME, Feedback, StoredRating
from service.upkeep.originals import (
    add_originals,
    damaged_originals,
    intact_originals,
    is_original,
    move_originals,
    remove_others,
)
from service.upkeep.upgrade import upgraded
from service.upkeep.verify import Problem, clause, problems

MANIFEST_NAME = "manifest.json"
BACKUP_VERSION = 1
MEMBERS = (DATABASE_NAME, FEEDBACK_NAME)
COPY_BYTES = 1 << 20
MAX_MANIFEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """Manifest of a backup.

    Args:
        documents: Number of documents.
        passages: Number of passages.
        generation: Generation of the store.
        made: Time of the backup, ISO 8601, UTC.
        files: SHA-256 of each database by name.
        originals: Number of kept originals.
        backup: Version of the archive's layout.
    """

    documents: int
    passages: int
    generation: int
    made: str
    files: Mapping[str, str]
    originals: int = 0
    backup: int = BACKUP_VERSION


def back_up(
    data: Path, file: Path, progress: Progress, *, force: bool = False
) -> tuple[Manifest, FeedbackError | None]:
    """Write a backup of a data folder as it is at one moment, while other processes read and write it.

    The copy is verified before it is kept, so that a damaged store never replaces a good backup. A new backup leaves
    out feedback that cannot be read.

    Args:
        data: The data folder.
        file: File to write; it needs room for a temporary second copy beside it.
        progress: Progress of the verification, by document.
        force: Overwrite an existing file.

    Returns:
        The manifest, and the reason why the backup lacks the feedback; None if it does not.

    Raises:
        BackupError: The file exists, or cannot be written.
        StoreCorruptError: The store is damaged.
        StoreError: The store cannot be read.
        FeedbackError: The feedback cannot be read, and an existing file would be overwritten.
    """
    if file.exists() and not force:
        raise BackupError(f"{file} exists already. Give another name, or overwrite it with --force.")
    View(data).close()
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}. Create it, or give another name.")
    with _translated_write_errors(file), _scratch(file.with_name(f".{file.name}-parts")) as copy:
        copy_store(data, copy)
        ratings, lost = _ratings(data)
        if lost is not None and file.exists():
            raise lost
        Feedback(copy).add_all(ratings)
        found = _problems(copy, progress)
        if found:
            raise StoreCorruptError(f"The store in {data} is damaged ({_first(found)}). Run: footnote verify")
        with View(copy) as view:
            documents, passages = view.counts()
            generation = view.generation
            originals = intact_originals(view, data)
        made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        paths = [path for name in MEMBERS if (path := copy / name).exists()]
        files = {path.name: _sha256(path) for path in paths}
        about = Manifest(documents, passages, generation, made, files, len(originals))
        with replaced(file) as target, tarfile.open(fileobj=target, mode="w") as archive:
            _add_manifest(archive, about)
            add_originals(archive, data, originals)
            for path in paths:
                archive.add(path, path.name, recursive=False, filter=_without_owner)
    return about, lost


def restore(file: Path, data: Path, progress: Progress, *, force: bool = False) -> tuple[Manifest, int, str | None]:
    """Replace the content of a data folder by that of a backup, in one transaction.

    The backup is verified first. Open views keep their state. Ratings since the backup stay.

    Args:
        file: The backup.
        data: The data folder; it need not exist.
        progress: Progress of the verification, by document.
        force: Replace existing documents.

    Returns:
        The manifest, the new generation of the store, and the new name of a store that was too damaged to be replaced
        in place.

    Raises:
        BackupError: The file is not a backup or is damaged, or the folder has documents.
        StoreError: The store or the feedback cannot be written, and the store is unchanged; or the folder has a store
            of another format version.
    """
    with _opened(file) as archive, translated_folder_errors(data):
        generation, broken = _target(data, force=force)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _restored(archive, file, data, progress, generation, broken=broken)


def _restored(
    archive: tarfile.TarFile, file: Path, data: Path, progress: Progress, generation: int, *, broken: bool
) -> tuple[Manifest, int, str | None]:
    with _scratch(data / "restore") as copy:
        about = _unpack(archive, file, copy)
        try:
            upgraded(copy, NoProgress())
            found = _problems(copy, progress)
        except StoreFormatError as error:
            raise BackupError(
                f"The backup {file} holds a store of a later format version. Restore it with a later Footnote."
            ) from error
        except StoreCorruptError as error:
            raise BackupError(f"The backup {file} is damaged ({clause(error)}). Nothing was changed.") from error
        if damaged_originals(copy):
            raise BackupError(f"The backup {file} is damaged (an original). Nothing was changed.")
        if found:
            raise BackupError(f"The backup {file} is damaged ({_first(found)}). Nothing was changed.")
        aside = None
        if broken:
            aside = f"{DATABASE_NAME}.damaged-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"
            set_aside(data, aside)
        move_originals(copy, data)
        generation = replace_store(copy, data, generation)
        remove_others(data)
        Feedback(data).add_all(Feedback(copy).ratings())
    return about, generation, aside


def _target(data: Path, *, force: bool) -> tuple[int, bool]:
    """Return the generation of the store in a data folder, and whether it is too damaged to be replaced in place.

    Raises:
        BackupError: The folder has documents, and `force` is False.
        StoreError: The folder has another application's database, or a store of another format version.
    """
    documents: int | None = None
    generation, broken = 0, False
    try:
        connect(data).close()
        with contextlib.suppress(StoreError), View(data) as view:
            documents, generation = view.counts()[0], view.generation
    except StoreMissingError:
        return 0, False
    except StoreCorruptError:
        broken = True
    if documents != 0 and not force:
        held = "that cannot be read" if documents is None else f"with {plural(documents, 'document')}"
        raise BackupError(
            f"There is a store {held} in {data}. Replace it with --force, or choose another folder with --data."
        )
    return generation, broken


def _problems(folder: Path, progress: Progress) -> list[Problem]:
    with View(folder) as view:
        return list(problems(view, progress))


def _ratings(data: Path) -> tuple[Sequence[StoredRating], FeedbackError | None]:
    try:
        return Feedback(data).ratings(), None
    except FeedbackError as error:
        return (), error


def _first(found: list[Problem]) -> str:
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].document or 'the store'}: {found[0].detail}{more}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Remove the owner from a file's entry."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _add_manifest(archive: tarfile.TarFile, about: Manifest) -> None:
    data = json.dumps(asdict(about), indent=1).encode()
    member = tarfile.TarInfo(MANIFEST_NAME)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _unpack(archive: tarfile.TarFile, file: Path, folder: Path) -> Manifest:
    """Write the files of a backup to a folder, and verify their digests.

    Raises:
        BackupError: The file is not a backup, or is damaged.
    """
    digests: dict[str, str] = {}
    about = None
    for member in archive:
        content = archive.extractfile(member) if member.isfile() else None
        if content is None:
            continue
        if member.name == MANIFEST_NAME:
            about = _manifest(content.read(MAX_MANIFEST_BYTES), file)
        elif member.name in MEMBERS:
            digests[member.name] = _write(content, folder / member.name)
        elif is_original(member.name):
            (folder / ORIGINALS_NAME).mkdir(mode=0o700, exist_ok=True)
            _write(content, folder / member.name)
    if about is None:
        raise BackupError(f"{file} is not a backup. Give a file written by footnote backup.")
    if digests != about.files or DATABASE_NAME not in digests:
        raise BackupError(f"The backup {file} is damaged or incomplete. Nothing was changed.")
    return about


def _manifest(data: bytes, file: Path) -> Manifest:
    try:
        about = Manifest(**json.loads(data))
    except (ValueError, TypeError, RecursionError):
        raise BackupError(f"The backup {file} is damaged. Nothing was changed.") from None
    if about.backup != BACKUP_VERSION:
        raise BackupError(f"The backup {file} was written by another version of Footnote. Restore it with that one.")
    return about


def _write(content: IO[bytes], path: Path) -> str:
    """Copy to a new file; return the SHA-256."""
    digest = hashlib.sha256()
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        while block := content.read(COPY_BYTES):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Provide a temporary folder inside a locked one, and remove both at the end.

    Raises:
        BackupError: Another process holds the lock.
        OSError: The folder cannot be created.
    """
    try:
        with locked_folder(folder):
            copy = folder / "copy"
            shutil.rmtree(copy, ignore_errors=True)  # left by a killed process
            copy.mkdir(mode=0o700)
            try:
                yield copy
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        raise BackupError("Another process is doing the same. Wait until it has finished.") from None


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """Open a backup for reading.

    Raises:
        BackupError: The file cannot be read, or is not an archive.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise BackupError(f"The backup {file} cannot be read ({error.strerror}). Check its name.") from error
    try:
        with raw, tarfile.open(fileobj=raw, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise BackupError(f"{file} is not a backup, or is damaged. Nothing was changed.") from error


@contextlib.contextmanager
def _translated_write_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(
            f"The backup {file} cannot be written ({error.strerror}). Check its folder and the room on its disk."
        ) from error
