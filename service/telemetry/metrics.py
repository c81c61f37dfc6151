"""Metrics of a running service for Prometheus; the only importer of prometheus_client."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
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
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.answering import STEPS
from service.telemetry.shared_metrics import LiveGauges, use_files, use_memory

if TYPE_CHECKING:
    from service.answering import Answer, Timing
    from service.retrieval import Library

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Buckets, from a small step of an answer to a question with the longest wait."""

ALERTED = (
    "feedback-full",
    "feedback-unavailable",
    "internal-error",
    "store-damaged",
    "store-unavailable",
    "too-busy",
)
"""Problems with an alert. They start at 0: Prometheus sees no increase in a new time series."""

PUBLISH_S = 1.0
"""Seconds between two copies of this process's gauges to the files that the workers share."""

TENTHS = tuple(tenth / 10 for tenth in range(1, 11))


class Metrics:
    """Metrics of one application, in their own registry; thread-safe.

    Labels have few values: routes are templates, never paths.

    Args:
        version: Version of Footnote.
        folder: Has the files of the metrics of all workers, if there are several: each of them then exposes the metrics
            of all. There can be only one such object in a process.
        slot: Number of this process among those that use the folder.

    Raises:
        OSError: The folder cannot be used.
    """

    def __init__(self, version: str, folder: Path | None = None, slot: int = 0) -> None:
        registry = CollectorRegistry()
        self._exposed = registry
        self._gauges: LiveGauges | None = None
        if folder is None:
            use_memory()
            ProcessCollector(registry=registry)
            GCCollector(registry=registry)
        else:
            use_files(folder, slot)
            self._exposed = CollectorRegistry()
            MultiProcessCollector(self._exposed, str(folder))  # type: ignore[no-untyped-call]
            self._gauges = LiveGauges([])
        PlatformCollector(registry=self._exposed)
        Info("footnote_build", "Version of Footnote.", registry=self._exposed).info({"version": version})
        self._in_flight = Gauge(
            "footnote_http_requests_in_flight", "Requests in progress.", registry=registry, multiprocess_mode="livesum"
        )
        self._in_flight.set(0)  # the file may be that of a worker that was killed
        counter = functools.partial(Counter, registry=registry)
        histogram = functools.partial(Histogram, registry=registry, buckets=SECONDS)
        self._requests = histogram(
            "footnote_http_request_duration_seconds",
            "Seconds from a request's head to the last byte of its response; status 499: the client disconnected.",
            ["method", "route", "status"],
        )
        self._problems = counter(
            "footnote_http_problems_total", "Requests answered with a problem, also within a stream.", ["problem"]
        )
        self._waits = histogram("footnote_ask_wait_seconds", "Seconds that a question waited in the queue.")
        self._asks = histogram(
            "footnote_ask_duration_seconds", "Seconds for computing an answer, without the wait in the queue."
        )
        self._steps = histogram(
            "footnote_ask_step_duration_seconds", "Seconds for each step of computing an answer.", ["step"]
        )
        self._answers = counter("footnote_answers_total", "Answers returned.", ["status", "confidence"])
        self._probabilities = histogram(
            "footnote_answer_probability",
            "Probability that the quoted words answer, of answers returned; none without a calibration.",
            buckets=TENTHS,
        )

        for problem in ALERTED:
            self._problems.labels(problem)
        for status in ("answered", "uncertain", "not_found"):
            for level in ("very_high", "high", "medium", "low"):
                self._answers.labels(status, level)

    def track(self, library: Library, waiting_questions: Callable[[], int], waiting_changes: Callable[[], int]) -> None:
        """Add gauges that are read at each scrape, or each second for the other workers.

        Args:
            library: Library of the documents.
            waiting_questions: Returns the number of questions in the queue.
            waiting_changes: Returns the number of uploads and removals in progress or waiting.
        """
        collectors = [_Documents(library), _Queues(waiting_questions, waiting_changes)]
        if self._gauges is None:
            for collector in collectors:
                self._exposed.register(collector)
        else:
            self._gauges = LiveGauges([*collectors, ProcessCollector(registry=None)])
            self._gauges.publish()

    @property
    def is_shared(self) -> bool:
        """Whether the metrics are those of several workers."""
        return self._gauges is not None

    def publish(self, stop: threading.Event) -> None:
        """Show the gauges of this process to the other workers, periodically until `stop` is set."""
        while self._gauges is not None and not stop.wait(PUBLISH_S):
            self._gauges.publish()

    def request_started(self) -> None:
        """Count a request in progress."""
        self._in_flight.inc()

    def request_finished(self, method: str, route: str, status: int, seconds: float, problem: str | None) -> None:
        """Record a finished request.

        Args:
            method: A standard method, or `other`.
            route: Template of the route.
            status: Status of the response.
            seconds: Duration.
            problem: Name of the problem in the response, if any.
        """
        self._in_flight.dec()
        self._requests.labels(method, route, str(status)).observe(seconds)
        if problem is not None:
            self._problems.labels(problem).inc()

    def answer_computed(self, waited: float, timing: Timing) -> None:
        """Record a computed answer, and its seconds in the queue."""
        self._waits.observe(waited)
        self._asks.observe(timing.total / 1000)
        for step in STEPS:
            self._steps.labels(step).observe(getattr(timing, step) / 1000)

    def answer_returned(self, answer: Answer) -> None:
        """Count an answer returned to a client."""
        self._answers.labels(answer.status, answer.confidence.level).inc()
        if answer.confidence.probability is not None:
            self._probabilities.observe(answer.confidence.probability)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return all metrics in the format that `Accept` prefers, with its media type."""
        if self._gauges is not None:
            self._gauges.publish()
        encode, media_type = choose_encoder(accept)
        return encode(self._exposed), media_type


class _Documents(Collector):
    """Gauges of the documents, all from one snapshot."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def describe(self) -> Iterator[Metric]:
        """Return nothing: no other collector has these names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of the newest snapshot."""
        with self._library.snapshot() as snapshot:
            generation, totals = snapshot.generation, snapshot.view.totals
        stale = self._library.failure is not None
        for name, about, value in (
            ("footnote_store_generation", "Generation that answers come from.", generation),
            ("footnote_store_documents", "Documents that answers come from.", totals.documents),
            ("footnote_store_passages", "Passages that answers come from.", totals.passages),
            ("footnote_store_stale", "1 while newer documents cannot be served, else 0.", int(stale)),
        ):
            yield GaugeMetricFamily(name, about, value=value)


class _Queues(Collector):
    """Lengths of the queues."""

    def __init__(self, waiting_questions: Callable[[], int], waiting_changes: Callable[[], int]) -> None:
        self._waiting_questions = waiting_questions
        self._waiting_changes = waiting_changes

    def collect(self) -> Iterator[Metric]:
        """Yield both lengths."""
        for name, about, length in (
            ("footnote_asks_waiting", "Distinct questions in the queue.", self._waiting_questions),
            ("footnote_changes_waiting", "Uploads and removals that wait or are in progress.", self._waiting_changes),
        ):
            yield GaugeMetricFamily(name, about, value=length())
