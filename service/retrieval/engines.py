"""Registry of retrieval engines."""

from collections.abc import Callable, Mapping

from service.retrieval.local import LocalRetriever
from service.retrieval.protocols import AnyRetriever
from service.settings import Settings

ENGINES: Mapping[str, Callable[[Settings], AnyRetriever]] = {
    "local": lambda settings: LocalRetriever(settings.data),
}
"""Factories of retrievers by engine name."""

DEFAULT_ENGINE = "local"
"""Engine of a library that is given no retriever."""
