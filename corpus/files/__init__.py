"""Files: paths, the bytes of a source and its sidecar, atomic writes."""

from corpus.files.atomic import (
    LOCK_NAME,
    locked_folder,
    logged_write_errors,
    replaced,
    sync,
    temporary_folder,
    write_new,
)
from corpus.files.manifest_folder import DAMAGE, ManifestFolder
from corpus.files.paths import absolute_path, is_gone, lies_under, printable, stored_path
from corpus.files.source import MAX_SOURCE_BYTES, OUTSIDE, SIDECAR_SUFFIX, Sidecar, SourceBytes, read_bytes

__all__ = [
    "DAMAGE",
    "LOCK_NAME",
    "MAX_SOURCE_BYTES",
    "OUTSIDE",
    "SIDECAR_SUFFIX",
    "ManifestFolder",
    "Sidecar",
    "SourceBytes",
    "absolute_path",
    "is_gone",
    "lies_under",
    "locked_folder",
    "logged_write_errors",
    "printable",
    "read_bytes",
    "replaced",
    "stored_path",
    "sync",
    "temporary_folder",
    "write_new",
]
