"""Texts of any length that are hard to search: general ones, and those made for one regular expression."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["TEXTS", "Pump", "pumps_for"]


@dataclass(frozen=True, slots=True)
class Pump:
    """A text with a part that is repeated to a length: `head`, `body` again and again, `tail`."""

    body: str
    head: str = ""
    tail: str = ""

    def text(self, length: int) -> str:
        """Return a text of about this number of characters."""
        return self.head + self.body * max(1, (length - len(self.head) - len(self.tail)) // len(self.body)) + self.tail


PROSE = "The mediators met the government in March, and the parties of the truce said that they would go on for years. "

TEXTS: Mapping[str, Pump] = {
    "letters": Pump("a"),
    "capitals": Pump("A"),
    "digits": Pump("1"),
    "digits, then a letter": Pump("1", tail="x"),
    "grouped digits": Pump("1,111", tail=","),
    "dots": Pump("."),
    "dots and letters": Pump("A."),
    "dashes": Pump("-", head="a", tail="a"),
    "dashes and spaces": Pump("- "),
    "underscores": Pump("_", head="a ", tail=" a"),
    "asterisks": Pump("*", tail=" a"),
    "bold": Pump("**a** "),
    "opened bold": Pump("**a "),
    "equals signs": Pump("=", tail="a"),
    "hashes": Pump("#", tail="a"),
    "headings": Pump("# A heading\n\n"),
    "underlined": Pump("A heading\n===\n"),
    "colons": Pump(":"),
    "labels": Pump("Q: a\n"),
    "names": Pump("Ana Ruiz "),
    "question marks": Pump("?"),
    "questions": Pump("Who met them?\n\n"),
    "commas": Pump(","),
    "quotation marks": Pump('"'),
    "opened quotation marks": Pump("“"),
    "quoted words": Pump("“a”. "),
    "apostrophes": Pump("'s"),
    "backquotes": Pump("`"),
    "rising backquotes": Pump("a` b`` c``` d```` "),
    "backslashes": Pump("\\"),
    "brackets": Pump("["),
    "closed brackets": Pump("[a]"),
    "opened links": Pump("[a](b"),
    "opened images": Pump("![["),
    "references": Pump("[a]: b\n"),
    "parentheses": Pump("("),
    "braces": Pump("{"),
    "opened tags": Pump("<a "),
    "tags": Pump("<b>a</b>"),
    "comments": Pump("<!-- -->"),
    "opened comments": Pump("<!--"),
    "less-than signs": Pump("<"),
    "ampersands": Pump("&"),
    "entities": Pump("&amp;"),
    "nested quotes": Pump("> "),
    "nested items": Pump("- ", tail="a"),
    "items": Pump("- a\n"),
    "numbered items": Pump("1. a\n"),
    "rules": Pump("---\n"),
    "words and dashes": Pump("a -\n"),
    "comments by readers": Pump("3 comments\nAna says:\n3 May 2019 at 10:15\nNo.\n\n"),
    "headings of comments": Pump("Leave a reply\n"),
    "data addresses": Pump("![a](data:image/png;base64," + "A" * 150 + ")\n"),
    "opened data addresses": Pump("![a](data:image/png;base64,"),
    "TOML rules": Pump("+++\n"),
    "TOML keys": Pump("[a]\n", head="+++\n", tail="+++\na"),
    "wrong YAML keys": Pump("a: b: c\n", head="---\n", tail="---\na"),
    "opened JSON lines": Pump("{\n"),
    "JSON over lines": Pump('{"text": "a",\n"b": 1}\n'),
    "deep JSON lines": Pump('{"text": "a", "b": ' + "[" * 1500 + "\n"),
    "rows of quotes": Pump('x",""",\n'),
    "a quote in each row": Pump('1,"a""\n'),
    "digits and dashes": Pump("12-"),
    "digits and slashes": Pump("1/"),
    "fences": Pump("```\n"),
    "tabs": Pump("\t", head="a", tail="a"),
    "spaces": Pump(" ", head="a", tail="a"),
    "spaces at a line's end": Pump(" " * 40 + "\n"),
    "blank lines": Pump("\n", head="a", tail="a"),
    "carriage returns": Pump("\r", head="a", tail="a"),
    "lines": Pump("word\n"),
    "lines of prose": Pump(PROSE + "\n"),
    "paragraphs": Pump(PROSE + "\n\n"),
    "one paragraph": Pump(PROSE),
    "related": Pump("Related\n"),
    "more from": Pump("More from us\n\n"),
    "related and a headline": Pump("Related\nA headline of four words\n\n"),
    "related, after prose": Pump("Related\n", head=PROSE + "\n\n"),
    "comments announced": Pump("3 comments\n", head=PROSE + "\n\n"),
    "comments stamped": Pump("Ana says:\n", head=PROSE + "\n\n3 comments\n"),
    "dates": Pump("5 March 2012\n"),
    "shares": Pump("share\n\n", head=PROSE + "\n\n"),
    "menu": Pump("Home\nNews\nContact us\n"),
    "breadcrumb": Pump("Home > News > "),
    "teasers": Pump("A headline of four words\n\nThe first words of it…\n\n"),
    "spam": Pump("contact him a@b.c spell casters helped me\n\n", head=PROSE + "\n\n"),
    "combining marks": Pump("\u0301", head="a"),
    "combining marks out of order": Pump("\u0301\u0323", head="a"),
    "combining marks that part": Pump("\u0344\u0f73\uff9e\u0323", head="a"),
    "different combining marks": Pump("".join(map(chr, range(0x300, 0x34F))), head="a"),
    "letters with marks": Pump("a\u0301"),
    "Chinese": Pump("中"),
    "Hangul": Pump("\u1100\u1161\u11a8"),
    "Arabic": Pump("\ufdfa"),
    "Thai": Pump("ก"),
    "emoji": Pump("👩\u200d"),
    "invisible": Pump("\u200b"),
    "wide": Pump("Ａ１．"),
    "commas and newlines": Pump('a,"b",\n'),
    "opened JSON": Pump('{"a": ['),
    "JSON": Pump('{"a": 1, "text": "b"}\n'),
    "YAML": Pump("a: b\n", head="---\n", tail="---\n"),
    "nested YAML": Pump("[", head="---\na: ", tail="\n---\n"),
    "YAML aliases": Pump("*a, ", head="---\na: &a [x]\nb: [", tail="]\n---\n"),
    "YAML keys": Pump("? a\n", head="---\n", tail="---\n"),
    "YAML merges": Pump("<<: {", head="---\na: {", tail="\n---\n"),
    "YAML number": Pump("1:", head="---\na: ", tail="1\n---\n"),
    "front matter without an end": Pump("--- \n", head="---\n"),
    "nulls": Pump("\0"),
    "addresses": Pump("a@b"),
    "web addresses": Pump("http://a."),
}
"""By name. Each repeats what some grammar looks for and does not find the end of."""

_CHARACTERS = " a1_A.-,*\n\"'>/:;é…[(]#&="
_LONG = 8
"""A repetition of more is worth repeating."""

_SAMPLES = 4


def pumps_for(pattern: re.Pattern[Any]) -> list[Pump]:
    """Texts that hold what a regular expression repeats, and do not end as it wants them to."""
    source = pattern.pattern
    tree = parser.parse(source, pattern.flags & ~re.DEBUG if isinstance(source, str) else pattern.flags)
    made: dict[Pump, None] = {}
    for seed in range(_SAMPLES):
        sampler = _Sampler(random.Random(seed))
        whole = sampler.text(list(tree))
        for head, body, tail in [("", whole, ""), *sampler.repeated(list(tree))]:
            for pump in _around(head, body, tail):
                made[pump] = None
    return [pump for pump in made if pump.body]


def _around(head: str, body: str, tail: str) -> Iterator[Pump]:
    for end in ("", "\0", tail[:-1] + "\0"):
        yield Pump(body, head, end)
    yield Pump(head + body, tail="\0")
    yield Pump(head + body + tail)
    yield Pump(head)
    yield Pump(body + tail, head, "\0")


class _Sampler:
    """Texts that match parts of a parsed expression, more or less: look-arounds are passed over."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._groups: dict[int, str] = {}

    def text(self, items: Sequence[Any]) -> str:
        return "".join(self._one(op, value) for op, value in items)

    def repeated(self, items: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
        """What is repeated, with what comes before and after it."""
        for at, (op, value) in enumerate(items):
            before, after = self.text(items[:at]), self.text(items[at + 1 :])
            for inner in self._inner(op, value):
                for head, body, tail in self.repeated(inner):
                    yield before + head, body, tail + after
            if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT) and int(value[1]) > _LONG:
                for _ in range(2):
                    yield before, self.text(list(value[2])), after

    def _inner(self, op: Any, value: Any) -> Iterator[list[Any]]:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield list(value[2])
        elif op is sre.SUBPATTERN:
            yield list(value[3])
        elif op is sre.BRANCH:
            yield from (list(branch) for branch in value[1])
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield list(value[1])
        elif op is sre.ATOMIC_GROUP:
            yield list(value)

    def _one(self, op: Any, value: Any) -> str:
        if op is sre.LITERAL:
            return chr(value)
        if op is sre.NOT_LITERAL:
            return "a" if value != ord("a") else "b"
        if op is sre.ANY:
            return self._chance.choice(" a.")
        if op is sre.IN:
            return self._chance.choice(_members(value))
        if op is sre.GROUPREF:
            return self._groups.get(value, "")
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            return self.text(list(value[2])) * max(int(value[0]), self._chance.randint(0, 1))
        if op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT):
            return ""
        made = self.text(self._chance.choice(list(self._inner(op, value))))
        if op is sre.SUBPATTERN and value[0] is not None:
            self._groups[value[0]] = made
        return made


def _members(items: Sequence[Any]) -> list[str]:
    """Some characters of a set."""
    own = [chr(value) for op, value in items if op is sre.LITERAL]
    own += [chr(value[0]) for op, value in items if op is sre.RANGE]
    if items[0][0] is not sre.NEGATE and own:
        own = own * 3
    else:
        own = []
    return own + [one for one in _CHARACTERS if _is_member(one, items)] or ["a"]


def _is_member(character: str, items: Sequence[Any]) -> bool:
    negated = items[0][0] is sre.NEGATE
    found = False
    for op, value in items:
        if op is sre.LITERAL:
            found |= ord(character) == value
        elif op is sre.RANGE:
            found |= value[0] <= ord(character) <= value[1]
        elif op is sre.CATEGORY:
            found |= _CATEGORIES[value](character) is not None
    return found != negated


_CATEGORIES = {
    getattr(sre, f"CATEGORY_{name}"): re.compile(form).match
    for name, form in (
        ("DIGIT", r"\d"),
        ("NOT_DIGIT", r"\D"),
        ("SPACE", r"\s"),
        ("NOT_SPACE", r"\S"),
        ("WORD", r"\w"),
        ("NOT_WORD", r"\W"),
    )
}
