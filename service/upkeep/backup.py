"""All that a data folder must not lose, in one file, and the way back.

A backup is a tar archive, not compressed, of `manifest.json`, `footnote.db` and, if there is feedback,
`feedback.sqlite3`. The manifest gives the SHA-256 of each. Indexes and the prepared encoder are not in it: they are
made again.
"""

import contextlib
import datetime
import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from corpus.errors import BackupError, StoreCorruptError, StoreError, StoreFormatError, StoreMissingError
from corpus.files import replaced, written_alone
from corpus.store import (
    DATABASE_NAME,
    View,
    connect,
    copy_store,
    replace_store,
    set_aside,
    translated_folder_errors,
)
from service.runtime.progress import Progress
from service.upkeep.feedback import FEEDBACK_NAME, Feedback
from service.upkeep.verify import Problem, problems

__all__ = ["Manifest", "back_up", "restore"]

MANIFEST_NAME = "manifest.json"
BACKUP_VERSION = 1
MEMBERS = (DATABASE_NAME, FEEDBACK_NAME)
COPY_BYTES = 1 << 20
MAX_MANIFEST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Args:
        documents: How many.
        passages: How many.
        generation: The store's when the backup was made.
        made: When, ISO 8601, UTC.
        files: SHA-256 of each file in it, by its name.
        backup: Version of the archive's layout.
    """

    documents: int
    passages: int
    generation: int
    made: str
    files: Mapping[str, str]
    backup: int = BACKUP_VERSION


def back_up(data: Path, file: Path, progress: Progress, *, force: bool = False) -> Manifest:
    """Write a backup of a data folder, as it is at one moment, while others read and write it.

    The copy is verified before it is kept, so that a damaged store never takes the place of a good backup.

    Args:
        data: The data folder.
        file: What to write; a second copy of the store lies beside it for a while.
        progress: Told of each document that is verified.
        force: Write over a file that is there.

    Raises:
        BackupError: The file is there already, or cannot be written.
        StoreCorruptError: The store is damaged.
        StoreError: The store or the feedback cannot be read.
    """
    if file.exists() and not force:
        raise BackupError(f"{file} exists already. Give another name, or write over it with --force.")
    View(data).close()
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}. Make it, or give another name.")
    with _translated_write_errors(file), _scratch(file.with_name(f".{file.name}-parts")) as copy:
        copy_store(data, copy)
        Feedback(copy).add_all(Feedback(data).ratings())
        found = _problems(copy, progress)
        if found:
            raise StoreCorruptError(f"The store in {data} is damaged ({_first(found)}). Run: footnote verify")
        with View(copy) as view:
            documents, passages = view.counts()
            generation = view.generation
        made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        paths = [path for name in MEMBERS if (path := copy / name).exists()]
        about = Manifest(documents, passages, generation, made, {path.name: _sha256(path) for path in paths})
        with replaced(file) as target, tarfile.open(fileobj=target, mode="w") as archive:
            _add_manifest(archive, about)
            for path in paths:
                archive.add(path, path.name, recursive=False, filter=_of_nobody)
    return about


def restore(file: Path, data: Path, progress: Progress, *, force: bool = False) -> tuple[Manifest, int, str | None]:
    """Put what a backup holds in the place of what a data folder holds, in one transaction.

    The backup is verified first. Who reads the store goes on seeing the old one until the new one is there. Ratings
    that came since the backup stay.

    Args:
        file: The backup.
        data: The data folder; it need not exist.
        progress: Told of each document that is verified.
        force: Replace documents that are there.

    Returns:
        What the backup says of itself, the generation that the store now is, and the name that was given to a store
        too damaged to be replaced in place.

    Raises:
        BackupError: The file is no backup or a damaged one, or there are documents already.
        StoreError: The store or the feedback cannot be written; the store is as it was.
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
            found = _problems(copy, progress)
        except StoreFormatError as error:
            raise BackupError(
                f"The backup {file} holds a store of another format version. "
                "Ingest its documents again into an empty folder, named with --data."
            ) from error
        if found:
            raise BackupError(f"The backup {file} is damaged ({_first(found)}). Nothing was changed.")
        aside = None
        if broken:
            aside = f"{DATABASE_NAME}.damaged-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"
            set_aside(data, aside)
        generation = replace_store(copy, data, generation)
        Feedback(data).add_all(Feedback(copy).ratings())
    return about, generation, aside


def _target(data: Path, *, force: bool) -> tuple[int, bool]:
    """The generation of what is in a data folder, and whether it is too damaged to be replaced in place.

    Raises:
        BackupError: There are documents, and they may not be replaced.
        StoreError: What is there is not a store that this Footnote knows.
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
        held = (
            "a store that cannot be read"
            if documents is None
            else f"a store with {documents:,} document{'' if documents == 1 else 's'}"
        )
        raise BackupError(f"There is {held} in {data}. Replace it with --force, or choose another folder with --data.")
    return generation, broken


def _problems(folder: Path, progress: Progress) -> list[Problem]:
    with View(folder) as view:
        return list(problems(view, progress))


def _first(found: list[Problem]) -> str:
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].document or 'the store'}: {found[0].detail}{more}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A file's entry without the name of its owner."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _add_manifest(archive: tarfile.TarFile, about: Manifest) -> None:
    data = json.dumps(asdict(about), indent=1).encode()
    member = tarfile.TarInfo(MANIFEST_NAME)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _unpack(archive: tarfile.TarFile, file: Path, folder: Path) -> Manifest:
    """Write the files of a backup to a folder, each checked against its digest.

    Raises:
        BackupError: It is no backup, or is damaged.
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
    if about is None:
        raise BackupError(f"{file} is not a backup. Give a file that was written by footnote backup.")
    if digests != about.files or DATABASE_NAME not in digests:
        raise BackupError(f"The backup {file} is damaged or not whole. Nothing was changed.")
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
    """Copy to a new file; give the SHA-256."""
    digest = hashlib.sha256()
    with path.open("xb") as file:
        while block := content.read(COPY_BYTES):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder within one that this process alone has meanwhile, and that is gone at the end.

    Raises:
        BackupError: Another process has it.
        OSError: It cannot be made.
    """
    try:
        with written_alone(folder):
            copy = folder / "copy"
            shutil.rmtree(copy, ignore_errors=True)  # of one that was killed
            copy.mkdir(mode=0o700)
            try:
                yield copy
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        raise BackupError("The same is being done by another process. Wait until it has finished.") from None


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """A backup to read.

    Raises:
        BackupError: It cannot be read, or is no archive.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        raise BackupError(f"The backup {file} cannot be read ({error.strerror}). Check its name.") from error
    try:
        with raw, tarfile.open(fileobj=raw, mode="r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise BackupError(f"{file} is not a backup, or a damaged one. Nothing was changed.") from error


@contextlib.contextmanager
def _translated_write_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(
            f"The backup {file} cannot be written ({error.strerror}). Check its folder and the room on its disk."
        ) from error
