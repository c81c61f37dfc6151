"""A short run of `tests.hostile.schema`: the requests that cover its document, the same each time."""

import dataclasses
from pathlib import Path

from pydantic import SecretStr

from service.http.app import build_app
from service.http.state import Service
from tests.hostile.schema import Options, examine
from tests.reliability.reports import Report
from tests.reliability.servers import KEY
from tests.service.http.running import running


def test_the_service_is_what_its_openapi_document_says(service: Service, tmp_path: Path) -> None:
    update = {
        "admin_keys": SecretStr(KEY),
        "wait_seconds": 60.0,
        "key_requests_per_minute": 0,
        "feedback_per_minute": 0,
    }
    settings = service.settings.model_copy(update={**update, "requests_per_minute": 0})
    report = Report("short", seed=1, quiet=True)
    with running(build_app(dataclasses.replace(service, settings=settings))) as server:
        examine(f"http://127.0.0.1:{server.port}", KEY, Options(examples=1, phases="coverage"), tmp_path, report)
    assert report.violations == [], "\n".join(report.violations)
