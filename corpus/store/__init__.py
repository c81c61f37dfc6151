"""The document store: SQLite, read through views and written in transactions."""

from corpus.store.changes import Change, Move, Put, Remove
from corpus.store.database import DATABASE_NAME, FORMAT_VERSION, connect, said, translated_folder_errors
from corpus.store.filters import Filters
from corpus.store.recovery.repair import Repair, rebuild_database_indexes, repair, rewrite
from corpus.store.recovery.snapshot_copy import copy_store, replace_store, set_aside
from corpus.store.rows import StoredDocument, StoredPassage, StoredSource
from corpus.store.store import Store
from corpus.store.transaction import mismatch_message
from corpus.store.view import View

__all__ = [
    "DATABASE_NAME",
    "FORMAT_VERSION",
    "Change",
    "Filters",
    "Move",
    "Put",
    "Remove",
    "Repair",
    "Store",
    "StoredDocument",
    "StoredPassage",
    "StoredSource",
    "View",
    "connect",
    "copy_store",
    "mismatch_message",
    "rebuild_database_indexes",
    "repair",
    "replace_store",
    "rewrite",
    "said",
    "set_aside",
    "translated_folder_errors",
]
