"""Problems of single records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """A refused record.

    Args:
        source: Its source, by its id or its line.
        reason: The reason and the remedy, as a clause.
        is_named: Whether its id could be read. If not, any stored record of the file may be this one.
    """

    source: str
    reason: str
    is_named: bool = False
