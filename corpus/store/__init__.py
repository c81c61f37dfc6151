"""The document store: SQLite, read through views and written in transactions."""

from corpus.store.changes import Change, Move, Put, Remove
from corpus.store.connection import Connection, Cursor
from corpus.store.database import DATABASE_NAME, connect, sqlite_message, translated_folder_errors
from corpus.store.filtering.filters import Allowed, AnyOf, Condition, Filters, Languages, Range, Scalar
from corpus.store.layout import FORMAT_VERSION
from corpus.store.meta_table import RowTotals, initialise_meta
from corpus.store.originals import ORIGINALS_NAME, Originals
from corpus.store.reading.passages import require_all
from corpus.store.recovery.repair import Repair, rebuild_database_indexes, repair, rewrite
from corpus.store.recovery.row_recovery import ListedDocument
from corpus.store.recovery.snapshot_copy import copy_store, replace_store, set_aside
from corpus.store.recovery.word_counting import CountTerms, upgrade
from corpus.store.rows import (
    PASSAGE_COLUMNS,
    READER_VERSION_SQL,
    StoredDocument,
    StoredPassage,
    StoredSource,
    passage_from_record,
    records,
)
from corpus.store.store import Store, utc_now
from corpus.store.view import View
from corpus.store.words.counts import TermCounts
from corpus.store.words.removals import Changes, Removal
from corpus.store.words.terms import TermRecord
from corpus.store.words.totals import WordTotals
from corpus.store.writer import Writer, mismatch_message

__all__ = [
    "DATABASE_NAME",
    "FORMAT_VERSION",
    "ORIGINALS_NAME",
    "PASSAGE_COLUMNS",
    "READER_VERSION_SQL",
    "Allowed",
    "AnyOf",
    "Change",
    "Changes",
    "Condition",
    "Connection",
    "CountTerms",
    "Cursor",
    "Filters",
    "Languages",
    "ListedDocument",
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
    "Writer",
    "connect",
    "copy_store",
    "initialise_meta",
    "mismatch_message",
    "passage_from_record",
    "rebuild_database_indexes",
    "records",
    "repair",
    "replace_store",
    "require_all",
    "rewrite",
    "set_aside",
    "sqlite_message",
    "translated_folder_errors",
    "upgrade",
    "utc_now",
]
