"""Layout of the database: the columns of `corpus.store.layout`, in the schema `footnote`."""

from corpus.documents import METADATA_FIELDS

SCHEMA = "footnote"

TEXT = 'text COLLATE "C"'
"""Compared by bytes, as SQLite and Python compare."""

_METADATA = "\n".join(f"    {field.name} {TEXT}{'' if field.optional else ' NOT NULL'}," for field in METADATA_FIELDS)

LAYOUT = f"""
CREATE SCHEMA {SCHEMA};
SET LOCAL search_path = {SCHEMA};

CREATE TABLE layout (version integer NOT NULL);

CREATE TABLE last_keys (
    name text PRIMARY KEY,
    key bigint NOT NULL              -- the greatest key that a row of this table ever had
);

CREATE TABLE meta (
    key {TEXT} PRIMARY KEY,
    value {TEXT} NOT NULL,
    checksum bigint NOT NULL
);

CREATE TABLE documents (
    key bigint PRIMARY KEY,
    id {TEXT} NOT NULL UNIQUE,
    source {TEXT} NOT NULL UNIQUE,
    file {TEXT} NOT NULL,
    source_sha256 {TEXT} NOT NULL,
    media_type {TEXT} NOT NULL,
    revision {TEXT} NOT NULL,
    text bytea NOT NULL,
    characters bigint NOT NULL,
{_METADATA}
    sections {TEXT} NOT NULL,
    pages {TEXT} NOT NULL,
    removed_spans {TEXT} NOT NULL,
    metadata_checksum bigint NOT NULL,
    ingested_at {TEXT} NOT NULL
);
ALTER TABLE documents ALTER text SET STORAGE EXTERNAL;  -- so that a span is read without the whole text
CREATE INDEX documents_by_file ON documents(file);

CREATE TABLE passages (
    key bigint PRIMARY KEY,
    id {TEXT} NOT NULL UNIQUE,
    document bigint NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    start bigint NOT NULL,
    "end" bigint NOT NULL,
    byte_start bigint NOT NULL,
    byte_end bigint NOT NULL,
    page bigint,
    section {TEXT},
    vector bytea NOT NULL,
    checksum bigint NOT NULL,
    vector_checksum bigint NOT NULL
);
ALTER TABLE passages ALTER vector SET STORAGE EXTERNAL;
CREATE INDEX passages_by_document ON passages(document, start, key);

CREATE TABLE token_vectors (
    passage bigint PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE,
    data bytea NOT NULL,
    checksum bigint NOT NULL
);
ALTER TABLE token_vectors ALTER data SET STORAGE EXTERNAL;

CREATE TABLE terms (
    key bigint PRIMARY KEY,
    term {TEXT} NOT NULL UNIQUE,
    passages bigint NOT NULL,
    checksum bigint NOT NULL
);

CREATE TABLE passage_terms (
    passage bigint PRIMARY KEY REFERENCES passages(key) ON DELETE CASCADE,
    data bytea NOT NULL,
    checksum bigint NOT NULL
);

CREATE TABLE removals (
    generation bigint NOT NULL,
    document bigint NOT NULL,
    has_left bigint NOT NULL,
    passages bytea NOT NULL,
    checksum bigint NOT NULL,
    PRIMARY KEY (generation, document)
);
"""
