"""What can be wrong with what an evaluation is given; each is a user's mistake with exit code 1."""

from corpus.errors import InputError

__all__ = ["BaselineError", "RequirementError", "SetError", "TargetError"]


class SetError(InputError):
    """A question set cannot be used; the message names the file and the line."""


class TargetError(InputError):
    """What is to be evaluated cannot be reached or does not answer as the contract says."""


class BaselineError(InputError):
    """A stored run cannot be used as a baseline."""


class RequirementError(InputError):
    """A requirement cannot be understood or names a measure that does not exist."""
