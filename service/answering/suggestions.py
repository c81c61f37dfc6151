"""Suggested questions for a new conversation."""

from collections.abc import Mapping
from types import MappingProxyType

from service.retrieval import StoreView
from service.settings import Settings

STARTER_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "Who is Raúl Mijango?": "raul-mijango-mediation",
        "When did Sánchez Cerén say that the truce would end?": "end-of-the-truce",
        "What did MS-13 offer the government in January 2017?": "ms13-proposal-january-2017",
        "How many active gang members were there in El Salvador in 2020?": "gangs-and-factions",
    }
)
"""Questions about the starter documents, each with the id of the document that answers it."""

STARTER_SOURCE = "footnote:starter/"
"""Prefix of the starter documents' sources."""

MANY_DOCUMENTS = 100
"""Number of documents from which the sources are not checked: there are fewer starter documents."""


def suggested_questions(settings: Settings, view: StoreView) -> list[str]:
    """Return the configured questions, or those about the starter documents if the store holds no others.

    Without a configuration, other documents have no suggestions: nothing shows which questions they answer.
    """
    if settings.suggested_questions is not None:
        return list(settings.suggested_question_values)
    documents, _ = view.counts()
    sources = view.sources() if documents < MANY_DOCUMENTS else []
    if not all(source.source.startswith(STARTER_SOURCE) for source in sources):
        return []
    present = {source.id for source in sources}
    return [question for question, document in STARTER_QUESTIONS.items() if document in present]
