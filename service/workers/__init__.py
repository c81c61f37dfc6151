"""Several worker processes behind one port: their supervisor, and the template that they are forked from."""

from service.workers.listening import listening_sockets
from service.workers.serving import ingest_starter, is_empty, ready_line, run_worker, teller
from service.workers.supervisor import StartError, supervise

__all__ = [
    "StartError",
    "ingest_starter",
    "is_empty",
    "listening_sockets",
    "ready_line",
    "run_worker",
    "supervise",
    "teller",
]
