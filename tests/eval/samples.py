"""Handmade answers and passages, for measures checked by hand."""

from collections.abc import Sequence

from service.answering.answer import Answer, AnsweringPassage, AnswerText, Citation, Confidence, Span, Timing


def citation(document: str, start: int, end: int) -> Citation:
    return Citation(
        document_id=document,
        revision="sha256:0",
        title=document.title(),
        publisher=None,
        authors=[],
        published=None,
        language=None,
        url=None,
        page=None,
        section=None,
        start=start,
        end=end,
        href=f"/documents/{document}#char={start},{end}",
        source_href=None,
    )


def passage(
    document: str, start: int, end: int, *, rank: int = 1, also: Sequence[Citation] = (), highlight: Span | None = None
) -> AnsweringPassage:
    return AnsweringPassage(
        id=f"{document}-{start}-{end}",
        rank=rank,
        score=1.0 / rank,
        text="x" * (end - start),
        highlights=[highlight or Span(0, end - start)],
        citation=citation(document, start, end),
        also_found_in=also,
    )


def answer(*passages: AnsweringPassage, found: bool = True) -> Answer:
    first = passages[0] if passages else None
    text = None
    if first is not None and found:
        span, whole = first.highlights[0], first.citation
        highlight = citation(whole.document_id, whole.start + span.start, whole.start + span.end)
        text = AnswerText(first.text[span.start : span.end], highlight)
    return Answer(
        question="q",
        status="answered" if text else "not_found",
        reason=None,
        confidence=Confidence("low", None),
        answer=text,
        passages=passages,
        interpretation=None,
        generation=1,
        timing_ms=Timing(1.0, 1.0, 0.0, 0.0, 0.0),
    )
