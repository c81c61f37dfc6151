"""Files that evaluations write."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from eval.errors import TargetError


def write_atomically(path: Path, text: str) -> None:
    """Write a text file completely or not at all.

    Raises:
        OSError: The file cannot be written; the file that was there is unchanged.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def unwritable_reported(path: Path) -> Iterator[None]:
    """Translate the errors of writing to a path.

    Raises:
        TargetError: It cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise TargetError(f"{path} cannot be written ({error.strerror or error}). Choose another folder.") from error
