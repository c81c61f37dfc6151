"""Limits on the size and the duration of request bodies."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message

from service.http.problems import ProblemError
from service.http.requests.strict_json import strict_json

MAX_JSON_BYTES = 3 * 1024**2
"""Bytes of a JSON body: the longest conversation at 12 bytes per character, the most that JSON's escapes need."""

JSON_S = 30.0
"""Seconds for a JSON body."""

CHUNK_S = 30.0
"""Seconds for the next chunk of a body."""


def limited(request: Request, max_bytes: int, problem: ProblemError, seconds: float = float("inf")) -> Request:
    """Return a request that limits the size and the duration of its body.

    Args:
        request: Request whose body has not been read.
        max_bytes: Maximum size, checked before and while the body is read.
        problem: Raised for a larger body.
        seconds: Maximum duration; each chunk has `CHUNK_S`.
    """
    received, is_complete, started = 0, False, time.monotonic()

    async def receive() -> Message:
        nonlocal received, is_complete
        if _content_length(request) > max_bytes:
            raise problem
        if is_complete:  # the next message is the disconnect
            return await request.receive()
        try:
            async with asyncio.timeout(min(CHUNK_S, started + seconds - time.monotonic())):
                message = await request.receive()
        except TimeoutError:
            raise _too_slow() from None
        is_complete = not message.get("more_body", False)
        received += len(message.get("body", b""))
        if received > max_bytes:
            raise problem
        return message

    return request.__class__(request.scope, receive)


class _JsonRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401 - any JSON
        return strict_json(await self.body())


class JsonRoute(APIRoute):
    """Route with a limited, strictly parsed JSON body. FastAPI's own `max_body_size` answers with plain text."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler for a limited request."""
        handle = super().get_route_handler()
        takes_json = self.body_field is not None

        async def handle_limited(request: Request) -> Response:
            if takes_json and not _is_json(request.headers.get("content-type", "")):
                raise ProblemError(415, "not-json", "Send the body with the header 'Content-Type: application/json'.")
            strict = _JsonRequest(request.scope, request.receive)
            return await handle(limited(strict, MAX_JSON_BYTES, _too_large(), JSON_S))

        return handle_limited


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _too_large() -> ProblemError:
    detail = f"The body is too large; at most {MAX_JSON_BYTES:,} bytes are allowed. Send only the latest turns."
    return ProblemError(413, "too-large", detail)


def _too_slow() -> ProblemError:
    detail = "The body was not received in time. Send it again."
    return ProblemError(408, "too-slow", detail, headers={"Connection": "close"})


def _content_length(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdecimal() else 0
