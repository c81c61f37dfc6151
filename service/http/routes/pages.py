"""The pages for people, `/` and `/documents/{id}`, the files they are made of, and the widget for other sites' pages.

The pages are the same bytes for everyone: what they show is fetched by their scripts from the API, so that no text
of a document ever becomes part of a page's markup.
"""

import functools
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from corpus.errors import UnknownDocumentError
from service.http.requests.conditional import is_known
from service.http.requests.negotiation import takes_gzip
from service.http.state import AccessState, ServiceState

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Fixed here, because the system's own table may say otherwise and browsers refuse scripts of another type."""

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)

HEADERS = {
    "Content-Security-Policy": "; ".join((*POLICY, "require-trusted-types-for 'script'")),
    "Cache-Control": "no-cache",  # kept by browsers, but asked after each time: it costs an answer without a body
}

OF_SWAGGER = {**HEADERS, "Content-Security-Policy": "; ".join(POLICY)}
"""Swagger UI writes markup; no text of a document comes there but into a field that shows what the API answered."""

FOR_ANY_SITE = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",  # a page that names the script's hash (integrity) must fetch it with CORS
    "Cache-Control": HEADERS["Cache-Control"],
    "Vary": "Accept-Encoding",
}

READ = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


@functools.cache
def _files() -> Mapping[str, _File]:
    """Every file of the folder `service/web`, read once, by its path there."""
    files = {}
    folder = Path(str(resources.files("service"))) / "web"
    for path in folder.rglob("*.*"):
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type is not None:
            content = path.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            files[path.relative_to(folder).as_posix()] = _File(content, media_type, etag)
    return files


def _send(request: Request, name: str, status: int = 200, headers: Mapping[str, str] = HEADERS) -> Response:
    """A file, or 304 without it for a browser that has it."""
    file = _files()[name]
    headers = {**headers, "ETag": file.etag}
    if status == 200 and is_known(file.etag, request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(file.content, status, headers=headers, media_type=file.media_type)


@router.api_route("/", methods=READ)
async def ask_page(request: Request) -> Response:
    """The page to ask on."""
    return _send(request, "ask.html")


@router.api_route("/documents/{document_id}", methods=READ)
def reader_page(document_id: str, request: Request, service: ServiceState, access: AccessState) -> Response:
    """The page to read a document on; its script reads the id from the address."""
    if access.now.asking_needs_a_key:  # which the script asks for: nobody else is told whether there is such a document
        return _send(request, "reader.html")
    try:
        with service.library.snapshot() as snapshot:
            snapshot.view.document(document_id)
    except UnknownDocumentError:
        if not _wants_html(request):
            raise
        return _send(request, "missing.html", 404)
    return _send(request, "reader.html")


@router.api_route("/docs", methods=READ)
async def api_page(request: Request) -> Response:
    """The page to try the API on."""
    return _send(request, "docs.html", headers=OF_SWAGGER)


@router.api_route("/favicon.svg", methods=READ)
async def favicon(request: Request) -> Response:
    """The icon, for browser tabs."""
    return _send(request, "favicon.svg")


@router.api_route("/widget.js", methods=READ)
async def widget(request: Request) -> Response:
    """The chat widget, which any site may load; from which sites it may ask is for the operator to say."""
    response = _send(request, "widget.js", headers=FOR_ANY_SITE)
    response.headers["ETag"] = "W/" + response.headers["ETag"]  # the same for the file and the file compressed
    if response.status_code == 200 and takes_gzip(request.headers.getlist("accept-encoding")):
        response.body = _zipped("widget.js")
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


@functools.cache
def _zipped(name: str) -> bytes:
    return gzip.compress(_files()[name].content, mtime=0)


@router.api_route("/web/{name:path}", methods=READ)
async def page_file(name: str, request: Request) -> Response:
    """A script or a style sheet."""
    if name not in _files():
        raise HTTPException(404)
    return _send(request, name)


def _wants_html(request: Request) -> bool:
    """Whether the client names HTML among what it accepts, as browsers do and programs do not."""
    for choice in request.headers.get("accept", "").split(","):
        kind, *parameters = (part.strip().lower() for part in choice.split(";"))
        if kind == "text/html":
            return not any(re.fullmatch(r"q\s*=\s*0(\.0*)?", parameter) for parameter in parameters)
    return False
