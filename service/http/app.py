"""The application: routes, error handlers, what stands around them, and the threads that follow what changes."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from service.access import AccessInForce
from service.http.limits import describe_limits
from service.http.middleware.cors import SAFE, OtherOrigins
from service.http.middleware.gate import GUARDED, Gate
from service.http.middleware.hosts import PROBES, Surface
from service.http.middleware.observing import Observing
from service.http.problems import PROBLEM_RESPONSES, add_problem_handlers
from service.http.question_queue import Asks
from service.http.routes import ask, chat, documents, feedback, health, metrics, pages, suggestions
from service.http.server.connections import TurnedAway
from service.http.state import Service
from service.ingest import Intake
from service.schemas import Problem
from service.settings import Settings
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import NoTracing, Tracing
from service.upkeep import Feedback

__all__ = ["build_app"]

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would tell a collector each request's path and query, and what errors say."""


def build_app(service: Service, tracing: Tracing | None = None) -> FastAPI:
    """The HTTP service over what it is given.

    While it runs, one thread follows the store and one the file of keys; when it stops, they end and the library is
    closed.

    Args:
        service: What it is made of.
        tracing: Where requests are told of; nowhere if None.

    Raises:
        SettingsError: The file of keys cannot be used.
    """
    access = AccessInForce(service.settings)
    tracing = tracing or NoTracing()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        followers = [
            threading.Thread(
                target=service.library.follow,
                args=(service.settings.refresh_seconds, stop),
                name="follow-store",
                daemon=True,
            ),
            threading.Thread(target=access.follow, args=(stop,), name="follow-access", daemon=True),
        ]
        for follower in followers:
            follower.start()
        try:
            yield
        finally:
            stop.set()
            for follower in followers:
                follower.join()
            app.state.intake.close()
            app.state.asks.close()
            service.library.close()
            await asyncio.to_thread(tracing.close)

    app = FastAPI(
        docs_url=None,  # `pages` has one of our own
        redoc_url=None,
        redirect_slashes=False,  # its redirects are to whatever host the request names, and take a body along
        title="Footnote",
        version=version("footnote-qa"),
        summary="Answers from your own documents: exact passages, each with a citation that a reader can check.",
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
    )
    app.state.service = service
    app.state.access = access
    app.state.intake = Intake(service.library, service.settings)
    app.state.feedback = Feedback(service.settings.data, service.settings.feedback_limit)
    app.state.metrics = Metrics()
    app.state.asks = Asks(service.pipeline, service.settings.wait_seconds, app.state.metrics, tracing)
    app.state.metrics.built(version("footnote-qa"))
    app.state.metrics.follow(service.library, app.state.asks.queue, app.state.intake.queue)
    add_problem_handlers(app)
    for module in (ask, chat, documents, feedback, health, metrics, pages, suggestions):
        app.include_router(module.router)
    app.mount("/docs/static", StaticFiles(packages=[("fastapi_offline", "static")]))  # Swagger UI, without a network
    _describe(app, service.settings)
    _put_around(app, service.settings, access, tracing)
    return app


def _put_around(app: FastAPI, settings: Settings, access: AccessInForce, tracing: Tracing) -> None:
    """Put around all else what observes, and what decides about hosts, other origins and clients.

    Their pages can read every problem that comes from within, of 500 too.
    """
    made_by_fastapi = app.build_middleware_stack

    def build() -> ASGIApp:
        gate = TurnedAway(Gate(made_by_fastapi(), access, settings))
        surface = Surface(OtherOrigins(gate, access), access)
        return Observing(surface, app.state.metrics, tracing, questions=settings.log_questions)

    app.build_middleware_stack = build  # type: ignore[method-assign]


def _describe(app: FastAPI, settings: Settings) -> None:
    """Put our problem schema into the OpenAPI document in the place of FastAPI's own 422, and the limits in force."""
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
            describe_limits(models, settings)
            _describe_keys(schema)
            _describe_edge(schema)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_keys(schema: dict[str, Any]) -> None:
    """Have the OpenAPI document say what takes a key: changes always, the rest of the API where asking needs one."""
    described = "An administrator's, an asker's or a site's, as the operator gives it."
    schema["components"]["securitySchemes"] = {"Key": {"type": "http", "scheme": "bearer", "description": described}}
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            if "401" in route["responses"]:
                is_change = path.startswith("/v1/documents") and method != "get"
                route["security"] = [{"Key": []}] if is_change else [{}, {"Key": []}]


def _describe_edge(schema: dict[str, Any]) -> None:
    """Have the OpenAPI document name what is refused before a route is looked for."""
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            statuses = [400, 431]  # no usable request, or a head too large
            statuses += [] if path.startswith(PROBES) else [421, 503]  # another host's; too many connections
            statuses += [429] if path.startswith(GUARDED) else []
            statuses += [403] if method.upper() not in SAFE else []  # a page of another origin
            responses = {
                **{str(status): it for status, it in PROBLEM_RESPONSES(*statuses).items()},
                **route["responses"],
            }
            route["responses"] = dict(sorted(responses.items()))
