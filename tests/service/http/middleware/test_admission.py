"""Admission of requests by key, origin and rate: each refusal, and no effect on clients within the limits."""

import contextlib
import dataclasses
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import throttled.utils
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from service.access.rules import AccessPolicy
from service.http import app as app_module
from service.http.app import build_app
from service.http.middleware import admission
from service.http.middleware import rate_limits as rates
from service.http.middleware.clients import identify_client
from service.http.middleware.in_progress import RequestsInProgress
from service.http.middleware.rate_limits import RateLimiter
from service.http.state import Service
from service.settings import Settings
from service.sharing import limits
from service.sharing.state import SharedState, shared_state
from service.telemetry.metrics import Metrics
from tests.service.http.running import Gate, Running, eventually, received, running, sent
from tests.service.http.test_problems import assert_problem

ADMIN, ASK, SITE = "admin-key-of-the-test", "ask-key-of-the-test", "site-key-of-the-test"
MUSEUM, OTHER = "https://museum.example", "https://other.example"
QUESTION = {"question": "When did the truce begin?"}
RATING = {**QUESTION, "status": "not_found", "rating": "up", "passage": None}
SITES = f"""
[[sites]]
key = "{SITE}"
origins = ["{MUSEUM}"]

[[sites]]
key = "second-{SITE}"
origins = ["{OTHER}"]
requests_per_minute = 2
"""
HOME, NEIGHBOUR = "198.51.100.7", "198.51.100.8"

Serve = Callable[..., Callable[..., TestClient]]


def bearer(key: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", **more}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that each refused client was made to wait. Here, the wait takes no time."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(admission, "asyncio", SimpleNamespace(sleep=sleep))
    return waited


@pytest.fixture
def serve(service: Service, tmp_path: Path) -> Iterator[Serve]:
    """Serves with settings, and returns a function that returns a client at an address."""
    with contextlib.ExitStack() as stack:

        def _serve(file: str | None = None, **settings: Any) -> Callable[..., TestClient]:
            if file is not None:
                settings["access"] = tmp_path / "access.toml"
                settings["access"].write_text(file)
                settings["access"].chmod(0o600)
            app = application(service, **settings)
            stack.enter_context(TestClient(app))

            def at(address: str = HOME, **headers: str) -> TestClient:
                return TestClient(app, headers=headers, client=(address, 4711), raise_server_exceptions=False)

            return at

        yield _serve


def changed(service: Service, **settings: Any) -> Service:
    secret = {name: SecretStr(value) if name.endswith("_keys") else value for name, value in settings.items()}
    return dataclasses.replace(service, settings=service.settings.model_copy(update=secret))


def application(service: Service, **settings: Any) -> FastAPI:
    return build_app(changed(service, **settings))


def ask(client: TestClient, **headers: str) -> Response:
    response: Response = client.post("/v1/ask", json=QUESTION, headers=headers)
    return response


def assert_too_many(response: Response, detail: str) -> int:
    assert_problem(response, 429, "too-many-requests")
    assert detail in response.json()["detail"]
    return int(response.headers["retry-after"])


GUARDED = [
    ("POST", "/v1/ask"),
    ("POST", "/v1/chat"),
    ("POST", "/v1/feedback"),
    ("DELETE", "/v1/feedback/some-id"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/documents/truce"),
    ("GET", "/v1/documents/truce/text"),
    ("GET", "/v1/suggestions"),
    ("GET", "/v1/nothing"),
]
OPEN = ["/", "/documents/truce", "/widget.js", "/web/ask.js", "/favicon.svg", "/docs", "/openapi.json", "/health/live"]


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_without_a_required_key_each_guarded_path_is_refused(serve: Serve, method: str, path: str) -> None:
    client = serve(ask_keys=ASK)()
    for headers in ({}, {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}):
        response = client.request(method, path, json={} if method == "POST" else None, headers=headers)
        assert_problem(response, 401, "key-required")
        assert response.headers["www-authenticate"] == "Bearer"
        assert "Authorization: Bearer KEY" in response.json()["detail"]
    for key in (ASK + "x", ASK[:-1], "", ASK.upper(), f"{ASK},{ASK}", "clé" * 9):
        response = client.request(method, path, headers=[(b"Authorization", f"Bearer {key}".encode())])
        assert_problem(response, 401, "key-unknown")
        assert not key or key not in response.text


@pytest.mark.parametrize("path", [*OPEN, "/health/ready"])
def test_pages_and_the_state_of_health_need_no_key(serve: Serve, path: str) -> None:
    assert serve(ask_keys=ASK)().get(path).status_code == 200


def test_without_a_key_existing_and_missing_documents_look_the_same(serve: Serve) -> None:
    client = serve(ask_keys=ASK)()
    there, missing = (client.get(f"/documents/{name}", headers={"Accept": "text/html"}) for name in ("truce", "none"))
    assert (there.status_code, there.content) == (missing.status_code, missing.content)


@pytest.mark.parametrize("key", [ASK, "second-" + ASK, ADMIN])
def test_each_ask_key_may_ask_and_an_administrators_too(serve: Serve, key: str) -> None:
    client = serve(ask_keys=f"{ASK},second-{ASK}", admin_keys=ADMIN)(**bearer(key))
    assert ask(client).status_code == 200
    assert client.get("/v1/documents/truce").status_code == 200
    assert client.post("/v1/feedback", json=RATING).status_code == 201
    assert client.delete("/v1/documents/none").status_code == (404 if key == ADMIN else 401)


def test_the_case_of_the_authorization_scheme_does_not_matter(serve: Serve) -> None:
    client = serve(ask_keys=ASK)()
    for value in (f"bearer {ASK}", f"BEARER   {ASK}  "):
        assert ask(client, Authorization=value).status_code == 200


def test_a_request_with_two_keys_is_refused(serve: Serve) -> None:
    headers = [("Authorization", f"Bearer {ASK}"), ("Authorization", f"Bearer {ASK}")]
    response = serve(ask_keys=ASK)().post("/v1/ask", json=QUESTION, headers=headers)
    assert_problem(response, 401, "key-unknown")


def test_a_key_that_is_not_known_is_refused_where_everybody_may_ask(serve: Serve) -> None:
    client = serve()()
    assert ask(client).status_code == 200
    assert ask(client, Authorization="Basic dXNlcjpwYXNzd29yZA==").status_code == 200  # a proxy's in front
    assert_problem(ask(client, **bearer("some-key-of-another-service")), 401, "key-unknown")


def test_a_key_in_the_address_is_no_key(serve: Serve) -> None:
    response = serve(ask_keys=ASK)().get(f"/v1/documents?key={ASK}&access_token={ASK}")
    assert_problem(response, 401, "key-required")


def test_nothing_that_is_refused_shows_a_key_or_logs_it(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = serve(SITES, ask_keys=ASK, admin_keys=ADMIN, requests_per_minute=3)()
    shown = [ask(client, **bearer(key)).text for key in (ASK, ADMIN, SITE, "a-wrong-key-of-somebody") * 3]
    shown += [client.delete("/v1/documents/none", headers=bearer(ASK)).text, caplog.text]
    assert not any(key in text for key in (ASK, ADMIN, SITE, "a-wrong-key-of-somebody") for text in shown)


# Sites


@pytest.mark.parametrize("ask_keys", [None, ASK])
def test_a_sites_key_is_good_on_its_own_pages_alone(serve: Serve, ask_keys: str | None) -> None:
    settings = {} if ask_keys is None else {"ask_keys": ask_keys}
    client = serve(SITES, **settings)()
    own = ask(client, **bearer(SITE, Origin=MUSEUM))
    assert own.status_code == 200
    assert own.headers["access-control-allow-origin"] == MUSEUM
    assert "access-control-allow-credentials" not in own.headers
    for headers in ({}, {"Origin": OTHER}, {"Origin": "http://testserver"}, {"Referer": MUSEUM + "/"}):
        response = ask(client, **bearer(SITE, **headers))
        assert_problem(response, 403, "site-key-elsewhere")
    for origin in (MUSEUM + ".evil.example", MUSEUM.replace("s", "", 1), "null", MUSEUM + "/", f"{MUSEUM}, {MUSEUM}"):
        assert_problem(ask(client, **bearer(SITE, Origin=origin)), 403, "origin-not-allowed")


def test_a_request_with_two_origins_is_refused(serve: Serve) -> None:
    headers = [("Authorization", f"Bearer {SITE}"), ("Origin", MUSEUM), ("Origin", OTHER)]
    response = serve(SITES)().post("/v1/ask", json=QUESTION, headers=headers)
    assert_problem(response, 403, "origin-not-allowed")


def test_a_sites_pages_may_send_their_key_and_read_why_they_are_refused(serve: Serve) -> None:
    client = serve(SITES, ask_keys=ASK)()
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = client.options("/v1/chat", headers={"Origin": MUSEUM, **asked})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == MUSEUM
    refused = ask(client, Origin=MUSEUM)
    assert_problem(refused, 401, "key-required")
    assert refused.headers["access-control-allow-origin"] == MUSEUM


def test_a_sites_key_may_ask_rate_and_read_and_no_more(serve: Serve) -> None:
    client = serve(SITES, ask_keys=ASK, admin_keys=ADMIN)(**bearer(SITE, Origin=MUSEUM))
    assert client.get("/v1/documents/truce/text").status_code == 200
    rated = client.post("/v1/feedback", json=RATING)
    assert rated.status_code == 201
    assert client.delete(f"/v1/feedback/{rated.json()['id']}").status_code == 200
    assert_problem(client.delete("/v1/documents/truce"), 403, "origin-not-allowed")
    assert_problem(client.post("/v1/documents"), 403, "origin-not-allowed")


def test_keys_and_origins_change_without_a_restart(service: Service, tmp_path: Path) -> None:
    file = tmp_path / "access.toml"
    file.write_text(SITES)
    file.chmod(0o600)
    app = application(service, access=file, ask_keys=ASK)
    with TestClient(app) as client:
        assert ask(client, **bearer(SITE, Origin=MUSEUM)).status_code == 200
        file.write_text(
            f'ask_keys = ["new-{ASK}"]\nhosts = ["new.example"]\n[[sites]]\nkey = "new-{SITE}"\norigins = ["https://new.example"]'
        )
        app.state.access.reload()
        app.state.access.reload()
        assert_problem(ask(client, **bearer(SITE, Origin=MUSEUM)), 403, "origin-not-allowed")
        assert_problem(ask(client, **bearer(SITE)), 401, "key-unknown")
        renewed = ask(client, **bearer(f"new-{SITE}", Origin="https://new.example"))
        assert renewed.headers["access-control-allow-origin"] == "https://new.example"
        assert [ask(client, **bearer(key)).status_code for key in (ASK, f"new-{ASK}")] == [200, 200]
        asked = [client.get("/", headers={"Host": host}) for host in ("old.example", "new.example")]
        assert [response.status_code for response in asked] == [421, 200]
        assert "warnings" not in client.get("/health/ready").json()
        file.write_text("ask_keys = 'secret'")
        app.state.access.reload()
        app.state.access.reload()
        ready = client.get("/health/ready")
        assert ready.status_code == 200
        [warning] = ready.json()["warnings"]
        assert warning.startswith("The newest version of the access file is unusable; the previous one is in force.")
        assert str(tmp_path) not in ready.text
        assert ask(client, **bearer(f"new-{ASK}")).status_code == 200


# How often


def test_a_client_above_its_rate_gets_a_retry_time_and_others_are_answered(serve: Serve) -> None:
    at = serve(requests_per_minute=3)
    assert [ask(at(HOME)).status_code for _ in range(3)] == [200] * 3
    after = assert_too_many(ask(at(HOME)), "This client has sent too many requests. Try again in 20 seconds.")
    assert after == 20
    assert_too_many(at(HOME).get("/v1/documents"), "too many requests")
    assert ask(at(NEIGHBOUR)).status_code == 200
    for path in (*OPEN, "/health/ready"):
        assert at(HOME).get(path).status_code == 200


def test_only_a_client_above_its_rate_waits_for_its_refusal(serve: Serve, pauses: list[float]) -> None:
    at = serve(requests_per_minute=3, ask_keys=ASK, concurrent=0)
    assert [ask(at(HOME)).status_code for _ in range(3)] == [503] * 3
    assert pauses == []
    assert [ask(at(HOME)).status_code for _ in range(2)] == [429] * 2
    assert pauses == [admission.PAUSE_S] * 2
    assert ask(at(NEIGHBOUR)).status_code == 503
    assert at(HOME).get("/health/live").status_code == 200
    assert len(pauses) == 2


def test_the_bucket_refills_with_time(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(throttled.utils, "now_mono_f", lambda: now)
    client = serve(requests_per_minute=3)()
    assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 429]
    now += 19.9
    assert assert_too_many(ask(client), "Try again in 1 second.") == 1
    now += 0.2
    assert [ask(client).status_code for _ in range(2)] == [200, 429]
    now += 3600
    assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_network_of_ipv6_counts_as_one_and_ipv4_within_it_as_itself(serve: Serve) -> None:
    at = serve(requests_per_minute=2)
    assert [ask(at(f"2001:db8:1:2::{host}")).status_code for host in (1, 2, 3)] == [200, 200, 429]
    assert ask(at("2001:db8:1:3::1")).status_code == 200
    assert [ask(at(f"::ffff:{HOME}")).status_code for _ in range(2)] == [200, 200]
    assert_too_many(ask(at(HOME)), "too many")
    assert ask(at(f"::ffff:{NEIGHBOUR}")).status_code == 200


def test_a_forged_address_does_not_avoid_the_limit(serve: Serve) -> None:
    at = serve(requests_per_minute=2, proxies="10.0.0.1")
    statuses = [ask(at(HOME), **{"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(3)]
    assert statuses == [200, 200, 429]
    through = [ask(at("10.0.0.1"), **{"X-Forwarded-For": f"192.0.2.{n}, {NEIGHBOUR}"}).status_code for n in range(3)]
    assert through == [200, 200, 429]
    assert ask(at("10.0.0.1"), **{"X-Forwarded-For": f"{NEIGHBOUR}, 192.0.2.9"}).status_code == 200
    for name in ("Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Forwarded-Host"):
        assert_too_many(ask(at(HOME), **{name: "for=192.0.2.1"}), "too many")


def test_an_unlisted_proxy_is_logged_once(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    at = serve(proxies="10.0.0.1")
    ask(at("10.0.0.1"), **{"X-Forwarded-For": HOME})
    ask(at("8.8.8.8"), **{"X-Forwarded-For": HOME})  # anybody can write that
    for _ in range(2):
        ask(at("127.0.0.1"), **{"X-Forwarded-For": HOME})
    [record] = caplog.records
    assert record.message.startswith(
        "Requests with X-Forwarded-For come from 127.0.0.1, which is not listed in FOOTNOTE_PROXIES"
    )
    assert HOME not in record.message


def test_a_key_has_a_bucket_of_its_own_wherever_it_is_used(serve: Serve) -> None:
    at = serve(ask_keys=f"{ASK},second-{ASK}", requests_per_minute=1, key_requests_per_minute=3)
    addresses = [HOME, NEIGHBOUR, HOME, HOME]
    assert [ask(at(address), **bearer(ASK)).status_code for address in addresses] == [200, 200, 200, 429]
    assert ask(at(HOME), **bearer("second-" + ASK)).status_code == 200


def test_guesses_of_keys_are_limited(serve: Serve) -> None:
    at = serve(ask_keys=ASK, requests_per_minute=3)
    statuses = [ask(at(HOME), **bearer(f"guess-number-{n}-of-many")).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert at(HOME).get("/metrics", headers=bearer("one-more-guess-of-many")).status_code == 429
    assert at(HOME).get("/health/live", headers=bearer("one-more-guess-of-many")).status_code == 200
    assert ask(at(HOME), **bearer(ASK)).status_code == 200


def test_a_sites_visitors_are_counted_each_and_together(serve: Serve) -> None:
    at = serve(SITES, requests_per_minute=1)
    museum, other = bearer(SITE, Origin=MUSEUM), bearer("second-" + SITE, Origin=OTHER)
    assert [ask(at("192.0.2.1"), **other).status_code for _ in range(2)] == [200, 429]  # the visitor's own
    assert ask(at("192.0.2.2"), **other).status_code == 200
    refused = ask(at("192.0.2.3"), **other)  # the site's two are used up
    assert assert_too_many(refused, "too many") == 30
    assert refused.headers["access-control-allow-origin"] == OTHER
    assert "Retry-After" in refused.headers["access-control-expose-headers"]
    assert ask(at("192.0.2.4"), **museum).status_code == 200


def test_ratings_have_a_bucket_of_their_own(serve: Serve) -> None:
    at = serve(feedback_per_minute=2)
    given = [at(HOME).post("/v1/feedback", json=RATING) for _ in range(2)]
    assert [response.status_code for response in given] == [201, 201]
    assert assert_too_many(at(HOME).post("/v1/feedback", json=RATING), "too many") == 30
    assert_too_many(at(HOME).delete(f"/v1/feedback/{given[0].json()['id']}"), "too many")
    assert ask(at(HOME)).status_code == 200
    assert at(NEIGHBOUR).post("/v1/feedback", json=RATING).status_code == 201


def test_zero_sets_no_limit(serve: Serve) -> None:
    client = serve(requests_per_minute=0)()
    assert {client.get("/v1/documents/truce").status_code for _ in range(400)} == {200}


def test_the_memory_for_addresses_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_CLIENTS", 100)
    counted = RateLimiter(Settings(requests_per_minute=2, admin_keys=SecretStr(ADMIN)))

    def wait(address: str) -> float:
        scope = {"type": "http", "headers": [], "client": (address, 1)}
        return counted.wait(identify_client(scope, AccessPolicy()), is_feedback=True)

    assert [wait(HOME) > 0 for _ in range(3)] == [False, False, True]
    for n in range(5000):
        wait(f"10.0.{n // 256}.{n % 256}")
        assert wait(HOME) > 0  # an active client stays limited
    stores = [buckets._store._backend for buckets in (counted._addresses, counted._feedback)]
    assert all(len(store.get_client()) <= 100 and len(store.expire_info) <= 100 for store in stores)


# How many at once


def test_a_client_with_too_many_requests_in_progress_is_refused_and_others_are_not(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Gate(service, monkeypatch)
    app = application(service, concurrent_per_client=2, concurrent=3, ask_keys=f"{ASK},second-{ASK},third-{ASK}")
    greedy, calm, late = bearer(ASK), bearer("second-" + ASK), bearer("third-" + ASK)
    with contextlib.ExitStack() as stack:
        it = stack.enter_context(running(app))

        def begin(n: int, headers: dict[str, str]) -> socket.socket:
            return stack.enter_context(sent(it, "/v1/ask", {"question": f"Question {n}?"}, headers))

        first = [begin(n, greedy) for n in range(2)]
        assert eventually(lambda: counted(app) == 2)
        status, headers, problem = received(begin(2, greedy))
        assert (status, headers["retry-after"]) == (429, "1")
        assert problem["detail"] == "This client has too many requests in progress. Wait for some answers."
        first.append(begin(3, calm))
        assert eventually(lambda: counted(app) == 3)
        status, headers, problem = received(begin(4, late))
        assert (status, problem["type"], headers["retry-after"]) == (503, "urn:footnote:problem:too-busy", "1")
        pipeline.open.set()
        assert [received(client)[0] for client in first] == [200] * 3
        assert eventually(lambda: counted(app) == 0)
        assert received(begin(5, greedy))[0] == 200


def counted(app: FastAPI) -> int:
    """Requests in progress."""
    layer: Any = app.middleware_stack
    while not hasattr(layer, "_in_progress"):
        layer = layer._app
    return int(layer._in_progress.total())


def test_a_client_that_sends_no_bodies_does_not_block_others(service: Service) -> None:
    app = application(service, concurrent_per_client=4, ask_keys=f"{ASK},second-{ASK}")
    with contextlib.ExitStack() as stack:
        it = stack.enter_context(running(app))
        lines = ("POST /v1/ask HTTP/1.1", "Host: here", "Content-Type: application/json", "Content-Length: 100")
        head = "\r\n".join((*lines, f"Authorization: Bearer {ASK}", "", ""))
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", it.port))) for _ in range(5)]
        for client in slow[:4]:
            client.sendall(head.encode() + b"{")
        assert eventually(lambda: counted(app) == 4)
        slow[4].sendall(head.encode())  # of which nothing more comes
        assert received(slow[4])[0] == 429
        calm = stack.enter_context(sent(it, "/v1/ask", QUESTION, bearer("second-" + ASK)))
        assert received(calm)[0] == 200
    assert eventually(lambda: counted(app) == 0)


def test_beside_a_flooding_client_a_calm_one_is_always_answered(service: Service) -> None:
    """One client sends as quickly as it can. The other is never refused."""
    app = application(service, ask_keys=f"{ASK},second-{ASK}", key_requests_per_minute=40)
    body = json.dumps(QUESTION).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nAuthorization: Bearer {ASK}\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    stop, statuses = threading.Event(), list[int]()
    with running(app) as it:

        def flood() -> None:
            with socket.create_connection(("127.0.0.1", it.port)) as client:
                while not stop.is_set():
                    client.sendall(request)
                    statuses.append(received(client)[0])

        threads = [threading.Thread(target=flood, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        assert eventually(lambda: 429 in statuses)
        calm = []
        for n in range(20):
            with sent(it, "/v1/ask", {"question": f"Question {n}?"}, bearer("second-" + ASK)) as client:
                calm.append(received(client)[0])
        stop.set()
        for thread in threads:
            thread.join(30)
    assert calm == [200] * 20
    assert set(statuses) == {200, 429}
    assert 40 <= statuses.count(200) <= 100  # the bucket, and its refill meanwhile


def test_a_refusal_comes_before_anything_of_the_body(service: Service) -> None:
    app = application(service, requests_per_minute=1)
    with running(app) as it, contextlib.ExitStack() as stack:
        first, second = (
            stack.enter_context(socket.create_connection(("127.0.0.1", it.port), timeout=20)) for _ in range(2)
        )
        head = b"POST /v1/ask HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 3000000\r\n\r\n"
        first.sendall(b"GET /v1/documents HTTP/1.1\r\nHost: here\r\n\r\n")
        assert received(first)[0] == 200
        second.sendall(head)
        status, headers, problem = received(second)  # and not 100
        assert (status, problem["type"]) == (429, "urn:footnote:problem:too-many-requests")
        assert headers["content-type"] == "application/problem+json"


def test_the_server_itself_ignores_forwarded_addresses(service: Service) -> None:
    app = application(service, requests_per_minute=2)
    with running(app) as it:
        statuses = []
        for n in range(3):
            with sent(it, "/v1/ask", QUESTION, {"X-Forwarded-For": f"192.0.2.{n}"}) as client:
                statuses.append(received(client)[0])
    assert statuses == [200, 200, 429]


# Over several workers


class Worker(SharedState):
    """What a worker shares; here, several workers are in one process."""

    def __init__(self, folder: Path, process: int) -> None:
        super().__init__(folder)
        assert self.limits.record("nobody", 0)  # opens the file
        self.limits._process = process


@pytest.fixture
def workers(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[FastAPI]]]:
    """Builds two applications that share their limits."""
    monkeypatch.setattr(app_module, "_metrics", lambda _: Metrics("test"))  # a process has one that is shared
    with shared_state() as shared:
        yield lambda **settings: [
            build_app(changed(service, **settings), shared=Worker(shared.folder, process)) for process in (1, 2)
        ]


def test_a_clients_rate_is_counted_over_all_workers(workers: Callable[..., list[FastAPI]]) -> None:
    one, other = (TestClient(app, client=(HOME, 4711)) for app in workers(requests_per_minute=3))
    assert [ask(client).status_code for client in (one, other, one)] == [200] * 3
    for client in (one, other):
        assert assert_too_many(ask(client), "This client has sent too many requests. Try again in") in (19, 20)


def test_requests_in_progress_are_limited_over_all_workers(
    workers: Callable[..., list[FastAPI]], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = Gate(service, monkeypatch)
    one, other = workers(concurrent_per_client=2, concurrent=3, ask_keys=f"{ASK},second-{ASK},third-{ASK}")
    greedy, calm, late = bearer(ASK), bearer("second-" + ASK), bearer("third-" + ASK)
    with contextlib.ExitStack() as stack:
        first, second = (stack.enter_context(running(app)) for app in (one, other))

        def begin(server: Running, headers: dict[str, str]) -> socket.socket:
            return stack.enter_context(sent(server, "/v1/ask", QUESTION, headers))

        begun = [begin(first, greedy), begin(second, greedy)]
        assert eventually(lambda: counted(one) == counted(other) == 1)
        for server in (first, second):
            assert received(begin(server, greedy))[0] == 429
        begun.append(begin(second, calm))
        assert eventually(lambda: counted(other) == 2)
        assert received(begin(first, late))[0] == 503
        pipeline.open.set()
        assert [received(client)[0] for client in begun] == [200] * 3
        assert eventually(lambda: counted(one) == counted(other) == 0)
        assert received(begin(first, late))[0] == 200


def test_without_the_shared_file_each_worker_has_limits_of_its_own(
    workers: Callable[..., list[FastAPI]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    apps = workers(requests_per_minute=3)
    monkeypatch.setattr(limits, "_TAKE", "SELECT broken")
    monkeypatch.setattr(limits, "_START", "SELECT broken")
    for app in apps:
        client = TestClient(app, client=(HOME, 4711))
        assert [ask(client).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert len([record for record in caplog.records if "workers share" in record.message]) == len(apps)


def test_requests_that_could_not_be_recorded_are_recorded_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Worker(tmp_path, 1).limits, Worker(tmp_path, 2).limits
    progress = RequestsInProgress(Settings(concurrent_per_client=2), one)
    assert [progress.start("a") for _ in range(3)] == ["", "", "client"]
    assert other.start("a", 1, 2, 99) == "client"
    with monkeypatch.context() as patch:
        patch.setattr(one, "_run", lambda *_: None)
        progress.end("a")
        progress.end("a")
        assert [progress.start("c") for _ in range(3)] == ["", "", "client"]
    assert other.start("a", 1, 2, 99) == "client"
    assert progress.start("d") == ""
    assert other.start("a", 1, 2, 99) == ""
    assert other.start("c", 1, 2, 99) == "client"
