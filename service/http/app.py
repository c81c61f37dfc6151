"""The application: routes, error handlers, and the thread that follows the store."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Sequence
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline

from service.feedback import Feedback
from service.http import ask, chat, documents, feedback, health, metrics, pages, suggestions
from service.http.asks import Asks
from service.http.connections import TurnedAway
from service.http.observing import Observing
from service.http.origins import OtherOrigins
from service.http.problems import add_problem_handlers
from service.http.state import Service
from service.intake import Intake
from service.metrics import Metrics
from service.schemas import Problem
from service.tracing import NoTracing, Tracing

__all__ = ["build_app"]

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would tell a collector each request's path and query, and what errors say."""


def build_app(service: Service, tracing: Tracing | None = None) -> FastAPI:
    """The HTTP service over what it is given.

    While it runs, a thread follows the store; when it stops, the thread ends and the library is closed.

    Args:
        service: What it is made of.
        tracing: Where requests are told of; nowhere if None.
    """
    tracing = tracing or NoTracing()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        follower = threading.Thread(
            target=service.library.follow,
            args=(service.settings.refresh_seconds, stop),
            name="follow-store",
            daemon=True,
        )
        follower.start()
        try:
            yield
        finally:
            stop.set()
            follower.join()
            app.state.intake.close()
            app.state.asks.close()
            service.library.close()
            await asyncio.to_thread(tracing.close)

    app = FastAPIOffline(
        redoc_url=None,
        title="Footnote",
        version=version("footnote-qa"),
        summary="Answers from your own documents: exact passages, each with a citation that a reader can check.",
        lifespan=lifespan,
        static_url="/docs/static",
        telemetry=NO_TELEMETRY,
    )
    app.state.service = service
    app.state.intake = Intake(service.library, service.settings)
    app.state.feedback = Feedback(service.settings.data, service.settings.feedback_limit)
    app.state.metrics = Metrics()
    app.state.asks = Asks(service.pipeline, service.settings.wait_seconds, app.state.metrics, tracing)
    app.state.metrics.built(version("footnote-qa"))
    app.state.metrics.follow(service.library, app.state.asks.queue, app.state.intake.queue)
    add_problem_handlers(app)
    for module in (ask, chat, documents, feedback, health, metrics, pages, suggestions):
        app.include_router(module.router)
    _describe_problems(app)
    _decide_on_other_origins(app, service.settings.origin_values)
    _observe(app, tracing, questions=service.settings.log_questions)
    return app


def _observe(app: FastAPI, tracing: Tracing, *, questions: bool) -> None:
    """Put what observes requests around all that may answer them."""
    within = app.build_middleware_stack
    app.build_middleware_stack = lambda: Observing(  # type: ignore[method-assign]
        TurnedAway(within()), app.state.metrics, tracing, questions=questions
    )


def _decide_on_other_origins(app: FastAPI, origins: Sequence[str]) -> None:
    """Put what decides about other origins around all else, so that they can read every problem, of 500 too."""
    made_by_fastapi = app.build_middleware_stack
    app.build_middleware_stack = lambda: OtherOrigins(made_by_fastapi(), origins)  # type: ignore[method-assign]


def _describe_problems(app: FastAPI) -> None:
    """Put our problem schema into the OpenAPI document in the place of FastAPI's own 422."""
    made_by_fastapi = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made_by_fastapi()
            models = schema.setdefault("components", {}).setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                models.pop(name, None)
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            models.update(problem.pop("$defs"))
            models["Problem"] = problem
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]
