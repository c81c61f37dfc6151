"""Feedback exported by the service: JSON Lines, one rating per line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime

from eval.errors import SetError
from eval.sets.jsonl import decoded, given_bytes, numbered_lines, validated
from service.schemas import FeedbackRequest


class Rating(FeedbackRequest):
    """A rating as the service exports it, with its time."""

    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class NumberedRating:
    """A rating and its line, from 1."""

    line: int
    rating: Rating


def load_feedback(path: Path) -> Sequence[NumberedRating]:
    """Read exported feedback.

    Raises:
        SetError: The file cannot be read, has no rating, or a line is malformed.
    """
    lines = numbered_lines(decoded(given_bytes(path), path))
    ratings = [NumberedRating(number, validated(Rating, line, path, number)) for number, line in lines]
    if not ratings:
        raise SetError(f"{path} has no rating. Give a file exported by the service; see docs/evaluation.md.")
    return ratings
