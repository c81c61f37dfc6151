"""What a client has already, or cannot unpack, is not sent to it; over real connections."""

import contextlib
import gzip
import http.client
from collections.abc import Iterator

import pytest

from service.http.app import build_app
from service.http.requests.conditional import etag_matches
from service.http.state import Service
from tests.service.http.running import Running, running

TEXT = "/v1/documents/truce/text"


@pytest.fixture
def server(service: Service) -> Iterator[Running]:
    with running(build_app(service)) as it:
        yield it


def got(
    server: Running, path: str, *headers: tuple[str, str], method: str = "GET"
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with contextlib.closing(connection):
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return response, response.read()


def test_the_text_that_a_client_has_is_not_sent_again(server: Running) -> None:
    first, text = got(server, TEXT)
    etag = first.headers["ETag"]
    assert text
    for known in (etag, f"W/{etag}", f'"x", {etag}', f'W/"x,y" ,W/{etag}', "*", " * "):
        again, body = got(server, TEXT, ("If-None-Match", known))
        assert (again.status, body, again.headers["ETag"]) == (304, b"", etag), known
        assert again.headers["Content-Type"] is None
        assert again.headers["X-Request-ID"]
    again, body = got(server, TEXT, ("If-None-Match", '"x"'), ("If-None-Match", etag))
    assert (again.status, body) == (304, b"")


def test_another_text_is_sent(server: Running) -> None:
    first, text = got(server, TEXT)
    etag = first.headers["ETag"]
    for other in ("", '"x"', etag.strip('"'), etag.upper(), f'"{etag}', '"*"', "nonsense"):
        again, body = got(server, TEXT, ("If-None-Match", other))
        assert (again.status, body) == (200, text), other


@pytest.mark.parametrize(("path", "status"), [(TEXT + "?start=5&end=1", 422), ("/v1/documents/nobody/text", 404)])
def test_what_is_wrong_is_said_whatever_a_client_has(server: Running, path: str, status: int) -> None:
    assert got(server, path, ("If-None-Match", "*"))[0].status == status


@pytest.mark.parametrize("path", ["/", "/widget.js", "/web/ask.js", "/documents/truce"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_so_it_is_with_pages_and_their_files(server: Running, path: str, method: str) -> None:
    first, _ = got(server, path, method=method)
    again, body = got(
        server, path, ("If-None-Match", '"x", W/' + first.headers["ETag"].removeprefix("W/")), method=method
    )
    assert (again.status, body) == (304, b"")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_takes_no_gzip_gets_none(server: Running, method: str) -> None:
    plain, content = got(server, "/widget.js", method=method)
    for refused in ("gzip;q=0", "gzip;q=0.0", "gzip ; q=0.000, *", "*;q=0", "identity", "br, gzip; q=0"):
        response, body = got(server, "/widget.js", ("Accept-Encoding", refused), method=method)
        assert (response.status, body, response.headers["Content-Encoding"]) == (200, content, None), refused
        assert response.headers["Vary"] == "Accept-Encoding"
    for taken in ("gzip", "x-gzip, br", "*", "gzip;q=0.5, identity;q=0"):
        response, body = got(server, "/widget.js", ("Accept-Encoding", taken), method=method)
        assert (response.headers["Content-Encoding"], response.headers["Vary"]) == ("gzip", "Accept-Encoding"), taken
        assert method == "HEAD" or gzip.decompress(body) == content
    assert plain.headers["Content-Encoding"] is None


def test_a_tag_may_hold_commas() -> None:
    assert etag_matches('"a,b"', ['"x", "a,b"'])
    assert not etag_matches('"b"', ['"a,b"'])
