"""HTML: nesting, floods of attributes and entities, tables, character sets, comments, foreign elements."""

import json
from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw, Kinds
from tests.hostile.generators.front import VALUES
from tests.hostile.generators.plain import FURNITURE, encoded, log_lines, one_furniture

__all__ = ["KINDS", "fragment"]

NESTING = (
    *("div", "p", "span", "b", "a", "ul", "li", "table", "tr", "td", "blockquote", "section", "article", "h1", "pre"),
    *(
        "form",
        "select",
        "option",
        "button",
        "font",
        "svg",
        "math",
        "template",
        "noscript",
        "iframe",
        "object",
        "dl",
        "dd",
    ),
    *("ruby", "rt", "details", "x-y", "frameset", "title", "head", "body", "html", "main", "nav", "footer", "label"),
)
RAW = ("script", "style", "textarea", "title", "xmp", "noscript", "iframe", "noframes", "plaintext", "template", "svg")
ENTITIES = (
    "&amp;",
    "&lt;",
    "&#0;",
    "&#xD800;",
    "&#1114112;",
    "&#",
    "&#x",
    "&",
    "&nbsp",
    "&NotEqualTilde;",
    "&e;",
    "&#128;",
)
CHARSETS = ("utf-8", "utf-16", "utf-7", "iso-2022-kr", "x-user-defined", "hz-gb-2312", "none", "", "a" * 9000, "\u202e")
LINKED: tuple[object, ...] = (
    {"@type": "NewsArticle", "headline": MARKER},
    {"@graph": [{"@graph": []}]},
    {"@type": ["Article"] * 999},
    [[]],
)


def page(body: str, head: str = "", start: str = "<!DOCTYPE html><html lang='en'>") -> str:
    """A page around something."""
    return f"{start}<head><title>{MARKER}</title>{head}</head><body>{body}</body></html>"


def nested(draw: Draw) -> str:
    """Elements in elements, closed, not closed, or closed in another order."""
    few = draw.sample(NESTING, draw.randint(1, 3))
    depth = draw.many(8, 200_000)
    names = [draw.choice(few) for _ in range(depth)]
    closing = draw.choice(
        ("", "".join(f"</{name}>" for name in reversed(names)), "".join(f"</{name}>" for name in names))
    )
    return "".join(f"<{name}>" + draw.choice(("", "", "a ")) for name in names) + draw.prose() + closing


def attributes(draw: Draw) -> str:
    """One element of very many attributes, of one very long one, or of the same one again and again."""
    name = draw.choice(("a{}", "a", "style", "class", "id", "onclick", "data-{}", "xmlns:a{}", "é{}", "=", "'"))
    value = draw.choice(("", "='b'", "=b", "='", '="&amp;"', "=javascript:a"))
    flood = " ".join(name.format(at) + value for at in range(draw.many(12, 200_000)))
    return f"<p {flood}>{draw.prose(40)}</p>"


def entities(draw: Draw) -> str:
    """Entities, with and without their end, in texts and in attributes."""
    few = draw.sample(ENTITIES, draw.randint(1, 4))
    flood = draw.filled(lambda: draw.choice(few) * draw.choice((1, 30)))
    return draw.choice((f"<p>{flood}</p>", f"<a href='{flood}'>a</a>", f"<title>{flood}</title>"))


def spans(draw: Draw) -> str:
    """Tables whose cells say that they span a million rows and columns, tables in tables, rows without tables."""
    count = draw.choice(("1000000", "65534", "0", "-1", "99999999999999999999", "1e9", "a"))
    cell = f"<td colspan={count} rowspan={count}>a"
    row = "<tr>" + cell * draw.choice((1, 1, 3, 200))
    return draw.choice(("<table>", "<table>", "<table><thead>", "")) + draw.full(row) + draw.choice(("</table>", ""))


def open_tags(draw: Draw) -> str:
    """Tags without their end, quotes without theirs, angles."""
    few = draw.sample(
        ("<a <b", "<", ">", "</", "<!", "<?", "<a href='", '<a b="', "<a/", "</ a", "<a =", "<\0", "<é", "x"), 3
    )
    return draw.filled(lambda: draw.choice(few), draw.choice(("", " ", "\n")))


def comments(draw: Draw) -> str:
    """Comments, sections and instructions that end badly."""
    pieces = (
        "<!--",
        "-->",
        "--!>",
        "<!-->",
        "<!--->",
        "<!-- -- ",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE",
        "<?php ",
        "?>",
        "<!ELEMENT",
    )
    few = draw.sample(pieces, draw.randint(1, 4))
    return draw.filled(lambda: draw.choice(few) + draw.choice(("", "a", "<p>a", "-")))


def raw(draw: Draw) -> str:
    """Elements whose content is text only, unclosed or with their own end inside."""
    name = draw.choice(RAW)
    inside = draw.full(draw.choice(("<!--", f"</{name}x", f"<{name}>", "a", "<p>", "]]>", f"</{name[:-1]}")))
    return f"<{name}>{inside}" + draw.choice(("", f"</{name}>", f"</{name} ", f"</{name.upper()}>")) + draw.prose(30)


def charsets(draw: Draw) -> str:
    """A head that names character sets, refreshes and bases, and a text that is in none of them."""
    metas = "".join(
        draw.choice(
            (
                f"<meta charset='{draw.choice(CHARSETS)}'>",
                f"<meta http-equiv=content-type content='text/html; charset={draw.choice(CHARSETS)}'>",
                f"<meta http-equiv=refresh content='0;url={draw.choice(('http://a', 'javascript:a', 'file:///etc/passwd'))}'>",
                f"<base href='{draw.choice(('//a', 'file:///', 'data:a', '/' * 5000))}'>",
                "<link rel=stylesheet href=http://127.0.0.1/a.css><script src=http://127.0.0.1/a.js></script>",
            )
        )
        for _ in range(draw.many(60, 400))
    )
    return f"<head>{metas}</head>{draw.prose(60)} \x80\x92é"


def about(draw: Draw) -> str:
    """Metadata by the thousand, of wrong types, and linked data that is none."""
    names = (
        "author",
        "date",
        "description",
        "keywords",
        "og:title",
        "article:published_time",
        "dc.creator",
        "citation_author",
    )

    def one() -> str:
        if draw.chance(0.3):
            depth = draw.randint(1, 3000)
            broken = draw.choice(
                (json.dumps(draw.choice(LINKED)), "[" * depth, '{"@graph":' * depth, "{", "9" * 5000, "\0")
            )
            return f"<script type='application/ld+json'>{broken}</script>"
        return f"<meta name='{draw.choice(names)}' property='{draw.choice(names)}' content='{draw.choice(VALUES)}'>"

    return draw.filled(one) + f"<article><h1>a</h1><p>{draw.prose(90)}</p></article>"


def inline_data(draw: Draw) -> str:
    """Pictures, styles and scripts within the page, as long as there is room for."""
    data = draw.full("QUJD")
    return draw.choice(
        (
            f"<img src='data:image/png;base64,{data}'>",
            f"<a href='data:text/html,{data}'>a</a>",
            f"<svg><path d='{data}'/></svg>",
            f"<style>{data}</style>",
            f"<object data='data:,{data}'></object>",
        )
    ) + draw.prose(60)


def prose(draw: Draw) -> str:
    """A page of very many paragraphs, links or items, as pages have them."""
    shapes = (
        "<p>{}</p>",
        "<li>{}",
        "<a href=/a>{}</a>",
        "<br>{}",
        "<h2>{}</h2>",
        "<td>{}",
        "<div class=comment>{}</div>",
        "{}",
    )
    few = draw.sample(shapes, draw.randint(1, 3))
    lines = draw.choice((30, 1, 0))

    def line() -> str:
        return draw.prose(lines) if lines else draw.choice(FURNITURE)

    return draw.filled(lambda: draw.choice(few).format(line()))


def texts(draw: Draw) -> str:
    """One element that holds a text which is hard by itself."""
    inside = draw.choice((log_lines, one_furniture))(draw)
    return draw.choice(("<p>{}</p>", "<pre>{}</pre>", "<textarea>{}</textarea>", "<table><tr><td>{}</table>")).format(
        inside
    )


MAKERS: tuple[Callable[[Draw], str], ...] = (
    *(nested, attributes, entities, spans, open_tags, comments, raw, charsets, about, inline_data, prose, texts),
)
STARTS = (
    *(
        "<!DOCTYPE html><html lang='en'>",
        "<!DOCTYPE html><html lang='en'>",
        "<html>",
        "<!doctype html>",
        "<HTML xmlns='a'>",
    ),
    *(
        "<?xml version='1.0'?><html>",
        "<!-- a --><!doctype html>",
        "<!DOCTYPE html [<!ENTITY e 'a'>]><html>",
        "\ufeff<html>",
    ),
)


def fragment(draw: Draw) -> str:
    """What stands in a body, of any kind."""
    return draw.one_of(MAKERS)


def _kind(make: Callable[[Draw], str]) -> Callable[[Draw], bytes]:
    def made(draw: Draw) -> bytes:
        inside = make(draw)
        where = draw.choice(("body", "body", "head"))
        whole = (
            page(inside, start=draw.choice(STARTS))
            if where == "body"
            else page(draw.prose(), inside, draw.choice(STARTS))
        )
        return encoded(draw, whole)

    return made


KINDS: Kinds = {make.__name__.replace("_", " "): _kind(make) for make in MAKERS}
