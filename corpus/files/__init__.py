"""Files: paths, the bytes of a source and its sidecar, atomic writes."""

from corpus.files.atomic import (
    LOCK_NAME,
    replaced,
    said_if_unwritable,
    sync,
    temporary_folder,
    write_new,
    written_alone,
)
from corpus.files.manifest_folder import DAMAGE, ManifestFolder
from corpus.files.paths import absolute_path, is_gone, lies_under, printable
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
    "printable",
    "read_bytes",
    "replaced",
    "said_if_unwritable",
    "sync",
    "temporary_folder",
    "write_new",
    "written_alone",
]
