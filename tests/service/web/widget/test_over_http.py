"""The widget's file over plain HTTP."""

import gzip
import re

import httpx

from tests.service.serving import RunningService

MOST_BYTES = 20_000


def test_the_file_is_one_small_script_that_any_site_may_load(service: RunningService) -> None:
    response = httpx.get(f"{service.url}/widget.js", headers={"Origin": "https://anywhere.example"})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(gzip.compress(response.content)) <= MOST_BYTES


def test_the_file_is_sent_compressed_to_those_who_take_it(service: RunningService) -> None:
    plain = httpx.get(f"{service.url}/widget.js", headers={"Accept-Encoding": "identity"})
    with httpx.stream("GET", f"{service.url}/widget.js", headers={"Accept-Encoding": "gzip"}) as response:
        sent = b"".join(response.iter_raw())

    assert "Content-Encoding" not in plain.headers
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Length"] == str(len(sent))
    assert len(sent) <= MOST_BYTES
    assert gzip.decompress(sent) == plain.content
    assert response.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert response.headers["ETag"] == plain.headers["ETag"]


def test_the_file_that_a_browser_has_is_not_sent_again(service: RunningService) -> None:
    first = httpx.get(f"{service.url}/widget.js")

    again = httpx.get(f"{service.url}/widget.js", headers={"If-None-Match": first.headers["ETag"]})
    head = httpx.head(f"{service.url}/widget.js", headers={"Accept-Encoding": "identity"})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(first.content))


def test_the_file_names_no_other_host_and_uses_no_way_to_run_text(service: RunningService) -> None:
    script = httpx.get(f"{service.url}/widget.js").text

    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "cookie",
        "@import",
    ):
        assert word not in script, word
    assert set(re.findall(r"https?://[^\"'` .]+[^\"'` ]*", script)) == {
        "http://www.w3.org/2000/svg",
        "https://ask.example.org",
    }
