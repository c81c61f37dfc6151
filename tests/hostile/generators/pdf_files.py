"""PDF: trees, outlines and forms that loop; boxes, filters, tables of references, objects and texts that are wrong."""

import zlib
from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw, Kinds

__all__ = ["KINDS"]

Objects = list[bytes]
"""Objects 1, 2, 3…: the catalog, the page tree, a font, a page, its content, and others."""

NUMBERS = (
    "0",
    "-1",
    "1",
    "1e9",
    "99999999999999999999",
    "2147483648",
    "0.0000001",
    "null",
    "/a",
    "[]",
    "<<>>",
    "nan",
    "4 0 R",
)
FILTERS = (
    "FlateDecode",
    "LZWDecode",
    "ASCIIHexDecode",
    "ASCII85Decode",
    "RunLengthDecode",
    "DCTDecode",
    "JPXDecode",
    "Crypt",
    "x",
)


def stream(content: bytes, extra: str = "", length: int | None = None) -> bytes:
    """An object that is a stream."""
    said = len(content) if length is None else length
    return f"<< /Length {said} {extra} >>\nstream\n".encode() + content + b"\nendstream"


def shown(text: str = f"{MARKER} a b") -> bytes:
    """Content that shows a line."""
    return f"BT /F1 11 Tf 72 700 Td ({text}) Tj ET".encode("latin-1", "replace")


def objects(content: bytes | None = None, page: str = "", catalog: str = "", others: Objects | None = None) -> Objects:
    """A document of one page."""
    box = "" if "/MediaBox" in page else "/MediaBox [0 0 612 792]"
    resources = "" if "/Resources" in page else "/Resources << /Font << /F1 3 0 R >> >>"
    return [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Page /Parent 2 0 R /Contents 5 0 R {box} {resources} {page} >>".encode(),
        stream(shown()) if content is None else content,
        *(others or []),
    ]


def written(parts: Objects, trailer: str = "", version: str = "1.7") -> bytes:
    """A file of these objects."""
    out = bytearray(f"%PDF-{version}\n".encode())
    places = []
    for number, body in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< /Size {len(parts) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def trees(draw: Draw) -> bytes:
    """Page trees that hold themselves, each other, one page many times, or nothing."""
    parts = objects()
    kids = draw.choice(("2 0 R", "4 0 R", "4 0 R 2 0 R", "6 0 R", "1 0 R", "99 0 R", "", "null", "5 0 R", "<<>>"))
    times, count = draw.many(6, 200_000), draw.choice((*NUMBERS, "1", "200000"))
    parts[1] = (
        f"<< /Type /Pages /Kids [{(kids + ' ') * times}] /Count {count} /Parent {draw.choice('26')} 0 R >>".encode()
    )
    depth = draw.many(60, 20_000)
    chain = [f"<< /Type /Pages /Kids [{at + 7} 0 R] /Count 1 /Parent 2 0 R >>".encode() for at in range(depth)]
    return written([*parts, *chain, b"<< /Type /Pages /Kids [6 0 R 4 0 R] /Count 2 >>"])


def many_pages(draw: Draw) -> bytes:
    """Very many pages, each its own or all with one content, which may be long."""
    count = draw.many(80, 25_000)
    content = stream(zlib.compress(shown() * draw.choice((1, 20))), "/Filter /FlateDecode")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    parts = objects(content)
    kids = b" ".join(b"%d 0 R" % (at + 6) for at in range(count))
    parts[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return written([*parts, *[page] * count])


def boxes(draw: Draw) -> bytes:
    """Pages without a size, of a huge one, turned, scaled, or with a box of anything."""
    box = " ".join(draw.choice((*NUMBERS, "1e30", "-1e30", "612")) for _ in range(draw.choice((4, 4, 4, 0, 3, 400))))
    extra = f"/MediaBox [{box}] /CropBox [{box}] /Rotate {draw.choice(NUMBERS)} /UserUnit {draw.choice(NUMBERS)}"
    matrix = " ".join(draw.choice(("0", "1e20", "-1", "1e-20", "12")) for _ in range(6))
    text = f"BT /F1 {draw.choice(('0', '1e9', '-5', '1e-9', '11'))} Tf {matrix} Tm (a b) Tj ({MARKER}) Tj ET "
    return written(objects(stream((f"{matrix} cm " + text * draw.choice((1, 500))).encode()), extra))


def outlines(draw: Draw) -> bytes:
    """Outlines that loop, are deep or wide, or lead to nowhere."""
    count = draw.many(100, 60_000)
    form = draw.choice(
        (
            "/Next {0} 0 R /First {0} 0 R",
            "/Next {0} 0 R",
            "/First {0} 0 R",
            "/Next 7 0 R",
            "/First 7 0 R /Next 6 0 R",
            "/First {1} 0 R",
        )
    )
    goal = draw.choice(
        ("/Dest [4 0 R /Fit]", "/Dest [99 0 R /XYZ 0 1e30 0]", "/A << /S /URI /URI (file:///etc) >>", "/Dest (a)", "")
    )
    titles = (MARKER, "", "a" * 99)
    items = [
        f"<< /Title ({draw.choice(titles)}) /Parent 6 0 R {form.format(at + 8, 6 + count - at)} {goal} >>".encode()
        for at in range(count)
    ]
    root = b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count %d >>" % count
    return written(objects(catalog="/Outlines 6 0 R", others=[root, *items]))


def references(draw: Draw) -> bytes:
    """Objects that are references to each other or themselves, at every place."""
    parts = objects(
        others=[b"6 0 R", b"8 0 R", b"7 0 R", b"[9 0 R 9 0 R]", b"<< /Length 10 0 R >>\nstream\na\nendstream"]
    )
    at, target = draw.randrange(5), draw.randint(1, 12)
    key = draw.choice(
        ("/Length", "/Contents", "/Resources", "/Font", "/Parent", "/Pages", "/MediaBox", "/Filter", "/Extends")
    )
    parts[at] = parts[at].replace(b"<<", f"<< {key} {target} 0 R ".encode(), 1)
    if draw.chance():
        parts[draw.randrange(5)] = f"{target} 0 R".encode()
    return written(parts)


def crosses(draw: Draw) -> bytes:
    """Tables of references that are cut, shifted, endless, or refer to themselves."""
    data = written(
        objects(), draw.choice(("", "/Prev 9", "/Prev 0", "/XRefStm 9", "/Encrypt 6 0 R", "/Encrypt << /V 9 >>"))
    )
    start = data.rindex(b"xref\n0 ")
    changes: tuple[Callable[[], bytes], ...] = (
        lambda: data[:start],
        lambda: data.replace(b"0 6\n", b"0 %d\n" % draw.choice((0, 99_999_999, 2**31, 2**63))),
        lambda: data.replace(
            b"startxref\n%d" % start, f"startxref\n{draw.choice((*NUMBERS, str(start + 7)))}".encode()
        ),
        lambda: data.replace(b"trailer\n<<", f"trailer\n<< /Prev {start} /Size {draw.choice(NUMBERS)} ".encode()),
        lambda: data[:start] + data[start : start + 40] * draw.many(40),
        lambda: data + data[start:] * draw.many(200, 5000),
        lambda: data.replace(b" 00000 n", b" 65535 n").replace(b"0000000", b"9999999"),
    )
    return draw.choice(changes)()


def filters(draw: Draw) -> bytes:
    """Streams in filters in filters, that unpack to more than there is, or to nothing."""
    content = shown() + draw.choice((b"\0", b" ", b"(a) Tj ", b"q ", b"BT ")) * draw.choice(
        (1, draw.room * 40, 30_000_000)
    )
    times = draw.randint(1, 4)
    for _ in range(times):
        content = zlib.compress(content, 9)
    names = ["FlateDecode"] * times + draw.choices(FILTERS, k=draw.choice((0, 0, 1, 3, draw.many(14, 2000))))
    predictor = f"/DecodeParms << /Predictor {draw.choice(('15', '2', '99'))} /Columns {draw.choice(NUMBERS)} >>"
    extra = f"/Filter [{' '.join('/' + name for name in names)}] {draw.choice(('', predictor))}"
    return written(objects(stream(content, extra, draw.choice((None, None, 0, 99_999_999, -1)))))


def forms(draw: Draw) -> bytes:
    """Forms that draw themselves or each other, once or twice each time."""
    depth, times = draw.log(1, 40), draw.choice((1, 1, 1, 2))
    box = "/Type /XObject /Subtype /Form /BBox [0 0 9 9]"

    def form(at: int) -> bytes:
        goal = 6 + (at + 1) % depth if draw.chance(0.5) else min(5 + depth, 7 + at)
        return stream(
            b"/X Do " * times + shown(), f"{box} /Resources << /XObject << /X {goal} 0 R >> /Font << /F1 3 0 R >> >>"
        )

    resources = "/Resources << /XObject << /X 6 0 R >> /Font << /F1 3 0 R >> >>"
    return written(objects(stream(b"/X Do " * draw.many(6, 2000)), resources, others=[form(at) for at in range(depth)]))


def fields(draw: Draw) -> bytes:
    """Annotations and fields by the thousand, in circles, with appearances, texts and actions of every kind."""
    count = draw.many(150, 30_000)
    kinds = ("/Widget", "/FreeText", "/Text", "/Link", "/Popup", "/Stamp", "/FileAttachment", "/Screen", "/a")

    def one() -> bytes:
        text = draw.choice((MARKER, "a" * 99, "\\000\\000", "\\376\\377\\330\\000", "("))
        action = draw.choice(("", "/A << /S /JavaScript /JS (app.alert(1)) >>", "/AA << /O << /S /Launch /F (a) >> >>"))
        links = f"/Parent {draw.choice((6, 7, 99))} 0 R /Kids [{draw.choice((6, 7))} 0 R] /AP << /N 5 0 R >>"
        kind = draw.choice(kinds)
        said = f"/FT /Tx /T (t) /V ({text}) /Contents ({text}) /Rect [0 0 9 9]"
        return f"<< /Type /Annot /Subtype {kind} {said} {links} {action} >>".encode()

    listed = " ".join(f"{6 + at} 0 R" for at in range(count))
    catalog = (
        f"/AcroForm << /Fields [{listed}] /DA (/F1 1 Tf) /XFA [(a) 5 0 R] >> /OpenAction << /S /URI /URI (http://a) >>"
    )
    return written(objects(page=f"/Annots [{listed}]", catalog=catalog, others=[one() for _ in range(count)]))


def encodings(draw: Draw) -> bytes:
    """Fonts whose codes stand for nothing, for very much, for halves of pairs, or for each other."""
    codes = ("0000", "D800", "FFFF", "DC00D800", "00410301", "0041" * 500, "202E", "FEFF", "")
    ranges = "".join(f"<{at:02x}> <{at:02x}> <{draw.choice(codes)}>\n" for at in range(draw.choice((1, 99, 255))))
    use = draw.choice(("", "/UseCMap 6 0 R", "/UseCMap /Identity-H"))
    wide = "<0000> <ffff> <0000>\n" * draw.many(21, 20_000)
    given = ranges + draw.choice(("", wide))
    cmap = f"1 begincodespacerange <00> <ff> endcodespacerange\n99 beginbfrange\n{given}endbfrange"
    parts = objects(
        stream(
            shown(
                "".join(chr(draw.randint(33, 255)) for _ in range(draw.many(1, 200_000))).translate(
                    {40: 1, 41: 1, 92: 1}
                )
            )
        )
    )
    first, last, wide_by = draw.choice(NUMBERS), draw.choice(NUMBERS), "1e9 " * draw.choice((0, 1, 9000))
    widths = f"/FirstChar {first} /LastChar {last} /Widths [{wide_by}]"
    names = "/Encoding << /Differences [0 " + "/a /uniD800 /g99 " * draw.choice((1, 100)) + "] >>"
    subtype = draw.choice(("Type1", "TrueType", "Type3", "Type0"))
    parts[2] = f"<< /Type /Font /Subtype /{subtype} /ToUnicode 6 0 R {widths} {names} >>".encode()
    return written([*parts, stream(cmap.encode(), use)])


def texts(draw: Draw) -> bytes:
    """Very many lines, letters set one by one, on each other, backwards, or far away."""

    def one() -> str:
        x, y = draw.choice((72, -9_999_999, draw.randint(0, 600))), draw.choice((700, draw.randint(0, 700), 9_999_999))
        return f"1 0 0 1 {x} {y} Tm ({draw.choice(('a', MARKER, ' ', '9' * 50, '-'))}) Tj "

    return written(objects(stream(("BT /F1 11 Tf " + draw.filled(one) + "ET").encode())))


def syntax(draw: Draw) -> bytes:
    """Dictionaries, lists, texts and comments that are deep, do not end, or are numbers without one."""
    piece = draw.choice(
        (b"[", b"<<", b"(", b"<", b"/a", b"<</a", b"%", b"q ", b"9" * 99, b"BI ", b"[[(", b"/", b"1 0 R ", b"((\\")
    )
    flood = piece * draw.many(len(piece), 900_000)
    parts = objects()
    at = draw.randrange(5)
    parts[at] = draw.choice((flood, parts[at] + flood, b"<< /A " + flood + b" >>", stream(flood)))
    return written(parts)


def damaged(draw: Draw) -> bytes:
    """A file cut, put together, or after something else."""
    data = draw.choice((trees, outlines, fields, filters, many_pages))(draw)
    at = draw.randrange(1, len(data))
    head = draw.choice((b"", b"a" * 1000, b"\0" * 1020, b"<html>", b"PK\3\4", b"%PDF-1.4\n"))
    return draw.choice(
        (head + data, data[:at], data + data, data[:at] + b"\xff" * 9 + data[at:], data.replace(b"endobj", b""))
    )


MAKERS: tuple[Callable[[Draw], bytes], ...] = (
    *(
        trees,
        many_pages,
        boxes,
        outlines,
        references,
        crosses,
        filters,
        forms,
        fields,
        encodings,
        texts,
        syntax,
        damaged,
    ),
)
KINDS: Kinds = {make.__name__.replace("_", " "): make for make in MAKERS}
