"""Figures in the order of results: a passage without the question's year or number gives way to one that has it."""

from collections.abc import Callable, Sequence

from service.answering.ranking.reranking import RerankedCandidate
from service.answering.sentences import Figures, holds

MISSING_FIGURE_PENALTY = 0.03
"""Score penalty of a passage without any figure of the question. docs/lab/retrieval.md has the measurements."""

COMPARED = 20
"""Number of the best passages whose figures are compared."""

SCORE_DECIMALS = 6


def with_figures_first(
    ranked: Sequence[RerankedCandidate], asked: Figures, figures_of: Callable[[int], Figures]
) -> list[RerankedCandidate]:
    """Return candidates with lower scores for those without the question's figures. Their evidence stays the same.

    Args:
        ranked: Candidates, best first.
        asked: Figures of the question.
        figures_of: Returns the figures of a candidate's passage by its key.
    """
    if not asked:
        return list(ranked)
    return [
        one if at >= COMPARED or holds(figures_of(one.key), asked) else _lowered(one) for at, one in enumerate(ranked)
    ]


def _lowered(candidate: RerankedCandidate) -> RerankedCandidate:
    score = max(-1.0, round(candidate.score - MISSING_FIGURE_PENALTY, SCORE_DECIMALS))
    return RerankedCandidate(candidate.key, score, candidate.evidence)
