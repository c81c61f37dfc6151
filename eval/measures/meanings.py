"""What each measure means, in one line."""

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "nDCG@10": "Rank-weighted gain of the answers in the first ten; 1 is the best possible order.",
    "MRR@10": "One over the rank of the first answering passage, on average.",
    "hit@1": "Share of answerable questions whose first passage answers.",
    "hit@3": "Share of answerable questions with an answering passage among the first 3.",
    "hit@5": "Share of answerable questions with an answering passage among the first 5.",
    "recall@5": "Share of all answers that are among the first 5 passages.",
    "recall@10": "Share of all answers that are among the first 10 passages.",
    "recall@100": "Share of all answers that are among the first 100 passages.",
    "MAP": "Average precision over the whole list, averaged over questions.",
    "complete@5": "Of questions answered in two to five documents, share with all of them in the first 5 passages.",
    "answer_accuracy": "Share of answerable questions whose first sentence is right, claimed or uncertain.",
    "answer_in_highlight": "Share of questions whose first answering highlight holds a short answer.",
    "highlight_F1": "Overlap of the first answering passage's highlight with the quote, in characters.",
    "claimed_right": "Share of answerable questions with a claimed answer that is right.",
    "claimed_wrong": "Share of all questions with a claimed answer that is wrong; smaller is better.",
    "refusal_accuracy": "Share of questions that are answerable and claimed, or unanswerable and not claimed.",
    "claimed": "Share of questions with a claimed answer.",
    "wrong_claims": "Share of claimed answers that are wrong; smaller is better.",
    "uncertain": "Share of questions with the status uncertain.",
    "refusal_precision": "Of the questions without a claimed answer, share that is unanswerable.",
    "refusal_recall": "Of the unanswerable questions, share without a claimed answer.",
    "AUROC": "Chance that an answerable question has a higher confidence than an unanswerable one; .5 is a guess.",
    "AURC": "Share of wrong claims, averaged over all borders of claiming; smaller is better.",
    "ECE": "Mean difference between the answers' probabilities and their share of right ones; smaller is better.",
    "ECE_passage": "The same for first passages; smaller is better.",
    "latency_p50_ms": "Time that half of the answers take at most.",
    "latency_p95_ms": "Time that 95 % of the answers take at most.",
    "latency_p99_ms": "Time that 99 % of the answers take at most.",
}
"""A line for each measure of a run or a comparison."""
