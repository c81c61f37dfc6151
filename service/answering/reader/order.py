"""Reading of the best passages, and their order by what was read."""

from collections.abc import Mapping, Sequence

from service.answering.ranking.deduplication import Result
from service.answering.reader.protocol import PassageToRead, Reader, Verdict, log_odds

READ = 4
"""Passages that are read."""

ODDS_WEIGHT = 0.02
"""Weight of the log-odds that a passage answers, in the order of passages, beside a weight of 1 of its score."""

ANSWER_WEIGHT, PASSAGE_WEIGHT = 0.08, 0.02
"""Weights of the log-odds that the shown answer and its passage answer, in the evidence for each."""

BEYOND_DOUBT = 0.97
"""Probability of an answer from which no further passages are read."""


def read_best(reader: Reader, question: str, passages: Sequence[PassageToRead]) -> list[Verdict]:
    """Read passages, best first, as many at a time as take no longer than one, until one answers beyond doubt.

    Args:
        reader: The reader.
        question: The question.
        passages: The passages.

    Returns:
        Verdicts of the first passages, those that were read.
    """
    verdicts: list[Verdict] = []
    while len(verdicts) < len(passages) and not any(v.answers >= BEYOND_DOUBT for v in verdicts):
        verdicts += reader.read(question, passages[len(verdicts) : len(verdicts) + reader.parallel])
    return verdicts


def in_order_of_reading(results: Sequence[Result], verdicts: Mapping[int, Verdict]) -> list[Result]:
    """Return results with those that were read in the order of their scores and verdicts, ahead of the others.

    Args:
        results: Results, best first.
        verdicts: Verdicts by key.
    """

    def score(result: Result) -> float:
        return result.candidate.score + ODDS_WEIGHT * log_odds(verdicts[result.candidate.key].answers)

    read = sorted((r for r in results if r.candidate.key in verdicts), key=score, reverse=True)
    return [*read, *(r for r in results if r.candidate.key not in verdicts)]
