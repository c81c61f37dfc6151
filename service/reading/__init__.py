"""Files and stored texts, read and cut in another process within limits. Imports no model, so as to start quickly."""

from service.reading.cutting import Cut, DocumentStructure, PassageSizes, cut
from service.reading.pool import lend
from service.reading.process import SandboxLimits
from service.reading.sandbox import Cancelled, Sandbox

__all__ = ["Cancelled", "Cut", "DocumentStructure", "PassageSizes", "Sandbox", "SandboxLimits", "cut", "lend"]
