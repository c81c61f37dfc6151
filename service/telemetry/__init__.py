"""Logs, metrics and traces, and the context of a request."""

from service.telemetry.request_context import (
    RequestContext,
    record_problem,
    record_question,
    use_request_context,
    with_request_context,
)

__all__ = ["RequestContext", "record_problem", "record_question", "use_request_context", "with_request_context"]
