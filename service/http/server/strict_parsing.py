"""Strict HTTP parsing: refuse ambiguous requests, and ignore trailers and `Upgrade`."""

import logging
import re
import secrets
from http import HTTPStatus
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.http.middleware.observability import REQUEST_ID
from service.http.middleware.security_headers import SECURITY_HEADERS
from service.http.problems import problem_response
from service.telemetry import RequestContext, use_request_context

logger = logging.getLogger("service.requests")

MAX_HEAD_BYTES = 64 * 1024
"""Bytes of a request's first line and headers, and of chunk extensions and trailers in a row."""

MAX_FIELDS = 256
"""Headers of a request; each is examined several times."""

SLICE = 4096
"""Bytes parsed between two checks of the limits."""

LINGER_S = 2.0
"""Seconds for a client that still sends to read the response, before the connection is reset."""

FRAMING_FIELDS = {b"connection", b"content-length", b"proxy-connection", b"transfer-encoding", b"upgrade"}
"""Fields that the parser obeys in trailers too, where they are not allowed (RFC 9110, section 6.5.1)."""

ABSOLUTE = re.compile(rb"https?://([^/?#]*)(?:[/?].*)?", re.IGNORECASE | re.DOTALL)


class StrictHttpProtocol(HttpToolsProtocol):
    """uvicorn's httptools protocol with limits, and with two corrections.

    httptools reports a chunked body's trailer fields as headers, and assumes that a request with `Upgrade` has no body,
    so that the body would be parsed as the next request. Here trailer fields are dropped, and such a body is read by a
    second parser that gets its framing only.
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
        """Parse received bytes; refuse invalid and endless requests."""
        self._unset_keepalive_if_required()
        if self._is_refused:
            return  # the client is still sending; the connection is being closed
        try:
            for start in range(0, len(data), SLICE):
                self._quiet_bytes += len(part := data[start : start + SLICE])
                self._parse(part)
                if self._quiet_bytes > MAX_HEAD_BYTES:
                    raise self._refusal_error(_TOO_LARGE)
        except httptools.HttpParserError:
            self._refuse()

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                if self._framing:
                    self._parse_body_separately()
            else:
                return

    def _parse_body_separately(self) -> None:
        """Continue with a new parser that has not seen `Upgrade`."""
        head, self._framing = b"POST / HTTP/1.1\r\n" + self._framing + b"\r\n", b""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as in uvicorn
        self._is_muted = True
        self.parser.feed_data(head)
        self._is_muted = False

    def on_message_begin(self) -> None:
        """Reset the counters at a request's first byte."""
        if not self._is_muted:
            super().on_message_begin()
            self._in_head, self._head_bytes, self._quiet_bytes = True, 0, 0

    def on_url(self, url: bytes) -> None:
        """Count the bytes of the address."""
        if not self._is_muted:
            super().on_url(url)
            self._head_bytes += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header within the limits; drop a trailer field."""
        if not self._in_head and not self._is_muted and name.lower() in FRAMING_FIELDS:
            raise self._refusal_error(_INVALID)
        if self._in_head and not self._is_muted:
            super().on_header(name, value)
            self._head_bytes += len(name) + len(value) + len(b": \r\n")
            if self._head_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_FIELDS:
                raise self._refusal_error(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        """Check a complete head."""
        if self._is_muted:
            return
        self._head_bytes += len(self.parser.get_method()) + len(b"  HTTP/1.1\r\n\r\n")
        if self._head_bytes > MAX_HEAD_BYTES:
            raise self._refusal_error(_TOO_LARGE)
        self._check_head()
        self._in_head, self._quiet_bytes = False, 0
        self._framing = self._framing_of_body() if self.parser.should_upgrade() else b""
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Reset the counter of bytes without progress."""
        self._quiet_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, unless its body is parsed separately."""
        if not self._framing:
            self._quiet_bytes = 0
            super().on_message_complete()

    def _check_head(self) -> None:
        """Refuse heads that a proxy may have parsed differently."""
        version = self.parser.get_http_version()
        given = self._values(b"transfer-encoding")
        is_misframed = given and (version == "1.0" or [value.strip().lower() for value in given] != [b"chunked"])
        target = self.url.partition(b"?")[0]
        if version not in ("1.0", "1.1") or self.parser.get_method() == b"CONNECT" or is_misframed:
            raise self._refusal_error(_INVALID)
        if b"#" in self.url or not (target.startswith(b"/") or target == b"*" or self._matches_host()):
            raise self._refusal_error(_INVALID)
        if version == "1.0":
            self.expect_100_continue = False  # HTTP/1.0 has no 100 response

    def _matches_host(self) -> bool:
        """Return whether an absolute address has the host of `Host`."""
        absolute = ABSOLUTE.fullmatch(self.url)
        return absolute is not None and [absolute[1].lower()] == [host.lower() for host in self._values(b"host")]

    def _framing_of_body(self) -> bytes:
        """Return the headers that frame the body; empty if there is none."""
        lengths = [b"content-length: %d\r\n" % int(value) for value in self._values(b"content-length") if int(value)]
        return b"transfer-encoding: chunked\r\n" if self._values(b"transfer-encoding") else b"".join(lengths)

    def _values(self, wanted: bytes) -> list[bytes]:
        return [value for name, value in self.headers if name == wanted]

    def _refusal_error(self, refusal: tuple[int, str, str]) -> httptools.HttpParserError:
        self._refusal = refusal
        return httptools.HttpParserError(refusal[1])

    def _refuse(self) -> None:
        """Answer an unparsable request with a problem and close; finish earlier requests first."""
        self._is_refused = True
        cycle = cast(RequestResponseCycle | None, self.cycle)
        if cycle is not None and not cycle.response_complete:
            if not cycle.more_body:
                cycle.keep_alive = False
                return
            cycle.disconnected = True  # the route must not answer an incomplete request
            cycle.message_event.set()
            if cycle.response_started or self.pipeline:
                self.transport.close()
                return
        self.transport.write(self._refusal_bytes())
        self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.abort)

    def _refusal_bytes(self) -> bytes:
        context = RequestContext(secrets.token_hex(8))
        with use_request_context(context):
            response = problem_response(
                *self._refusal, headers={**SECURITY_HEADERS, "Connection": "close", REQUEST_ID: context.id}
            )
            logger.info("Refused an unparsable request: %d %s", response.status_code, context.problem)
        lines = [f"HTTP/1.1 {response.status_code} {HTTPStatus(response.status_code).phrase}".encode()]
        lines += [name + b": " + value for name, value in (*self.server_state.default_headers, *response.raw_headers)]
        return b"\r\n".join([*lines, b"", bytes(response.body)])


_INVALID = 400, "invalid-http", "This is not a valid HTTP request."
_TOO_LARGE = (
    431,
    "head-too-large",
    f"A request may have {MAX_FIELDS} headers, and {MAX_HEAD_BYTES // 1024} KiB of headers and address.",
)
