"""The steps from a question to its answer, one module a step, in order.

`candidates` (by meaning and by words) → `fusion` (of both scores) → `reranking` (token by token) → `results` (each text
once) → `confidence` → `highlight` → `citation`. `search` holds what is read for one question; `pipeline` walks through
the steps.
"""

from service.answering.pipeline import Pipeline

__all__ = ["Pipeline"]
