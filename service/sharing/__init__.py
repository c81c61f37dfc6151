"""State that the workers of one service share: limits, and files of metrics."""

from service.sharing.limits import SharedLimits
from service.sharing.state import SharedState, shared_state

__all__ = ["SharedLimits", "SharedState", "shared_state"]
