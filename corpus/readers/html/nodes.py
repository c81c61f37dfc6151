"""The elements of a page with what is below each: characters, links, commas, fields of forms."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

_BLOCKS = frozenset(
    {
        *("article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "ol", "p", "pre", "section"),
        *("table", "td", "tr", "ul"),
    }
)
_FIELDS = frozenset({"input", "select", "textarea"})
_NOT_FILLED = frozenset({"button", "checkbox", "hidden", "image", "radio", "reset", "search", "submit"})
_FRAGMENT_LINK = 0.3
"""Weight of a link within the page."""

_HEADLINE_LINKS = 0.5
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OF_READERS = re.compile(r"comment|repl(?:y|ies)|respon")
_COMMA = re.compile("[,،﹐︐︑⹁⸴⸲，、。]")
_WHITE = re.compile(r"\s+")


@dataclass(slots=True, eq=False)
class Node:
    """An element of a page.

    Args:
        element, tag: The element, and its name.
        names: Its class and identifier, in lower case, with dashes between words.
        above, below: Its parent and its children.
        is_out: Whether it is left out; then nothing below it counts.
        characters, linked, commas, fields: Characters in it, those in links and
            buttons, commas, and fields of forms.
        is_filled: Whether a field has a text.
        has_block, has_headline: Whether a block is in it, and an `h1` that is no link.
        score: Of its paragraphs, if it has any.
    """

    element: Any
    tag: str
    names: str
    above: "Node | None"
    below: list["Node"] = field(default_factory=list)
    is_out: bool = False
    characters: int = 0
    linked: float = 0
    commas: int = 0
    fields: int = 0
    is_filled: bool = False
    has_block: bool = False
    has_headline: bool = False
    score: float | None = None

    @property
    def density(self) -> float:
        """Share of the characters that are in links."""
        return self.linked / self.characters if self.characters else 0

    def all_above(self) -> Iterator["Node"]:
        """Yield the node above, the one above that, and so on."""
        above = self.above
        while above is not None:
            yield above
            above = above.above

    def is_inside(self, tags: Collection[str]) -> bool:
        """Return whether a node above has one of these tags."""
        return any(node.tag in tags for node in self.all_above())


def nodes_of(body: Any) -> list[Node]:  # noqa: ANN401 - lxml has no types
    """Return the nodes of a page, in order, with everything counted."""
    nodes: list[Node] = []
    of_elements: dict[Any, Node] = {}
    for element in body.iter("*"):
        above = of_elements.get(element.getparent())
        node = Node(element, element.tag, _names(element), above)
        of_elements[element] = node
        nodes.append(node)
        if above is not None:
            above.below.append(node)
    count(nodes)
    return nodes


def count(nodes: Sequence[Node]) -> None:
    """Count what is in each node, from the innermost ones outwards, without those left out."""
    for node in reversed(nodes):
        if node.is_out:
            node.characters = node.commas = node.fields = 0
            node.linked, node.is_filled, node.has_headline = 0.0, False, False
        else:
            _count(node)


def _count(node: Node) -> None:
    element, below = node.element, node.below
    texts = [element.text or "", *(child.element.tail or "" for child in below)]
    node.characters = sum(_length(text) for text in texts) + sum(child.characters for child in below)
    node.commas = sum(len(_COMMA.findall(text)) for text in texts) + sum(child.commas for child in below)
    node.fields = (node.tag in _FIELDS) + sum(child.fields for child in below)
    node.is_filled = _is_filled(node) or any(child.is_filled for child in below)
    node.has_block = any(child.has_block or child.tag in _BLOCKS for child in below)
    if node.tag == "a":
        node.linked = node.characters * (_FRAGMENT_LINK if (element.get("href") or "").startswith("#") else 1)
    elif node.tag == "button":
        node.linked = node.characters
    else:
        node.linked = sum(child.linked for child in below)
    is_headline = node.tag == "h1" and node.characters > 0 and node.density < _HEADLINE_LINKS
    node.has_headline = is_headline or any(child.has_headline for child in below)


def _names(element: Any) -> str:  # noqa: ANN401
    """Return the class and identifier; without an identifier made from the heading of the element's text."""
    identifier = element.get("id") or ""
    names = _CAPITAL.sub("-", f"{element.get('class') or ''} {identifier}").lower()
    if identifier and len(element) and element[0].tag in _HEADINGS and not _OF_READERS.search(names):
        title = "".join(element[0].itertext())
        if _letters(title).startswith(_letters(identifier)):
            return (element.get("class") or "").lower()
    return names


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _is_filled(node: Node) -> bool:
    if node.tag == "input":
        return (node.element.get("type") or "").lower() not in _NOT_FILLED and bool(node.element.get("value"))
    return node.tag == "textarea" and bool((node.element.text or "").strip())


def _length(text: str) -> int:
    return len(_WHITE.sub(" ", text).strip()) if text else 0
