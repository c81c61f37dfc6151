"""The steps from a question to its answer, one module a step, in order.

`candidates` (vector search) → `fusion` (of ranked lists) → `reranking` (MaxSim over token vectors) →
`confidence` → `highlight` → `citation`; `pipeline` walks through them.
"""

from service.answering.pipeline import Pipeline

__all__ = ["Pipeline"]
