"""Markdown: nested and unclosed blocks, emphasis, links, references, and HTML in it."""

import string
from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw, kinds_of
from tests.hostile.generators.front import front_matter
from tests.hostile.generators.plain import encoded, interrupted_run, run

__all__ = ["KINDS"]

INLINE = (
    *(
        "*",
        "**",
        "***",
        "_",
        "__",
        "`",
        "``",
        "~~",
        "[",
        "]",
        "](",
        "![",
        "![[",
        ")",
        "<",
        ">",
        "<!--",
        "-->",
        "<?",
        "&",
    ),
    *(
        "&amp;",
        "&#0;",
        "&#xD800;",
        "&#9999999;",
        "\\",
        "\\\\",
        "  \n",
        "<a href='",
        "<http://a",
        "[^1]",
        "[a]: ",
        '"',
        "$$",
    ),
    *("]]>", "<![CDATA[", "</", "<a ", " ='", "](<", "][", "!", "http://a.b", "@", "|", "\t", "a", " ", "\n", MARKER),
)
BLOCKS = ("> ", "- ", "* ", "1. ", "999999999. ", "    ", "\t", "# ", "   > ", "-\t", "+   ", "0) ")


def nested_blocks(draw: Draw) -> str:
    """Quotes in lists in quotes, as deep as there is room, on one line or on many."""
    few = draw.sample(BLOCKS, draw.randint(1, 3))
    if draw.chance():
        return "".join(draw.choice(few) for _ in range(draw.many(3, 20_000))) + draw.words()
    deepest = draw.many(3, 1200)
    lines = max(1, draw.room // (2 * deepest + 4))
    return "\n".join(draw.choice(few) * draw.randint(1, deepest) + draw.choice(("", "a")) for _ in range(lines))


def indented_lists(draw: Draw) -> str:
    """Items, each indented below the one before."""
    mark, step = draw.choice(("- ", "1. ", "* ", "> - ")), draw.randint(1, 6)
    return "\n".join(" " * (step * at) + mark + "a" for at in range(draw.many(120, 1500)))


def inline(draw: Draw) -> str:
    """A few marks in any order."""
    few = draw.sample(INLINE, draw.randint(1, 4))
    return draw.filled(lambda: draw.choice(few))


def emphasis(draw: Draw) -> str:
    """Emphasis that is opened and not closed, closed and not opened, or crossed."""
    few = [draw.choice("*_~") * draw.choice((1, 2, 3, 7)) for _ in range(draw.randint(1, 3))]
    shape = draw.choice(("{}a ", " a{}", "{}a{}b", "a{}", "{} {}", "{}[", "é{}"))
    return draw.filled(lambda: shape.replace("{}", draw.choice(few)))


def backticks(draw: Draw) -> str:
    """Runs of backticks or tildes of all lengths: none closes another."""
    mark, between = draw.choice(("`", "~")), draw.choice((" ", "a", "\n", "\n\n"))
    count = draw.many(40, 1400)
    return between.join(mark * at for at in draw.choice((range(1, count), range(count, 0, -1))))


def fences(draw: Draw) -> str:
    """Fences of code that are opened again and again."""
    mark = draw.choice(("```", "~~~", "````", "    ```", "> ```", "- ```"))
    return draw.filled(lambda: mark + draw.choice(("", "python", " {.a}", "`", MARKER)), "\n")


def links(draw: Draw) -> str:
    """Links in links, without an end, with a title that does not end."""
    pieces = ("[a](", "[", "![", "[a](<b", '[a](b "', "[a](b (", "[a][", "[a]: b", "](", "[](", "[a](b)", "[[a]", "<a:")
    few = draw.sample(pieces, draw.randint(1, 3))
    return draw.filled(lambda: draw.choice(few), draw.choice(("", "", " ", "\n")))


def references(draw: Draw) -> str:
    """Definitions of references and their uses, by the thousand."""
    count = draw.many(24, 60_000)
    label = draw.choice(("a{}", "a", "{}", "é{}", "A" * 900 + "{}", "\\]{}"))
    definitions = "\n".join(f"[{label.format(at)}]: {draw.choice(('/u', '<>', 'b', ''))} 't" for at in range(count))
    uses = " ".join(f"[x][{label.format(draw.randrange(count))}]" for _ in range(count))
    return draw.choice((definitions, definitions + "\n\n" + uses, uses + "\n\n" + definitions))


def html_blocks(draw: Draw) -> str:
    """HTML in Markdown: comments, instructions and tags that do not end."""
    pieces = (
        "<!--",
        "<!-- a -->",
        "<div>",
        "</div>",
        "<script>",
        "<pre>",
        "<?",
        "<!A",
        "<![CDATA[",
        "<a b='",
        "<x-y ",
        "--",
    )
    few = draw.sample(pieces, draw.randint(1, 4))
    return draw.filled(lambda: draw.choice(few), draw.choice(("", " ", "\n", "\n\n")))


def headings(draw: Draw) -> str:
    """Headings of every kind: empty, endless, underlined, and some hundred thousand."""
    makers: tuple[Callable[[], str], ...] = (
        lambda: "#" * draw.randint(1, 8) + " " + draw.words(5),
        lambda: draw.words(4) + "\n" + draw.choice("=-") * draw.randint(1, 30),
        lambda: "# " + "a " * draw.many(2, 20_000),
        lambda: "# " + draw.choice(("`" * 99, "**" * 50, "[" * 80, "<b>", "#" * 99, "\\#", "")),
        lambda: "#\t" * draw.randint(1, 40),
    )
    some = draw.sample(makers, draw.randint(1, 3))
    return draw.filled(lambda: draw.choice(some)(), draw.choice(("\n", "\n\n")))


def tables(draw: Draw) -> str:
    """Tables of many columns, of no rows, of bars only."""
    width = draw.many(4, 20_000)
    head, line = "|a" * width, "|-" * width
    return "\n".join([head, line] + ["|x" * draw.randint(1, width)] * max(1, draw.room // (2 * width + 2)))


def entities(draw: Draw) -> str:
    """Entities, real and not, with and without their end."""
    few = draw.sample(
        ("&amp;", "&", "&#", "&#x", "&#0;", "&#x110000;", "&CounterClockwiseContourIntegral;", "&a" * 20), 3
    )
    return draw.filled(lambda: draw.choice(few))


def escapes(draw: Draw) -> str:
    """Backslashes before everything."""
    return draw.filled(lambda: "\\" * draw.randint(1, 9) + draw.choice(string.punctuation + "a \n"))


def paragraphs(draw: Draw) -> str:
    """Prose, with some Markdown in it."""
    return draw.filled(lambda: draw.choice(("", "# ", "- ", "> ")) + " ".join(draw.prose() for _ in range(4)), "\n\n")


def mixed(draw: Draw) -> str:
    """Several kinds, one below the other."""
    room = draw.room
    draw.room = max(1, room // 6)
    text = draw.choice(("\n", "\n\n", "")).join(draw.one_of(MAKERS[:-1]) for _ in range(6))
    draw.room = room
    return text


MAKERS: tuple[Callable[[Draw], str], ...] = (
    *(nested_blocks, indented_lists, inline, emphasis, backticks, fences, links, references, html_blocks, headings),
    *(tables, entities, escapes, paragraphs, run, interrupted_run, front_matter, mixed),
)


KINDS = kinds_of(MAKERS, encoded)
