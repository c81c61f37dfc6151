"""Read your writes: answers from documents at least as new as those that a client has seen."""

import asyncio

from service.http.problems import ProblemError
from service.retrieval import Library


class Freshness:
    """Refreshes the library when a client has seen a newer generation than it has. Belongs to one event loop.

    Args:
        library: The documents.
        longest_wait: Seconds that a request waits for a refresh.
    """

    def __init__(self, library: Library, longest_wait: float) -> None:
        self._library = library
        self._longest_wait = longest_wait
        self._refreshing: asyncio.Future[bool] | None = None

    async def reach(self, generation: int) -> None:
        """Return when the library has a generation, at once if it already has. Requests share one refresh.

        Args:
            generation: Generation of the store that the client has seen; 0 for none.

        Raises:
            ProblemError: The store does not have the generation, or it cannot be served in time.
        """
        if self._library.generation >= generation:
            return
        try:
            async with asyncio.timeout(self._longest_wait):
                for _ in range(2):  # a refresh that has begun may have read the store before the client's change
                    await asyncio.shield(self._refresh())
                    if self._library.generation >= generation:
                        return
        except Exception as error:  # of any kind: the thread that follows the store logs it
            raise ProblemError(
                503,
                "stale-documents",
                "The newest documents cannot be served yet. Try again in a moment, or ask without "
                "'at_least_generation' for older ones.",
                headers={"Retry-After": "1"},
            ) from error
        raise ProblemError(
            409,
            "generation-unknown",
            "The store has no generation as high as 'at_least_generation': that came from another store, or this one "
            "was restored. Forget it, and ask without it.",
        )

    def _refresh(self) -> "asyncio.Future[bool]":
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.get_running_loop().run_in_executor(None, self._library.refresh)
            self._refreshing.add_done_callback(_retrieve)
        return self._refreshing


def _retrieve(refresh: "asyncio.Future[bool]") -> None:
    """Retrieve the error of a refresh for which no request waits any longer: asyncio would log it."""
    if not refresh.cancelled():
        refresh.exception()
