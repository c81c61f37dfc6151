"""Readers of files, one module per format, and the search for readable files in folders."""

from corpus.readers.discovery import FoundFiles, find_files, is_wanted
from corpus.readers.formats import reader_version
from corpus.readers.ocr.pages import PAGE_SECONDS, reporting_pages
from corpus.readers.pdf.drawing import draw_page
from corpus.readers.reading import read_documents
from corpus.readers.record_problems import SourceProblem
from corpus.readers.unread import what_suffix_is

__all__ = [
    "PAGE_SECONDS",
    "FoundFiles",
    "SourceProblem",
    "draw_page",
    "find_files",
    "is_wanted",
    "read_documents",
    "reader_version",
    "reporting_pages",
    "what_suffix_is",
]
