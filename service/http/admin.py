"""Who may change the documents and read the metrics."""

import hmac

from fastapi import Depends, Request

from service.http.problems import ProblemError
from service.http.state import ServiceState

__all__ = ["Administrator"]


async def _administrator(request: Request, service: ServiceState) -> None:
    keys = service.settings.admin_key_values
    if not keys:
        raise ProblemError(
            403,
            "admin-key-not-set",
            "This is open to nobody here: the operator has not set FOOTNOTE_ADMIN_KEYS.",
        )
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    matches = [hmac.compare_digest(key.encode(), given.strip().encode()) for key in keys]  # all, whichever it is
    if scheme.lower() != "bearer" or not any(matches):
        raise ProblemError(
            401,
            "admin-key-required",
            "This needs an administrator's key in the header 'Authorization: Bearer KEY'.",
            headers={"WWW-Authenticate": "Bearer"},
        )


Administrator = Depends(_administrator)
"""A route with this dependency answers only to a key of FOOTNOTE_ADMIN_KEYS."""
