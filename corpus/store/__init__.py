"""The document store: SQLite, read through views and written in transactions."""

from corpus.store.changes import Change, Move, Put, Remove
from corpus.store.database import DATABASE_NAME, connect, sqlite_message, translated_folder_errors
from corpus.store.filtering.filters import Allowed, AnyOf, Condition, Filters, Languages, Range, Scalar
from corpus.store.layout import FORMAT_VERSION
from corpus.store.meta_table import RowTotals
from corpus.store.originals import ORIGINALS_NAME, Originals
from corpus.store.recovery.repair import Repair, rebuild_database_indexes, repair, rewrite
from corpus.store.recovery.snapshot_copy import copy_store, replace_store, set_aside
from corpus.store.recovery.word_counting import CountTerms, upgrade
from corpus.store.rows import StoredDocument, StoredPassage, StoredSource
from corpus.store.store import Store
from corpus.store.view import View
from corpus.store.words.counts import TermCounts
from corpus.store.words.removals import Changes, Removal
from corpus.store.words.terms import TermRecord
from corpus.store.words.totals import WordTotals
from corpus.store.writer import mismatch_message

__all__ = [
    "DATABASE_NAME",
    "FORMAT_VERSION",
    "ORIGINALS_NAME",
    "Allowed",
    "AnyOf",
    "Change",
    "Changes",
    "Condition",
    "CountTerms",
    "Filters",
    "Languages",
    "Move",
    "Originals",
    "Put",
    "Range",
    "Removal",
    "Remove",
    "Repair",
    "RowTotals",
    "Scalar",
    "Store",
    "StoredDocument",
    "StoredPassage",
    "StoredSource",
    "TermCounts",
    "TermRecord",
    "View",
    "WordTotals",
    "connect",
    "copy_store",
    "mismatch_message",
    "rebuild_database_indexes",
    "repair",
    "replace_store",
    "rewrite",
    "set_aside",
    "sqlite_message",
    "translated_folder_errors",
    "upgrade",
]
