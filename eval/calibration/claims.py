"""Borders of claimed answers, by conformal risk control."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHARES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""Shares of wrong answers whose borders are stored."""

TOLERANCE = 1e-12
"""Rounding error of the sums of weights."""


def claim_borders(
    evidence: NDArray[np.float64], wrong: NDArray[np.bool_], weights: NDArray[np.float64], shares: Sequence[float]
) -> list[tuple[float, float]]:
    """Return for each share of wrong answers the least evidence at which at most this share of claims is wrong.

    The loss of a question is `wrong - share` if its answer is claimed, else 0; it is at most `1 - share`. A border
    keeps the share if the sum of the losses is at most 0 with one more question of the greatest loss
    (conformal risk control; Angelopoulos, Bates, Fisch, Lei and Schuster, 2022). The chosen border is the last, going
    down from the first that keeps the share, before one that does not; or that of a smaller share, if it is lower.

    The proof of conformal risk control needs a loss that does not rise as the border does. This one may, so the share
    is not guaranteed for every distribution; simulations keep it from a few hundred questions on (in the tests).

    Args:
        evidence: Answer evidence, `(cases,)` float64.
        wrong: Whether each answer is wrong, `(cases,)` bool.
        weights: Positive weights, `(cases,)` float64. The additional question gets the greatest one.
        shares: Shares of wrong answers, rising.

    Returns:
        Pairs of a share and its border, which does not rise. A share that no border keeps is absent.
    """
    order = np.argsort(-evidence, kind="stable")
    evidence, counts = evidence[order], weights[order]
    claimed, wrongly = np.cumsum(counts), np.cumsum(counts * wrong[order])
    together = np.append(evidence[:-1] > evidence[1:], True)  # cases of equal evidence are claimed together
    evidence, claimed, wrongly = evidence[together], claimed[together], wrongly[together]
    borders: list[tuple[float, float]] = []
    for share in shares:
        kept = wrongly - share * claimed + (1 - share) * counts.max() <= TOLERANCE
        if kept.any():
            first = int(kept.argmax())
            length = len(kept) - first if kept[first:].all() else int(kept[first:].argmin())
            border = float(evidence[first + length - 1])
            borders.append((share, min(border, borders[-1][1]) if borders else border))
    return borders
