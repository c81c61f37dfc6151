"""Files that evaluations write."""

from pathlib import Path


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
