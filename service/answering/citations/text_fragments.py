"""Text fragments: the part of a link with which a browser highlights text on an external page.

The syntax is WICG's (https://wicg.github.io/scroll-to-text-fragment/): `:~:text=START` matches text within one block,
`:~:text=START,END` a range from the first words to the last. Browsers match without regard to case, accents and white
space, and highlight the first match only. A fragment is therefore made only if its text is unique in the document.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from corpus.text import normalise

LONGEST_SOURCE = 100_000
"""Maximum characters of a document to search: fifty printed pages, up to 5 ms per document."""

WHOLE_WORDS = 16
"""Maximum words of a quotation to include whole. A longer one is given by its first and last words."""

FEWEST_WORDS, MOST_WORDS = 4, 12
"""Words at each end of a longer quotation: the smallest number that is unambiguous."""

MIN_RUN_WORDS = 3
"""Minimum words between two pieces of markup. Shorter runs are skipped."""

MOST_CHARACTERS = 300
"""Maximum characters of the words in `START` and in `END`, to keep links short."""

LINES = re.compile(r"[^\n\t\v\f\x85\u2028\u2029]+")
"""Text of one block or one table cell."""

WORD = re.compile(r"\S+")

HIDDEN = re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)|\]\([^)\n]{0,500}\)|<[^>\n]{0,500}>")
"""Markdown and HTML that a page does not display: addresses, titles, attributes, images."""

MARKUP = re.compile(r"[*_`#\[\]<>|~\\{}\0]|--|==|&#?\w+;")
"""Markup that a page may display differently from its source."""

LIST_MARKER = re.compile(r"[-+•·–]|\(?(\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]")
"""List marker. Browsers do not include it in the text of a page."""

LONGEST_MARKER = 6
"""Maximum characters of a list marker."""

DEEPEST_INDENT = 40
"""Maximum spaces before a list marker."""

MOST_REPLACED = 60
"""Number of distinct characters up to which `str.replace` for each is faster than `str.translate`."""

QUOTES = dict.fromkeys("‘’‚‛ʼ", "'") | dict.fromkeys("“”„‟«»", '"')


def link_to_words(url: str | None, fragment: str | None) -> str | None:
    """Return a document's own address with a text fragment appended after any existing fragment.

    Args:
        url: The address; None returns None.
        fragment: Value from `SourceText.fragment`; None returns the address unchanged.
    """
    if url is None or fragment is None or ":~:" in url or not url.lower().startswith(("http://", "https://")):
        return url
    return f"{url}{'' if '#' in url else '#'}:~:text={fragment}"


class _Word(NamedTuple):
    """Span `[start, end)` of a word in the canonical text."""

    start: int
    end: int


class SourceText:
    """Canonical text that matches words at least as loosely as browsers do.

    Args:
        text: Canonical text of the document.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._loose = _loosened(text)

    def fragment(self, start: int, end: int) -> str | None:
        """Return the percent-encoded value of `text=` that matches the words of `[start, end)` only.

        Words that contain markup are excluded, so the match may start later or end earlier than the span. Return None
        if no usable words are left, or if the document repeats them.
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
        """Return the usable words in runs without markup or line breaks between them."""
        runs: list[list[_Word]] = []
        left_out = False
        shown = HIDDEN.sub(lambda hidden: "\0" * len(hidden[0]), self._text[start:end])
        cut = {at for at in (start, end) if self._is_cut(at)}
        for line in LINES.finditer(shown):
            runs.append([])
            plain = MARKUP.search(line[0]) is None and line[0].isprintable()
            for word in WORD.finditer(shown, *line.span()):
                span = _Word(start + word.start(), start + word.end())
                usable = (plain or (MARKUP.search(word[0]) is None and word[0].isprintable())) and cut.isdisjoint(span)
                if usable and not self._marks_item(span, word[0]):
                    runs[-1].append(span)
                else:
                    left_out = True
                    runs.append([])
        runs = [run for run in runs if run]
        return [run for run in runs if len(run) >= MIN_RUN_WORDS] or ([] if left_out else runs)

    def _is_cut(self, at: int) -> bool:
        """Return whether this position is inside a word."""
        around = self._text[max(at - 1, 0) : at + 1] if 0 < at < len(self._text) else " "
        return all(unicodedata.category(character)[0] in "LMN" for character in around)

    def _marks_item(self, span: _Word, word: str) -> bool:
        """Return whether a word is a list marker."""
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
        """Return whether the first `ending` after `beginning` ends `reach` normalised characters after its start."""
        loose = _loosened(ending)
        start = self._loose.find(_loosened(beginning))
        found = self._loose.find(loose, start + len(_loosened(beginning)))
        return len(ending) <= MOST_CHARACTERS and found != -1 and found + len(loose) == start + reach


def _counts(run: Sequence[_Word]) -> range:
    """Return the numbers of words of a run to try, in ascending order."""
    return range(min(FEWEST_WORDS, len(run)), min(MOST_WORDS, len(run)) + 1)


def _loosened(text: str) -> str:
    """Return a text normalised at least as loosely as browsers match: words unique in it are unique to a browser."""
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
    """Return words percent-encoded, with the hyphen, which is syntax in a text fragment."""
    return quote(words, safe="").replace("-", "%2D")
