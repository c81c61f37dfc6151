"""The HTTP service."""

from service.http.app import build_app
from service.http.state import Service

__all__ = ["Service", "build_app"]
