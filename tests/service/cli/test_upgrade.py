"""`footnote upgrade`."""

import contextlib
import sqlite3
from pathlib import Path

from corpus.store.database import DATABASE_NAME
from corpus.store.layout import WORDS_LAYOUT
from corpus.store.view import View
from tests.corpus.samples import rows_of_tables, set_meta, tamper
from tests.service.cli.conftest import Run


def as_version_1(data: Path) -> None:
    """Turn a store into one that the first format version would have written."""
    for line in WORDS_LAYOUT.splitlines():
        if line.startswith("CREATE TABLE"):
            tamper(data, f"DROP TABLE {line.split()[2]}")
    tamper(data, "DELETE FROM meta WHERE key IN ('words', 'log')")
    tamper(data, "PRAGMA user_version = 1")


def test_an_earlier_store_is_refused_upgraded_and_answers_as_before(filled: Run, data: Path) -> None:
    before, answer = rows_of_tables(data), filled("ask", "What began?").out
    as_version_1(data)
    refused = filled("ask", "What began?")
    assert (refused.code, refused.out) == (3, "")
    assert refused.err.endswith(f"Upgrade it with: footnote upgrade --data {data}\n")

    ran = filled("upgrade")
    assert (ran.code, ran.out) == (0, f"The documents in {data} are upgraded.\n")
    assert filled("ask", "What began?").out == answer
    after = rows_of_tables(data)
    assert {name: rows for name, rows in after.items() if name in ("documents", "passages", "passage_terms")} == {
        name: rows for name, rows in before.items() if name in ("documents", "passages", "passage_terms")
    }
    assert filled("verify").code == 0


def test_a_present_store_needs_no_upgrade(filled: Run, data: Path) -> None:
    with View(data) as view:
        before = view.generation
    ran = filled("upgrade")
    assert (ran.code, ran.out) == (0, f"The documents in {data} need no upgrade.\n")
    with View(data) as view:
        assert view.generation == before


def test_words_of_another_analysis_are_named_with_the_command_that_counts_them(filled: Run, data: Path) -> None:
    with View(data) as view:
        fingerprint = str(view.fingerprint)
    with contextlib.closing(sqlite3.connect(data / DATABASE_NAME, isolation_level=None)) as connection:
        set_meta(connection, "encoder", fingerprint.replace('"analysis": 2', '"analysis": 1'))
    refused = filled("ask", "What began?")
    assert refused.code != 0
    assert refused.err.endswith(
        f"The words of the documents in {data} were counted by another version of Footnote. "
        f"Count them again with: footnote upgrade --data {data}\n"
    )
    assert filled("upgrade").code == 0
    assert filled("ask", "What began?").code == 0
