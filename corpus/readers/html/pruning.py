"""Removal of the parts of a web page on which trafilatura, htmldate and lxml take quadratic time."""

import re
from typing import Any

MAX_ATTRIBUTE_CHARACTERS = 2000
"""Maximum length of an attribute. No name, date or address is longer."""

MAX_ATTRIBUTES = 200
"""Maximum attributes of an element; lxml scans all of them for each access."""

MAX_OPENED = 1000
"""Maximum tags in one script with data for search engines."""

_OPENED = re.compile(r"<|\\u003c", re.IGNORECASE)


def prune(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Shorten attributes, and empty scripts with very many tags."""
    for element in tree.iter():
        _shorten(element)
    for script in tree.iter("script"):
        if len(_OPENED.findall(script.text or "")) > MAX_OPENED:
            script.text = None


def _shorten(element: Any) -> None:  # noqa: ANN401
    """Remove surplus and overlong attributes."""
    attributes = element.attrib.items()
    if len(attributes) > MAX_ATTRIBUTES:
        attributes = attributes[:MAX_ATTRIBUTES]
        element.attrib.clear()
        element.attrib.update(attributes)
    for name, value in attributes:
        if len(value) > MAX_ATTRIBUTE_CHARACTERS:
            if name == "content":
                element.set(name, value[:MAX_ATTRIBUTE_CHARACTERS])
            else:  # a truncated address would be another one
                del element.attrib[name]
