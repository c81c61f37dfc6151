"""Reading of the best passages, and their order by what was read."""

from collections.abc import Mapping, Sequence

from service.answering.ranking.deduplication import Result
from service.answering.reader.protocol import PassageToRead, Reader, Verdict, log_odds

READ = 4
"""Passages that are read."""

ODDS_WEIGHT = 0.02
"""Weight of the log-odds that a passage answers, in the order of passages, beside a weight of 1 of its score."""

ANSWER_WEIGHT, PASSAGE_WEIGHT = 0.08, 0.03
"""Weights of the log-odds that the shown answer and its passage answer, in the evidence for each."""

REACH = 0.08
"""Distance to the best score from which a passage would not come first, even if it answered: ODDS_WEIGHT times the
log-odds of .98."""


def read_best(
    reader: Reader, question: str, passages: Sequence[PassageToRead], scores: Sequence[float]
) -> dict[int, Verdict]:
    """Read the passages that could come first, as many at a time as take no longer than one.

    Args:
        reader: The reader.
        question: The question.
        passages: The passages, best first.
        scores: Their scores.

    Returns:
        Verdicts by position.
    """
    verdicts: dict[int, Verdict] = {}
    while True:
        read = (scores[at] + ODDS_WEIGHT * log_odds(verdict.answers) for at, verdict in verdicts.items())
        best = max(read, default=max(scores, default=0.0))
        open_ = [at for at in range(len(passages)) if at not in verdicts and scores[at] > best - REACH]
        if not open_:
            return verdicts
        batch = open_[: reader.parallel]
        verdicts.update(zip(batch, reader.read(question, [passages[at] for at in batch]), strict=True))


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
