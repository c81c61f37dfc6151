"""Where sentences begin and end, by the sentencex library (about 300 languages)."""

from sentencex import get_sentence_boundaries

__all__ = ["sentence_spans"]


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """The sentences of a text as spans that follow each other and cover it whole, white space included.

    Args:
        text: Any text.
        language: BCP 47 tag; the primary language counts, and one that sentencex does not know falls back to
            its general rules.

    Returns:
        `(start, end)` in code points of `text`.
    """
    boundaries = get_sentence_boundaries(language.split("-")[0].lower(), text)
    ends = sorted({int(boundary["end_index"]) for boundary in boundaries} | ({len(text)} if text else set()))
    starts = [0, *ends[:-1]]
    return list(zip(starts, ends, strict=True)) if ends else []
