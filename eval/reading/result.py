"""The result of reading a folder: each file against its reference, and the measures over all."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from eval.errors import BaselineError
from eval.reading.fidelity import Fidelity

FORMAT = 1

SHARES = ("recall", "precision", "order")

READING_MEASURES = (
    *(f"word_{share}_{figure}" for share in SHARES for figure in ("median", "worst_decile")),
    "glued_words",
    "split_words",
    "numbers_missing",
    "numbers_extra",
    "refused_files",
)


@dataclass(frozen=True, slots=True)
class FileReading:
    """A file as it was read, against its reference.

    Args:
        path: Path of the file in the folder.
        kind: Suffix of its name, without the dot and in lower case.
        reference_sha256: Digest of the text of the reference.
        refused: Whether nothing of it was read.
        message: Why it, or a record of it, was not read.
        fidelity: What was read against the reference.
    """

    path: str
    kind: str
    reference_sha256: str
    refused: bool
    message: str | None
    fidelity: Fidelity


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of a folder as they were read, as stored.

    Args:
        format: Version of the stored form.
        name: Name of the folder.
        started: When the first file was read, in RFC 3339 form.
        files: The files with a reference, worst first.
        without_reference: Files without a reference, or with one that has no word.
    """

    format: int
    name: str
    started: str
    files: Sequence[FileReading]
    without_reference: Sequence[str]

    def measures(self) -> dict[str, float | None]:
        """Return each measure over all files, then over the files of each kind, as `word_recall_median@pdf`."""
        found = measures_of(self.files)
        for kind, files in self.kinds().items():
            found |= {f"{measure}@{kind}": value for measure, value in measures_of(files).items()}
        return found

    def kinds(self) -> Mapping[str, Sequence[FileReading]]:
        """Return the files of each kind, by its name."""
        return {kind: [f for f in self.files if f.kind == kind] for kind in sorted({f.kind for f in self.files})}


def measures_of(files: Sequence[FileReading]) -> dict[str, float | None]:
    """Return each measure of `READING_MEASURES` over files. A file counts once, however long it is."""
    found: dict[str, float | None] = {}
    for share in SHARES:
        values = [value for file in files if (value := getattr(file.fidelity, share)) is not None]
        found[f"word_{share}_median"] = float(np.median(values)) if values else None
        found[f"word_{share}_worst_decile"] = float(np.quantile(values, 0.1, method="lower")) if values else None
    found["glued_words"] = sum(file.fidelity.glued.count for file in files)
    found["split_words"] = sum(file.fidelity.split.count for file in files)
    found["numbers_missing"] = sum(file.fidelity.numbers_missing.count for file in files)
    found["numbers_extra"] = sum(file.fidelity.numbers_extra.count for file in files)
    found["refused_files"] = sum(file.refused for file in files)
    return found


def reading_json(reading: Reading) -> str:
    """Return a reading in its stored form."""
    return json.dumps(asdict(reading), ensure_ascii=False, indent=1) + "\n"


def load_reading(path: Path) -> Reading:
    """Read a stored reading.

    Raises:
        BaselineError: The file cannot be read, or is not a reading of this format.
    """
    if path.is_dir():
        raise BaselineError(f"{path} is a folder. Name the stored reading in it: {path / 'reading.json'}")
    try:
        reading = TypeAdapter(Reading).validate_json(path.read_bytes())
    except OSError as error:
        raise BaselineError(f"The reading {path} cannot be read ({error.strerror}). Check the path.") from error
    except ValidationError as error:
        advice = "Make one with: footnote-eval reading FOLDER --report DIR"
        raise BaselineError(f"{path} is not a stored reading. {advice}") from error
    if reading.format != FORMAT:
        raise BaselineError(f"{path} has format {reading.format}; this footnote-eval reads {FORMAT}. Make it again.")
    return reading
