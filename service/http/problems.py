"""Errors over HTTP as RFC 9457 problem details, without tracebacks, file paths or request content."""

import http
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from corpus.errors import (
    EncoderError,
    EncoderMismatchError,
    FeedbackError,
    FeedbackFullError,
    FootnoteError,
    InputError,
    SpanError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    UnknownDocumentError,
    UnknownFeedbackError,
)
from service.http.middleware.path_prefix import root_path
from service.runtime.descriptors import is_out_of_descriptors, log_out_of_descriptors
from service.schemas import FieldError, Problem, field_errors
from service.telemetry import record_problem

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_BY_ERROR: Sequence[tuple[type[FootnoteError], int, str, str | None]] = (
    # subclasses first: error, status, name, detail (the error's message if None)
    (UnknownDocumentError, 404, "unknown-document", "There is no document with this id."),
    (UnknownFeedbackError, 404, "unknown-feedback", "There is no rating with this id; it may have been removed."),
    (SpanError, 422, "span-outside-document", None),
    (EncoderError, 503, "encoder-unavailable", "The encoder cannot be used at the moment."),
    (InputError, 422, "invalid-request", "The request cannot be used."),
    (
        EncoderMismatchError,
        503,
        "encoder-mismatch",
        "The documents were encoded with another encoder; the operator must re-encode them.",
    ),
    (
        StoreCorruptError,
        503,
        "store-damaged",
        "Stored bytes do not match their checksums, so nothing was answered; the operator must verify the store.",
    ),
    (
        FeedbackFullError,
        503,
        "feedback-full",
        "The limit of stored ratings is reached; the operator must export and remove some.",
    ),
    (FeedbackError, 503, "feedback-unavailable", "Ratings cannot be stored at the moment. See the operator's log."),
    (StoreBusyError, 503, "store-busy", "The document store is busy. Try again in a moment."),
    (StoreError, 503, "store-unavailable", "The document store cannot be used at the moment."),
)

_BY_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("invalid-json", "The body cannot be read. Send JSON."),
    404: ("not-found", "There is nothing at this address. {docs} lists the addresses."),
    405: ("method-not-allowed", "This address does not support this method. {docs} lists the addresses."),
}

METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


class ProblemError(HTTPException):
    """Error that ends a request with a problem; arguments as for `problem_response`.

    An `HTTPException`, because FastAPI replaces other errors that occur while it reads a body.
    """

    def __init__(
        self,
        status: int,
        name: str,
        detail: str,
        errors: Sequence[FieldError] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.name = name
        self.errors = errors


def invalid_request(errors: Sequence[FieldError]) -> ProblemError:
    """Return the error for a request with invalid fields."""
    return ProblemError(422, "invalid-request", "Some fields are invalid; see 'errors'.", errors)


def problem_response(
    status: int,
    name: str,
    detail: str,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
    checks: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a response with a problem of type `urn:footnote:problem:NAME`."""
    return _response(_problem(status, name, detail, errors).model_copy(update={"checks": checks}), headers)


def problem_from_error(error: Exception, where: str) -> Problem:
    """Convert an error to a problem; log it if the operator should know about it.

    Args:
        error: Any exception.
        where: Method and route, for the log.
    """
    if isinstance(error, ProblemError):
        return _problem(error.status_code, error.name, error.detail, error.errors)
    for kind, status, name, detail in _BY_ERROR:
        if isinstance(error, kind):
            if status >= 500 and is_out_of_descriptors(error):
                return _out_of_descriptors()
            if status >= 500:
                logger.error("%s", error)
            return _problem(status, name, detail or str(error))
    if is_out_of_descriptors(error):
        return _out_of_descriptors()
    logger.error("An unexpected error in %s", where, exc_info=error)
    return _problem(500, "internal-error", "An unexpected error occurred. See the operator's log.")


def _out_of_descriptors() -> Problem:
    log_out_of_descriptors()
    return _problem(503, "too-busy", "The service has too many open files. Try again in a moment.")


def _problem(status: int, name: str, detail: str, errors: Sequence[FieldError] | None = None) -> Problem:
    record_problem(name)
    return Problem(
        type=f"urn:footnote:problem:{name}",
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=None if errors is None else list(errors),
    )


def _response(body: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body.model_dump(exclude_none=True), body.status, headers=headers, media_type=MEDIA_TYPE)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route for these error statuses."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": http.HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}} for status in statuses
    }


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of an application with a problem, FastAPI's own 422 included."""
    app.add_exception_handler(RequestValidationError, _handle_invalid)
    app.add_exception_handler(HTTPException, handle_http)
    app.add_exception_handler(Exception, _handle_any)
    app.add_exception_handler(FootnoteError, _handle_any)


async def _handle_invalid(request: Request, error: Exception) -> JSONResponse:
    return await handle_http(
        request, invalid_request(field_errors(error.errors() if isinstance(error, RequestValidationError) else []))
    )


async def handle_http(request: Request, error: Exception) -> JSONResponse:
    """Answer an HTTP error with a problem."""
    if isinstance(error, ProblemError):
        return problem_response(error.status_code, error.name, error.detail, error.errors, error.headers)
    status = getattr(error, "status_code", 500)
    name, detail = _BY_STATUS.get(status, ("http-error", http.HTTPStatus(status).phrase + "."))
    headers = {"Allow": _allowed_methods(request)} if status == 405 else getattr(error, "headers", None)
    return problem_response(status, name, detail.format(docs=root_path(request.scope) + "/docs"), headers=headers)


def _allowed_methods(request: Request) -> str:
    """Return the methods of all routes at an address; the error knows those of one route only."""
    tried = ((method, {**request.scope, "method": method}) for method in METHODS)
    allowed = [m for m, scope in tried if any(r.matches(scope)[0] is Match.FULL for r in request.app.routes)]
    return ", ".join(allowed or ("GET", "HEAD"))  # a folder of files has no routes


async def _handle_any(request: Request, error: Exception) -> JSONResponse:
    return _response(problem_from_error(error, f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"))
