"""What of a web page is kept from the library that finds its text, because that would take for ever."""

import re
from typing import Any

__all__ = ["MANY_ELEMENTS", "tame"]

MANY_ELEMENTS = 20_000
"""A page of so many is a book, or made to be hard: jusText, which trafilatura asks for a second opinion, looks for the
next long paragraph from each short one on."""

MAX_CELLS = 1000
"""In a row of a table: trafilatura counts them all for each of them."""

MAX_ATTRIBUTE_CHARACTERS = 2000
"""No name, date or address has more; of a longer value only the beginning could be used."""

MAX_ATTRIBUTES = 200
"""Of an element. lxml goes through all of them for each that it is asked for."""

MAX_OPENED = 1000
"""Tags in one block of data for search engines."""

SPANS = ("colspan", "rowspan")
"""A cell's. trafilatura fills all places that a cell spans with empty cells, which say nothing: up to 100 by 100."""

_OPENED = re.compile(r"<|\\u003c", re.IGNORECASE)


def tame(tree: Any) -> int:  # noqa: ANN401 - lxml has no types
    """Cut long values of attributes, take out data that holds very many tags, and make tables simple.

    trafilatura, htmldate and lxml look for the end of each tag and each run of punctuation in them, in time that grows
    with the square of their length.

    Returns:
        How many elements the page has.
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
    """Leave out attributes that are too many, or too long."""
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
            else:  # the beginning of an address would be another one
                del element.attrib[name]
