"""How many requests a client may make: a bucket each, that fills evenly, by the generic cell rate algorithm (GCRA)."""

from throttled import MemoryStore, RateLimiterType, Throttled, per_min

from service.http.middleware.clients import Client
from service.settings import Settings

__all__ = ["MOST_REMEMBERED", "Rates"]

MOST_REMEMBERED = 16_384
"""Clients of each kind, those seen last; some 5 MiB. Whoever is forgotten begins with a full bucket."""


class Rates:
    """Counts requests. An address has a bucket, and a key; feedback has one more.

    A site's visitors have each their address's bucket and together their site's, so that one of them cannot use up what
    is for all. A flood of addresses forgets no key, and a flood of feedback takes no questions' place.

    Args:
        settings: How many a minute; as many may come at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._addresses = _Buckets(settings.requests_per_minute)
        self._keys = _Buckets(settings.key_requests_per_minute)
        self._feedback = _Buckets(settings.feedback_per_minute)

    def wait(self, client: Client, is_feedback: bool) -> float:
        """Count a request; give the seconds until one can be taken if this one cannot, else 0.

        Args:
            client: Whose it is.
            is_feedback: Whether it gives or takes back a rating.
        """
        if client.key is None:
            waits = self._addresses.wait(client.network)
        else:
            waits = self._keys.wait(client.key.digest.hex())
        if not waits and client.site is not None:
            site = client.site
            waits = self._keys.wait(site.key.digest.hex(), site.requests_per_minute)
        if not waits and is_feedback:
            waits = self._feedback.wait(client.name)
        return waits


class _Buckets:
    """Buckets of one kind, by whose they are.

    Args:
        a_minute: What flows into each, and what it holds; 0 for no end.
    """

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._store = MemoryStore(options={"MAX_SIZE": MOST_REMEMBERED})
        self._limiters: dict[int, Throttled] = {}

    def wait(self, whose: str, a_minute: int | None = None) -> float:
        """Take one out; give the seconds until there is one if it is empty."""
        a_minute = self._a_minute if a_minute is None else a_minute
        if not a_minute:
            return 0.0
        if a_minute not in self._limiters:  # as many as there are different numbers in the file of sites
            gcra = RateLimiterType.GCRA.value
            self._limiters[a_minute] = Throttled(using=gcra, quota=per_min(a_minute), store=self._store)
        taken = self._limiters[a_minute].limit(whose)
        return float(taken.state.retry_after) if taken.limited else 0.0
