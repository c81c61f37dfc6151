"""Dependency of routes for administrators."""

from fastapi import Depends, Request

from service.http.middleware.clients import Client, Role
from service.http.problems import ProblemError
from service.http.state import AccessState


async def _administrator(request: Request, access: AccessState) -> None:
    if not access.policy.admin_keys:
        raise ProblemError(
            403,
            "admin-key-not-set",
            "This needs an administrator's key, and the operator has set none (FOOTNOTE_ADMIN_KEYS).",
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
"""Require an administrator's key."""
