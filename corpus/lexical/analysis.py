"""Text analysis: the terms of a text, the same for passages and questions in every language."""

import functools
import re

import tantivy

from corpus.text import normalise

ANALYSIS_VERSION = 2
"""Raise it when a text gives other terms. An index of another version is rebuilt."""

LONGEST_TERM_BYTES = 100
"""Longest term. Longer ones are addresses or encoded data, and are dropped."""

STOP_WORDS = (
    # English, with the words that ask and the auxiliaries that go with them
    "a an and are as at be been but by can could did do does for from had has have how if in into is it its many much"
    " no not of on or s should such t that the their then there these they this to was were what when where which who"
    " whom whose why will with would"
    # Spanish
    " al como con cual cuales cuando cuanta cuantas cuanto cuantos de del donde el en era eran es esta este fue fueron"
    " ha han hay la las le les lo los mas para pero por porque que quien quienes se sin sobre son su sus un una y"
)
"""Dropped from a question that has other words. Passages keep them."""

_POSSESSIVE = re.compile(r"['’ʼ＇]s\b", re.IGNORECASE)
_INNER_INITIAL = re.compile(r"\.[^\W\d_]\.")
_INITIALS = re.compile(r"[^\W\d_](?<!\w\w)\.(?:[^\W\d_]\.)+")
_NUMBER = re.compile(r"(?<!\d)\d+(?:[.,'’\u00a0\u2009\u202f]\d+)+")
_GROUPED = re.compile(r"(\d{1,3}(?:([.,'’\u00a0\u2009\u202f])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d+))?")
_DECIMAL = re.compile(r"(\d+)[.,](\d+)")
_INVISIBLE = re.compile("[\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}]")
_ACCENTS = re.compile("[\N{COMBINING GRAVE ACCENT}-\N{COMBINING LATIN SMALL LETTER X}]+")
_BEFORE_RAISED = re.compile("(?<=[0-9])(?=[²³¹⁰⁴-⁹⁺⁻₀-₉])")
"""Between a figure and a raised one: the mark of a note, or a power."""

_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"  # CJK
)
_ASCII_TERM = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?")
_TERM = re.compile(
    # vowel signs of Hebrew, Arabic and the scripts of India are no letters to Python, yet parts of words
    r"(?:[^\W\d_]|[\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0970-\u0dff])+|\d+(?:\.\d+)?"
)


@functools.cache
def analyzer() -> tantivy.TextAnalyzer:
    """Return the analyzer of normalised texts: lower case, no accents, stems.

    Words of every language are stemmed by the English and then by the Spanish Snowball stemmer: the language of a
    question is unknown, and each stemmer leaves most words of the other language unchanged.
    """
    filters = (
        tantivy.Filter.remove_long(LONGEST_TERM_BYTES),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
        tantivy.Filter.stemmer("spanish"),
    )
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return functools.reduce(lambda built, one: built.filter(one), filters, builder).build()


def normalised(text: str) -> str:
    """Return the words of a text, separated by spaces, in one spelling.

    Accents and possessives are removed. Numbers lose their thousands separators and get a decimal point (`1,200` and
    `1.200` give `1200`, `6,6` gives `6.6`). Letters and digits are separated (`MS-13` and `MS13` give `MS 13`).
    A raised figure is one of its own (`14²` gives `14 2`). Initials are joined (`U.S.` gives `US`). Scripts without
    spaces give overlapping pairs of characters.
    """
    text = _NUMBER.sub(_plain_number, _POSSESSIVE.sub("", text))
    if _INNER_INITIAL.search(text):
        text = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", text)
    if text.isascii():
        return " ".join(_ASCII_TERM.findall(text))
    text = _INVISIBLE.sub("", text.encode(errors="ignore").decode())  # half a surrogate pair is no text
    text = _BEFORE_RAISED.sub(" ", text)
    text = normalise("NFC", _ACCENTS.sub("", normalise("NFKD", text)))
    return " ".join(_TERM.findall(_WITHOUT_SPACES.sub(_pairs, text)))


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, with repetitions."""
    return analyzer().analyze(normalised(text))


@functools.cache
def stop_terms() -> frozenset[str]:
    """Return the terms of the stop words."""
    return frozenset(terms(STOP_WORDS))


def _plain_number(found: re.Match[str]) -> str:
    if grouped := _GROUPED.fullmatch(found[0]):
        whole = re.sub(r"\D", "", grouped[1])
        return f"{whole}.{grouped[3]}" if grouped[3] else whole
    if decimal := _DECIMAL.fullmatch(found[0]):
        return f"{decimal[1]}.{decimal[2]}"
    return re.sub(r"\D", " ", found[0])


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    return f" {' '.join(run[at : at + 2] for at in range(max(1, len(run) - 1)))} "
