"""Files of mined records, with the digests of the set that they are from and of themselves."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from eval.errors import SetError
from eval.files import unwritable_reported, write_atomically
from eval.runs import LoadedSet
from eval.sets import BeirFolder
from eval.training.mining import MinedPassage, Record, mine
from service.runtime.progress import progress_for


def mined(given: LoadedSet, data: Path | None, folder: Path, say: Callable[[str], None]) -> list[Record]:
    """Return the records of a set, from a folder. They are mined at the first call, and when the set has changed.

    Args:
        given: The set.
        data: Data folder with the documents of a question set.
        folder: Folder of the records.
        say: Shows a line of progress.

    Raises:
        FootnoteError: The set, the documents or the records cannot be used, or the records cannot be written.
    """
    name = given.questions.name
    path, origin, digest = folder / f"{name}.jsonl", folder / f"{name}.origin.json", set_sha256(given)
    if path.exists():
        of_set, of_records = _origin(origin)
        if of_set == digest:
            return read_records(path, of_records)
        say(f"The set {name} is not the one that {path} was mined from, or has changed. It is mined again.")
    with unwritable_reported(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_records(mine(given, None if given.source is not None else data, progress_for()), path)
        of_records = hashlib.sha256(path.read_bytes()).hexdigest()
        write_atomically(origin, json.dumps({"set_sha256": digest, "records_sha256": of_records}) + "\n")
    return read_records(path, of_records)


def set_sha256(given: LoadedSet) -> str:
    """Return a digest of a set: its questions, their histories, and the documents of a BEIR folder.

    Raises:
        SetError: The documents cannot be read.
    """
    histories = [[[turn.role, turn.content] for turn in question.history] for question in given.questions.questions]
    digest = hashlib.sha256(json.dumps([given.questions.sha256, histories]).encode())
    if isinstance(given.source, BeirFolder):
        for document in given.source.documents():
            digest.update(json.dumps(document).encode())
    return digest.hexdigest()


def _origin(path: Path) -> tuple[str, str]:
    """Return the digests of a set and of its records; empty ones if they are not known."""
    try:
        given = json.loads(path.read_bytes())
        return str(given["set_sha256"]), str(given["records_sha256"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return "", ""


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write records as JSON Lines. The file appears when it is complete."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(record), ensure_ascii=False) + "\n" for record in records)
    new.replace(path)


def read_records(path: Path, sha256: str) -> list[Record]:
    """Read records that `write_records` wrote.

    Args:
        path: The file.
        sha256: Its digest.

    Raises:
        SetError: The file cannot be read, or has another digest.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if digest != sha256:
                raise SetError(
                    f"The records in {path} are damaged or were changed. Delete the file to mine them again."
                )
            file.seek(0)
            return [_record(line) for line in file]
    except OSError as error:
        raise SetError(f"The records in {path} cannot be read ({error.strerror}). Check the file.") from error


def _record(line: bytes) -> Record:
    given = json.loads(line)
    passages = {
        name: [MinedPassage(p["title"], p["text"], [tuple(span) for span in p["spans"]]) for p in given[name]]
        for name in ("positives", "negatives")
    }
    return Record(given["set"], given["id"], given["group"], given["question"], **passages)
