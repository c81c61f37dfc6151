"""Front matter: every kind of YAML that is no metadata."""

from tests.hostile.generators.draw import MARKER, Draw

__all__ = ["front_matter"]

KEYS = (
    "title",
    "publisher",
    "authors",
    "published",
    "language",
    "url",
    "tags",
    "id",
    "source",
    "? [a]",
    "<<",
    "x",
    "1",
)
VALUES = (
    *("null", "true", "1", "-0", ".inf", ".nan", "1e999", "0x7f", "0o17", "1_000", "190:20:30", "9" * 5000, "~"),
    *("2017-01-19", "2017-99-99", "2017-01-19T25:00:00Z", "0001-01-01", "9999-12-31T23:59:59-23:59", "2017"),
    *(
        "[]",
        "{}",
        "[[[[]]]]",
        "{a: {b: {c: 1}}}",
        "[a, [b, {c: [d]}]]",
        "!!binary AAAA",
        "!!set {a, b}",
        "!!omap [a: 1]",
    ),
    *("!!python/object/apply:os.system [x]", "!!python/name:os.system", "!x y", "!<tag:a,2000:b> c", "&a b", "*a"),
    *(
        "|\n  a\n  b",
        ">-\n  a\n\n  b",
        "'it''s'",
        '"\\u0000"',
        '"\\ud800"',
        '"\\x1b[2J"',
        "'",
        '"',
        "%",
        "@",
        "`",
        "- -",
    ),
    *(
        "http://example.org",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://" + "a" * 3000,
        "en",
        "zz-ZZ-zz",
        "e n",
    ),
    *("Ana; Luis", "a, b", "\u202etxt", "a\u2028b", MARKER, "---", "..."),
)


def front_matter(draw: Draw) -> str:
    """A block of YAML before a text, which need not end."""
    block = draw.one_of((_pairs, _aliases, _deep, _flow, _many, _indented, _quoted, _separators))
    opening = draw.choice(
        ("---\n", "---\n", "---\n", "--- \n", "---\r\n", "---\t\n", "\n---\n", "--- a\n", "\ufeff---\n")
    )
    closing = draw.choice(("\n---\n", "\n---\n", "\n...\n", "\n--- \n", "", "\n----\n", "\n---"))
    return opening + block + closing + draw.prose(30) * draw.choice((0, 1, 40))


def _pairs(draw: Draw) -> str:
    """Keys, some of them twice, with values of every type."""
    return "\n".join(f"{draw.choice(KEYS)}: {draw.choice(VALUES)}" for _ in range(draw.many(30, 60)))


def _aliases(draw: Draw) -> str:
    """Anchors that refer to each other: a text of a hundred lines that unfolds to more than there are atoms."""
    width, lines = draw.randint(1, 12), draw.many(20, 300)
    rows = ["k0: &a0 [x, x]"]
    rows += [f"k{at}: &a{at} [{', '.join([f'*a{at - 1}'] * width)}]" for at in range(1, lines)]
    ends = draw.choice(("", "\n<<: *a0", "\ntitle: *a1", "\na: &a [*a]", "\nb: {<<: [*a0, *a1]}"))
    return "\n".join(rows) + ends


def _deep(draw: Draw) -> str:
    """Brackets in brackets, or blocks in blocks, closed or not."""
    opening, closing = draw.choice(
        (("[", "]"), ("{a: ", "}"), ("[{a: ", "}]"), ("- ", ""), ("? ", ""), ("!!set {? ", "}"))
    )
    depth = draw.many(len(opening), 60_000)
    key = draw.choice(("x: ", "title: ", "tags: ", ""))
    return key + opening * depth + "1" + closing * draw.choice((0, depth, depth - 1))


def _flow(draw: Draw) -> str:
    """One list or mapping of very many things."""
    count = draw.many(4)
    return draw.choice(("tags: ", "authors: ", "x: ")) + "[" + "a, " * count + "b]"


def _many(draw: Draw) -> str:
    """Very many keys, or one key very many times."""
    name = draw.choice(("title", "k{}", "{}", "é{}"))
    return "\n".join(f"{name.format(at)}: {at}" for at in range(draw.many(8, 100_000)))


def _indented(draw: Draw) -> str:
    """Steps of an indentation that only grows."""
    return "\n".join(" " * at + f"k{at}:" for at in range(draw.many(200, 1400)))


def _quoted(draw: Draw) -> str:
    """Quotes that do not end, or hold every escape."""
    escapes = ("\\u0000", "\\ud800\\udc00", "\\ud800", "\\U0010ffff", "\\x00", "\\N", "\\\n", "\\/", "''", "\\")
    return f"title: {draw.choice(chr(34) + chr(39))}" + draw.filled(lambda: draw.choice(escapes))


def _separators(draw: Draw) -> str:
    """Lines that nearly end the block, or begin another one."""
    return draw.filled(
        lambda: draw.choice(("----", "-- -", " ---", "--- #", "....", "%YAML 1.1", "a: 1", "# ---")), "\n"
    )
