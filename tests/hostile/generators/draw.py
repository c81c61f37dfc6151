"""Chance, as the generators use it: the same seed draws the same file."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

__all__ = ["MARKER", "Draw", "Kinds", "kinds_of"]

Made = TypeVar("Made")

MARKER = "zqvxhostile"
"""Part of most files. A message that repeats it discloses the content of a file."""

SMALL, LARGE, LARGEST = 1_000, 1_000_000, 20_000_000
"""Bytes of a case: mostly between the first two, now and then up to the third."""

RARELY = 0.02
"""Share of cases that may have the largest size."""


class Draw(random.Random):
    """A source of chance with a limited number of bytes.

    Args:
        seed: Of the case.
        room: Bytes that the file should not take many more than; drawn if None.
    """

    def __new__(cls, seed: str, room: int | None = None) -> "Draw":
        """A generator without a seed yet."""
        return super().__new__(cls)

    def __init__(self, seed: str, room: int | None = None) -> None:
        super().__init__(seed)
        most = LARGEST if self.random() < RARELY else LARGE
        self.room = self.log(SMALL, most) if room is None else room

    def log(self, least: int, most: int) -> int:
        """A number between two, all sizes equally often."""
        most = max(least, most)
        return min(most, round(least * math.pow(most / least, self.random())))

    def many(self, unit: int = 1, most: int | None = None) -> int:
        """Number of repetitions of something of a size, within the room that is left."""
        fit = max(1, self.room // max(1, unit))
        return self.log(1, fit if most is None else min(fit, most))

    def full(self, piece: str) -> str:
        """A piece, as often as there is room for it."""
        return piece * max(1, self.room // max(1, len(piece.encode(errors="surrogatepass"))))

    def chance(self, share: float = 0.5) -> bool:
        """Whether something is so."""
        return self.random() < share

    def filled(self, make: Callable[[], str], between: str = "") -> str:
        """Pieces, one made after the other, until there is no room."""
        parts: list[str] = []
        left = self.room
        while left > 0 and len(parts) < 200_000:
            parts.append(make())
            left -= len(parts[-1]) + len(between) + 1
        return between.join(parts)

    def words(self, most: int = 12) -> str:
        """Some words of no sense."""
        return " ".join(self.choices(WORDS, k=self.randint(1, most)))

    def prose(self, most: int = 12) -> str:
        """A sentence."""
        return self.words(most).capitalize() + self.choice((".", "?", "!", "…", "."))

    def one_of(self, makers: Sequence[Callable[["Draw"], Made]]) -> Made:
        """What one of several makes."""
        return self.choice(makers)(self)


Kinds = Mapping[str, Callable[[Draw], bytes]]
"""What makes a file, by the name of its kind."""


def kinds_of(makers: Sequence[Callable[[Draw], Made]], write: Callable[[Draw, Made], bytes]) -> Kinds:
    """Return generators of files, each named for the function that makes the content.

    Args:
        makers: Functions that make the content of a file.
        write: Turns it into bytes.
    """

    def kind(make: Callable[[Draw], Made]) -> Callable[[Draw], bytes]:
        return lambda draw: write(draw, make(draw))

    return {make.__name__.replace("_", " "): kind(make) for make in makers}


WORDS = (
    *f"the truce of {MARKER} began in prisons and talks went on for many months between two sides of a city".split(),
    *"la tregua comenzó en marzo y nadie sabe cuándo terminó según el gobierno que no respondió 2012 14,5 3%".split(),
    *"Mr. e.g. U.S. Sr. №7 — “so” 'tis don't l'État naïve ﬁ Straße 停戦 は 始まった هدنة שלום перемирие".split(),
)
