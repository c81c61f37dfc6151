"""Pictures and other files inside a text, as `data:` addresses. Their bytes are no words."""

import re

from corpus.documents import RemovedSpan

REASON = "embedded data"

LEAST_CHARACTERS = 120
"""A shorter address may be an example in a text about such addresses."""

_LOOKED_BACK = 500
"""Characters before an address in which its picture or tag begins."""

_ADDRESS = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,60}(?:;[\w.+-]{1,40}(?:=[\w.+-]{1,60})?){0,5},", re.IGNORECASE)
_BYTES = re.compile(r"[\w+/=%.~!*;:@&$,?#-]*(?:\n[ \t]{0,8}[\w+/=%]{40,})*(?:\n[ \t]{0,8}[\w+/]{1,100}={1,2})?")
_PICTURE = re.compile(r"!\[[^\[\]]*\]\(\s{0,3}<?\Z")
_REFERENCE = re.compile(r"(?:\A|\n)[ ]{0,3}\[[^\[\]\n]{1,200}\]:[ \t]{0,9}<?\Z")
_TAG = re.compile(r"<[A-Za-z][^<>]*\Z")
_LINK = re.compile(r"\(\s{0,3}<?\Z")
_REST_OF_LINK = re.compile(r">?(?:\s{1,3}[\"'(][^\"\n]{0,300}[\"')])?\s{0,3}\)")
_REST_OF_TAG = re.compile(r"[^<>]{0,200}>")
_REST_OF_LINE = re.compile(r"[^\n]{0,300}")


def data_addresses(text: str) -> list[RemovedSpan]:
    """Return the long `data:` addresses in a text, each with the picture, tag or reference that it belongs to."""
    found: list[RemovedSpan] = []
    at = 0
    while (begins := _ADDRESS.search(text, at)) is not None:
        start, end = begins.start(), _end_of_bytes(text, begins.end())
        at = end
        if end - start < LEAST_CHARACTERS:
            continue
        start, at = _whole(text, start, end, found[-1].end if found else 0)
        found.append(RemovedSpan(start, at, REASON))
    return found


def _end_of_bytes(text: str, start: int) -> int:
    match = _BYTES.match(text, start)
    return match.end() if match else start


def _whole(text: str, start: int, end: int, least: int) -> tuple[int, int]:
    """Return the span of the picture, tag, link or reference with an address."""
    first = max(least, start - _LOOKED_BACK)
    before = text[first:start]
    for opening, rest in (
        (_PICTURE, _REST_OF_LINK),
        (_REFERENCE, _REST_OF_LINE),
        (_TAG, _REST_OF_TAG),
        (_LINK, _REST_OF_LINK),
    ):
        opened = opening.search(before)
        closed = rest.match(text, end) if opened else None
        if opened and closed:
            begin = first + opened.start()
            return begin + (text[begin] == "\n"), closed.end()
    return start, end
