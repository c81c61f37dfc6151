"""Rate limits by the generic cell rate algorithm (GCRA): one bucket for each client, refilled evenly."""

import time

from throttled import MemoryStore, RateLimiterType, Throttled, per_min

from service.http.middleware.clients import Client
from service.settings import Settings
from service.sharing import SharedLimits

MAX_CLIENTS = 16_384
"""Most recent clients of each kind that have a bucket; some 5 MiB. A forgotten client starts with a full one."""


class RateLimiter:
    """Count requests in buckets for addresses, for keys and for feedback.

    A site's visitors have one bucket for each address and one together, so that one visitor cannot use up the site's.
    The three kinds are stored apart, so that a flood of one evicts no bucket of another.

    Args:
        settings: Requests per minute, and the size of a burst.
        shared: Has the buckets of all processes; None if there is one. While it cannot be used, this process has its
            own.
    """

    def __init__(self, settings: Settings, shared: SharedLimits | None = None) -> None:
        self._addresses = _Buckets("address", settings.requests_per_minute, shared)
        self._keys = _Buckets("key", settings.key_requests_per_minute, shared)
        self._feedback = _Buckets("feedback", settings.feedback_per_minute, shared)

    def wait(self, client: Client, is_feedback: bool) -> float:
        """Count a request; return 0 if it is allowed, else the seconds until the next one is.

        Args:
            client: Client of the request.
            is_feedback: Whether it gives or withdraws a rating.
        """
        if client.key is None:
            seconds = self._addresses.wait(client.network)
        else:
            seconds = self._keys.wait(client.key.digest.hex())
        if not seconds and client.site is not None:
            site = client.site
            seconds = self._keys.wait(site.key.digest.hex(), site.requests_per_minute)
        if not seconds and is_feedback:
            seconds = self._feedback.wait(client.name)
        return seconds


class _Buckets:
    """Buckets of one kind, by client.

    Args:
        kind: Its name.
        per_minute: Refill per minute, and capacity; 0 for no limit.
        shared: Has the buckets of all processes, if there are several.
    """

    def __init__(self, kind: str, per_minute: int, shared: SharedLimits | None) -> None:
        self._kind = kind
        self._per_minute = per_minute
        self._shared = shared
        self._store = MemoryStore(options={"MAX_SIZE": MAX_CLIENTS})
        self._limiters: dict[int, Throttled] = {}

    def wait(self, client: str, per_minute: int | None = None) -> float:
        """Take one from a bucket; if it is empty, return the seconds until it is not."""
        per_minute = self._per_minute if per_minute is None else per_minute
        if not per_minute:
            return 0.0
        if self._shared is not None:
            wait = self._shared.take(self._kind, client, per_minute, time.monotonic(), MAX_CLIENTS)
            if wait is not None:
                return wait
        if per_minute not in self._limiters:  # one for each value in the access file
            gcra = RateLimiterType.GCRA.value
            self._limiters[per_minute] = Throttled(using=gcra, quota=per_min(per_minute), store=self._store)
        taken = self._limiters[per_minute].limit(client)
        return float(taken.state.retry_after) if taken.limited else 0.0
