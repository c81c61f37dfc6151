"""Traces of requests for OpenTelemetry, where the operator has named a collector; the only importer of its SDK."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from corpus.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from service.answering import Timing

__all__ = ["FLUSH_S", "NoTracing", "OtelTracing", "Tracing", "tracing_from"]

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
"""The standard's own variables; its others (headers, sampler, resource, …) are read by its library."""

PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL = "http/protobuf"

FLUSH_S = 2.0
"""For the last spans, when the service stops: a collector that is gone must not keep it."""

Ended = Callable[[str, int, str | None], None]
"""Told of a request's route, status and problem when it has been answered."""


class Tracing(Protocol):
    """What a request tells of itself to whoever follows it from service to service."""

    def request(self, method: str, headers: Mapping[str, str], request_id: str) -> AbstractContextManager[Ended]:
        """A request is answered within the block.

        Args:
            method: One of the few that HTTP knows.
            headers: The request's; `traceparent` names the trace that it belongs to.
            request_id: Its name in the log.
        """

    def computed(self, begun: int, timing: Timing) -> None:
        """An answer has been computed for the present request, begun at so many nanoseconds since 1970."""

    def close(self) -> None:
        """Send what has not been sent, within a bound."""


class NoTracing:
    """Tells nobody."""

    def request(self, method: str, headers: Mapping[str, str], request_id: str) -> AbstractContextManager[Ended]:
        """Tell nobody."""
        return contextlib.nullcontext(_untold)

    def computed(self, begun: int, timing: Timing) -> None:
        """Tell nobody."""

    def close(self) -> None:
        """Nothing is to be sent."""


def _untold(route: str, status: int, problem: str | None) -> None:
    pass


class OtelTracing:
    """A span for each request, and below it one for the answer that was computed for it, with its steps.

    No span holds a question, a path, a query or an address: routes are templates.

    Args:
        processor: Takes the spans that have ended; one that sends them to the collector which the environment names
            if None.
        version: Footnote's.
    """

    def __init__(self, version: str, processor: SpanProcessor | None = None) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        named = Resource.create({SERVICE_NAME: "footnote", SERVICE_VERSION: version})
        # What the environment says of the resource wins over the name above.
        self._provider = TracerProvider(resource=named.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
        self._provider.add_span_processor(processor or _sending())
        self._tracer = self._provider.get_tracer("footnote", version)
        self._propagator = TraceContextTextMapPropagator()

    @contextlib.contextmanager
    def request(self, method: str, headers: Mapping[str, str], request_id: str) -> Iterator[Ended]:
        """A span around the block."""
        from opentelemetry.trace import SpanKind, StatusCode

        with self._tracer.start_as_current_span(
            method,
            context=self._propagator.extract(headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "http.response.header.x-request-id": [request_id]},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def ended(route: str, status: int, problem: str | None) -> None:
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                if problem is not None:
                    span.set_attribute("error.type", problem)
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield ended

    def computed(self, begun: int, timing: Timing) -> None:
        """A span that ends now, with one for each step; steps that were gone through again are told as one."""
        from opentelemetry.trace import set_span_in_context

        answer = self._tracer.start_span("answer", start_time=begun)
        within, at = set_span_in_context(answer), begun
        for name, milliseconds in (
            ("encode", timing.encode),
            ("retrieve", timing.retrieve),
            ("rerank", timing.rerank),
        ):
            step = self._tracer.start_span(name, context=within, start_time=at)
            at += round(1_000_000 * milliseconds)
            step.end(at)
        answer.end(max(at, time.time_ns()))

    def close(self) -> None:
        """Send what is left; what the collector has not taken within the bound is lost."""
        flushing = threading.Thread(target=self._provider.shutdown, name="flush-traces", daemon=True)
        flushing.start()
        flushing.join(FLUSH_S)


def _sending() -> SpanProcessor:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return BatchSpanProcessor(OTLPSpanExporter())


def tracing_from(version: str, environment: Mapping[str, str] | None = None) -> Tracing:
    """What the environment asks for: nothing, unless it names a collector.

    Args:
        version: Footnote's.
        environment: The process's own if None.

    Raises:
        SettingsError: It asks for what is not installed, or not spoken.
    """
    environment = os.environ if environment is None else environment
    named = next((name for name in ENDPOINTS if environment.get(name)), None)
    is_off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    if named is None or is_off or environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower() == "none":
        return NoTracing()
    for name in PROTOCOLS:
        if environment.get(name, PROTOCOL) != PROTOCOL:
            raise SettingsError(f"{name} is not usable: traces are sent by {PROTOCOL} only. Unset it, or name that.")
    try:
        return OtelTracing(version)
    except ImportError as error:
        raise SettingsError(
            f"{named} is set, but what sends traces is not installed. Install it with: "
            f"pip install 'footnote-qa[otel]' (or unset {named})"
        ) from error
