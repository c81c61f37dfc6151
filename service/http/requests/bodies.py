"""Bodies within bounds: what is larger is refused before it is kept, and what does not come is not waited for."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from service.http.problems import ProblemError
from service.http.requests.strict_json import strict_json

__all__ = ["JsonRoute", "bounded"]

JSON_S = 30.0
"""For a JSON body to come."""

PIECE_S = 30.0
"""For the next piece of a body to come."""


def bounded(request: Request, most: int, problem: ProblemError, seconds: float = float("inf")) -> Request:
    """The same request, whose body must come within bounds.

    Args:
        request: Whose body has not been read.
        most: The body ends with the problem as soon as it is known to have more bytes.
        problem: What to say then.
        seconds: In which all of it must come. However long, each piece must come soon.
    """
    received, whole, begun = 0, False, time.monotonic()

    async def receive() -> Message:
        nonlocal received, whole
        if _declared(request) > most:
            raise problem
        if whole:  # what comes now is that they leave
            return await request.receive()
        try:
            async with asyncio.timeout(min(PIECE_S, begun + seconds - time.monotonic())):
                message = await request.receive()
        except TimeoutError:
            raise _too_slow() from None
        whole = not message.get("more_body", False)
        received += len(message.get("body", b""))
        if received > most:
            raise problem
        return message

    return request.__class__(request.scope, receive)


class _JsonRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        return strict_json(await self.body(), self.app.state.service.settings.json_depth)


class JsonRoute(APIRoute):
    """A route whose JSON body is bounded and strict. FastAPI's own `max_body_size` would answer with plain text."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given a bounded request."""
        handle = super().get_route_handler()
        takes_json = self.body_field is not None

        async def handle_bounded(request: Request) -> Response:
            if takes_json and not _is_json(request.headers.get("content-type", "")):
                raise ProblemError(415, "not-json", "Send the body with the header 'Content-Type: application/json'.")
            strict = _JsonRequest(request.scope, request.receive)
            most = request.app.state.service.settings.body_bytes
            return await handle(bounded(strict, most, _too_large(most), JSON_S))

        return handle_bounded


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _too_large(most: int) -> ProblemError:
    detail = f"At most {most:,} bytes can be sent here. Send less, or only the latest turns."
    return ProblemError(413, "too-large", detail)


def _too_slow() -> ProblemError:
    detail = "The body did not come in time. Send it again."
    return ProblemError(408, "too-slow", detail, headers={"Connection": "close"})


def _declared(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() else 0
