"""The application: routes, error handlers, and the thread that follows the store."""

import contextlib
import threading
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from service.feedback import Feedback
from service.http import ask, chat, documents, feedback, health, pages, suggestions
from service.http.asks import Asks
from service.http.origins import OtherOrigins
from service.http.problems import add_problem_handlers
from service.http.state import Service
from service.http.surface import Surface
from service.intake import Intake
from service.schemas import Problem
from service.settings import Settings

__all__ = ["build_app"]


def build_app(service: Service) -> FastAPI:
    """The HTTP service over what it is given.

    While it runs, a thread follows the store; when it stops, the thread ends and the library is closed.
    """

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

    app = FastAPI(
        docs_url=None,  # `pages` has one of our own
        redoc_url=None,
        title="Footnote",
        version=version("footnote-qa"),
        summary="Answers from your own documents: exact passages, each with a citation that a reader can check.",
        lifespan=lifespan,
    )
    app.state.service = service
    app.state.intake = Intake(service.library, service.settings)
    app.state.feedback = Feedback(service.settings.data, service.settings.feedback_limit)
    app.state.asks = Asks(service.pipeline, service.settings.wait_seconds)
    add_problem_handlers(app)
    for module in (ask, chat, documents, feedback, health, pages, suggestions):
        app.include_router(module.router)
    app.mount("/docs/static", StaticFiles(packages=[("fastapi_offline", "static")]))  # Swagger UI, without a network
    _describe_problems(app)
    _put_around(app, service.settings)
    return app


def _put_around(app: FastAPI, settings: Settings) -> None:
    """Put around all else what decides about hosts and other origins, so that it has every problem, of 500 too."""
    made_by_fastapi = app.build_middleware_stack

    def build() -> ASGIApp:
        return Surface(OtherOrigins(made_by_fastapi(), settings.origin_values), settings.host_values)

    app.build_middleware_stack = build  # type: ignore[method-assign]


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
