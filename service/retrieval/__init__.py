"""Retrieval: engines that propose passages, and the library of snapshots."""

from service.retrieval.engines import local_retriever
from service.retrieval.fingerprints import fingerprint, with_present_words, with_settings
from service.retrieval.library import Library, Snapshot
from service.retrieval.local import AllowedPassages, LocalRetriever
from service.retrieval.protocols import AnyRetriever, Retriever, Searcher, StoreView

__all__ = [
    "AllowedPassages",
    "AnyRetriever",
    "Library",
    "LocalRetriever",
    "Retriever",
    "Searcher",
    "Snapshot",
    "StoreView",
    "fingerprint",
    "local_retriever",
    "with_present_words",
    "with_settings",
]
