"""`/v1/documents`."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from service.http.admin import Administrator
from service.http.middleware.path_prefix import root_path
from service.http.problems import problem_responses
from service.http.requests.conditional import etag_matches
from service.http.requests.multipart import UPLOAD_BODY, received_files
from service.http.state import FreshnessState, IntakeState, ServiceState
from service.schemas import (
    MAX_GENERATION,
    DocumentDetails,
    DocumentList,
    DocumentRecord,
    ReceivedFile,
    ReceivedFiles,
    RemovedDocument,
)

router = APIRouter(prefix="/v1/documents", tags=["documents"])

MAX_LIMIT = 1000
"""Documents on a page of the list, about a megabyte."""

MAX_OFFSET = 2**62
"""Larger than any text, and within SQLite's integers."""

DocumentId = Annotated[str, Path(max_length=200, description="The document's id.")]


async def _at_least_generation(
    freshness: FreshnessState,
    at_least_generation: Annotated[
        int,
        Query(ge=0, le=MAX_GENERATION, description="Lowest generation that may be read, as in `POST /v1/ask`."),
    ] = 0,
) -> None:
    await freshness.reach(at_least_generation)


AtLeastGeneration = Depends(_at_least_generation)
"""Read documents at least as new as those that the client has seen."""


@router.get(
    "",
    summary="List the documents",
    dependencies=[AtLeastGeneration],
    responses=problem_responses(401, 403, 409, 422, 429, 503),
)
def list_documents(
    request: Request,
    service: ServiceState,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Maximum number of documents.")] = 100,
    cursor: Annotated[str, Query(max_length=200, description="`next_cursor` of the previous page.")] = "",
) -> DocumentList:
    """Return a page of documents, ordered by id."""
    with service.library.snapshot() as snapshot:
        documents = snapshot.view.documents(after=cursor, limit=limit + 1)
    more = len(documents) > limit
    return DocumentList(
        documents=[DocumentRecord.of(document, root_path(request.scope)) for document in documents[:limit]],
        next_cursor=documents[limit - 1].id if more else None,
    )


@router.post(
    "",
    summary="Add or replace documents",
    dependencies=[Administrator],
    responses=problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 503),
    openapi_extra=UPLOAD_BODY,
)
async def add_documents(request: Request, intake: IntakeState, service: ServiceState) -> ReceivedFiles:
    """Ingest the files sent as `multipart/form-data`; a file of the same name is replaced.

    Each file has its own `outcome` and `reasons`; a refused one does not affect the others. Added documents can be
    asked about when the response arrives.
    """
    async with received_files(request, service.settings.upload_mebibytes) as uploads:
        received, generation = await asyncio.wrap_future(intake.add(uploads))
    files = [
        ReceivedFile(
            name=r.name,
            outcome=r.outcome.value,
            documents=list(r.documents),
            reasons=list(r.reasons),
            notes=list(r.notes),
        )
        for r in received
    ]
    return ReceivedFiles(files=files, generation=generation)


@router.delete(
    "/{document_id}",
    summary="Remove a document",
    dependencies=[Administrator],
    responses=problem_responses(401, 403, 404, 422, 429, 503),
)
async def remove_document(document_id: DocumentId, intake: IntakeState) -> RemovedDocument:
    """Remove a document and everything derived from it; its source file is not touched."""
    generation = await asyncio.wrap_future(intake.remove(document_id))
    return RemovedDocument(removed=document_id, generation=generation)


@router.get(
    "/{document_id}",
    summary="Show a document's record",
    dependencies=[AtLeastGeneration],
    responses=problem_responses(401, 403, 404, 409, 422, 429, 503),
)
def show_document(document_id: DocumentId, request: Request, service: ServiceState) -> DocumentDetails:
    """Return a document's metadata and sections, without its text."""
    with service.library.snapshot() as snapshot:
        document = snapshot.view.document(document_id)
    has_pictures = service.has_original(document)
    return DocumentDetails.with_pages(document, root_path(request.scope), has_page_pictures=has_pictures)


@router.get(
    "/{document_id}/text",
    summary="Read a document's canonical text",
    dependencies=[AtLeastGeneration],
    response_class=PlainTextResponse,
    responses={
        304: {"description": "The client has this text (`If-None-Match`)."},
        **problem_responses(401, 403, 404, 409, 422, 429, 503),
    },
)
def read_text(
    document_id: DocumentId,
    request: Request,
    service: ServiceState,
    start: Annotated[int, Query(ge=0, le=MAX_OFFSET, description="First code point.")] = 0,
    end: Annotated[
        int | None,
        Query(ge=0, le=MAX_OFFSET, description="Code point after the last; default: the end of the text."),
    ] = None,
) -> Response:
    """Return the canonical text from `start` to `end`; with a citation's offsets, exactly the passage."""
    with service.library.snapshot() as snapshot:
        document = snapshot.view.document(document_id)
        text = snapshot.view.span(document, start, document.characters if end is None else end)
    headers = {"ETag": f'"{document.revision}"', "X-Content-Type-Options": "nosniff"}
    if etag_matches(headers["ETag"], request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    return PlainTextResponse(text, headers=headers)
