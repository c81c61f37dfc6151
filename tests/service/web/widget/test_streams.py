"""Server-sent events that come in parts cut anywhere, read in the browser."""

import json
from typing import Any

import pytest

from tests.service.web.widget.conftest import Visit

CITATION: dict[str, Any] = {
    "document_id": "d",
    "title": "T 🔦",
    "authors": [],
    "published": None,
    "publisher": None,
    "language": None,
    "url": None,
    "page": None,
    "section": None,
    "href": "/documents/d",
    "source_href": None,
}
PASSAGE = {"text": "Wörter 🌊", "highlights": [], "citation": CITATION, "also_found_in": []}
ANSWER = {"status": "not_found", "confidence": {"level": "low"}, "answer": None, "generation": 1}
STREAM = "\n".join(
    [
        ": a comment",
        "",
        "retry: 10",
        "event:answer",
        "data:" + json.dumps(ANSWER).partition(", ")[0] + ",",
        "data: " + json.dumps(ANSWER).partition(", ")[2],
        "id: 1",
        "",
        ":",
        "event: unheard-of",
        "data",
        "",
        "event: passage",
        "data: " + json.dumps(PASSAGE, ensure_ascii=False),
        "",
        "event: done",
        'data: {"passages": 1}',
        "",
        "event: error",
        'data: {"status": 500}',
        "",
        "",
    ]
)

IN_PARTS = """async ({ streams, whole }) => {
  const chat = document.querySelector("footnote-chat");
  const outcomes = {};
  const answer = async (parts) => {
    window.fetch = async () => new Response(new ReadableStream({
      start(controller) {
        parts.forEach((part) => controller.enqueue(part));
        controller.close();
      },
    }), { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
    const outcome = JSON.stringify(await chat.ask("?"));
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    chat.clear();
  };
  for (const stream of streams) {
    const bytes = new TextEncoder().encode(stream);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      await answer(whole ? [bytes.slice(0, cut), bytes.slice(cut)] : [bytes.slice(0, cut)]);
    }
    if (whole) {
      await answer(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    }
  }
  return outcomes;
}"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_events_cut_at_every_byte_are_read_as_if_whole(visit: Visit, line_end: str) -> None:
    page = visit()
    stream = "\ufeff" + STREAM.replace("\n", line_end)  # a byte order mark is no part of the events

    outcomes = page.evaluate(IN_PARTS, {"streams": [stream], "whole": True})

    assert [json.loads(outcome) for outcome in outcomes] == [{**ANSWER, "passages": [PASSAGE]}]
    assert sum(outcomes.values()) == len(stream.encode()) + 2


def test_events_cut_off_at_any_byte_are_no_answer(visit: Visit) -> None:
    page = visit()
    stream = STREAM[: STREAM.index("event: error")]

    outcomes: dict[str, Any] = page.evaluate(IN_PARTS, {"streams": [stream], "whole": False})

    assert outcomes.pop("null") == len(stream.encode())
    assert [json.loads(outcome) for outcome in outcomes] == [{**ANSWER, "passages": [PASSAGE]}]
