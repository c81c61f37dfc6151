"""The application over a small store, with a key for its administrator."""

import dataclasses
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.http.app import build_app
from service.http.state import Service
from tests.reliability.servers import KEY


@pytest.fixture
def administered(service: Service) -> Service:
    """A service whose documents may be changed over HTTP."""
    unlimited = {"requests_per_minute": 0, "key_requests_per_minute": 0, "feedback_per_minute": 0}
    update = {"admin_keys": SecretStr(KEY), "wait_seconds": 60.0, **unlimited}
    settings = service.settings.model_copy(update=update)
    return dataclasses.replace(service, settings=settings)


@pytest.fixture
def client(administered: Service) -> Iterator[TestClient]:
    """Of the administrator's service; errors of the server's are answered, as over a network."""
    with TestClient(build_app(administered), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def key() -> dict[str, str]:
    """The header of an administrator."""
    return {"Authorization": f"Bearer {KEY}"}
