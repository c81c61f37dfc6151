"""Upkeep of a data folder: verify, repair, backup, feedback."""

from service.upkeep.backup import back_up, restore
from service.upkeep.feedback import Feedback, StoredRating
from service.upkeep.repair import Verified, verified
from service.upkeep.upgrade import upgraded
from service.upkeep.verify import Problem, clause

__all__ = ["Feedback", "Problem", "StoredRating", "Verified", "back_up", "clause", "restore", "upgraded", "verified"]
