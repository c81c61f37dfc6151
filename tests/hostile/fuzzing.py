"""What the fuzzers send, and what must come of it.

Files are valid ones with some bytes changed, archives also with changed bytes in their members; requests are of the
right shape with wrong values in it, anything else that JSON can say, or valid ones with some bytes changed.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import strategies as st

from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.readers.record_problems import SourceProblem
from service.reading.sandbox import Sandbox
from tests.corpus.readers.files import archive, attachment, bytes_of, epub, mail, mailbox, parts, pdf, word
from tests.corpus.readers.office.files import grid, open_document, presentation, shape, sheet_xml, slide, workbook
from tests.corpus.samples import is_clause
from tests.hostile.strings import HOSTILE

__all__ = ["FILES", "REQUESTS", "Request", "assert_answered", "assert_read"]

TEXT = """\
---
title: The truce
authors: [Ana Ruiz]
published: 2017-01-19
tags: [a, b]
x: {y: 1.5}
---
# One

By Ana Ruiz | Press

Two.
"""
PAGE = f"""\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>The truce</title><meta name="author" content="Ana">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "T", "datePublished": "2017-01-19"}}</script>
</head><body><article><h1>One</h1><p>{"Talks went on in the prisons. " * 9}</p><ul><li>a<li>b</ul>
<table><tr><td>1<td>2</table><pre>x y</pre></article></body></html>
"""
RECORDS = """\
{"_id": "a", "text": "One.", "title": "T", "metadata": {"tags": "x; y"}}
{"text": "Two.", "published": "2017-01-19"}
"""
TABLE = 'id,text,title\n1,"One, and ""two"".",A\n2,Two.,B\n'
RECORDS_OF_AN_ARRAY = '[{"_id": "a", "text": "One."},\n {"text": "Two.", "published": "2017-01-19"}]'
PAGE_OF_MAIL = "Content-Type: text/html; charset=utf-8\n\n<p>One, <b>two</b>.</p>"
MESSAGE = mail(
    *parts(
        *("Content-Type: text/plain; charset=iso-8859-1\n\nOne.\n", PAGE_OF_MAIL),
        attachment(TABLE.encode(), "a.csv"),
        b"Content-Type: message/rfc822\n\n"
        + mail("Inner.", "text/plain; format=flowed", subject="=?utf-8?q?T=C3=A9?="),
    ),
    message_id="1@x",
)
SUBTITLES = (
    "1\n00:00:01,000 --> 00:00:02,000\n<v Ana><i>One</i>\ntwo.\n\n2\n00:00:02,000 --> 00:00:04,000\ntwo.\nThree.\n"
)
NOTEBOOK = (
    '{"cells": [{"cell_type": "markdown", "source": ["# One\\n", "Two."]}, {"cell_type": "code", "source": "a", '
    '"outputs": [{"output_type": "stream", "text": "b"}, {"output_type": "execute_result", "data": '
    '{"text/plain": "c"}}]}], "metadata": {"title": "T", "authors": [{"name": "A"}]}, "nbformat": 4}'
)
MARKUP = "=====\nTitle\n=====\n\n:Author: Ana\n:Date: 2014-05-01\n\nOne\n---\n\nWords.\n\n.. include:: /etc/passwd\n"

VALID: Mapping[str, bytes] = {
    "a.txt": TEXT.encode(),
    "a.md": TEXT.encode(),
    "a.html": PAGE.encode(),
    "a.jsonl": RECORDS.encode(),
    "a.csv": TABLE.encode(),
    "a.json": RECORDS_OF_AN_ARRAY.encode(),
    "a.eml": MESSAGE,
    "a.mht": mail(*parts("Content-Type: text/html\n\n" + PAGE, kind="related")),
    "a.mbox": mailbox(MESSAGE, mail("Two.", message_id="2@x")),
    "a.srt": SUBTITLES.encode(),
    "a.vtt": f"WEBVTT\nLanguage: en\n\nNOTE a\n\n{SUBTITLES.replace(',', '.')}".encode(),
    "a.ipynb": NOTEBOOK.encode(),
    "a.rst": MARKUP.encode(),
    "a.org": b"#+TITLE: T\n* TODO One :a:\n#+begin_src a\n* b\n#+end_src\n** Two\n",
    "a.adoc": b"= T\nAna Ruiz <a@x.example>\n:revdate: 2014-05-01\n\n== One\n\n----\na\n----\n\nTwo\n~~~\n",
    "a.pdf": pdf([["One.", "", "Two words."], ["Three."]], info="/Title (T) /Author (A)"),
    "a.docx": word("T", "Ana Ruiz"),
    "a.epub": epub(),
    "a.pptx": presentation(
        slide(shape("One", kind="title"), shape("Two.", box=(1, 2, 3, 4)), shape("Three.", box=(1, 9, 3, 4)))
    ),
    "a.xlsx": workbook(
        {"One": sheet_xml(grid([["A", "B"], ["Two", 3.5], ["Four", 44256]]).replace('"B3"', '"B3" s="1"'))},
        formats=["d mmm yyyy;@"],
    ),
    "a.odt": open_document(
        "text",
        '<text:h text:outline-level="1">One</text:h><text:list><text:list-item><text:p>Two.</text:p></text:list-item>'
        "</text:list><text:p>Three<text:note><text:note-body><text:p>Four.</text:p></text:note-body></text:note></text:p>",
    ),
    "a.ods": open_document(
        "spreadsheet",
        '<table:table table:name="One"><table:table-row table:number-rows-repeated="2"><table:table-cell>'
        "<text:p>Two</text:p></table:table-cell></table:table-row></table:table>",
    ),
    "a.odp": open_document(
        "presentation",
        '<draw:page><draw:frame svg:x="1cm" svg:y="1cm" svg:width="2cm" svg:height="1cm"><draw:text-box><text:p>One'
        "</text:p></draw:text-box></draw:frame></draw:page>",
    ),
    "a.rtf": (
        rb"{\rtf1\ansi{\fonttbl{\f0\fcharset128 A;}}{\stylesheet{\s1 heading 1;}}{\info{\title T}}\s1 One\par\pard"
        rb"\f0 \'82\'a0\u8364 ?{\footnote Two.}\trowd\cellx9\intbl Three\cell\row\pard{\v x}{\*\y z}}"
    ),
}

PIECES = [
    *(
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\r",
        b"\n\n",
        b" " * 500,
        b"9" * 5000,
    ),
    *(b"[" * 3000, b"{" * 50, b'{"a":' * 2000, b"<div>" * 3000, b"</p>", b"<!--", b"<![CDATA[", b"&e;", b"&#xD800;"),
    *(
        b"---\n",
        b"...\n",
        b"- " * 500,
        b"!!python/object/apply:os.system [x]",
        b"&a [*a]",
        b"? ",
        b"2017-99-99",
        b".inf",
    ),
    *(
        b'"',
        b"'",
        b"\\",
        b"\\ud800",
        b"\\u0000",
        b"1e999",
        b"NaN",
        b"-0",
        b"null",
        b"true",
        b",",
        b";",
        b"\t",
        b"=cmd|x",
    ),
    *(
        b"\nFrom a Mon May  6 23:30:00 2019\n",
        b"\n--edge\n",
        b"--edge--",
        b"=?utf-8?b?4?=",
        b"Content-Type: multipart/mixed\n",
    ),
    *(
        b"Content-Type: message/rfc822\n\n",
        b"Content-Transfer-Encoding: base64\n",
        b"=F",
        b"charset=utf-7",
        b"00:00 --> 00:01\n",
    ),
    *(b"%PDF-1.7", b"/Kids [2 0 R]", b"/Parent 2 0 R", b"/Length 99999999", b"/FlateDecode", b"endstream", b"R" * 300),
    *(
        b"\\u-1 ",
        b"\\bin9999999999 ",
        b"{" * 500,
        b"\\uc100",
        b"<table:table-row>" * 200,
        b'"99999999"',
        b"<v>1e308</v>",
    ),
    *(b"PK\x03\x04", b"\x00\x00\xff\xff", b"../" * 9, b"file:///etc/passwd", b"# ", b"| a | b |\n" * 50, b"> " * 2000),
    *(HOSTILE[name].encode() for name in ("zalgo", "overrides of direction", "no characters", "all of c0", "headers")),
]

pieces = st.sampled_from(PIECES) | st.binary(max_size=8)
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), pieces), min_size=1, max_size=6)


def edited(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Some bytes, with others in the place of a few: where (as a share of all), how many are left out, what comes."""
    for where, left_out, piece in changes:
        at = round(where * len(data))
        data = data[:at] + piece + data[at + left_out :]
    return data


def _members(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


@st.composite
def _files(draw: st.DrawFn, name: str) -> bytes:
    data = VALID[name]
    if data.startswith(b"PK") and draw(st.booleans()):
        members = _members(data)
        for member in draw(st.lists(st.sampled_from(sorted(members)), min_size=1, max_size=3, unique=True)):
            members[member] = edited(bytes(members[member]), draw(edits))  # type: ignore[arg-type]
        return archive(members)
    return edited(data, draw(edits))


FILES: Mapping[str, st.SearchStrategy[bytes]] = {name: _files(name) for name in VALID}
"""Files by a name that says their format."""


def assert_read(name: str, sandbox: Sandbox, data: bytes) -> None:
    """A file is read to documents that can be stored, or refused by a clause that can be told."""
    found: list[SourceDocument | SourceProblem] = []
    refused = None
    try:
        found = list(sandbox.read(bytes_of(data, name)))
    except SourceError as error:
        refused = str(error)
    if refused is not None:
        assert is_clause(refused), refused
        assert "took more than" not in refused, "too slow"
        assert "crashed" not in refused, "the parser crashed"
    for one in found:
        if not isinstance(one, SourceDocument):
            assert is_clause(one.reason), one.reason
            continue
        about = one.metadata
        assert one.text.strip()
        assert about.title.strip()
        kept = [
            one.text,
            one.source,
            about.title,
            about.publisher,
            about.language,
            about.url,
            *about.authors,
            *about.tags,
        ]
        json.dumps([kept, about.extra], ensure_ascii=False, allow_nan=False).encode()
        starts = [section.start for section in one.sections]
        for places in (starts, list(one.pages)):
            assert places == sorted(places)
            assert all(0 <= place <= len(one.text) for place in places)


@dataclass(frozen=True, slots=True)
class Request:
    """A request with a body."""

    path: str
    body: bytes


texts = st.text(max_size=60) | st.sampled_from(sorted(HOSTILE.values())) | st.text(st.characters(), max_size=5)
numbers = st.integers() | st.floats() | st.sampled_from([2**53, 2**63, 2**64, 10**39, -1, 0, 1e308])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def _object(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object of these fields, some left out, now and then one with anything in it, or one that nobody knows."""
    chosen = st.fixed_dictionaries({}, optional={name: value | anything for name, value in fields.items()})
    return chosen | st.builds(
        lambda known, more: {**more, **known}, chosen, st.dictionaries(texts, anything, max_size=1)
    )


_values = st.lists(texts | st.sampled_from(["truce", "en", "Example Press"]), max_size=3)
_date = st.dates().map(str) | st.sampled_from(["2017-01-19", "0000-00-00", "9999-12-31", "2017-1-1"])
_filters = _object(
    publisher=_values, document_id=_values, language=_values, tag=_values, published=_object(gte=_date, lt=_date)
)
_turns = st.lists(_object(role=st.sampled_from(["user", "assistant"]), content=texts), max_size=4)
_accept = st.lists(st.just("uncertain") | texts, max_size=2)
_asked = {"k": st.integers(-1, 101), "filters": _filters, "context": st.booleans(), "accept": _accept}
_offset = st.integers(-1, 300)
_passage = _object(
    document_id=st.sampled_from(["truce", "prison", "none"]) | texts,
    revision=st.just("sha256:" + "0" * 64),
    start=_offset,
    end=_offset,
    text=texts,
    highlight=_object(start=_offset, end=_offset),
)
BODIES: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "/v1/ask": _object(question=texts, history=_turns, **_asked),
    "/v1/chat": _object(messages=_turns, **_asked),
    "/v1/feedback": _object(
        question=texts,
        history=_turns,
        status=st.sampled_from(["answered", "uncertain", "not_found"]),
        rating=st.sampled_from(["up", "down"]),
        passage=_passage,
        generation=_offset,
    ),
}


@st.composite
def _requests(draw: st.DrawFn, path: str) -> Request:
    value = draw(BODIES[path] | anything)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    body = text.encode(errors="surrogatepass")
    return Request(path, edited(body, draw(edits)) if draw(st.booleans()) else body)


REQUESTS: Mapping[str, st.SearchStrategy[Request]] = {path: _requests(path) for path in BODIES}
"""Requests by their path."""


def assert_answered(client: TestClient, problem: Callable[..., None], request: Request) -> None:
    """A request is answered, or refused by a problem of the client's.

    Args:
        client: Of the service, which answers its own errors.
        problem: Looks at the shape of a problem.
        request: What is sent.
    """
    response = client.post(request.path, content=request.body, headers={"Content-Type": "application/json"})
    assert response.status_code in (200, 201, 400, 422), (response.status_code, response.text)
    if response.status_code >= 400:
        problem(response, response.status_code, response.json()["type"].rpartition(":")[2])
