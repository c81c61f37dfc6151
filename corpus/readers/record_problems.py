"""Problems of single records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A refused record: its source, and the reason and remedy as a clause."""

    source: str
    reason: str
