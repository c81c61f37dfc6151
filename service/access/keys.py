"""Keys: their syntax, and the digest that the service keeps."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

MIN_CHARACTERS, MAX_CHARACTERS = 16, 512
"""A shorter key can be guessed; a longer one is probably a pasted file."""

KEY_RULE = f"must have {MIN_CHARACTERS} to {MAX_CHARACTERS} printable ASCII characters, without spaces or commas"
"""Syntax of a key, for an error message that begins with the key's name."""


@dataclass(frozen=True, slots=True)
class Key:
    """SHA-256 of a key, which no error or log shows."""

    digest: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> "Key":
        """Hash a key."""
        return cls(hashlib.sha256(key).digest())

    def is_among(self, keys: Sequence["Key"]) -> bool:
        """Return whether it is one of these, in constant time."""
        return any([hmac.compare_digest(self.digest, key.digest) for key in keys])  # a list: compare with all of them


def is_usable(key: str) -> bool:
    """Return whether a key satisfies `KEY_RULE`."""
    fits = MIN_CHARACTERS <= len(key) <= MAX_CHARACTERS
    return fits and key.isascii() and key.isprintable() and not set(" ,") & set(key)
