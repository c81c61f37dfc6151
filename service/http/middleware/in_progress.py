"""Requests in progress, by client."""

from collections import Counter
from typing import Literal

from service.settings import Settings
from service.sharing import SharedLimits


class RequestsInProgress:
    """Counts requests in progress, and limits them for one client and in all.

    Args:
        settings: The limits.
        shared: Makes the limits hold for all processes together; None if there is one. While it cannot be used, they
            hold for this process.
    """

    def __init__(self, settings: Settings, shared: SharedLimits | None = None) -> None:
        self._settings = settings
        self._shared = shared
        self._own: Counter[str] = Counter()
        self._is_behind = False
        """Whether the shared numbers of this process differ from its own, because they could not be recorded."""

    def start(self, client: str) -> Literal["client", "all", ""]:
        """Count a request, unless there are too many.

        Args:
            client: Identifier of the client.

        Returns:
            What has too many in progress, the `client` or `all` together; empty if the request was counted.
        """
        excess = self._start_shared(client)
        if excess is None:
            excess = self._excess(client)
            self._is_behind = True
        if not excess:
            self._own[client] += 1
        return excess

    def end(self, client: str) -> None:
        """Stop counting a request."""
        self._own[client] -= 1
        if not self._own[client]:
            del self._own[client]
        if self._shared is not None and not self._shared.record(client, self._own[client]):
            self._is_behind = True

    def total(self) -> int:
        """Return the requests in progress in this process."""
        return self._own.total()

    def _start_shared(self, client: str) -> Literal["client", "all", ""] | None:
        if self._shared is None:
            return None
        if self._is_behind:
            self._is_behind = not self._shared.replace(self._own)
        if self._is_behind:
            return None
        per_client, most = self._settings.concurrent_per_client, self._settings.concurrent
        return self._shared.start(client, self._own[client] + 1, per_client, most)

    def _excess(self, client: str) -> Literal["client", "all", ""]:
        if self._own[client] >= self._settings.concurrent_per_client:
            return "client"
        return "all" if self._own.total() >= self._settings.concurrent else ""
