"""Logs, metrics and traces, and the context of a request."""

from service.telemetry.request_context import Observed, carried, note_problem, note_question, observing

__all__ = ["Observed", "carried", "note_problem", "note_question", "observing"]
