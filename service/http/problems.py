"""Every error over HTTP as RFC 9457 problem details: no traceback, no path, nothing of what was sent."""

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
from service.runtime.descriptors import is_out_of_files, say_out_of_files
from service.schemas import FieldError, Problem, field_errors
from service.telemetry import note_problem

__all__ = ["MEDIA_TYPE", "PROBLEM_RESPONSES", "ProblemError", "add_problem_handlers", "problem", "problem_of"]

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_OF_ERRORS: Sequence[tuple[type[FootnoteError], int, str, str | None]] = (
    # most special first: error, status, name, detail (the error's own words if None)
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
        "No more feedback is taken until the operator has exported and removed some.",
    ),
    (FeedbackError, 503, "feedback-unavailable", "Feedback cannot be kept at the moment. See the operator's log."),
    (StoreBusyError, 503, "store-busy", "The document store is busy. Try again in a moment."),
    (StoreError, 503, "store-unavailable", "The document store cannot be used at the moment."),
)

_OF_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("invalid-json", "The body cannot be read. Send JSON."),
    404: ("not-found", "There is nothing at this address. The addresses are listed at /docs."),
    405: ("method-not-allowed", "This address does not take this method. The addresses are listed at /docs."),
}


METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
READING = ("GET", "HEAD")


class ProblemError(HTTPException):
    """Ends a request with a problem; arguments as those of `problem`.

    FastAPI lets this kind of error alone through where it reads a body.
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


def problem(
    status: int,
    name: str,
    detail: str,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
    checks: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem response; its type is `urn:footnote:problem:NAME`, its title the status's phrase."""
    return _response(_problem(status, name, detail, errors).model_copy(update={"checks": checks}), headers)


def problem_of(error: Exception, where: str) -> Problem:
    """What an error is told as; one that the operator must know of is logged.

    Args:
        error: Of whatever kind.
        where: Method and route, for the log.
    """
    if isinstance(error, ProblemError):
        return _problem(error.status_code, error.name, error.detail, error.errors)
    for kind, status, name, detail in _OF_ERRORS:
        if isinstance(error, kind):
            if status >= 500 and is_out_of_files(error):
                return _out_of_files()
            if status >= 500:
                logger.error("%s", error)
            return _problem(status, name, detail or str(error))
    if is_out_of_files(error):
        return _out_of_files()
    logger.error("An unexpected error in %s", where, exc_info=error)
    return _problem(500, "internal-error", "Something went wrong here. The operator's log has the details.")


def _out_of_files() -> Problem:
    say_out_of_files()
    return _problem(503, "too-busy", "Too many files are open here. Try again in a moment.")


def _problem(status: int, name: str, detail: str, errors: Sequence[FieldError] | None = None) -> Problem:
    note_problem(name)
    return Problem(
        type=f"urn:footnote:problem:{name}",
        title=http.HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=None if errors is None else list(errors),
    )


def _response(body: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body.model_dump(exclude_none=True), body.status, headers=headers, media_type=MEDIA_TYPE)


def _for(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The entry of a route's `responses` for these statuses."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": http.HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}} for status in statuses
    }


PROBLEM_RESPONSES = _for
"""Documents the problems of a route: `responses=PROBLEM_RESPONSES(404, 422)`."""


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of an app with a problem, FastAPI's own 422 included."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(FootnoteError, _told)
    app.add_exception_handler(ProblemError, _as_told)
    app.add_exception_handler(Exception, _told)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    return problem(422, "invalid-request", "Some of what was sent cannot be used; see 'errors'.", field_errors(errors))


async def _http(request: Request, error: Exception) -> JSONResponse:
    status = getattr(error, "status_code", 500)
    name, detail = _OF_STATUS.get(status, ("http-error", http.HTTPStatus(status).phrase + "."))
    headers = {"Allow": _allowed(request)} if status == 405 else getattr(error, "headers", None)
    return problem(status, name, detail, headers=headers)


def _allowed(request: Request) -> str:
    """The methods that an address takes, of all its routes: whoever refused one knew of the first route alone."""
    tried = ((method, {**request.scope, "method": method}) for method in METHODS)
    taken = [m for m, scope in tried if any(r.matches(scope)[0] is Match.FULL for r in request.app.routes)]
    return ", ".join(taken or READING)  # a folder of files has no routes


async def _as_told(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ProblemError):
        return await _told(request, error)
    return problem(error.status_code, error.name, error.detail, error.errors, error.headers)


async def _told(request: Request, error: Exception) -> JSONResponse:
    return _response(problem_of(error, f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"))
