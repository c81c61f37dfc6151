"""The pages over plain HTTP: headers, files, and what is no page."""

import re
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import canonical_text


@pytest.mark.parametrize("path", ["/", "/documents/chronicle"])
def test_a_page_runs_only_its_own_scripts_and_tells_no_one_where_its_reader_was(
    service: RunningService, path: str
) -> None:
    response = httpx.get(service.url + path)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert set(response.headers["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    }


@pytest.mark.parametrize("path", ["/", "/documents/chronicle", "/documents/no-such-document"])
def test_every_file_that_a_page_names_is_there_and_of_the_right_type(service: RunningService, path: str) -> None:
    types = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    page = httpx.get(service.url + path, headers={"Accept": "text/html"}).text

    names = re.findall(r'(?:href|src)="([^"]*\.\w+)"', page)

    assert len(names) >= 2
    for name in names:
        response = httpx.get(urljoin(service.url + path, name))
        assert response.status_code == 200
        assert response.headers["Content-Type"].split(";")[0] == types[Path(name).suffix]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_the_browser_has_is_not_sent_again(service: RunningService) -> None:
    first = httpx.get(service.url)

    again = httpx.get(service.url, headers={"If-None-Match": f'"another", W/{first.headers["ETag"]}'})
    changed = httpx.get(service.url, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (changed.status_code, changed.content) == (200, first.content)


@pytest.mark.parametrize("path", ["/", "/documents/chronicle", "/web/footnote.css", "/favicon.svg"])
def test_a_page_can_be_asked_after_without_its_body(service: RunningService, path: str) -> None:
    head, whole = httpx.head(service.url + path), httpx.get(service.url + path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.content))


@pytest.mark.parametrize("name", ["pages.py", "..%2Fhttp%2Fpages.py", "%2e%2e/settings.py", ""])
def test_nothing_but_the_pages_files_is_served(service: RunningService, name: str) -> None:
    response = httpx.get(f"{service.url}/web/{name}")

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


BROWSERS_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/documents/no-such-document", "/nothing", "/nothing/here"])
@pytest.mark.parametrize("accept", [BROWSERS_ACCEPT, "application/json, TEXT/HTML;q=0.5"])
def test_an_address_without_content_is_a_page_to_browsers(service: RunningService, accept: str, path: str) -> None:
    response = httpx.get(service.url + path, headers={"Accept": accept})

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "There is nothing at this address" in response.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0, application/json", "text/html; q=0.00"])
def test_an_unknown_document_is_a_problem_to_programs(service: RunningService, accept: str) -> None:
    response = httpx.get(f"{service.url}/documents/no-such-document", headers={"Accept": accept})

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"] == "urn:footnote:problem:unknown-document"


def test_an_unknown_address_of_the_api_is_a_problem_to_browsers_too(service: RunningService) -> None:
    response = httpx.get(f"{service.url}/v1/nothing", headers={"Accept": BROWSERS_ACCEPT})

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("document", ["<script>alert(1)</script>", "%00", "%ff%fe", "a" * 5000, "..", "%2e%2e%2fetc"])
def test_an_id_that_no_document_can_have_is_not_repeated(service: RunningService, document: str) -> None:
    response = httpx.get(f"{service.url}/documents/{document}", headers={"Accept": "text/html"})

    assert response.status_code == 404 or response.url.path == "/"
    assert "alert" not in response.text


def test_pages_are_no_part_of_the_described_api(service: RunningService) -> None:
    paths = httpx.get(f"{service.url}/openapi.json").json()["paths"]

    assert "/v1/ask" in paths
    assert [path for path in paths if not path.startswith(("/v1/", "/health/"))] == ["/metrics"]


def test_a_document_tells_where_its_sections_begin(service: RunningService) -> None:
    text = canonical_text(service, "chronicle")

    sections = httpx.get(f"{service.url}/v1/documents/chronicle").json()["sections"]

    assert [(s["title"], s["level"]) for s in sections] == [
        ("A chronicle of the harbour", 1),
        ("The ferry", 3),
        ("The bridge", 3),
    ]
    assert all(text[s["start"] :].startswith("#" * s["level"] + " " + s["title"]) for s in sections)
