"""The HTTP service."""

from service.http.app import build_app
from service.http.server.listener import Listener
from service.http.state import Service

__all__ = ["Listener", "Service", "build_app"]
