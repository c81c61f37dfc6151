"""Text fragments: the part of a link that has a browser mark words on a page that is not ours.

The syntax is WICG's (https://wicg.github.io/scroll-to-text-fragment/): `:~:text=START` names words of one block,
`:~:text=START,END` all from the first words to the last. Browsers take case, accents and white space loosely and mark
the first match only, so words are named only if nothing else in the document is like them.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from corpus.text import normalise

__all__ = ["LONGEST_SOURCE", "SourceText", "link_to_words"]

LONGEST_SOURCE = 100_000
"""Characters of a document past which its words are not looked for: fifty pages of print, up to 5 ms for each."""

WHOLE_WORDS = 16
"""Up to so many words, a quotation is named whole; beyond, by its first and last ones."""

FEWEST_WORDS, MOST_WORDS = 4, 12
"""Words at each end of a longer quotation: as few of these as no other place has."""

TELLING_WORDS = 3
"""Fewer words between two pieces of markup are passed over."""

MOST_CHARACTERS = 300
"""Words longer than this are not named: the link would be unwieldy."""

LINES = re.compile(r"[^\n\t\v\f\x85\u2028\u2029]+")
"""What stands in one block, or one cell of a table."""

WORD = re.compile(r"\S+")

UNSEEN = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)|\]\([^)\n]{0,500}\)|<[^>\n]{0,500}>")
"""Words of Markdown and HTML that a page does not show: addresses, titles, attributes, images."""

MARKUP = re.compile(r"[*_`#\[\]<>|~\\{}\0]|--|==|&#?\w+;")
"""What a page may show otherwise than it stands in its source."""

LIST_MARKER = re.compile(r"[-+•·–]|\(?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]")
"""What begins an item of a list, which browsers do not count among the words of a page."""

LONGEST_MARKER = 6
DEEPEST_INDENT = 40
"""Spaces before an item of a list."""

MOST_REPLACED = 60
"""Different characters up to which it is quicker to replace each by itself than to translate the text."""

QUOTES = dict.fromkeys("‘’‚‛ʼ", "'") | dict.fromkeys("“”„‟«»", '"')


def link_to_words(url: str | None, fragment: str | None) -> str | None:
    """A document's own address, with a text fragment behind whatever fragment it has.

    Args:
        url: The address; None gives None.
        fragment: As `SourceText.fragment` gives it; None leaves the address as it is.
    """
    if url is None or fragment is None or ":~:" in url or not url.lower().startswith(("http://", "https://")):
        return url
    return f"{url}{'' if '#' in url else '#'}:~:text={fragment}"


class _Word(NamedTuple):
    """A word's span `[start, end)` in the canonical text."""

    start: int
    end: int


class SourceText:
    """A canonical text in which words are looked for as browsers do on a page, or more loosely.

    Args:
        text: All of it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._loose = _loosened(text)

    def fragment(self, start: int, end: int) -> str | None:
        """The value of `text=`, percent-encoded, that names the words of `[start, end)` and no others.

        Words that hold markup are not named: what is marked may then begin after and end before them. None if no
        words are left that can be named, or if the document repeats them.
        """
        runs = self._runs(start, end)
        if not runs:
            return None
        if len(runs) == 1 and len(runs[0]) <= WHOLE_WORDS:
            whole = self._words(runs[0])
            return _encoded(whole) if self._is_single(whole) else None
        beginnings = (self._words(runs[0][:count]) for count in _counts(runs[0]))
        beginning = next((words for words in beginnings if self._is_single(words)), None)
        if beginning is None:
            return None
        reach = len(_loosened(self._text[runs[0][0].start : runs[-1][-1].end]))
        endings = (self._words(runs[-1][-count:]) for count in _counts(runs[-1]))
        ending = next((words for words in endings if self._ends(beginning, words, reach)), None)
        return None if ending is None else f"{_encoded(beginning)},{_encoded(ending)}"

    def _runs(self, start: int, end: int) -> list[list[_Word]]:
        """The words that can be named, in runs that nothing parts: no markup, no end of a line."""
        runs: list[list[_Word]] = []
        left_out = False
        shown = UNSEEN.sub(lambda unseen: "\0" * len(unseen[0]), self._text[start:end])
        cut = {at for at in (start, end) if self._is_cut(at)}
        for line in LINES.finditer(shown):
            runs.append([])
            plain = MARKUP.search(line[0]) is None and line[0].isprintable()
            for word in WORD.finditer(shown, *line.span()):
                span = _Word(start + word.start(), start + word.end())
                named = (plain or (MARKUP.search(word[0]) is None and word[0].isprintable())) and cut.isdisjoint(span)
                if named and not self._marks_item(span, word[0]):
                    runs[-1].append(span)
                else:
                    left_out = True
                    runs.append([])
        runs = [run for run in runs if run]
        return [run for run in runs if len(run) >= TELLING_WORDS] or ([] if left_out else runs)

    def _is_cut(self, at: int) -> bool:
        """Whether a word goes on across this place."""
        around = self._text[max(at - 1, 0) : at + 1] if 0 < at < len(self._text) else " "
        return all(unicodedata.category(character)[0] in "LMN" for character in around)

    def _marks_item(self, span: _Word, word: str) -> bool:
        """Whether a word is the number or the dot before an item of a list."""
        if len(word) > LONGEST_MARKER or LIST_MARKER.fullmatch(word) is None:
            return False
        before = self._text[max(span.start - DEEPEST_INDENT, 0) : span.start].rstrip(" ")
        return LINES.fullmatch(before[-1:]) is None

    def _words(self, run: Sequence[_Word]) -> str:
        return " ".join(self._text[run[0].start : run[-1].end].split())

    def _is_single(self, words: str) -> bool:
        loose = _loosened(words)
        first = self._loose.find(loose)
        return len(words) <= MOST_CHARACTERS and loose != "" and self._loose.find(loose, first + 1) == -1

    def _ends(self, beginning: str, ending: str, reach: int) -> bool:
        """Whether the first `ending` after the one `beginning` ends `reach` loosened characters on."""
        loose = _loosened(ending)
        start = self._loose.find(_loosened(beginning))
        found = self._loose.find(loose, start + len(_loosened(beginning)))
        return len(ending) <= MOST_CHARACTERS and found != -1 and found + len(loose) == start + reach


def _counts(run: Sequence[_Word]) -> range:
    """How many words of a run to name: few, then more."""
    return range(min(FEWEST_WORDS, len(run)), min(MOST_WORDS, len(run)) + 1)


def _loosened(text: str) -> str:
    """A text with all made the same that browsers may take for the same: what it holds once, they find once."""
    if not text.isascii():
        text = normalise("NFKD", text)
        changes = {c: "" for c in set(text) if unicodedata.category(c) in ("Mn", "Me", "Cf")} | QUOTES
        if len(changes) > MOST_REPLACED:
            text = text.translate({ord(character): change for character, change in changes.items()})
        else:
            for character, change in changes.items():
                text = text.replace(character, change)
    return " ".join(text.casefold().split())


def _encoded(words: str) -> str:
    """Words percent-encoded; of the characters that URLs allow, the hyphen means something in a text fragment."""
    return quote(words, safe="").replace("-", "%2D")
