"""Files: discovery, the bytes of a source and its sidecar, media types, atomic writes."""

from corpus.files.atomic import (
    LOCK_NAME,
    replaced,
    said_if_unwritable,
    sync,
    temporary_folder,
    write_new,
    written_alone,
)
from corpus.files.discovery import find_files, is_gone, is_wanted, lies_under
from corpus.files.manifest_folder import DAMAGE, ManifestFolder
from corpus.files.media_types import CSV, DOCX, EPUB, HTML, JSON_LINES, MARKDOWN, MEDIA_TYPES, PDF, TEXT, media_type_of
from corpus.files.source import (
    MAX_SOURCE_BYTES,
    SIDECAR_SUFFIX,
    Sidecar,
    SourceBytes,
    absolute_path,
    printable,
    read_bytes,
)

__all__ = [
    "CSV",
    "DAMAGE",
    "DOCX",
    "EPUB",
    "HTML",
    "JSON_LINES",
    "LOCK_NAME",
    "MARKDOWN",
    "MAX_SOURCE_BYTES",
    "MEDIA_TYPES",
    "PDF",
    "SIDECAR_SUFFIX",
    "TEXT",
    "ManifestFolder",
    "Sidecar",
    "SourceBytes",
    "absolute_path",
    "find_files",
    "is_gone",
    "is_wanted",
    "lies_under",
    "media_type_of",
    "printable",
    "read_bytes",
    "replaced",
    "said_if_unwritable",
    "sync",
    "temporary_folder",
    "write_new",
    "written_alone",
]
