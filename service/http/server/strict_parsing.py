"""Requests read strictly: what could be read in two ways is refused, and trailers and `Upgrade` change nothing."""

import logging
import re
import secrets
from http import HTTPStatus
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.http.middleware.hosts import HEADERS
from service.http.middleware.observing import REQUEST_ID
from service.http.problems import problem
from service.telemetry import Observed, observing

__all__ = ["MOST_FIELDS", "MOST_HEAD_BYTES", "StrictHttp"]

logger = logging.getLogger("service.requests")

MOST_HEAD_BYTES = 64 * 1024
"""Of a request's first line and headers, and of what comes in a chunked body between two pieces of it."""

MOST_FIELDS = 256
"""Headers of a request; each is looked at several times."""

SLICE = 4096
"""Bytes that are read between two looks at how long nothing has come to an end."""

LINGER_S = 2.0
"""Time for a client that still sends to read why it was refused, before the connection is reset."""

OF_CONNECTION = {b"connection", b"content-length", b"proxy-connection", b"transfer-encoding", b"upgrade"}
"""What the parser obeys in a trailer too. It may not stand there (RFC 9110, section 6.5.1)."""

ABSOLUTE = re.compile(rb"https?://([^/?#]*)(?:[/?].*)?", re.IGNORECASE | re.DOTALL)


class StrictHttp(HttpToolsProtocol):
    """A connection as uvicorn reads it with httptools, within limits, and without what httptools makes of two headers.

    httptools gives a chunked body's trailer fields as headers, and takes a request with `Upgrade` to have no body: what
    follows would be read as the next request. Here trailer fields go nowhere, and the body of such a request is read by
    a second parser, which knows its framing alone.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **more)
        self._in_head = False
        self._head_bytes = self._quiet_bytes = 0
        self._framing = b""
        self._is_muted = False
        self._is_refused = False
        self._refusal = _INVALID

    def data_received(self, data: bytes) -> None:
        """Read what has come; refuse what cannot be read, or does not end."""
        self._unset_keepalive_if_required()
        if self._is_refused:
            return  # the client is still sending; the connection is about to end
        try:
            for start in range(0, len(data), SLICE):
                self._quiet_bytes += len(part := data[start : start + SLICE])
                self._read(part)
                if self._quiet_bytes > MOST_HEAD_BYTES:
                    raise self._refused_with(_TOO_LARGE)
        except httptools.HttpParserError:
            self._refuse()

    def _read(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                if self._framing:
                    self._read_body_alone()
            else:
                return

    def _read_body_alone(self) -> None:
        """Go on with a parser that has not seen `Upgrade`."""
        head, self._framing = b"POST / HTTP/1.1\r\n" + self._framing + b"\r\n", b""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self._is_muted = True
        self.parser.feed_data(head)
        self._is_muted = False

    def on_message_begin(self) -> None:
        """A request's first byte has come."""
        if not self._is_muted:
            super().on_message_begin()
            self._in_head, self._head_bytes, self._quiet_bytes = True, 0, 0

    def on_url(self, url: bytes) -> None:
        """Part of the first line has come."""
        if not self._is_muted:
            super().on_url(url)
            self._head_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header has come, or a trailer field, which is left out."""
        if not self._in_head and not self._is_muted and name.lower() in OF_CONNECTION:
            raise self._refused_with(_INVALID)
        if self._in_head and not self._is_muted:
            super().on_header(name, value)
            self._head_bytes += len(name) + len(value) + len(b": \r\n")
            if self._head_bytes > MOST_HEAD_BYTES or len(self.headers) > MOST_FIELDS:
                raise self._refused_with(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """A request's head has come whole."""
        if self._is_muted:
            return
        self._head_bytes += len(self.parser.get_method()) + len(b"  HTTP/1.1\r\n\r\n")
        if self._head_bytes > MOST_HEAD_BYTES:
            raise self._refused_with(_TOO_LARGE)
        self._check_head()
        self._in_head, self._quiet_bytes = False, 0
        self._framing = self._framing_of_body() if self.parser.should_upgrade() else b""
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of a body has come."""
        self._quiet_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request has come whole, unless its body is still to be read."""
        if not self._framing:
            self._quiet_bytes = 0
            super().on_message_complete()

    def _check_head(self) -> None:
        """Refuse what a proxy in front may have read in another way."""
        version = self.parser.get_http_version()
        given = self._given(b"transfer-encoding")
        is_framed_badly = given and (version == "1.0" or [value.strip().lower() for value in given] != [b"chunked"])
        target = self.url.partition(b"?")[0]
        if version not in ("1.0", "1.1") or self.parser.get_method() == b"CONNECT" or is_framed_badly:
            raise self._refused_with(_INVALID)
        if b"#" in self.url or not (target.startswith(b"/") or target == b"*" or self._is_for_its_host()):
            raise self._refused_with(_INVALID)
        if version == "1.0":
            self.expect_100_continue = False  # there was no such answer then

    def _is_for_its_host(self) -> bool:
        """Whether an absolute address is of the host that `Host` names."""
        absolute = ABSOLUTE.fullmatch(self.url)
        return absolute is not None and [absolute[1].lower()] == [host.lower() for host in self._given(b"host")]

    def _framing_of_body(self) -> bytes:
        """The headers that say how long the body is; none if there is no body."""
        lengths = [b"content-length: %d\r\n" % int(value) for value in self._given(b"content-length") if int(value)]
        return b"transfer-encoding: chunked\r\n" if self._given(b"transfer-encoding") else b"".join(lengths)

    def _given(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self.headers if name == wanted]

    def _refused_with(self, refusal: tuple[int, str, str]) -> httptools.HttpParserError:
        self._refusal = refusal
        return httptools.HttpParserError(refusal[1])

    def _refuse(self) -> None:
        """Say what is wrong, as every error is said, and close; what was asked before is answered first."""
        self._is_refused = True
        cycle = cast(RequestResponseCycle | None, self.cycle)
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:
                cycle.keep_alive = False
                return
            cycle.disconnected = True  # what waits for its body is not to answer any more
            cycle.message_event.set()
            if cycle.response_started or self.pipeline:
                self.transport.close()
                return
        self.transport.write(self._refusing())
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def _refusing(self) -> bytes:
        observed = Observed(secrets.token_hex(8))
        with observing(observed):
            refused = problem(*self._refusal, headers={**HEADERS, "Connection": "close", REQUEST_ID: observed.id})
            logger.info("A request was refused before it was read: %d %s", refused.status_code, observed.problem)
        lines = [f"HTTP/1.1 {refused.status_code} {HTTPStatus(refused.status_code).phrase}".encode()]
        lines += [name + b": " + value for name, value in (*self.server_state.default_headers, *refused.raw_headers)]
        return b"\r\n".join([*lines, b"", bytes(refused.body)])


_INVALID = 400, "invalid-http", "What was sent is no HTTP request that can be read."
_TOO_LARGE = (
    431,
    "head-too-large",
    f"A request may have {MOST_FIELDS} headers, and {MOST_HEAD_BYTES // 1024} KiB of headers and address. Send less.",
)
