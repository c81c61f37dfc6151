"""Removal of the parts of a web page on which trafilatura takes quadratic time."""

import re
from typing import Any

MANY_ELEMENTS = 20_000
"""Number of elements above which trafilatura's fallback, jusText, is not used, because its time is quadratic."""

MAX_CELLS = 1000
"""Maximum cells in a row; trafilatura counts all of them for each."""

MAX_ATTRIBUTE_CHARACTERS = 2000
"""Maximum length of an attribute. No name, date or address is longer."""

MAX_ATTRIBUTES = 200
"""Maximum attributes of an element; lxml scans all of them for each access."""

MAX_OPENED = 1000
"""Maximum tags in one script with data for search engines."""

SPANS = ("colspan", "rowspan")
"""Attributes of a cell for which trafilatura adds empty cells, up to 100 by 100."""

_OPENED = re.compile(r"<|\\u003c", re.IGNORECASE)


def prune(tree: Any) -> int:  # noqa: ANN401 - lxml has no types
    """Shorten attributes, empty scripts with very many tags, and simplify tables.

    trafilatura, htmldate and lxml take quadratic time for them.

    Returns:
        Number of elements on the page.
    """
    elements = 0
    for element in tree.iter():
        elements += 1
        _shorten(element)
    for script in tree.iter("script"):
        if len(_OPENED.findall(script.text or "")) > MAX_OPENED:
            script.text = None
    for row in list(tree.iter("tr")):
        cells = list(row)
        for at in range(MAX_CELLS, len(cells), MAX_CELLS):
            following = row.makeelement("tr")
            following.extend(cells[at : at + MAX_CELLS])
            row.addnext(following)
            row = following
    return elements


def _shorten(element: Any) -> None:  # noqa: ANN401
    """Remove surplus and overlong attributes."""
    attributes = element.attrib.items()
    if len(attributes) > MAX_ATTRIBUTES:
        attributes = attributes[:MAX_ATTRIBUTES]
        element.attrib.clear()
        element.attrib.update(attributes)
    for name, value in attributes:
        if name in SPANS:
            del element.attrib[name]
        elif len(value) > MAX_ATTRIBUTE_CHARACTERS:
            if name == "content":
                element.set(name, value[:MAX_ATTRIBUTE_CHARACTERS])
            else:  # a truncated address would be another one
                del element.attrib[name]
