"""Who may change the documents, and look at what the service measures."""

from fastapi import Depends, Request

from service.http.middleware.clients import Client, Role
from service.http.problems import ProblemError
from service.http.state import AccessState

__all__ = ["Administrator"]


async def _administrator(request: Request, access: AccessState) -> None:
    if not access.now.admin_keys:
        raise ProblemError(
            403,
            "admin-key-not-set",
            "This is open to administrators alone, and the operator has set no key for them (FOOTNOTE_ADMIN_KEYS).",
        )
    client: Client = request.state.client
    if client.role is not Role.ADMIN:
        raise ProblemError(
            401,
            "admin-key-required",
            "This needs an administrator's key in the header 'Authorization: Bearer KEY'.",
            headers={"WWW-Authenticate": "Bearer"},
        )


Administrator = Depends(_administrator)
"""A route with this dependency answers only to an administrator's key."""
