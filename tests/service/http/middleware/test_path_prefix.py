"""The service below a path prefix, behind a proxy that removes it and behind one that does not."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from corpus.errors import SettingsError
from service.access.proxies import OWN_SEGMENTS
from service.http.app import ROUTERS, build_app
from service.http.state import Service
from service.settings import load_settings
from tests.service.http.test_problems import assert_problem

PREFIX = "/archive/answers"
PROXY, STRANGER = "10.0.0.1", "198.51.100.7"
QUESTION = {"question": "When did the truce begin?"}
HTML = {"Accept": "text/html"}
Serve = Callable[..., TestClient]


@pytest.fixture
def serve(service: Service) -> Iterator[Serve]:
    """Serve the documents with settings, to a client at an address."""
    with ExitStack() as stack:

        def _serve(address: str = STRANGER, **update: Any) -> TestClient:
            settings = service.settings.model_copy(update=update)
            app = build_app(dataclasses.replace(service, settings=settings))
            return stack.enter_context(TestClient(app, client=(address, 50000)))

        yield _serve


Get = Callable[[str], Any]


@pytest.fixture(params=["configured, removed", "configured, kept", "forwarded"])
def below(request: pytest.FixtureRequest, serve: Serve) -> Callable[..., Any]:
    """Send a request for a public path below the prefix, as each kind of proxy forwards it."""
    if request.param == "forwarded":
        client = serve(PROXY, proxies="10.0.0.0/8")
        client.headers["X-Forwarded-Prefix"] = PREFIX
    else:
        client = serve(root_path=PREFIX)

    def send(method: str, path: str, **more: Any) -> Any:
        assert path.startswith(PREFIX + "/"), path
        sent = path if request.param == "configured, kept" else path.removeprefix(PREFIX)
        return client.request(method, sent, follow_redirects=False, **more)

    return send


def links(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"#]*)"', page)


NOWHERE = ["/nothing", "/nothing/here/", "/nothing%2Fhere", "/documents/nothing", "/web/nothing", "/docs/static/x"]


@pytest.mark.parametrize("path", ["/", "/docs", "/documents/truce", *NOWHERE])
def test_every_link_of_a_page_stays_below_the_prefix_and_leads_somewhere(below: Callable[..., Any], path: str) -> None:
    page = below("GET", PREFIX + path, headers=HTML)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(links(page.text)) >= 4
    for link in links(page.text):
        assert below("GET", urljoin(PREFIX + path, link)).status_code == 200, link


def test_the_widget_and_the_description_are_there(below: Callable[..., Any]) -> None:
    assert below("GET", f"{PREFIX}/widget.js").headers["Content-Type"] == "text/javascript; charset=utf-8"
    schema = below("GET", f"{PREFIX}/openapi.json").json()
    assert schema["servers"] == [{"url": PREFIX}]
    assert "/v1/ask" in schema["paths"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_citations_link_below_the_prefix(below: Callable[..., Any], accept: str) -> None:
    messages = [{"role": "user", "content": QUESTION["question"]}]
    response = below("POST", f"{PREFIX}/v1/chat", json={"messages": messages}, headers={"Accept": accept})
    hrefs = re.findall(r'"href":\s*"([^"#]*)', response.text)
    assert len(hrefs) >= 2
    for href in hrefs:
        assert href.startswith(f"{PREFIX}/documents/")
        assert below("GET", href, headers=HTML).status_code == 200


def test_records_of_documents_link_below_the_prefix(below: Callable[..., Any]) -> None:
    for record in below("GET", f"{PREFIX}/v1/documents").json()["documents"]:
        assert record["href"] == f"{PREFIX}/documents/{record['id']}"
        assert below("GET", f"{PREFIX}/v1/documents/{record['id']}").json()["href"] == record["href"]


@pytest.mark.parametrize("path", ["/nothing", "/web/nothing", "/docs/static/nothing"])
def test_a_problem_names_the_documentation_below_the_prefix(below: Callable[..., Any], path: str) -> None:
    response = below("GET", PREFIX + path)
    assert_problem(response, 404, "not-found")
    assert f"{PREFIX}/docs lists" in response.json()["detail"]


def test_limits_keys_origins_and_hosts_apply_below_the_prefix(serve: Serve) -> None:
    client = serve(root_path=PREFIX, requests_per_minute=2, hosts="answers.example")
    ask, headers = f"{PREFIX}/v1/ask", {"Origin": "https://other.example"}
    assert_problem(client.post(ask, json=QUESTION, headers=headers), 403, "origin-not-allowed")
    assert_problem(client.post(ask, json=QUESTION, headers={"Host": "other.example"}), 421, "host-not-allowed")
    assert client.get(f"{PREFIX}/health/live", headers={"Host": "other.example"}).status_code == 200
    assert_problem(client.delete(f"{PREFIX}/v1/documents/truce"), 403, "admin-key-not-set")
    assert client.post(ask, json=QUESTION).status_code == 200
    assert_problem(client.post(ask, json=QUESTION), 429, "too-many-requests")


def test_the_prefix_without_a_slash_is_no_address(serve: Serve) -> None:
    client = serve(root_path=PREFIX, hosts="answers.example")
    for method in ("GET", "POST"):
        response = client.request(method, PREFIX, follow_redirects=False, headers={"Host": "answers.example"})
        assert_problem(response, 404, "not-found")
        assert_problem(client.request(method, PREFIX, headers={"Host": "other.example"}), 421, "host-not-allowed")


def href(client: TestClient, *prefixes: str) -> str:
    """Return the link of the first record, asked for with these headers."""
    headers = [("X-Forwarded-Prefix", prefix) for prefix in prefixes]
    link: str = client.get("/v1/documents/truce", headers=headers).json()["href"]
    return link


@pytest.mark.parametrize("address", [STRANGER, "testclient"])
def test_a_prefix_from_an_unlisted_address_is_ignored(serve: Serve, address: str) -> None:
    assert href(serve(address, proxies="10.0.0.0/8"), "/evil") == "/documents/truce"
    assert href(serve(PROXY), "/evil") == "/documents/truce"  # no proxy is listed


INVALID = [
    "https://evil.example",
    "//evil.example",
    "/a//b",
    "/a/../b",
    "/..",
    "/./a",
    "a/b",
    "/a b",
    "/a%2Fb",
    '/"><script>',
    "/a?b",
    "/a#b",
    "/a,/b",
    "/é",
    "/a\\b",
    "/" + 200 * "a",
    "/v1",
    "/v1/documents",
    "/docs/",
    "/widget.js",
]


@pytest.mark.parametrize("prefix", INVALID)
def test_an_invalid_prefix_is_ignored_in_a_header_and_refused_as_a_setting(
    serve: Serve, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(PROXY, proxies="10.0.0.0/8")
    response = client.get("/v1/documents/truce", headers=[(b"X-Forwarded-Prefix", prefix.encode())])
    assert response.json()["href"] == "/documents/truce"
    monkeypatch.setenv("FOOTNOTE_ROOT_PATH", prefix)
    message = r"FOOTNOTE_ROOT_PATH is not usable: (it must be a path such as /answers|.* choose another prefix)"
    with pytest.raises(SettingsError, match=message):
        load_settings()


@pytest.mark.parametrize(
    ("prefixes", "expected"),
    [(["/a/b-c.d_e~f"], "/a/b-c.d_e~f"), (["/a/"], "/a"), (["/"], ""), ([""], ""), (["/a", "/a"], ""), ([], "")],
)
def test_a_valid_prefix_of_a_trusted_proxy_is_used(serve: Serve, prefixes: list[str], expected: str) -> None:
    assert href(serve(PROXY, proxies="10.0.0.0/8"), *prefixes) == f"{expected}/documents/truce"


def test_the_setting_has_precedence_over_the_header(serve: Serve) -> None:
    assert href(serve(PROXY, proxies="10.0.0.0/8", root_path="/set"), "/sent") == "/set/documents/truce"


def test_identical_questions_with_different_prefixes_have_different_links(serve: Serve) -> None:
    client = serve(PROXY, proxies="10.0.0.0/8")
    for prefix in ("/one", "/two", "/one"):
        passages = client.post("/v1/ask", json=QUESTION, headers={"X-Forwarded-Prefix": prefix}).json()["passages"]
        assert {passage["citation"]["href"].split("/")[1] for passage in passages} == {prefix[1:]}


def test_every_path_of_the_service_is_refused_as_a_prefix(client: TestClient) -> None:
    routes = [*client.app.routes, *(route for router in ROUTERS for route in router.routes)]  # type: ignore[attr-defined]
    assert {route.path.split("/")[1] for route in routes if hasattr(route, "path")} - {""} == OWN_SEGMENTS
