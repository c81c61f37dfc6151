"""Sentence segmentation by the sentencex library (about 300 languages)."""

from collections.abc import Iterator

from sentencex import get_sentence_boundaries

MAX_LOOKED_AT = 20_000
"""Code points to segment at a time, far more than a sentence has. sentencex needs quadratic time for opening quotation
marks and brackets that are never closed."""


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the sentences of a text as consecutive spans that cover it, white space included.

    Args:
        text: Any text. Sentences of more than 20,000 code points are split.
        language: BCP 47 tag. Its primary language selects the rules; sentencex has general rules for unknown ones.

    Returns:
        `(start, end)` in code points of `text`.
    """
    ends = list(_ends(text, language.split("-")[0].lower()))
    return list(zip([0, *ends[:-1]], ends, strict=True)) if ends else []


def _ends(text: str, language: str) -> Iterator[int]:
    at = step = 0
    while at < len(text):
        part = text[at : at + MAX_LOOKED_AT]
        ends = sorted(
            {int(boundary["end_index"]) for boundary in get_sentence_boundaries(language, part)} | {len(part)}
        )
        is_short = 0 < step < MAX_LOOKED_AT // 2
        if at + len(part) < len(text) and len(ends) > 1 and not (is_short and ends[-2] < MAX_LOOKED_AT // 2):
            ends.pop()  # the last sentence may continue: segment it again, unless two steps in a row would be short
        yield from (at + end for end in ends)
        step = ends[-1]
        at += step
