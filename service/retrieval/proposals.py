"""Proposals of an engine that may lag behind the snapshot, or find approximately."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from corpus.store import Allowed

__all__ = ["known_proposals"]


def known_proposals(
    proposed: Iterable[int], holds: Callable[[Sequence[int]], Iterable[int]], allowed: Allowed | None
) -> list[int]:
    """Return the proposed keys that the snapshot holds and the filters allow, each once, in the order proposed.

    An engine whose generation is not the snapshot's may propose passages that are gone, that are not there yet, or
    whose documents have changed.

    Args:
        proposed: Keys as an engine proposes them.
        holds: Returns those of some keys that the snapshot holds.
        allowed: The passages that filters allow; None allows all.
    """
    once = list(dict.fromkeys(proposed))
    held = set(holds(once))
    known = [key for key in once if key in held]
    if allowed is None or not known:
        return known
    return [key for key, is_allowed in zip(known, allowed.among(np.array(known)), strict=True) if is_allowed]
