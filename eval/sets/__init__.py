"""Question sets: JSON Lines, BEIR, TREC, feedback, and their gold."""

from eval.sets.beir import BeirFolder, load_beir
from eval.sets.beir_store import document_ids, fill_store, gold_of
from eval.sets.candidates import ImportResult, candidates_from, check_free, write_candidates
from eval.sets.feedback import load_feedback
from eval.sets.gold import Gold, answering_documents, is_relevant, resolve, retrieved_items
from eval.sets.questions import Question, QuestionSet, load_questions
from eval.sets.trec import TrecSet, load_trec
from eval.sets.written import load_written

__all__ = [
    "BeirFolder",
    "Gold",
    "ImportResult",
    "Question",
    "QuestionSet",
    "TrecSet",
    "answering_documents",
    "candidates_from",
    "check_free",
    "document_ids",
    "fill_store",
    "gold_of",
    "is_relevant",
    "load_beir",
    "load_feedback",
    "load_questions",
    "load_trec",
    "load_written",
    "resolve",
    "retrieved_items",
    "write_candidates",
]
