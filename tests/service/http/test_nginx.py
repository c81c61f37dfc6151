"""The service below a path prefix behind nginx, configured as the documentation says."""

import contextlib
import dataclasses
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from pydantic import SecretStr

from service.http.app import build_app
from service.http.state import Service
from tests.dockerfile import REPOSITORY
from tests.service.http.running import running

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin")
PATIENCE_S = 30
KEY = "a-key-of-the-administrator-0123456789"

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream footnote {{ server 127.0.0.1:{upstream}; }}
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 3m;
        {locations}
    }}
}}
"""


def documented_locations() -> str:
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.findall(r"^    location (?:= )?/answers/.*?^    \}$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 3
    return "\n".join(found)


@contextlib.contextmanager
def nginx(folder: Path, upstream: int, locations: str) -> Iterator[str]:
    """Run nginx in front of the service; give its address."""
    assert NGINX is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, upstream=upstream, port=port, locations=locations))
    process = subprocess.Popen([NGINX, "-p", folder, "-c", file], stderr=subprocess.DEVNULL)
    try:
        give_up = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < give_up
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


@pytest.fixture(params=["header", "setting", "setting, path kept"])
def url(request: pytest.FixtureRequest, service: Service, tmp_path: Path) -> Iterator[str]:
    locations = documented_locations()
    update: dict[str, Any] = {"proxies": "127.0.0.1"}
    if request.param != "header":
        update = {"root_path": "/answers"}
        locations = locations.replace("proxy_set_header X-Forwarded-Prefix /answers;", "")
    if request.param == "setting, path kept":
        locations = re.sub("http://footnote/.*;", "http://footnote;", locations)
    update["admin_keys"] = SecretStr(KEY)
    app = build_app(dataclasses.replace(service, settings=service.settings.model_copy(update=update)))
    with running(app) as server, nginx(tmp_path, server.port, locations) as address:
        yield address


def test_pages_citations_and_the_documentation_work_below_a_prefix(url: str) -> None:
    with httpx.Client(base_url=url, headers={"Accept": "text/html, */*;q=0.5"}, follow_redirects=True) as client:
        for path in ("/answers/", "/answers/docs", "/answers/documents/truce"):
            page = client.get(path)
            assert page.status_code == 200
            for link in re.findall(r'(?:href|src)="([^"#]*)"', page.text):
                address = urljoin(path, link)
                assert address.startswith("/answers/"), link
                assert client.get(address).status_code == 200, link
        answer = client.post("/answers/v1/ask", json={"question": "When did the truce begin?"}).json()
        citation = answer["passages"][0]["citation"]
        assert citation["href"].startswith("/answers/documents/")
        assert client.get(citation["href"]).headers["Content-Type"].startswith("text/html")
        assert client.get("/answers/openapi.json").json()["servers"] == [{"url": "/answers"}]
        assert client.get("/answers", follow_redirects=False).status_code == 301  # by nginx


def test_large_uploads_pass_below_a_prefix_and_metrics_do_not(url: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    files = {"files": ("image.bin", bytes(4 << 20))}
    response = httpx.post(url + "/answers/v1/documents", headers=headers, files=files, timeout=PATIENCE_S)
    assert response.json()["files"][0]["outcome"] == "refused", response.text
    assert httpx.post(url + "/answers/v1/ask", content=bytes(4 << 20)).status_code == 413
    assert httpx.get(url + "/answers/metrics", headers=headers).status_code == 404


def test_a_client_cannot_choose_the_prefix(service: Service, tmp_path: Path) -> None:
    settings = service.settings.model_copy(update={"proxies": "127.0.0.1"})
    line = 'proxy_set_header X-Forwarded-Prefix "";'
    assert line in (REPOSITORY / "docs" / "operations" / "nginx.conf").read_text(encoding="utf-8")
    location = "location / { proxy_pass http://footnote; " + line + " }"
    with (
        running(build_app(dataclasses.replace(service, settings=settings))) as server,
        nginx(tmp_path, server.port, location) as address,
    ):
        path = "/v1/documents/truce"
        sent = {"X-Forwarded-Prefix": "/evil"}
        assert httpx.get(address + path, headers=sent).json()["href"] == "/documents/truce"
