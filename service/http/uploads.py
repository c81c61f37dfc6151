"""Files sent as multipart/form-data, streamed to disk within limits."""

import contextlib
import errno
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from corpus.readers import MAX_SOURCE_BYTES
from service.http.bodies import bounded
from service.http.problems import ProblemError
from service.intake import Upload

__all__ = ["MAX_FILES", "MAX_UPLOAD_BYTES", "UPLOAD_BODY", "received_files"]

MAX_FILES = 100
"""Files in one request: its answer comes when all of them are stored."""

MAX_UPLOAD_BYTES = 4 * MAX_SOURCE_BYTES
"""Of one request; on the disk while it is received. Each file has the limit that files on disk have."""

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
async def received_files(request: Request) -> AsyncIterator[Sequence[Upload]]:
    """The files of a request, deleted at the end of the block.

    Raises:
        ProblemError: It is no form, holds no file or too many, or is too large.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "not-a-form", "Send the files as multipart/form-data.")
    try:
        form = bounded(request, MAX_UPLOAD_BYTES, _too_large()).form(max_files=MAX_FILES, max_fields=MAX_FILES)
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


def _too_large() -> ProblemError:
    return ProblemError(
        413, "too-large", f"At most {MAX_UPLOAD_BYTES // 1024**2} MiB can be sent at once. Send fewer files at a time."
    )
