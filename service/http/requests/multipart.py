"""Files sent as multipart/form-data, streamed to disk within limits."""

import contextlib
import errno
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from service.http.problems import ProblemError
from service.http.requests.bodies import bounded
from service.ingest import Upload

__all__ = ["MAX_FILES", "UPLOAD_BODY", "received_files"]

MAX_FILES = 100
"""Files in one request: its answer comes when all of them are stored."""

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
"""What the OpenAPI document says of it. FastAPI's own parameters would read the body before the key is looked at."""


@contextlib.asynccontextmanager
async def received_files(request: Request, most_mebibytes: int) -> AsyncIterator[Sequence[Upload]]:
    """The files of a request, deleted at the end of the block.

    Args:
        request: Whose body has not been read.
        most_mebibytes: Of it all; on the disk while it is received. Each file has the limit that files on disk have.

    Raises:
        ProblemError: It is no form, holds no file or too many, or is too large.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "not-a-form", "Send the files as multipart/form-data.")
    try:
        form = bounded(request, most_mebibytes * 1024**2, _too_large(most_mebibytes)).form(
            max_files=MAX_FILES, max_fields=MAX_FILES
        )
        async with form as fields:
            files = [value for _, value in fields.multi_items() if isinstance(value, UploadFile)]
            if not files:
                raise ProblemError(
                    422, "no-files", "There is no file in this form; send each as a part that has a file name."
                )
            yield [Upload(file.filename or "", file.file) for file in files]
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise ProblemError(
            400, "invalid-form", f"The form cannot be read, or holds more than {MAX_FILES} files."
        ) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise ProblemError(503, "store-unavailable", "There is no room on the disk for what was sent.") from error


def _too_large(most_mebibytes: int) -> ProblemError:
    return ProblemError(
        413, "too-large", f"At most {most_mebibytes} MiB can be sent at once. Send fewer files at a time."
    )
