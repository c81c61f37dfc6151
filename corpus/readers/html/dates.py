"""The date on which a web page says that it was published. Dates that its text tells of are none."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from corpus.metadata import read_date

MAX_SCRIPTS = 50
"""Scripts with data for search engines that are looked at."""

MAX_DATES = 50
"""Elements with a date that are looked at."""

MAX_WORDS = 12
"""Words of a block with a date, above which it is prose."""

_PIECES = 40
_IN_HEAD = re.compile(r"publi|pub_?-?date|date|issued|posted|created|modified|updated", re.IGNORECASE)
_OF_OTHERS = re.compile(r"event|start|end_|enddate|birth|death|expir|valid|avail|copyright", re.IGNORECASE)
_SAYS_SO = frozenset(
    {
        *("published", "entry-date", "entry-time", "post-date", "posted-on", "pubdate", "pub-date", "publish-date"),
        *("publication-date", "date-published", "published-date", "publishdate", "published-on", "article-date"),
        *("article__date", "article-published", "dt-published", "post__date", "post-published", "news-date"),
    }
)
"""Classes of the date of publication."""

_TOLD_OF = frozenset({"bday", "dday", "dtstart", "dtend", "dt-start", "dt-end", "event-date", "updated", "dt-updated"})
"""Classes of other dates."""

_HEADERS = frozenset(
    {"byline", "dateline", "entry-meta", "post-meta", "article-meta", "article__meta", "entry-header", "post-header"}
)
_ELSEWHERE = frozenset({"table", "blockquote", "footer", "aside", "nav", "dl", "figure", "del", "form"})
_BLOCKS = frozenset({"p", "div", "li", "section", "header", "article", "main", "body", "td", "h1", "h2", "h3", "h4"})
_PARTS = ",|·•–—-:/"
"""What stands between the parts of a byline."""

_LEAD = re.compile(
    r"(?i)(?:first |originally )?(?:published|posted|publicado|publié|veröffentlicht|pubblicato|date|fecha|datum)\b"
    r"(?: (?:on|el|le|am|in|il))?\s*:?\s*"
)


def published_on(tree: Any, language: str | None) -> str | None:  # noqa: ANN401 - lxml has no types
    """Return the date of publication in a page's head or data for search engines, or in an element that says so."""
    return _in_head(tree) or next(_in_body(tree, language), None)


def _in_head(tree: Any) -> str | None:  # noqa: ANN401
    from htmldate import find_date
    from lxml import html

    page = html.document_fromstring("<html><head></head><body></body></html>")
    for element in tree.iter("meta", "link"):
        names = " ".join(element.get(name) or "" for name in ("name", "property", "itemprop", "http-equiv", "pubdate"))
        is_date = _IN_HEAD.search(names) and not _OF_OTHERS.search(names)
        if is_date if element.tag == "meta" else element.get("rel") == "canonical":
            page.head.append(page.makeelement(element.tag, dict(element.attrib)))
    for script in islice(tree.iter("script"), MAX_SCRIPTS):
        if "json" in (script.get("type") or ""):
            copy = page.makeelement("script", {"type": script.get("type")})
            copy.text = script.text
            page.body.append(copy)
    return find_date(page, extensive_search=False, original_date=True, max_date="2200-01-01")


def _in_body(tree: Any, language: str | None) -> Iterator[str]:  # noqa: ANN401
    for element in islice(_dated(tree), MAX_DATES):
        day = _day(element, language)
        if day is not None and _is_of_the_page(element, language):
            yield day


def _dated(tree: Any) -> Iterator[Any]:  # noqa: ANN401
    for element in tree.iter("time", "span", "abbr", "div", "p", "em", "small", "strong"):
        classes = _classes(element)
        is_date = element.tag == "time" or element.get("itemprop") == "datePublished" or classes & _SAYS_SO
        if is_date and not classes & _TOLD_OF:
            yield element


def _classes(element: Any) -> set[str]:  # noqa: ANN401
    return set((element.get("class") or "").lower().split())


def _day(element: Any, language: str | None) -> str | None:  # noqa: ANN401
    values = [element.get(name) for name in ("datetime", "content", "title")]
    for value in [*values, _LEAD.sub("", _text(element), count=1)]:
        day = read_date(value, language) if value else None
        if day is not None:
            return day.isoformat()
    return None


def _text(element: Any) -> str:  # noqa: ANN401
    return " ".join("".join(islice(element.itertext(), _PIECES)).split())


def _is_of_the_page(element: Any, language: str | None) -> bool:  # noqa: ANN401
    """Return whether an element gives the date of the page, not one that its text tells of or of a comment."""
    above = list(element.iterancestors())
    if any(each.tag in _ELSEWHERE or any("comment" in name for name in _classes(each)) for each in above):
        return False
    block = next((each for each in [element, *above] if each.tag in _BLOCKS), element)
    around = _text(block)
    if len(around.split()) > MAX_WORDS:
        return False
    says_so = element.get("itemprop") == "datePublished" or element.get("pubdate") is not None
    before = around.partition(_text(element))[0].rstrip()
    if says_so or (_classes(element) & _SAYS_SO and (not before or before[-1] in _PARTS or _LEAD.search(before))):
        return True
    if any(each.tag == "header" or _classes(each) & _HEADERS for each in above):
        return True
    return _LEAD.match(around) is not None or read_date(around, language) is not None
