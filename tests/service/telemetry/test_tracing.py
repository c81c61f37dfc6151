"""Traces: told to a collector where one is named, and to nobody else."""

import dataclasses
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence

import pytest
from fastapi.testclient import TestClient

from corpus.errors import SettingsError
from service.http.app import build_app
from service.http.state import Service
from service.telemetry import tracing
from service.telemetry.tracing import OtelTracing, tracing_from

pytest.importorskip("opentelemetry.sdk", reason="what sends traces is not installed: pip install 'footnote-qa[otel]'")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

MARKER = "zebra-in-the-question"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CONTINUED = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@dataclasses.dataclass(frozen=True)
class Traced:
    client: TestClient
    exporter: InMemorySpanExporter

    def spans(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> ReadableSpan:
        (span,) = [span for span in self.spans() if span.name == name]
        return span


@pytest.fixture
def traced(service: Service) -> Iterator[Traced]:
    exporter = InMemorySpanExporter()
    app = build_app(service, OtelTracing("1.2.3", SimpleSpanProcessor(exporter)))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Traced(client, exporter)


def test_a_question_is_a_span_with_its_steps_below(traced: Traced) -> None:
    response = traced.client.post("/v1/ask", json={"question": "When did the truce begin?"})
    request, answer = traced.named("POST /v1/ask"), traced.named("answer")
    assert request.parent is None
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/ask",
        "http.response.status_code": 200,
        "http.response.header.x-request-id": (response.headers["x-request-id"],),
    }
    assert answer.parent == request.context
    ends = answer.start_time
    for step in ("encode", "retrieve", "rerank", "read"):
        span = traced.named(step)
        assert span.parent == answer.context
        assert span.start_time == ends
        assert span.start_time is not None
        assert span.end_time is not None
        taken = response.json()["timing_ms"][step]
        assert (span.end_time - span.start_time) / 1e6 == pytest.approx(taken)
        ends = span.end_time
    assert {span.context.trace_id for span in traced.spans()} == {request.context.trace_id}


def test_a_trace_that_comes_in_is_continued(traced: Traced) -> None:
    traced.client.get("/v1/documents", headers=CONTINUED)
    span = traced.named("GET /v1/documents")
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT


@pytest.mark.parametrize("given", ["", "00-zz-zz-01", 100 * "x", f"00-{32 * '0'}-{PARENT}-01"])
def test_an_invalid_trace_parent_starts_a_new_trace(traced: Traced, given: str) -> None:
    traced.client.get("/v1/documents", headers={"traceparent": given})
    assert traced.named("GET /v1/documents").parent is None


def test_a_problem_names_its_kind_and_only_a_failure_is_an_error(traced: Traced, service: Service) -> None:
    traced.client.get("/nowhere")
    refused = traced.named("GET other")
    assert (refused.attributes or {})["error.type"] == "not-found"
    assert refused.status.is_ok
    service.library.failure = SettingsError("somewhere")
    traced.client.get("/health/ready")
    assert not traced.named("GET /health/ready").status.is_ok


def test_no_span_holds_what_was_asked_or_where(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    client = traced.client
    for _ in range(2):
        client.post("/v1/ask", json={"question": MARKER, "history": [{"role": "user", "content": MARKER}]})
        client.get(f"/v1/documents/{MARKER}?cursor={MARKER}")
        client.get(f"/{MARKER}?q={MARKER}", headers={"X-Request-ID": f"{MARKER}!", "User-Agent": MARKER})

        def fail(*_: object, **__: object) -> None:
            raise ValueError(MARKER)

        monkeypatch.setattr(client.app.state.service.pipeline, "ask", fail)  # type: ignore[attr-defined]
    assert len(traced.spans()) > 6
    assert MARKER not in "".join(span.to_json() for span in traced.spans())


# What the environment says


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes spans as OTLP over HTTP."""

    got: list[tuple[str, ExportTraceServiceRequest]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Collector]]:
    handler = type("Handler", (Collector,), {"got": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        yield handler
        server.shutdown()
        thread.join()


def test_a_collector_that_the_environment_names_has_the_spans_when_the_service_has_stopped(
    collector: type[Collector], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    with TestClient(build_app(service, tracing_from("1.2.3"))) as client:
        client.get("/v1/documents")
    ((path, request),) = collector.got
    assert path == "/v1/traces"
    (spans,) = request.resource_spans
    about = {each.key: each.value.string_value for each in spans.resource.attributes}
    assert (about["service.name"], about["service.version"]) == ("footnote", "1.2.3")
    assert about["deployment.environment.name"] == "test"
    assert [span.name for span in spans.scope_spans[0].spans] == ["GET /v1/documents"]


def test_the_service_may_be_given_another_name(
    collector: type[Collector], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "archive")
    with TestClient(build_app(service, tracing_from("1"))) as client:
        client.get("/v1/documents")
    ((_, request),) = collector.got
    about = {each.key: each.value.string_value for each in request.resource_spans[0].resource.attributes}
    assert about["service.name"] == "archive"


def test_a_collector_that_does_not_answer_keeps_no_service_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "FLUSH_S", 0.1)
    released = threading.Event()

    class Stuck(InMemorySpanExporter):
        def shutdown(self) -> None:
            released.wait(60)

    one = OtelTracing("1", SimpleSpanProcessor(Stuck()))
    one.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == "flush-traces"] == ["flush-traces"]
    released.set()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_SERVICE_NAME": "footnote"},
    ],
)
def test_without_a_collector_nothing_is_traced(environment: dict[str, str]) -> None:
    assert not isinstance(tracing_from("1", environment), OtelTracing)


def test_a_protocol_that_is_not_spoken_is_refused() -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    with pytest.raises(SettingsError, match=r"PROTOCOL is not usable: only http/protobuf is supported"):
        tracing_from("1", environment)


def test_where_it_is_not_installed_the_command_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, .*'footnote-qa\[otel\]'"):
        tracing_from("1", {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1"})


def test_nothing_that_sends_traces_is_imported_unless_it_is_asked_for() -> None:
    look = (
        "import sys, service.http, service.cli.serve; from service.telemetry.tracing import tracing_from; "
        "tracing_from('1'); "
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
