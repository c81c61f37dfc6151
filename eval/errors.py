"""Errors of evaluations: wrong input, with exit code 1."""

from corpus.errors import InputError

__all__ = ["BaselineError", "FolderError", "RequirementError", "SetError", "TargetError"]


class SetError(InputError):
    """A question set cannot be used; the message names the file and the line."""


class TargetError(InputError):
    """The pipeline or service to evaluate cannot be reached or violates the API."""


class BaselineError(InputError):
    """A stored run cannot be used as a baseline."""


class RequirementError(InputError):
    """A requirement is malformed or names an unknown measure."""


class FolderError(InputError):
    """A folder of files and references cannot be used; the message names the file."""
