"""EPUB: spines, tables of contents and packages that loop, lead elsewhere or miss; hard pages; archives that lie."""

from collections.abc import Callable

from tests.hostile.generators.archives import Members, archive_kinds
from tests.hostile.generators.draw import MARKER, Draw
from tests.hostile.generators.webpage import fragment
from tests.hostile.generators.xml import hostile_xml

__all__ = ["KINDS"]

CONTAINER = "META-INF/container.xml"
PAGE = '<html xmlns="http://www.w3.org/1999/xhtml"><body>{}</body></html>'
HREFS = (
    *(
        "a.xhtml",
        "../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://127.0.0.1/a",
        "#",
        "",
        "a.xhtml#b",
        "%00",
    ),
    *(
        "%2e%2e/%2e%2e/a",
        "book.opf",
        "../META-INF/container.xml",
        "a" * 9000,
        "data:text/html,a",
        "javascript:a",
        "//a",
        ".",
    ),
)
TYPES = ("application/xhtml+xml", "text/html", "image/png", "application/x-dtbncx+xml", "", "application/x-dtbook+xml")


def members(
    chapter: str = f"<p>{MARKER}</p>", package: str = "", spine: str = '<itemref idref="a"/>'
) -> dict[str, bytes]:
    """A book of one chapter."""
    return {
        "mimetype": b"application/epub+zip",
        CONTAINER: (
            b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            b'<rootfile full-path="O/book.opf"/></rootfiles></container>'
        ),
        "O/book.opf": (
            '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>T</dc:title></metadata><manifest>{package}"
            '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
            f"</manifest><spine>{spine}</spine></package>"
        ).encode(errors="replace"),
        "O/nav.xhtml": PAGE.format('<nav><a href="a.xhtml">One</a></nav>').encode(),
        "O/a.xhtml": PAGE.replace("{}", chapter).encode(errors="replace"),
    }


def chapters(draw: Draw) -> Members:
    """A chapter as hard as web pages can be."""
    return members(fragment(draw))


def spines(draw: Draw) -> Members:
    """A spine that names one chapter again and again, none, itself, or very many."""
    few = draw.sample(("a", "nav", "gone", "", "book", "x1", "x2"), 3)
    references = draw.filled(lambda: f'<itemref idref="{draw.choice(few)}"/>')
    items = "".join(
        f'<item id="x{at}" href="{draw.choice(HREFS)}" media-type="{draw.choice(TYPES)}"/>' for at in range(9)
    )
    return members(package=items, spine=references)


def manifests(draw: Draw) -> Members:
    """A list of very many items, with one address or with addresses that lead elsewhere."""
    kinds = ("nav", "nav cover", "", "scripted")
    items = draw.filled(
        lambda: (
            f'<item id="{draw.choice("abx")}" href="{draw.choice(HREFS)}" media-type="{draw.choice(TYPES)}"'
            f' properties="{draw.choice(kinds)}"/>'
        )
    )
    return members(package=items)


def contents(draw: Draw) -> Members:
    """Tables of contents that loop, or are deep, in both of their forms."""
    depth = draw.many(30, 100_000)
    point = '<navPoint><navLabel><text>a</text></navLabel><content src="a.xhtml"/>'
    deep = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/">'
        + point * depth
        + draw.choice(("", "</navPoint>" * depth + "</ncx>"))
    )
    links = draw.filled(lambda: f'<ol><li><a href="{draw.choice(HREFS)}">{draw.words(3)}</a>')
    item = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>' * draw.choice((1, 1, 400))
    nav = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><nav>{links}</nav></body></html>".encode()
    return {**members(package=item), "O/toc.ncx": deep.encode(), "O/nav.xhtml": nav}


def many_chapters(draw: Draw) -> Members:
    """Very many chapters, large or small."""
    count = draw.many(300, 9000)
    items = "".join(f'<item id="c{at}" href="c{at}.xhtml" media-type="text/html"/>' for at in range(count))
    spine = "".join(f'<itemref idref="c{at}"/>' for at in range(count))
    body = ("<h1>a</h1>" + draw.prose(draw.choice((1, 300)))).encode()
    return {**members(package=items, spine=spine), **{f"O/c{at}.xhtml": body for at in range(count)}}


def xml_parts(draw: Draw) -> Members:
    """One of its parts of XML is hostile."""
    whole = members()
    roots = {CONTAINER: "container", "O/book.opf": "package", "O/nav.xhtml": "html", "O/a.xhtml": "html"}
    name = draw.choice(list(roots))
    return {**whole, name: hostile_xml(draw, roots[name])}


def containers(draw: Draw) -> Members:
    """A container that names other packages, many, or none; encryption."""
    paths = draw.filled(lambda: f'<rootfile full-path="{draw.choice(HREFS)}"/>')
    method = draw.choice(("http://www.idpf.org/2008/embedding", "http://a", "", "a" * 9000))
    encryption = f'<encryption><EncryptionMethod Algorithm="{method}"/></encryption>'.encode()
    changed = {CONTAINER: f"<container><rootfiles>{paths}</rootfiles></container>".encode()}
    return {**members(), **(changed if draw.chance() else {"META-INF/encryption.xml": encryption})}


PARTS: tuple[Callable[[Draw], Members], ...] = (
    *(chapters, spines, manifests, contents, many_chapters, xml_parts, containers),
)


KINDS = archive_kinds(PARTS, members)
