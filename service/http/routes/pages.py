"""Pages `/`, `/documents/{id}` and `/docs`, their files below `/web`, and the widget for other sites.

Pages are the same bytes for everyone: their scripts fetch the content from the API, so that no text of a document
becomes markup.
"""

import functools
import gzip
from collections.abc import Mapping
from importlib import resources
from os import PathLike, stat_result
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from corpus.errors import UnknownDocumentError
from service.http.middleware.path_prefix import root_path
from service.http.problems import MEDIA_TYPE as PROBLEM
from service.http.problems import handle_http
from service.http.requests.negotiation import accepts_gzip, prefers
from service.http.state import AccessState, ServiceState

router = APIRouter(include_in_schema=False)

WEB = Path(str(resources.files("service"))) / "web"

MEDIA_TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""Starlette would use the system's table, which may differ; browsers refuse scripts of another type."""

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

FILE_HEADERS = {
    "Cache-Control": "no-cache",  # browsers keep files, and revalidate them: that costs a response without a body
}

HEADERS = {**FILE_HEADERS, "Content-Security-Policy": "; ".join((*POLICY, "require-trusted-types-for 'script'"))}

SWAGGER_HEADERS = {**HEADERS, "Content-Security-Policy": "; ".join(POLICY)}
"""Swagger UI writes markup; texts of documents appear only in the field for responses."""

WIDGET_HEADERS = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",  # a script with an `integrity` attribute is fetched with CORS
    "Cache-Control": HEADERS["Cache-Control"],
    "Vary": "Accept-Encoding",
}

READ = ["GET", "HEAD"]


class _File(FileResponse):
    """A file without range requests, whose errors Starlette answers with plain text."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the whole file."""
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)


class WebFiles(StaticFiles):
    """Starlette's static files with the media types and headers of this service."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return a file, or 304 if the client has it."""
        return self.response(Path(full_path), scope, status_code, FILE_HEADERS)

    def response(self, path: Path, scope: Scope, status: int, headers: Mapping[str, str]) -> Response:
        """Return a file with these headers, or 304 if the client has it."""
        headers = {**headers, "Accept-Ranges": "none"}
        file = _File(path, status, headers, MEDIA_TYPES.get(path.suffix), stat_result=path.stat())
        if status == 200 and self.is_not_modified(file.headers, Headers(scope=scope)):
            return Response(status_code=304, headers={**headers, "ETag": file.headers["etag"]})
        return file


WEB_FILES = WebFiles(directory=WEB)


def _file(request: Request, name: str, headers: Mapping[str, str] = HEADERS) -> Response:
    return WEB_FILES.response(WEB / name, request.scope, 200, headers)


def _missing(request: Request) -> Response:
    """Return the page for an address without content, its links relative to that address."""
    home = "../" * (_path(request).count("/") - 1) or "./"
    page = (WEB / "missing.html").read_text(encoding="utf-8").replace('"../', f'"{home}')
    return HTMLResponse(page, 404, HEADERS)


async def handle_not_found(request: Request, error: Exception) -> Response:
    """Answer a browser outside the API with a page, and all others with a problem."""
    if _wants_page(request) and not _path(request).startswith("/v1/"):
        return _missing(request)
    return await handle_http(request, error)


def _wants_page(request: Request) -> bool:
    """Return whether a page is preferred to a problem, as by browsers; programs get the problem."""
    return prefers(request.headers.getlist("accept"), "text/html", default=PROBLEM)


def _path(request: Request) -> str:
    """Return the path below the prefix as the client wrote it: an encoded slash separates nothing."""
    raw: bytes = request.scope["raw_path"]
    return raw.decode("latin-1").removeprefix(root_path(request.scope))


@router.api_route("/", methods=READ)
async def ask_page(request: Request) -> Response:
    """Return the chat page."""
    return _file(request, "ask.html")


@router.api_route("/documents/{document_id}", methods=READ)
def reader_page(document_id: str, request: Request, service: ServiceState, access: AccessState) -> Response:
    """Return the page of a document; its script reads the id from the address."""
    if access.policy.asking_needs_a_key:  # the script asks for it; without one, do not reveal which documents exist
        return _file(request, "reader.html")
    try:
        with service.library.snapshot() as snapshot:
            snapshot.view.document(document_id)
    except UnknownDocumentError:
        if not _wants_page(request):
            raise
        return _missing(request)
    return _file(request, "reader.html")


@router.api_route("/docs", methods=READ)
async def api_page(request: Request) -> Response:
    """Return the page that describes the API, with Swagger UI."""
    return _file(request, "docs.html", headers=SWAGGER_HEADERS)


@router.api_route("/favicon.svg", methods=READ)
async def favicon(request: Request) -> Response:
    """Return the icon."""
    return _file(request, "favicon.svg")


@router.api_route("/widget.js", methods=READ)
async def widget(request: Request) -> Response:
    """Return the chat widget; any site may load it, and the operator chooses which sites may ask with it.

    Starlette's `GZipMiddleware` would compress it for each request, also for clients that refuse gzip (`gzip;q=0`).
    """
    response = _file(request, "widget.js", headers=WIDGET_HEADERS)
    if response.status_code == 200 and accepts_gzip(request.headers.getlist("accept-encoding")):
        headers = {name: response.headers[name] for name in ("content-type", "etag", "last-modified")}
        content = _compressed_widget(headers["etag"])
        response = Response(content, headers={**WIDGET_HEADERS, **headers, "Content-Encoding": "gzip"})
    response.headers["ETag"] = "W/" + response.headers["ETag"]  # one tag for both encodings
    return response


@functools.lru_cache(maxsize=1)
def _compressed_widget(etag: str) -> bytes:
    return gzip.compress((WEB / "widget.js").read_bytes(), mtime=0)
