"""Filter for proposals of engines that lag behind the snapshot or search approximately."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from corpus.store import Allowed


def known_proposals(
    proposed: Iterable[int], holds: Callable[[Sequence[int]], Iterable[int]], allowed: Allowed | None
) -> list[int]:
    """Return the distinct proposed keys that the snapshot holds and the filters allow, in the order proposed.

    An engine at another generation may propose passages that are deleted, not yet added or of changed documents.

    Args:
        proposed: Keys proposed by an engine.
        holds: Returns the keys among its argument that the snapshot holds.
        allowed: Passages that the filters allow; None allows all.
    """
    once = list(dict.fromkeys(proposed))
    held = set(holds(once))
    known = [key for key in once if key in held]
    if allowed is None or not known:
        return known
    return [key for key, is_allowed in zip(known, allowed.among(np.array(known)), strict=True) if is_allowed]
