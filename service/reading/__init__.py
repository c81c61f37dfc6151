"""Files and stored texts, read and cut in another process within limits. Imports no model, so as to start quickly."""

from service.reading.cutting import Cut, Layout, Sizes, cut
from service.reading.pool import lend
from service.reading.process import SandboxLimits
from service.reading.sandbox import Cancelled, Sandbox

__all__ = ["Cancelled", "Cut", "Layout", "Sandbox", "SandboxLimits", "Sizes", "cut", "lend"]
