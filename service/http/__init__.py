"""The HTTP service: `build_app` and nothing else is for others."""

from service.http.app import build_app

__all__ = ["build_app"]
