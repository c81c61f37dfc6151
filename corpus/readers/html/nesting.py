"""How deep elements of HTML and XML may lie in each other, and what is said where they lie deeper.

libxml2 gives up at this depth. Of HTML it then drops the rest of the file without an error, so that its log is asked.
"""

from typing import Any

from corpus.errors import SourceError

__all__ = ["MAX_NESTING", "keep_shallow", "limit_of", "limit_passed"]

MAX_NESTING = 256
"""libxml2's own bound without `huge_tree`; pages of this web have some 30."""

_TOO_DEEP = (
    f"its elements lie more than {MAX_NESTING} deep in each other; save it again from another program, or as text"
)
_TOO_LONG = "it holds a text or an attribute of more than 10 MB in one piece; save it again without it, or as text"


def limit_passed(parser: Any) -> SourceError | None:  # noqa: ANN401 - lxml has no types
    """What to raise if a parser that mends what it reads gave up because of a limit; None if it did not."""
    problems = (_problem(entry.type, entry.message) for entry in parser.error_log)
    return next((problem for problem in problems if problem is not None), None)


def limit_of(error: Any) -> SourceError | None:  # noqa: ANN401
    """What to raise if an XMLSyntaxError comes from a limit; None if the XML is damaged."""
    return _problem(error.code, error.msg)  # its log holds those of other files as well


def _problem(kind: int, message: str) -> SourceError | None:
    from lxml import etree

    if kind != etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return None
    if "depth" in message:
        return SourceError(_TOO_DEEP)
    return SourceError(_TOO_LONG) if "too long" in message or "size limit" in message else None


def keep_shallow(tree: Any) -> None:  # noqa: ANN401
    """Refuse a tree that lies deeper than the bound: one that was parsed without it.

    Raises:
        SourceError: It does.
    """
    from lxml import etree

    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_NESTING:
            raise SourceError(_TOO_DEEP)
