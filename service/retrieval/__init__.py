"""Retrieval: the library of snapshots that questions are asked of."""

from service.retrieval.fingerprints import fingerprint
from service.retrieval.library import Library, Snapshot

__all__ = ["Library", "Snapshot", "fingerprint"]
