"""Passages that a search may find, as a test lists them."""

from collections.abc import Collection, Iterable

__all__ = ["Listed", "Unlisted"]


class Listed:
    """Few passages: their keys are listed."""

    def __init__(self, keys: Iterable[int]) -> None:
        self._keys = sorted(set(keys))

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> Collection[int] | None:
        return self._keys

    def among(self, keys: Collection[int]) -> Collection[bool]:
        return [key in set(self._keys) for key in keys]


class Unlisted(Listed):
    """Many passages: a predicate alone tells which."""

    @property
    def keys(self) -> Collection[int] | None:
        return None
