"""JSON Lines: nesting, numbers, keys that come twice, halves of surrogate pairs, records that are none."""

import json
from collections.abc import Callable

from tests.hostile.generators.draw import MARKER, Draw, kinds_of
from tests.hostile.generators.plain import encoded, interrupted_run, log_lines, one_furniture

__all__ = ["KINDS"]

NUMBERS = (
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-0",
    "0.1e-999",
    "9" * 5000,
    "1" * 40,
    "01",
    "1.",
    "0x1",
    "1e+",
    "--1",
)
STRINGS = (
    *(
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\u0000"',
        '"\\x00"',
        '"\\u"',
        '"\\',
        '"a\tb"',
        '"\x00"',
        '"\\/"',
        '""',
        '" "',
    ),
    *('"\\u2028"', '"\\u202e"', f'"{MARKER}"', '"2017-01-19"', '"2017-99-99"', '"http://a"', '"javascript:a"', '"en"'),
)
OTHERS = ("null", "true", "[]", "{}", "[[]]", '{"a":{}}', "[1,]", "{,}", "'a'", "undefined", "/*a*/1", '{"a":1,"a":2}')
KEYS = (
    "text",
    "_id",
    "id",
    "title",
    "authors",
    "tags",
    "published",
    "language",
    "url",
    "metadata",
    "extra",
    "",
    "x",
    "é",
)


def _value(draw: Draw) -> str:
    return draw.choice(draw.choice((NUMBERS, STRINGS, OTHERS)))


def values(draw: Draw) -> str:
    """Records with values of every type at every key, keys twice."""

    def record() -> str:
        pairs = [f'"{draw.choice(KEYS)}": {_value(draw)}' for _ in range(draw.randint(0, 6))]
        text = draw.choice(('"text": "a b"', '"text": "a b"', '"text": 1', '"text": ""', f'"text": {_value(draw)}'))
        return "{" + ", ".join([text, *pairs]) + "}"

    return '{"text": "First."}\n' + draw.filled(record, draw.choice(("\n", "\n", "\n\n", "\r\n", "\r", " ", "\x1e")))


def deep(draw: Draw) -> str:
    """Lists or objects in each other, about as deep as parsers give up at, or deeper than anything."""
    opening, closing = draw.choice((("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ('{"metadata":', "}")))
    depth = draw.choice((draw.randint(1, 1200), draw.many(len(opening), 2_000_000)))
    inside = opening * depth + "1" + closing * draw.choice((depth, depth, 0, depth - 1))
    key = draw.choice(("x", "metadata", "title", "tags", "_id"))
    line = draw.choice((f'{{"text": "a", "{key}": {inside}}}', f'{{"{key}": {inside}, "text": "a"}}', inside))
    return '{"text": "First."}\n' + line + '\n{"text": "Last."}\n'


def wide(draw: Draw) -> str:
    """One record of very many keys, or of one very long list."""
    count = draw.many(8, 1_000_000)
    keys = ", ".join(f'"{draw.choice(("k", "a", "é"))}{at}": {at}' for at in range(count // 2))
    items = ", ".join("1" * draw.randint(1, 3) for _ in range(count))
    return draw.choice(
        (f'{{"text": "a", {keys or chr(34) + "a" + chr(34) + ": 1"}}}', f'{{"text": "a", "tags": [{items}]}}')
    )


def many(draw: Draw) -> str:
    """Very many records of a word, with ids that are their own, the same, or nothing."""
    name = draw.choice(('"{}"', '"a"', "{}", "null", "true", '""', '"{}\\n"', '"#"', "1.5", '"../{}"'))
    count = draw.many(24, 20_000)
    return "".join(f'{{"_id": {name.format(at)}, "text": "a"}}\n' for at in range(count))


def huge_text(draw: Draw) -> str:
    """One record whose text is all there is room for."""
    make: Callable[[Draw], str] = draw.choice((log_lines, one_furniture, interrupted_run))
    text = draw.choice((make(draw), draw.full(draw.choice(("a", "\\", "\u0301", "9", "“", "a ")))))
    return json.dumps({"text": text, "title": draw.choice(("", text[:2000], "T"))}, ensure_ascii=draw.chance())


def cut(draw: Draw) -> str:
    """Records that end in the middle, stand on one line, or over several."""
    record = json.dumps(
        {"text": draw.words(), "metadata": {"tags": draw.words().split()}}, indent=draw.choice((None, 1))
    )
    return draw.filled(lambda: record[: draw.randint(1, len(record))], draw.choice(("\n", "", " ", ",\n")))


def strings(draw: Draw) -> str:
    """A text of escapes, right and wrong."""
    few = draw.sample(
        ("\\u0000", "\\ud83d", "\\udd4a", "\\n", "\\r", "\\\\", '\\"', "\\u20", "a", "\\u2028", "\x7f", "é"), 4
    )
    return '{"text": "' + draw.filled(lambda: draw.choice(few)) + '"}\n{"text": "Last."}\n'


def lines(draw: Draw) -> str:
    """Lines that are no objects."""
    return '{"text": "First."}\n' + draw.filled(lambda: draw.choice((_value(draw), "", " ", "}", "{", MARKER)), "\n")


MAKERS: tuple[Callable[[Draw], str], ...] = (values, deep, wide, many, huge_text, cut, strings, lines)


KINDS = kinds_of(MAKERS, encoded)
