"""Traces of requests by OpenTelemetry, if a collector is configured; the only importer of its SDK."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from corpus.errors import SettingsError
from service.answering import STEPS

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from service.answering import Timing

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""OpenTelemetry's variables for the collector; its library reads the others (headers, sampler, resource, …)."""

PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL = "http/protobuf"

FLUSH_S = 2.0
"""Seconds for sending the last spans at shutdown: an unresponsive collector must not delay it."""

EndSpan = Callable[[str, int, str | None], None]
"""Called with the route, status and problem of a finished request."""


class Tracing:
    """Receiver of request spans; this class ignores them."""

    def request(self, method: str, headers: Mapping[str, str], request_id: str) -> AbstractContextManager[EndSpan]:
        """Trace the request that is answered within the block.

        Args:
            method: A standard method, or `other`.
            headers: Headers of the request; `traceparent` continues a trace.
            request_id: Its id in the log.
        """
        return contextlib.nullcontext(_ignore)

    def answer_computed(self, started_ns: int, timing: Timing) -> None:
        """Trace the computation of the current request's answer, started at these nanoseconds since 1970."""

    def close(self) -> None:
        """Send the remaining spans, within `FLUSH_S`."""


def _ignore(route: str, status: int, problem: str | None) -> None:
    pass


class OtelTracing(Tracing):
    """One span for each request, with a child span for the computed answer and its steps.

    No span contains a question, a path, a query or an address: routes are templates.

    Args:
        version: Version of Footnote.
        processor: Receives the finished spans; None sends them to the configured collector.
    """

    def __init__(self, version: str, processor: SpanProcessor | None = None) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        named = Resource.create({SERVICE_NAME: "footnote", SERVICE_VERSION: version})
        # The environment's resource attributes take precedence.
        self._provider = TracerProvider(resource=named.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
        self._provider.add_span_processor(processor or _sending())
        self._tracer = self._provider.get_tracer("footnote", version)
        self._propagator = TraceContextTextMapPropagator()

    @contextlib.contextmanager
    def request(self, method: str, headers: Mapping[str, str], request_id: str) -> Iterator[EndSpan]:
        """Open a span around the block."""
        from opentelemetry.trace import SpanKind, StatusCode

        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "http.response.header.x-request-id": [request_id]},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def end_span(route: str, status: int, problem: str | None) -> None:
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                if problem is not None:
                    span.set_attribute("error.type", problem)
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield end_span

    def answer_computed(self, started_ns: int, timing: Timing) -> None:
        """Add a span that ends now, with one for each step; the repetitions of a step are one span."""
        from opentelemetry.trace import set_span_in_context

        answer = self._tracer.start_span("answer", start_time=started_ns)
        within, at = set_span_in_context(answer), started_ns
        for name in STEPS:
            step = self._tracer.start_span(name, context=within, start_time=at)
            at += round(1_000_000 * getattr(timing, name))
            step.end(at)
        answer.end(max(at, time.time_ns()))

    def close(self) -> None:
        """Send the remaining spans; those that take longer than `FLUSH_S` are lost."""
        flushing = threading.Thread(target=self._provider.shutdown, name="flush-traces", daemon=True)
        flushing.start()
        flushing.join(FLUSH_S)


def _sending() -> SpanProcessor:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())


def tracing_from(version: str, environment: Mapping[str, str] | None = None) -> Tracing:
    """Configure tracing from the environment; without a collector, return no tracing.

    Args:
        version: Version of Footnote.
        environment: Environment variables; those of the process if None.

    Raises:
        SettingsError: The protocol is not supported, or OpenTelemetry is not installed.
    """
    environment = os.environ if environment is None else environment
    named = next((name for name in ENDPOINTS if environment.get(name)), None)
    is_off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if named is None or is_off or environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() == "none":
        return Tracing()
    for name in PROTOCOLS:
        if environment.get(name, PROTOCOL) != PROTOCOL:
            raise SettingsError(f"{name} is not usable: only {PROTOCOL} is supported. Unset it, or set it to that.")
    try:
        return OtelTracing(version)
    except ImportError as error:
        raise SettingsError(
            f"{named} is set, but OpenTelemetry is not installed. Install it with: "
            f"pip install 'footnote-qa[otel]' (or unset {named})"
        ) from error
