"""Bodies within bounds: what is larger is refused before it is kept."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from service.http.problems import ProblemError

__all__ = ["MAX_JSON_BYTES", "JsonRoute", "bounded"]

MAX_JSON_BYTES = 3 * 1024**2
"""The longest conversation fits however JSON writes it, at 12 bytes for a character, with filters beside it."""


def bounded(request: Request, most: int, problem: ProblemError) -> Request:
    """The same request, whose body ends with the problem as soon as it is known to have more than `most` bytes."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        if _declared(request) > most:
            raise problem
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most:
            raise problem
        return message

    return request.__class__(request.scope, receive)


class JsonRoute(APIRoute):
    """A route whose JSON body is bounded. FastAPI's own `max_body_size` would answer with plain text."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given a bounded request."""
        handle = super().get_route_handler()

        async def handle_bounded(request: Request) -> Response:
            return await handle(bounded(request, MAX_JSON_BYTES, _too_large()))

        return handle_bounded


def _too_large() -> ProblemError:
    return ProblemError(
        413,
        "too-large",
        f"At most {MAX_JSON_BYTES // 1024**2} MiB can be sent here. Send less, or only the latest turns.",
    )


def _declared(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() else 0
