"""A site of another origin for the widget to stand on, and using the widget as a visitor of that site does."""

import http.server
import threading
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

__all__ = ["LISTENING", "HostSite", "ask", "chat", "field", "hold_first", "last_told", "open_chat", "told"]

LISTENING = """
window.told = [];
for (const name of ["open", "close", "question", "answer", "source", "feedback", "error"]) {
  document.addEventListener(`footnote-${name}`, (event) => told.push([name, event.detail]));
}
"""
"""Run in every page before its own scripts: keeps what the widget tells the page, in order."""

PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A museum</title>
{head}</head>
<body><main><h1>The museum</h1><p><a href="/other">Another page</a></p>{body}<p>Open on Sundays.</p></main></body>
</html>"""


class HostSite:
    """A site on a free port of this machine, until it is stopped."""

    def __init__(self) -> None:
        pages: dict[str, tuple[bytes, Mapping[str, str]]] = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content, headers = pages.get(self.path, (b"", {}))
                self.send_response(200 if self.path in pages else 204)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._pages = pages
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def put(
        self,
        body: str = "",
        head: str = "",
        path: str = "/",
        language: str = "en",
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Show a page at a path; return its address."""
        content = PAGE.format(body=body, head=head, language=language).encode()
        self._pages[path] = content, {"Content-Type": "text/html; charset=utf-8", **(headers or {})}
        return self.url + path

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def chat(page: Page) -> Locator:
    return page.locator("footnote-chat")


def field(page: Page) -> Locator:
    return chat(page).locator("textarea")


def open_chat(page: Page) -> None:
    page.get_by_role("button", name="Ask the documents").click()
    expect(page.get_by_role("dialog").locator("textarea")).to_be_focused()


def ask(page: Page, question: str) -> dict[str, Any]:
    """Ask by hand; return what the service answered when the widget shows it."""
    answers = chat(page).locator(".answer")
    shown = answers.count()
    field(page).fill(question)
    field(page).press("Enter")
    expect(answers).to_have_count(shown + 1)
    answer: dict[str, Any] = last_told(page)["answer"]
    return answer


def hold_first(page: Page) -> None:
    """Let no answer come to the first question asked from now on."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/v1/chat", hold)


def told(page: Page) -> list[str]:
    """Return the names of the widget's events, in order."""
    names: list[str] = page.evaluate("told.map(([name]) => name)")
    return names


def last_told(page: Page) -> Any:
    """The details of the last event."""
    return page.evaluate("told.at(-1)[1]")
