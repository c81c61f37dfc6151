"""`/v1/documents/{document_id}/pages/{number}.png`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from corpus.errors import SourceError
from service.http.problems import ProblemError, problem_responses
from service.http.requests.conditional import etag_matches
from service.http.routes.documents import MAX_OFFSET, AtLeastGeneration, DocumentId
from service.http.state import PagePicturesState, ServiceState

router = APIRouter(prefix="/v1/documents", tags=["documents"])

MAX_PAGE = 10**6
"""More pages than any document has."""


@router.get(
    "/{document_id}/pages/{number}.png",
    summary="Show a page of a PDF",
    dependencies=[AtLeastGeneration],
    response_class=Response,
    responses={
        200: {"description": "The page.", "content": {"image/png": {}}},
        304: {"description": "The client has this picture (`If-None-Match`)."},
        **problem_responses(401, 403, 404, 409, 422, 429, 503),
    },
)
def show_page(
    document_id: DocumentId,
    number: Annotated[int, Path(ge=1, le=MAX_PAGE, description="The number of the page, from 1.")],
    request: Request,
    service: ServiceState,
    pictures: PagePicturesState,
    start: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="First code point to mark.")] = 0,
    end: Annotated[
        int | None, Query(ge=0, le=MAX_OFFSET, description="Code point after the last one to mark; default: `start`.")
    ] = None,
) -> Response:
    """Return a picture of a page as the PDF has it, with the words from `start` to `end` of the document's text marked.

    Each page of a span over several pages shows its part. The service has pictures only of documents whose originals it
    keeps (`FOOTNOTE_ORIGINALS`).
    """
    end = start if end is None else end
    with service.library.snapshot() as snapshot:
        document = snapshot.view.document(document_id)
        if number > len(document.pages):
            raise ProblemError(404, "unknown-page", "The document has no page with this number.")
        if not service.has_original(document):
            raise ProblemError(404, "no-picture", "The service does not keep the original of this document.")
        snapshot.view.span(document, start, end)  # checks it
        first, last = [*document.pages, document.characters][number - 1 : number + 1]
        text = snapshot.view.span(document, first, last)
    etag = f'"{document.revision}-{document.source_sha256[:16]}-{number}-{start}-{end}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if etag_matches(etag, request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    begin, stop = (min(max(offset, first), last) - first for offset in (start, end))
    try:
        png = pictures.picture(document.source_sha256, document.revision, number - 1, text, begin, stop)
    except SourceError:
        raise ProblemError(404, "no-picture", "This page cannot be drawn.") from None
    except TimeoutError:
        detail = "Too many pages are being drawn. Try again in a moment."
        raise ProblemError(503, "too-busy", detail, headers={"Retry-After": "1"}) from None
    return Response(png, media_type="image/png", headers=headers)
