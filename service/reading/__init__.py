"""Read files and split texts in a separate, limited process. No model is imported, so the process starts quickly."""

from service.reading.pictures import PagePictures
from service.reading.pool import borrow
from service.reading.process import SandboxLimits
from service.reading.sandbox import ReadingCancelled, Sandbox
from service.reading.splitting import DocumentStructure, PassageSizes, SplitText, split_text

__all__ = [
    "DocumentStructure",
    "PagePictures",
    "PassageSizes",
    "ReadingCancelled",
    "Sandbox",
    "SandboxLimits",
    "SplitText",
    "borrow",
    "split_text",
]
