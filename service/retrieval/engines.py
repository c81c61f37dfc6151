"""Registry of retrieval engines."""

import functools
from collections.abc import Callable, Mapping

from service.retrieval.local import LocalRetriever
from service.retrieval.protocols import AnyRetriever
from service.settings import Settings
from service.stores import open_view


def local_retriever(settings: Settings) -> LocalRetriever:
    """Return a retriever of the local engine, over the store that the settings name."""
    if settings.store_uri is None:
        return LocalRetriever(settings.data)
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalRetriever(settings.data, open_view=functools.partial(open_view, settings))


ENGINES: Mapping[str, Callable[[Settings], AnyRetriever]] = {
    "local": local_retriever,
}
"""Factories of retrievers by engine name."""

DEFAULT_ENGINE = "local"
"""Engine of a library that is given no retriever."""
