"""The engines that passages can be found with."""

from collections.abc import Callable, Mapping

from service.retrieval.engine import AnyRetriever
from service.retrieval.local import LocalRetriever
from service.settings import Settings

__all__ = ["ENGINES"]

ENGINES: Mapping[str, Callable[[Settings], AnyRetriever]] = {
    "local": lambda settings: LocalRetriever(settings.data),
}
"""Opens an engine's retriever for the data folder and the services that the settings name."""
