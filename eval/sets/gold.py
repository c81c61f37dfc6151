"""Gold: what answers a question, as spans of canonical texts or as whole documents, and what covers it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.errors import UnknownDocumentError
from eval.errors import SetError
from eval.sets.questions import QuestionSet
from service.answering import AnsweringPassage, Citation

__all__ = [
    "Gold",
    "GoldDocument",
    "GoldSpan",
    "answering_documents",
    "covered_spans",
    "is_relevant",
    "resolve",
    "retrieved_items",
]


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A place that answers: `[start, end)` of a document's canonical text."""

    document: str
    start: int
    end: int

    @property
    def id(self) -> str:
        """How it is named in a run and in qrels."""
        return f"{self.document}#{self.start},{self.end}"

    def coverage(self, citation: Citation) -> float:
        """The share of its characters that a citation covers."""
        return self.overlap(citation) / (self.end - self.start)

    def overlap(self, citation: Citation) -> int:
        """How many of its characters a citation covers."""
        if citation.document_id != self.document:
            return 0
        return max(0, min(self.end, citation.end) - max(self.start, citation.start))


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document that answers as a whole, where a set knows no more; `grade` says how well."""

    document: str
    grade: int = 1

    @property
    def id(self) -> str:
        """How it is named in a run and in qrels."""
        return self.document


@dataclass(frozen=True, slots=True)
class Gold:
    """All that answers one question.

    Args:
        spans: Places that answer.
        documents: Documents that answer as a whole, where no places are known.
        strings: Short answers word for word, of which the answer should hold one.
    """

    spans: Sequence[GoldSpan] = ()
    documents: Sequence[GoldDocument] = ()
    strings: Sequence[str] = ()

    @property
    def grades(self) -> dict[str, int]:
        """Item ids and their grades, as qrels want them."""
        return {span.id: 1 for span in self.spans} | {document.id: document.grade for document in self.documents}

    @property
    def answering(self) -> set[str]:
        """Ids of the documents that answer, wherever in them."""
        return {span.document for span in self.spans} | {document.document for document in self.documents}


def resolve(questions: QuestionSet, text_of: Callable[[str], str]) -> dict[str, Gold]:
    """Find every quote of a set in its document.

    Args:
        questions: The set.
        text_of: Gives a document's canonical text by its id.

    Returns:
        The gold of each question by its id.

    Raises:
        SetError: A document is not there, or a quote stands in it not at all or more than once. It names the line.
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
        raise SetError(f"{where}: the quote “{_short(quote)}” does not stand in '{document}'. Copy it exactly.")
    if text.find(quote, start + 1) >= 0:
        raise SetError(f"{where}: the quote “{_short(quote)}” stands in '{document}' twice. Make it longer.")
    return GoldSpan(document, start, start + len(quote))


def _short(quote: str) -> str:
    return quote if len(quote) <= 60 else quote[:57] + "…"


def retrieved_items(passages: Sequence[AnsweringPassage], gold: Gold, overlap: float) -> list[str]:
    """A ranked list of items, in which gold that has been retrieved stands under its own id.

    A passage stands for the gold spans that it, or a duplicate folded into it, covers by at least `overlap` of
    their characters and that no better-ranked passage has covered; one that adds none stands for itself. With
    gold documents, a passage stands for those that it or a duplicate is from, else for its own document, each where it
    comes first. The number of relevant items is thus the set's alone and does not depend on how texts are cut.

    Args:
        passages: Best first.
        gold: What answers.
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
    """The gold spans that a passage, or a duplicate folded into it, covers."""
    places = [passage.citation, *passage.also_found_in]
    return [span for span in spans if any(span.coverage(place) >= overlap for place in places)]


def answering_documents(passages: Sequence[AnsweringPassage], gold: Gold, overlap: float) -> set[str]:
    """Ids of the documents from which these passages bring an answer."""
    if gold.documents:
        return {document for passage in passages for document in _documents(passage)} & gold.answering
    return {span.document for passage in passages for span in covered_spans(passage, gold.spans, overlap)}


def is_relevant(passage: AnsweringPassage, gold: Gold, overlap: float, grades: Mapping[str, int]) -> bool:
    """Whether a passage answers."""
    if gold.documents:
        return any(grades.get(document, 0) > 0 for document in _documents(passage))
    return bool(covered_spans(passage, gold.spans, overlap))


def _documents(passage: AnsweringPassage) -> list[str]:
    """The documents that a passage, or a duplicate folded into it, is from."""
    return [place.document_id for place in (passage.citation, *passage.also_found_in)]
