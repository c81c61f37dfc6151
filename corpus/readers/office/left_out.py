"""Notes on what a reader leaves out, and the refusal of files of which nothing is left."""

from collections import Counter
from collections.abc import Sequence

from corpus.errors import SourceError

_NAMED = 10
"""Damaged parts that are named."""


def notes_on(left_out: Counter[str], damaged: Sequence[str] = ()) -> list[str]:
    """Return notes for the summary of an ingest.

    Args:
        left_out: What was left out, in the plural, and how much of it.
        damaged: Names of parts that could not be read.
    """
    notes = [f"{what} were left out: {count:,}" for what, count in left_out.items() if count]
    if damaged:
        more = f" and {len(damaged) - _NAMED:,} more" if len(damaged) > _NAMED else ""
        notes.append(f"damaged parts were left out: {', '.join(damaged[:_NAMED])}{more}")
    return notes


def check_some_is_left(text: str, notes: Sequence[str]) -> None:
    """Refuse a file that has no text outside of what was left out.

    Raises:
        SourceError: There is no text, and something was left out.
    """
    if not text.strip() and notes:
        raise SourceError(
            f"it has no text that can be read ({'; '.join(notes)}); open it, correct that and save it again"
        )
