"""What a running service counts and times, for Prometheus; the only importer of prometheus_client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from service.answering import Answer, Timing
    from service.retrieval import Library

__all__ = ["Metrics"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""From a small step of an answer to a question that has waited as long as one may."""

ALARMING = (
    "feedback-full",
    "feedback-unavailable",
    "internal-error",
    "store-damaged",
    "store-unavailable",
    "too-busy",
)
"""Problems that begin at 0: Prometheus sees no increase in a count that is there for the first time."""

TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


class Metrics:
    """Counters of one application, in a registry of their own; safe to share between threads.

    Every label has few values: routes are templates, never what was asked for.
    """

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._build = Info("footnote_build", "Which Footnote this is.", registry=registry)
        self._in_flight = Gauge("footnote_http_requests_in_flight", "Requests being answered.", registry=registry)
        self._requests = Histogram(
            "footnote_http_request_duration_seconds",
            "From a request's head to the last byte of its answer; status 499: the client left.",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self._problems = Counter(
            "footnote_http_problems_total",
            "Requests answered with a problem, those within a stream included.",
            ["problem"],
            registry=registry,
        )
        self._waits = Histogram(
            "footnote_ask_wait_seconds",
            "How long a question that was computed had waited for its turn.",
            buckets=SECONDS,
            registry=registry,
        )
        self._asks = Histogram(
            "footnote_ask_duration_seconds",
            "Computing an answer, without the wait for its turn.",
            buckets=SECONDS,
            registry=registry,
        )
        self._steps = Histogram(
            "footnote_ask_step_duration_seconds",
            "The steps of computing an answer.",
            ["step"],
            buckets=SECONDS,
            registry=registry,
        )
        self._answers = Counter("footnote_answers_total", "Answers given.", ["status", "confidence"], registry=registry)
        self._probabilities = Histogram(
            "footnote_answer_probability",
            "The probability that the first passage answers, of answers given; none without a calibration.",
            buckets=TENTHS,
            registry=registry,
        )

        for problem in ALARMING:
            self._problems.labels(problem)
        for status in ("answered", "not_found"):
            for level in ("very_high", "high", "medium", "low"):
                self._answers.labels(status, level)

    def built(self, version: str) -> None:
        """Say which Footnote this is."""
        self._build.info({"version": version})

    def follow(self, library: Library, waiting_asks: Callable[[], int], waiting_uploads: Callable[[], int]) -> None:
        """Tell of a library and of two queues whenever somebody looks.

        Args:
            library: Whose newest snapshot is described.
            waiting_asks: How many questions wait for their turn at the encoder.
            waiting_uploads: How many uploads and removals wait or are being carried out.
        """
        for name, about, queue in (
            ("footnote_asks_waiting", "Different questions that wait for their turn at the encoder.", waiting_asks),
            ("footnote_changes_waiting", "Uploads and removals that wait or are being made.", waiting_uploads),
        ):
            Gauge(name, about, registry=self._registry).set_function(queue)
        self._registry.register(_Documents(library))

    def request_came(self) -> None:
        """A request is being answered."""
        self._in_flight.inc()

    def request_done(self, method: str, route: str, status: int, seconds: float, problem: str | None) -> None:
        """It has been answered.

        Args:
            method: One of the few that HTTP knows.
            route: The route's template.
            status: Of the response.
            seconds: That it took.
            problem: Its kind, if it was answered with one.
        """
        self._in_flight.dec()
        self._requests.labels(method, route, str(status)).observe(seconds)
        if problem is not None:
            self._problems.labels(problem).inc()

    def computed(self, waited: float, timing: Timing) -> None:
        """An answer has been computed, after so many seconds in the queue."""
        self._waits.observe(waited)
        self._asks.observe(timing.total / 1000)
        for step, taken in (("encode", timing.encode), ("retrieve", timing.retrieve), ("rerank", timing.rerank)):
            self._steps.labels(step).observe(taken / 1000)

    def answered(self, answer: Answer) -> None:
        """Somebody has been given an answer."""
        self._answers.labels(answer.status, answer.confidence.level).inc()
        if answer.confidence.probability is not None:
            self._probabilities.observe(answer.confidence.probability)

    def written(self, accept: str) -> tuple[bytes, str]:
        """All of them in the form that a client accepts best, and that form's media type."""
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type


class _Documents(Collector):
    """The documents that are answered from, all of one generation."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def describe(self) -> Iterator[Metric]:
        """None: nothing else has these names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """What the newest snapshot holds."""
        with self._library.snapshot() as snapshot:
            generation, totals = snapshot.generation, snapshot.view.totals
        stale = self._library.failure is not None
        for name, about, value in (
            ("footnote_store_generation", "The generation that is answered from.", generation),
            ("footnote_store_documents", "Documents that can be asked about.", totals.documents),
            ("footnote_store_passages", "Passages that can be asked about.", totals.passages),
            ("footnote_store_stale", "1 while newer documents cannot be served, else 0.", int(stale)),
        ):
            yield GaugeMetricFamily(name, about, value=value)
