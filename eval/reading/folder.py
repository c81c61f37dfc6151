"""Reading of the files of a folder, each compared with its reference."""

import datetime
import hashlib
import os
from pathlib import Path

from corpus.documents import SourceDocument
from corpus.errors import SourceError
from corpus.files import printable, read_bytes
from eval.reading.fidelity import compare_words
from eval.reading.references import Pair, find_pairs, reference_text
from eval.reading.result import FORMAT, READING_MEASURES, FileReading, Reading
from eval.reading.words import words
from service.reading import Sandbox, SandboxLimits, borrow
from service.runtime.progress import Progress
from service.settings import load_settings


def read_folder(folder: Path, progress: Progress) -> Reading:
    """Read each file of a folder that has a reference, as `footnote ingest` does, and compare the two texts.

    Raises:
        FolderError: There is no such folder, it has no file with a reference, or a reference cannot be read.
    """
    found = find_pairs(folder)
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    without = [_name(path, folder) for path in found.without]
    files = []
    progress.start(len(found.pairs), "files")
    try:
        with borrow(SandboxLimits(seconds=load_settings().parse_seconds)) as sandbox:
            for pair in found.pairs:
                progress.doing(pair.file.name)
                file = _read_pair(sandbox, pair, folder)
                if file is None:
                    without.append(_name(pair.file, folder))
                else:
                    files.append(file)
                progress.advance()
    finally:
        progress.finish()
    return Reading(FORMAT, folder.resolve().name, started, sorted(files, key=_worst_first), sorted(without))


def known_measures(folder: Path) -> list[str]:
    """Return the measures that may be required of a folder: over all files, and of each format (`@docx`).

    Raises:
        FolderError: There is no such folder, or no file in it has a reference.
    """
    kinds = sorted({_kind(pair.file) for pair in find_pairs(folder).pairs})
    return [*READING_MEASURES, *(f"{measure}@{kind}" for kind in kinds for measure in READING_MEASURES)]


def _read_pair(sandbox: Sandbox, pair: Pair, folder: Path) -> FileReading | None:
    """Return a file as it was read, or None if its reference has no word."""
    text = reference_text(pair.reference)
    expected = words(text)
    if not expected:
        return None
    texts, message = _texts(sandbox, pair.file, folder)
    return FileReading(
        path=_name(pair.file, folder),
        kind=_kind(pair.file),
        reference_sha256=hashlib.sha256(text.encode()).hexdigest(),
        refused=not texts,
        message=message,
        fidelity=compare_words(expected, words("\n".join(texts))),
    )


def _texts(sandbox: Sandbox, path: Path, folder: Path) -> tuple[list[str], str | None]:
    """Return the canonical texts of a file's documents, and why a part of it could not be read."""
    texts: list[str] = []
    message = None
    try:
        for item in sandbox.read(read_bytes(path, Path(os.path.realpath(folder))), clean=False):
            if isinstance(item, SourceDocument):
                texts.append(item.text)
            else:
                message = message or item.reason
    except SourceError as error:
        message = str(error)
    return texts, message


def _kind(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _name(path: Path, folder: Path) -> str:
    return printable(path.relative_to(folder).as_posix())


def _worst_first(file: FileReading) -> tuple[float, str]:
    fidelity = file.fidelity
    return min(fidelity.recall, 1.0 if fidelity.precision is None else fidelity.precision), file.path
