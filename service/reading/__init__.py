"""Read files and split texts in a separate, limited process. No model is imported, so the process starts quickly."""

from service.reading.pool import borrow
from service.reading.process import SandboxLimits
from service.reading.sandbox import ReadingCancelled, Sandbox
from service.reading.splitting import PassageSizes, SplitText, Structure, split_text

__all__ = [
    "PassageSizes",
    "ReadingCancelled",
    "Sandbox",
    "SandboxLimits",
    "SplitText",
    "Structure",
    "borrow",
    "split_text",
]
