"""Lightweight HTTP clients that leave the processors to the server."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["TIMEOUT_S", "Connection", "Response", "percentile", "posted"]

TIMEOUT_S = 60.0
"""Time limit of a request."""

MORE_ATTEMPTS = 3
"""Of a client that insists: several workers may be killed one after the other."""

FAILURES = (OSError, EOFError, ValueError, IndexError, asyncio.IncompleteReadError)


@dataclass(frozen=True, slots=True)
class Response:
    """A response.

    Args:
        status: 0 if nothing came that is HTTP; `body` then says why.
        headers: By their names in lower case.
        body: Its bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class Connection:
    """A minimal HTTP/1.1 connection for sequential requests.

    Args:
        port: Where the server listens.
        insists: Send a request again if a new connection broke too, as clients must whose server's workers are killed.
    """

    def __init__(self, port: int, *, insists: bool = False) -> None:
        self._port = port
        self._insists = insists
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(
        self, method: str, path: str, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send a request, connecting if necessary; a failure gives a response of status 0.

        A server may close a connection that was idle just as it is used again; then another one is opened.
        """
        reused = self._streams is not None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                try:
                    return await self._send(method, path, content, headers or {})
                except (asyncio.IncompleteReadError, ConnectionError) as error:
                    is_cut = isinstance(error, asyncio.IncompleteReadError) and error.partial
                    if not self._insists and (not reused or is_cut):
                        raise
                    self.close()
                    return await self._again(method, path, content, headers or {})
        except FAILURES as error:
            self.close()
            return Response(0, {}, repr(error).encode())

    async def _again(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Response:
        for _ in range(MORE_ATTEMPTS if self._insists else 0):
            try:
                return await self._send(method, path, content, headers)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
        return await self._send(method, path, content, headers)

    async def ask(self, question: str, **more: Any) -> Response:
        """Send `POST /v1/ask`."""
        return await self.send("POST", "/v1/ask", json.dumps({"question": question, **more}).encode())

    async def _send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Response:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        named = {
            "Host": f"127.0.0.1:{self._port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **headers,
        }
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + content)
        head, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        if told.get("transfer-encoding") == "chunked":
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(told.get("content-length", "0")))
        if told.get("connection") == "close":
            self.close()
        return Response(int(head.split()[1]), told, body)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


def posted(name: str, text: str) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers of an upload of one file."""
    head = f'--harness\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    body = head.encode() + text.encode() + b"\r\n--harness--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=harness"}


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that the share does not exceed; NaN for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")
