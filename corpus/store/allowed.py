"""The passages that a filtered search may find, as indexes see them."""

from collections.abc import Collection
from typing import Protocol

__all__ = ["Allowed"]


class Allowed(Protocol):
    """The passages that filters allow: listed where they are few, otherwise known by a predicate."""

    def __len__(self) -> int:
        """Number of passages allowed."""

    @property
    def keys(self) -> Collection[int] | None:
        """Keys of the passages, ascending, where they are few; otherwise None."""

    def among(self, keys: Collection[int]) -> Collection[bool]:
        """Return for each key whether its passage is allowed. A key that the snapshot does not know is not."""
