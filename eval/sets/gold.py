"""Gold: the relevant spans or documents of a question, and the passages that cover them."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.errors import UnknownDocumentError
from corpus.text import normalise
from eval.errors import SetError
from eval.sets.questions import QuestionSet
from service.answering import AnsweringPassage, Citation

_PUNCTUATION = re.compile(r"[^\w\s]|_")
_MARKS = re.compile("[\N{COMBINING GRAVE ACCENT}-\N{COMBINING LATIN SMALL LETTER X}]+")
_SLIPS: Sequence[tuple[str, Callable[[str], str]]] = (
    ("upper and lower case", str.lower),
    ("accents or forms of letters", lambda text: _MARKS.sub("", normalise("NFKD", text))),
    ("dashes, hyphens or punctuation", lambda text: _PUNCTUATION.sub("", text)),
    ("spaces or line breaks", lambda text: "".join(text.split())),
)
"""In what a copied quote may differ from its words, and what takes the difference away."""


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A relevant span: `[start, end)` of a document's canonical text."""

    document: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """Id in runs and qrels."""
        return f"{self.document}#{self.start},{self.end}"

    def coverage(self, citation: Citation) -> float:
        """Return the share of its characters that a citation covers."""
        return self.overlap(citation) / (self.end - self.start)

    def overlap(self, citation: Citation) -> int:
        """Return the number of its characters that a citation covers."""
        if citation.document_id != self.document:
            return 0
        return max(0, min(self.end, citation.end) - max(self.start, citation.start))


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A relevant document with its grade, for sets without spans."""

    document: str
    grade: int = 1

    @property
    def id(self) -> str:
        """Id in runs and qrels."""
        return self.document


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold of one question.

    Args:
        spans: Relevant spans.
        documents: Relevant documents, for sets without spans.
        strings: Verbatim short answers, one of which the answer should contain.
    """

    spans: Sequence[GoldSpan] = ()
    documents: Sequence[GoldDocument] = ()
    strings: Sequence[str] = ()

    @property
    def grades(self) -> dict[str, int]:
        """Grades by item id, as in qrels."""
        return {span.id: 1 for span in self.spans} | {document.id: document.grade for document in self.documents}

    @property
    def has_words(self) -> bool:
        """Whether the gold has words that an answer should have, not only documents."""
        return bool(self.spans or self.strings)

    @property
    def answering(self) -> set[str]:
        """Ids of the relevant documents."""
        return {span.document for span in self.spans} | {document.document for document in self.documents}


def resolve(questions: QuestionSet, text_of: Callable[[str], str]) -> dict[str, Gold]:
    """Locate every quote of a set in its document.

    Args:
        questions: The set.
        text_of: Returns the canonical text of a document by its id.

    Returns:
        The gold of each question by its id.

    Raises:
        SetError: A document does not exist, or a quote does not occur in it exactly once. The message has the line.
    """
    texts: dict[str, str] = {}
    gold = {}
    for question in questions.questions:
        where = f"{questions.path}, line {question.line} ('{question.id}')"
        spans = []
        for answer in question.answers:
            if answer.document not in texts:
                try:
                    texts[answer.document] = text_of(answer.document)
                except UnknownDocumentError as error:
                    raise SetError(f"{where}: there is no document '{answer.document}' in the store.") from error
            spans.append(_found(texts[answer.document], answer.document, answer.quote, where))
        gold[question.id] = Gold(spans=tuple(dict.fromkeys(spans)))
    return gold


def _found(text: str, document: str, quote: str, where: str) -> GoldSpan:
    start = text.find(quote)
    if start < 0:
        problem = f"the quote “{_short(quote)}” does not occur in '{document}'"
        raise SetError(f"{where}: {problem}{_difference(text, quote)}. Copy it exactly.")
    if text.find(quote, start + 1) >= 0:
        raise SetError(f"{where}: the quote “{_short(quote)}” occurs in '{document}' twice. Make it longer.")
    return GoldSpan(document, start, start + len(quote))


def _difference(text: str, quote: str) -> str:
    """Return in what a quote differs from words of a text, as a clause; empty if its words differ."""
    if not _occurs(text, quote, [fold for _, fold in _SLIPS]):
        return ""
    needed = [
        name
        for name, _ in _SLIPS
        if not _occurs(text, quote, [other for one, other in _SLIPS if one != name])  # this one brings them together
    ]
    return f"; its words do, with other {' and other '.join(needed)}" if needed else ""


def _occurs(text: str, quote: str, folds: Sequence[Callable[[str], str]]) -> bool:
    """Return whether a quote is in a text, once both are folded."""
    folded = functools.reduce(lambda one, fold: fold(one), folds, quote)
    return bool(folded) and folded in functools.reduce(lambda one, fold: fold(one), folds, text)


def _short(quote: str) -> str:
    return quote if len(quote) <= 60 else quote[:57] + "…"


def retrieved_items(passages: Sequence[AnsweringPassage], gold: Gold, overlap: float) -> list[str]:
    """Return a ranked list of items, with the ids of the gold that was retrieved.

    A passage contributes the gold spans that it, or a duplicate folded into it, covers by at least `overlap` of their
    characters and that no better-ranked passage covers; without any, it contributes itself. With gold documents, a
    passage contributes the relevant documents that it or a duplicate is from, else its own document, each at its first
    rank. So the number of relevant items depends on the set alone, not on how texts are split.

    Args:
        passages: Best first.
        gold: Gold of the question.
        overlap: Share of a gold span, above 0, to 1.
    """
    items: dict[str, None] = {}
    if gold.documents:
        for passage in passages:
            found = [document for document in _documents(passage) if document in gold.answering]
            items.update(dict.fromkeys(found or [passage.citation.document_id]))
        return list(items)
    for passage in passages:
        covered = [span.id for span in covered_spans(passage, gold.spans, overlap)]
        new = [item for item in covered if item not in items]
        items.update(dict.fromkeys(new or [f"passage:{passage.id}"]))
    return list(items)


def covered_spans(passage: AnsweringPassage, spans: Sequence[GoldSpan], overlap: float) -> list[GoldSpan]:
    """Return the gold spans that a passage, or a duplicate folded into it, covers."""
    citations = [passage.citation, *passage.also_found_in]
    return [span for span in spans if any(span.coverage(citation) >= overlap for citation in citations)]


def answering_documents(passages: Sequence[AnsweringPassage], gold: Gold, overlap: float) -> set[str]:
    """Return the ids of the relevant documents that these passages are from."""
    if gold.documents:
        return {document for passage in passages for document in _documents(passage)} & gold.answering
    return {span.document for passage in passages for span in covered_spans(passage, gold.spans, overlap)}


def is_relevant(passage: AnsweringPassage, gold: Gold, overlap: float, grades: Mapping[str, int]) -> bool:
    """Return whether a passage is relevant."""
    if gold.documents:
        return any(grades.get(document, 0) > 0 for document in _documents(passage))
    return bool(covered_spans(passage, gold.spans, overlap))


def _documents(passage: AnsweringPassage) -> list[str]:
    """Return the documents that a passage, or a duplicate folded into it, is from."""
    return [citation.document_id for citation in (passage.citation, *passage.also_found_in)]
