"""Limits of nesting and size in HTML and XML.

libxml2 stops at a limit. In HTML it then drops the rest of the file without an error, so its log is checked.
"""

from typing import Any

from corpus.errors import SourceError

MAX_NESTING = 256
"""Limit of libxml2 without `huge_tree`. Web pages have some 30."""

_TOO_DEEP = f"its elements are nested more than {MAX_NESTING} deep; save it again from another program, or as text"
_TOO_LONG = "it has a text or an attribute of more than 10 MB in one piece; save it again without it, or as text"


def exceeded_limit(parser: Any) -> SourceError | None:  # noqa: ANN401 - lxml has no types
    """Return the error to raise if a recovering parser stopped at a limit; None if it did not."""
    problems = (_problem(entry.type, entry.message) for entry in parser.error_log)
    return next((problem for problem in problems if problem is not None), None)


def limit_of(error: Any) -> SourceError | None:  # noqa: ANN401
    """Return the error to raise if a limit caused an XMLSyntaxError; None if the XML is damaged."""
    return _problem(error.code, error.msg)  # its log has the errors of other files too


def _problem(kind: int, message: str) -> SourceError | None:
    from lxml import etree

    if kind != etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return None
    if "depth" in message:
        return SourceError(_TOO_DEEP)
    return SourceError(_TOO_LONG) if "too long" in message or "size limit" in message else None


def check_depth(tree: Any) -> None:  # noqa: ANN401
    """Check the depth of a tree that was parsed without the limit.

    Raises:
        SourceError: It is deeper than `MAX_NESTING`.
    """
    from lxml import etree

    depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_NESTING:
            raise SourceError(_TOO_DEEP)
