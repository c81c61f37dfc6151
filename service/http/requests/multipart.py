"""Uploads as multipart/form-data, streamed to disk within limits."""

import contextlib
import errno
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from service.http.problems import ProblemError
from service.http.requests.bodies import limited
from service.ingest import Upload

MAX_FILES = 100
"""Files in one request; the response is sent when all are stored."""

UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
                    },
                }
            }
        },
    }
}
"""Body in the OpenAPI document. FastAPI would read declared parameters before the key is checked."""


@contextlib.asynccontextmanager
async def received_files(request: Request, max_mebibytes: int) -> AsyncIterator[Sequence[Upload]]:
    """Receive the files of a request; delete them at the end of the block.

    Args:
        request: Request whose body has not been read.
        max_mebibytes: Maximum size of the body. Each file also has the limit of files on disk.

    Raises:
        ProblemError: The body is no form, has no files or too many, or is too large.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "not-a-form", "Send the files as multipart/form-data.")
    try:
        form = limited(request, max_mebibytes * 1024**2, _too_large(max_mebibytes)).form(
            max_files=MAX_FILES, max_fields=MAX_FILES
        )
        async with form as fields:
            files = [value for _, value in fields.multi_items() if isinstance(value, UploadFile)]
            if not files:
                raise ProblemError(422, "no-files", "The form has no files; send each one as a part with a file name.")
            yield [Upload(file.filename or "", file.file) for file in files]
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise ProblemError(400, "invalid-form", f"The form is invalid, or has more than {MAX_FILES} files.") from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise ProblemError(503, "store-unavailable", "The disk is full.") from error


def _too_large(max_mebibytes: int) -> ProblemError:
    return ProblemError(
        413,
        "too-large",
        f"The upload is too large; at most {max_mebibytes} MiB are allowed. Send fewer files at a time.",
    )
