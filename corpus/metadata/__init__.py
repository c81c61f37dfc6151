"""Metadata of a document: front matter, sidecars, bylines, dates, and their precedence."""

from corpus.metadata.bylines import read_byline, read_copied_page
from corpus.metadata.dates import read_date
from corpus.metadata.front_blocks import split_front_matter
from corpus.metadata.front_matter import TOO_DEEP, TOO_MANY_DIGITS, FrontMatter, usable, validated, with_known_names
from corpus.metadata.placeholders import without_placeholders
from corpus.metadata.precedence import NOTES, metadata_of, read_sidecar

__all__ = [
    "NOTES",
    "TOO_DEEP",
    "TOO_MANY_DIGITS",
    "FrontMatter",
    "metadata_of",
    "read_byline",
    "read_copied_page",
    "read_date",
    "read_sidecar",
    "split_front_matter",
    "usable",
    "validated",
    "with_known_names",
    "without_placeholders",
]
