"""What is said of a record that cannot be read while others of its file can."""

from dataclasses import dataclass

__all__ = ["SourceProblem"]


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A source that is refused: its name, and why and what to do as a clause."""

    source: str
    reason: str
