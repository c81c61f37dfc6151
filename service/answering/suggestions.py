"""Questions to begin with, for someone who does not know yet what the documents hold."""

from collections.abc import Mapping
from types import MappingProxyType

from service.retrieval import StoreView
from service.settings import Settings

__all__ = ["STARTER_QUESTIONS", "suggested_questions"]

STARTER_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "Who is Raúl Mijango?": "raul-mijango-mediation",
        "When did Sánchez Cerén say that the truce would end?": "end-of-the-truce",
        "What did MS-13 offer the government in January 2017?": "ms13-proposal-january-2017",
        "How many active gang members were there in El Salvador in 2020?": "gangs-and-factions",
    }
)
"""Questions that the starter documents answer, each with the document that does."""

STARTER_SOURCE = "footnote:starter/"

MANY = 100
"""More documents than come with Footnote: the sources of so many need not be looked through."""


def suggested_questions(settings: Settings, view: StoreView) -> list[str]:
    """The operator's questions if there are any; else, where there are only starter documents, those that they answer.

    Of other documents nothing is known that could be suggested honestly.
    """
    if settings.suggested_questions is not None:
        return list(settings.suggested_question_values)
    documents, _ = view.counts()
    sources = view.sources() if documents < MANY else []
    if not all(source.source.startswith(STARTER_SOURCE) for source in sources):
        return []
    present = {source.id for source in sources}
    return [question for question, document in STARTER_QUESTIONS.items() if document in present]
