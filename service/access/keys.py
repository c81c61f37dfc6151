"""Keys: what an operator may write, and what a service keeps of them."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["KEY_RULE", "Key", "is_usable", "separated"]

MIN_CHARACTERS, MAX_CHARACTERS = 16, 512
"""A shorter key could be guessed; a longer one is a file that was pasted."""

KEY_RULE = f"must have {MIN_CHARACTERS} to {MAX_CHARACTERS} printable ASCII characters, without spaces or commas"
"""What a key must be like, to be put behind what names it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as a service keeps it: its SHA-256, from which it cannot be told, and which no error or log shows."""

    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> "Key":
        """What is kept of a key."""
        return cls(hashlib.sha256(key).digest())

    def is_among(self, keys: Sequence["Key"]) -> bool:
        """Whether it is one of these; how long that takes tells nothing of them."""
        return any([hmac.compare_digest(self.digest, key.digest) for key in keys])  # all, whichever it is


def is_usable(key: str) -> bool:
    """Whether a key keeps to `KEY_RULE`."""
    fits = MIN_CHARACTERS <= len(key) <= MAX_CHARACTERS
    return fits and key.isascii() and key.isprintable() and not set(" ,") & set(key)


def separated(keys: str) -> tuple[str, ...]:
    """The keys of a list that is separated by commas."""
    return tuple(key.strip() for key in keys.split(",") if key.strip())
