"""CSV: quotes, widths, delimiters, line ends, huge cells and headers."""

from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw, kinds_of
from tests.hostile.generators.front import VALUES
from tests.hostile.generators.plain import FURNITURE, encoded, log_lines, one_furniture

__all__ = ["KINDS"]

HEADERS = (
    "text",
    "id,text,title",
    '"id","text"',
    "text,text",
    "id;text",
    "id\ttext",
    " text ",
    "text,,",
    "TEXT",
    "a,b",
    "",
)
ENDS = ("\n", "\r\n", "\r", "\n\n", "\r\r\n")
COLUMNS = ("id", "_id", "title", "authors", "tags", "published", "language", "url", "metadata", "x")


def quotes(draw: Draw) -> str:
    """Quotes that are opened, doubled, closed too early or never."""
    few = draw.sample(('"', '""', '","', '"\n"', ",", "a", "\n", '"a"b', "'", '\\"', " ", '"""'), draw.randint(2, 5))
    return draw.choice(HEADERS) + "\n" + draw.filled(lambda: draw.choice(few))


def wide(draw: Draw) -> str:
    """Rows of very many cells, of as many columns or not."""
    width = draw.many(3, 400_000)
    comma = draw.choice((",", ";", "\t"))
    names = draw.choice((["text"] + [f"c{at}" for at in range(width)], ["text"], ["text"] + ["c"] * width))
    rows = max(1, draw.room // (3 * width))
    return comma.join(names) + "\n" + "\n".join(comma * draw.choice((width, width - 1, 1)) + "a" for _ in range(rows))


def many_rows(draw: Draw) -> str:
    """Very many records of a word, with ids that are their own, the same, or none."""
    count = draw.many(8, 20_000)
    name = draw.choice(("{}", "a", "", "{0}{0}", " {}", "#{}", "../{}", "line-{}"))
    return "id,text\n" + "".join(f"{name.format(at)},{draw.choice(('a', 'a b', ''))}\n" for at in range(count))


def huge_cell(draw: Draw) -> str:
    """One cell that holds all there is room for."""
    inside = draw.choice(
        (draw.full(draw.choice(("a", "a ", "a\n", '""', "é", ","))), log_lines(draw), one_furniture(draw))
    )
    return "id,text\n1," + draw.choice(('"' + inside.replace('"', '""') + '"', inside, '"' + inside)) + "\n"


def line_ends(draw: Draw) -> str:
    """Line ends of all kinds, NULs and byte order marks between records."""
    few = [*ENDS, "\0", "\ufeff", "a", '"a\r\nb"', "1,a", "\x1a", "\u2028", "1,a,b"]
    return draw.choice(HEADERS) + draw.choice(ENDS) + draw.filled(lambda: draw.choice(few))


def about(draw: Draw) -> str:
    """Columns of metadata with values of every type."""
    names = draw.sample(COLUMNS, draw.randint(1, len(COLUMNS)))
    values = [*VALUES, *FURNITURE[:20], "=cmd|' /C x'!A0", "@SUM(1)", "; ;", ";" * 3000, "a\x00b", "9" * 400]

    def cell() -> str:
        return '"' + draw.choice(values).replace('"', '""') + '"'

    return (
        ",".join(["text", *names]) + "\n" + draw.filled(lambda: ",".join(cell() for _ in range(len(names) + 1)), "\n")
    )


def delimiters(draw: Draw) -> str:
    """A header that nobody can tell the delimiter of."""
    head = "".join(draw.choice(",;\t|") for _ in range(draw.randint(1, 40))) + draw.choice(("text", ",text,", MARKER))
    return head + "\n" + draw.filled(lambda: draw.words(2) + draw.choice(",;\t"), draw.choice(("", "\n")))


MAKERS: tuple[Callable[[Draw], str], ...] = (quotes, wide, many_rows, huge_cell, line_ends, about, delimiters)


KINDS = kinds_of(MAKERS, encoded)
