"""The engines that passages can be found with."""

from collections.abc import Callable, Mapping
from typing import Any

from service.retrieval.engine import Retriever
from service.retrieval.local import LocalRetriever
from service.settings import Settings

__all__ = ["ENGINES"]

ENGINES: Mapping[str, Callable[[Settings], Retriever[Any, Any]]] = {
    "local": lambda settings: LocalRetriever(settings.data),
}
"""Opens an engine's retriever for the data folder and the services that the settings name."""
