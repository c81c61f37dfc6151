"""The application: routes, error handlers, middleware, and background threads."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from corpus.store import Originals
from service.access import AccessControl
from service.http.freshness import Freshness
from service.http.middleware.admission import CONTROLLED_PATHS, AdmissionMiddleware
from service.http.middleware.cors import SAFE_METHODS, CrossOriginMiddleware
from service.http.middleware.head import HeadMiddleware
from service.http.middleware.host_check import PROBES, HostCheckMiddleware
from service.http.middleware.observability import ObservabilityMiddleware
from service.http.middleware.path_prefix import PathPrefixMiddleware
from service.http.middleware.security_headers import SecurityHeadersMiddleware
from service.http.problems import add_problem_handlers, problem_responses
from service.http.question_queue import QuestionQueue
from service.http.routes import ask, chat, documents, feedback, health, metrics, page_pictures, pages, suggestions
from service.http.server.connections import ConnectionLimitMiddleware
from service.http.state import Service
from service.ingest import ChangeQueue
from service.reading import PagePictures, SandboxLimits
from service.schemas import Problem
from service.settings import Settings
from service.sharing import SharedLimits, SharedState
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing
from service.upkeep import Feedback

logger = logging.getLogger(__name__)

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own telemetry would export paths, queries and error messages."""

ROUTERS = [
    module.router for module in (ask, chat, documents, feedback, health, metrics, page_pictures, pages, suggestions)
]


def build_app(service: Service, tracing: Tracing | None = None, shared: SharedState | None = None) -> FastAPI:
    """Build the HTTP application.

    While it runs, one thread follows the store and one the access file. When it stops, the threads end and the library
    is closed.

    Args:
        service: Settings, library and pipeline.
        tracing: Receives request spans; None for no tracing.
        shared: What this process shares with the other workers of the service: limits and metrics hold for all of them.
            None if there are no others.

    Raises:
        SettingsError: The access file is unusable.
    """
    access = AccessControl(service.settings)
    tracing = tracing or Tracing()

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
        if app.state.metrics.is_shared:
            publish = app.state.metrics.publish
            followers.append(threading.Thread(target=publish, args=(stop,), name="publish-metrics", daemon=True))
        for follower in followers:
            follower.start()
        try:
            yield
        finally:
            stop.set()
            for follower in followers:
                follower.join()
            app.state.intake.close()
            app.state.question_queue.close()
            service.library.close()
            await asyncio.to_thread(tracing.close)

    app = FastAPI(
        docs_url=None,  # `pages` has its own
        redoc_url=None,
        redirect_slashes=False,  # the redirect would use the request's host name
        title="Footnote",
        version=version("footnote-qa"),
        summary="Answers from your own documents: exact passages, each with a citation that a reader can check.",
        lifespan=lifespan,
        telemetry=NO_TELEMETRY,
    )
    app.state.service = service
    app.state.access = access
    app.state.intake = ChangeQueue(service.library, service.settings)
    app.state.feedback = Feedback(service.settings.data, service.settings.feedback_limit)
    app.state.page_pictures = PagePictures(
        Originals(service.settings.data),
        SandboxLimits(seconds=service.settings.parse_seconds),
        service.settings.wait_seconds,
    )
    app.state.metrics = _metrics(shared)
    app.state.freshness = Freshness(service.library, service.settings.wait_seconds)
    app.state.question_queue = QuestionQueue(
        service.pipeline, service.settings.wait_seconds, app.state.metrics, tracing
    )
    app.state.metrics.track(service.library, app.state.question_queue.queue, app.state.intake.queue)
    add_problem_handlers(app)
    app.add_exception_handler(404, pages.handle_not_found)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/web", pages.WEB_FILES)
    app.mount("/docs/static", pages.WebFiles(packages=[("fastapi_offline", "static")]))  # Swagger UI, without a network
    _describe(app)
    _add_middleware(app, service.settings, access, tracing, None if shared is None else shared.limits)
    return app


def _metrics(shared: SharedState | None) -> Metrics:
    """Return metrics that count for all workers; for this process alone, if they cannot be shared."""
    if shared is not None:
        try:
            return Metrics(version("footnote-qa"), shared.metrics, shared.take_slot())
        except OSError as error:
            logger.warning(
                "The metrics cannot be shared between the workers (%s). /metrics has those of one worker.",
                error.strerror,
            )
    return Metrics(version("footnote-qa"))


def _add_middleware(
    app: FastAPI, settings: Settings, access: AccessControl, tracing: Tracing, limits: SharedLimits | None
) -> None:
    """Put the middleware around FastAPI's own, so that it handles the responses to unexpected errors too."""
    build_fastapi_stack = app.build_middleware_stack

    def build_stack() -> ASGIApp:
        stack: ASGIApp = AdmissionMiddleware(HeadMiddleware(build_fastapi_stack()), access, settings, limits)
        stack = ConnectionLimitMiddleware(stack)
        stack = CrossOriginMiddleware(stack, access)
        stack = HostCheckMiddleware(stack, access)
        stack = PathPrefixMiddleware(stack, access, settings.root_path or "")
        stack = SecurityHeadersMiddleware(stack)
        return ObservabilityMiddleware(stack, app.state.metrics, tracing, log_questions=settings.log_questions)

    app.build_middleware_stack = build_stack  # type: ignore[method-assign]


def _describe(app: FastAPI) -> None:
    """Complete the OpenAPI document: problems instead of FastAPI's own 422, keys, statuses of the middleware."""
    build_schema = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = build_schema()
            models = schema.setdefault("components", {}).setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                models.pop(name, None)
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            models.update(problem.pop("$defs"))
            models["Problem"] = problem
            _describe_keys(schema)
            _describe_middleware(schema)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_keys(schema: dict[str, Any]) -> None:
    """Add the security requirements: changes always need a key, other API routes if asking needs one."""
    description = "Key of an administrator, of a client that asks, or of a site, from the operator of the service."
    schema["components"]["securitySchemes"] = {"Key": {"type": "http", "scheme": "bearer", "description": description}}
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            if "401" in route["responses"]:
                is_change = path.startswith("/v1/documents") and method != "get"
                route["security"] = [{"Key": []}] if is_change else [{}, {"Key": []}]


def _describe_middleware(schema: dict[str, Any]) -> None:
    """Add the error statuses of the middleware."""
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            statuses = [400, 431]  # an invalid request, a head too large
            statuses += [] if path.startswith(PROBES) else [421, 503]  # unknown host, too many connections
            statuses += [429] if path.startswith(CONTROLLED_PATHS) else []
            statuses += [403] if method.upper() not in SAFE_METHODS else []  # another origin
            responses = {
                **{str(status): it for status, it in problem_responses(*statuses).items()},
                **route["responses"],
            }
            route["responses"] = dict(sorted(responses.items()))
