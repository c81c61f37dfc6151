"""Layout of the SQLite database: its format version, tables and indexes."""

from corpus.documents import METADATA_FIELDS, Kind

FORMAT_VERSION = 2
APPLICATION_ID = 0x464E4F54  # "FNOT"

_METADATA = "\n".join(
    f"    {field.name} TEXT{'' if field.optional else ' NOT NULL'},"
    + ("" if field.kind is Kind.TEXT else f"  -- {field.kind.value}")
    for field in METADATA_FIELDS
)

WORDS_LAYOUT = """
CREATE TABLE terms (                 -- in order of their first appearance, so that frequent ones share pages
    key INTEGER PRIMARY KEY,         -- never reused
    term TEXT NOT NULL UNIQUE,
    passages INTEGER NOT NULL,       -- number of passages that have the term; a term of none has no row
    checksum INTEGER NOT NULL        -- CRC-32 of the columns above
) STRICT;

CREATE TABLE passage_terms (
    passage INTEGER PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE,
    data BLOB NOT NULL,              -- see corpus.store.words.counts
    checksum INTEGER NOT NULL        -- CRC-32 of passage and data
) STRICT;

CREATE TABLE removals (              -- of the latest generations, see corpus.store.words.removals
    generation INTEGER NOT NULL,
    document INTEGER NOT NULL,
    has_left INTEGER NOT NULL,       -- 1: the document was removed; 0: only these passages
    passages BLOB NOT NULL,          -- keys, int64, little-endian
    checksum INTEGER NOT NULL,       -- CRC-32 of the columns above
    PRIMARY KEY (generation, document)
) STRICT, WITHOUT ROWID;
"""
"""Tables that version 2 has and version 1 has not."""

LAYOUT = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT_VERSION};

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    checksum INTEGER NOT NULL        -- CRC-32 of both
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,              -- the file that contains the source; the source itself if it is a file
    source_sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    revision TEXT NOT NULL,
    text BLOB NOT NULL,              -- UTF-8
    characters INTEGER NOT NULL,     -- code points of the text
{_METADATA}
    sections TEXT NOT NULL,          -- JSON array of [title, level, start]
    pages TEXT NOT NULL,             -- JSON array: start of each page, [start, label] of each place, reader's version
    removed_spans TEXT NOT NULL,     -- JSON array of [start, end, reason]
    metadata_checksum INTEGER NOT NULL,  -- CRC-32 of all columns but the text, whose digest is the revision
    ingested_at TEXT NOT NULL        -- ISO 8601, UTC
) STRICT;

CREATE INDEX documents_by_file ON documents(file);

CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused, so that no index confuses two passages
    id TEXT NOT NULL UNIQUE,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start INTEGER NOT NULL,          -- code points
    end INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,     -- the same span in the UTF-8 text
    byte_end INTEGER NOT NULL,
    page INTEGER,
    section TEXT,
    checksum INTEGER NOT NULL,       -- CRC-32 of the columns above and the passage's text
    vector BLOB NOT NULL,
    vector_checksum INTEGER NOT NULL  -- CRC-32 of key and vector
) STRICT;

CREATE INDEX passages_by_document ON passages(document, start);

CREATE TABLE token_vectors (         -- a table of its own, so that reading passages does not load these pages
    passage INTEGER PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE,
    data BLOB NOT NULL,
    checksum INTEGER NOT NULL        -- CRC-32 of key and data
) STRICT;
{WORDS_LAYOUT}"""
