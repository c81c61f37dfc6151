"""Ingest documents into the store: read, split, encode and commit, each step while the next one works."""

from service.ingest.change_queue import ChangeQueue, Upload
from service.ingest.dry_run import OutcomePreview, preview
from service.ingest.ingester import Ingester
from service.ingest.outcomes import Action, Outcome
from service.ingest.passages import encoded_passages, error_context
from service.ingest.sources import Source, borrowed_sandbox, starter_files
from service.ingest.summary import GivenNames, IngestSummary
from service.ingest.watching import Watch, changes_of

__all__ = [
    "Action",
    "ChangeQueue",
    "GivenNames",
    "IngestSummary",
    "Ingester",
    "Outcome",
    "OutcomePreview",
    "Source",
    "Upload",
    "Watch",
    "borrowed_sandbox",
    "changes_of",
    "encoded_passages",
    "error_context",
    "preview",
    "starter_files",
]
