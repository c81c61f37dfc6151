"""Small texts written for these tests: pages as they are copied, with their furniture labelled, and clean texts."""

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CLEAN", "COPIED", "Sample", "Score", "score"]

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """A text and the places of its characters, white space aside, that are furniture."""

    name: str
    text: str
    furniture: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """Characters, white space aside: removed, rightly removed, and to be removed."""

    removed: int
    right: int
    furniture: int

    @property
    def precision(self) -> float:
        return self.right / self.removed if self.removed else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.furniture if self.furniture else 1.0


def score(sample: Sample, removed: frozenset[int]) -> Score:
    """How what was removed from a sample compares with its labels."""
    solid = frozenset(at for at in removed if not sample.text[at].isspace())
    return Score(len(solid), len(solid & sample.furniture), len(sample.furniture))


def _samples(name: str) -> list[Sample]:
    """The samples of a file: each begins with a line `%%% name`, and ⟦ ⟧ enclose its furniture."""
    parts = re.split(r"^%%% (.+)\n", (FOLDER / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_sample(title, body) for title, body in zip(parts[1::2], parts[2::2], strict=True)]


def _sample(name: str, body: str) -> Sample:
    text, furniture, inside = "", set(), False
    for character in body:
        if character in "⟦⟧":
            inside = character == "⟦"
            continue
        if inside and not character.isspace():
            furniture.add(len(text))
        text += character
    return Sample(name, text, frozenset(furniture))


COPIED = _samples("copied.txt")
CLEAN = _samples("clean.txt")
