"""A short run of `tests.hostile.fuzz`: the same cases each time. What a longer one found has a test of its own."""

from contextlib import closing

from fastapi.testclient import TestClient

from service.reading.sandbox import Sandbox
from tests.hostile.fuzz import fuzz


def test_changed_files_and_requests_are_read_answered_or_refused(client: TestClient) -> None:
    with closing(Sandbox()) as sandbox:
        failures = {name: failure for name, failure in fuzz(client, sandbox, examples=30, drawn=1) if failure}
    assert failures == {}
