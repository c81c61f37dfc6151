"""Documents into the store: read, cut, encoded once and committed, each stage while the next one works."""

from service.ingest.change_queue import Intake, Upload
from service.ingest.cutting import encoded_passages, naming
from service.ingest.ingester import Ingester
from service.ingest.planning import PlannedStep, plan
from service.ingest.sources import Source, lent, starter_files
from service.ingest.steps import Action, Step
from service.ingest.summary import IngestSummary
from service.ingest.watching import Watch, changes_of

__all__ = [
    "Action",
    "IngestSummary",
    "Ingester",
    "Intake",
    "PlannedStep",
    "Source",
    "Step",
    "Upload",
    "Watch",
    "changes_of",
    "encoded_passages",
    "lent",
    "naming",
    "plan",
    "starter_files",
]
