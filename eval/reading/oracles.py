"""Reference texts made by other programs, which share no code with the readers."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.errors import FolderError
from eval.reading.references import files_of, reference_of
from service.runtime.progress import Progress

SECONDS = 60
"""Time that a program may take for a file."""

_PANDOC = (
    "pandoc",
    "--sandbox",
    "--standalone",
    "--to=plain",
    "--track-changes=accept",
    "--wrap=none",
    "--columns=10000",
)

ORACLES: Mapping[str, Sequence[str]] = {
    **{f".{name}": (*_PANDOC, f"--from={name}", "--output={reference}", "{file}") for name in ("docx", "epub", "odt")},
    ".pdf": ("pdftotext", "-q", "-enc", "UTF-8", "{file}", "{reference}"),
}
"""The command that writes the text of a file, by suffix. Wide columns keep the words of a table's cell together."""

PACKAGES = {"pandoc": "pandoc", "pdftotext": "poppler-utils"}


def make_references(folder: Path, progress: Progress) -> tuple[list[Path], list[tuple[Path, str]]]:
    """Write the reference `NAME.txt` beside each file of a folder that has none, as pandoc or Poppler reads it.

    Returns:
        The references written, and `(file, reason)` of each file that a program could not read.

    Raises:
        FolderError: There is no such folder, it is empty, or a program is not installed.
    """
    files = [path for path in files_of(folder) if path.suffix.lower() in ORACLES and not reference_of(path)]
    written, failed = [], []
    progress.start(len(files), "files")
    try:
        for path in files:
            progress.doing(path.name)
            reference = path.with_name(f"{path.name}.txt")
            reason = _run(path, reference)
            if reason is None:
                written.append(reference)
            else:
                failed.append((path, reason))
                reference.unlink(missing_ok=True)
            progress.advance()
    finally:
        progress.finish()
    return written, failed


def _run(path: Path, reference: Path) -> str | None:
    """Let a program write the text of a file. Return why it could not, or None."""
    names = {"file": path.absolute(), "reference": reference.absolute()}
    command = [part.format(**names) for part in ORACLES[path.suffix.lower()]]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603 - the table above
    except FileNotFoundError as error:
        package = PACKAGES[command[0]]
        raise FolderError(f"{command[0]} is not installed. Install it with: apt-get install {package}") from error
    except subprocess.TimeoutExpired:
        return f"{command[0]} took more than {SECONDS} seconds"
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        return f"{command[0]} could not read it{f' ({lines[-1]})' if lines else ''}"
    return None
