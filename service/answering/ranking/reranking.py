"""Reranking: the protocol of rerankers, and their input and output."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.lexical import LexicalQuery
from embeddings.tokens import QuestionTokens
from service.answering.ranking.candidates import Candidate
from service.answering.ranking.rows import PassageRows


@dataclass(frozen=True, slots=True)
class RerankedCandidate:
    """Candidate with its final score.

    Args:
        key: Key of the passage.
        score: Weighted mean of the passage's similarities to the question, in [-1, 1].
        evidence: Input of the calibration: the score with a lower weight of earlier turns, in [-1, 1].
    """

    key: int
    score: float
    evidence: float


@dataclass(frozen=True, slots=True, eq=False)
class AskedQuestion:
    """Encoded question, as input of a search.

    Args:
        words: Query for the lexical index.
        vector: Vector of the question, `(dimension,)` float32, L2-normalised.
        tokens: Token vectors of the question, to rank passages by.
        sentence_tokens: Token vectors of the question, to choose a sentence by.
        reading: Contextual vector, `(dimension,)` float32, L2-normalised; None for a question without context.
        reading_weight: Weight of the contextual cosine in the score.
        evidence_weight: Weight of the contextual cosine in the evidence.
        answer: Last answer of the conversation, for a question with context.
    """

    words: LexicalQuery
    vector: NDArray[np.float32]
    tokens: QuestionTokens
    sentence_tokens: QuestionTokens
    reading: NDArray[np.float32] | None = None
    reading_weight: float = 0.0
    evidence_weight: float = 0.0
    answer: str = ""


class Reranker(Protocol):
    """Scores and ranks candidates."""

    @property
    def version(self) -> str:
        """Version of the scores, such as `maxsim-1`. A calibration is valid for one version."""

    def rerank(
        self, question: AskedQuestion, candidates: Sequence[Candidate], rows: PassageRows
    ) -> list[RerankedCandidate]:
        """Return all candidates, best first, ties by key.

        Args:
            question: The encoded question.
            candidates: Candidates in any order.
            rows: Token signs and texts of the candidates.
        """
