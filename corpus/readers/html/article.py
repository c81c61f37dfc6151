"""The main content of a web page, found by the words and links of its elements, as Arc90's Readability finds it.

A paragraph counts for the elements around it, links count against them, and so do names such as `sidebar`.
"""

import re
from collections.abc import Iterable, Sequence
from heapq import nlargest
from itertools import chain, islice
from math import inf
from typing import Any

from corpus.readers.html.nodes import Node, count, nodes_of
from corpus.readers.html.unseen import remove

_PARAGRAPHS = frozenset({"p", "pre", "blockquote", "dd", "details", "figcaption", "li", "td"})
_BOXES = frozenset({"article", "aside", "center", "div", "fieldset", "footer", "form", "header", "section"})
_BESIDE = frozenset({"p", "h1", "h2", "h3", "h4", "pre", "blockquote", "ul", "ol", "dl", "table", "details", "figure"})
_NAMED = _BOXES | {"li", "ol", "p", "table", "ul"}
"""Elements that are left out if their names say that they are no content."""

_LINK_BOXES = _BOXES | {"ol", "table", "td", "ul"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_CONTENT_TAGS = frozenset({"article", "blockquote", "main", "section"})
_ROLES = frozenset(
    {
        *("alert", "alertdialog", "banner", "complementary", "contentinfo", "dialog", "menu", "menubar", "navigation"),
        *("search", "toolbar"),
    }
)
_TAG_WEIGHTS = {
    **{"article": 10, "main": 10, "div": 5, "section": 5, "pre": 3, "td": 3, "blockquote": 3},
    **dict.fromkeys(("address", "form", "ol", "ul", "dl", "dd", "dt", "li"), -3),
}
_NAME_WEIGHT = 25
_CONTENT = re.compile(r"article|body|column|content|entry|main|page|post|text|blog|story")
_COMMENTS = re.compile(
    r"(?<![a-z])(?<!has-)(?<!no-)(?:comments?|commentlist|disqus|replies|respond|shoutbox)"
    r"(?![a-z]|-(?:open|closed|enabled|on|off|count)(?![a-z]))"
)
_FURNITURE = re.compile(
    r"(?<![a-z])(?:ads?|advert\w*|banner\w*|breadcrumbs?|cookie-?(?:banner|bar|consent|law|notice)|consent|footer|gdpr|"
    r"masthead|newsletters?|outbrain|popup|promos?|recirc\w*|sidebars?|skyscraper|subscri\w*|supplemental|taboola)(?![a-z])"
)
_LINKED_FURNITURE = re.compile(
    r"(?<![a-z])(?:header|menus?|nav\w*|pager|pagination|recommend\w*|related\w*|share|sharing|share\w*|social\w*|"
    r"sponsor\w*|tags|toolbar|trending|widgets?)(?![a-z])"
)
"""Names of furniture only if there are links in it: `header` and `widget` are names of anything."""

_RELATED = re.compile(
    r"(?i)(?:related\b|more (?:from|in|on|stories|news|articles)\b|read (?:more|next|also)\b|recommended\b|trending\b|"
    r"you (?:may|might) also\b|most (?:read|popular)\b|latest (?:news|stories|articles)\b|share this\b|follow us\b|"
    r"(?:artículos|noticias|contenidos?) relacionad|más (?:noticias|leíd)|le[ae] también|te puede interesar|"
    r"mehr zum thema|lesen sie auch|auch interessant|à lire aussi|sur le même sujet|leggi anche)"
)
_SENTENCE_END = re.compile(r"[.!?。…](?:\s|\Z)")

_LEAST_CHARACTERS = 25
"""Of a paragraph that counts."""

_LEVELS = 5
"""Elements around a paragraph for which it counts."""

_SHORT = 500
"""Characters of a page that is taken whole."""

_MOST_OF_PAGE = 0.8
"""Share of the characters in an element from which its names are not heeded."""

_SHARE_OF_MAIN = 0.7
"""Share of the words of `main` that the content has, unless all of `main` is."""

_LINKS, _SOME_LINKS, _MANY_LINKS, _NEARLY_ALL = 0.2, 0.25, 0.5, 0.8
"""Shares of characters in links: in a box named like furniture, beside the content, in a box of links, in a menu."""

_FEW_CHARACTERS = 80
_FEW_FIELDS = 3
_CANDIDATES = 6
_NEAR = 0.75
"""Share of the best score that others have that are nearly as good."""

_NEAR_ONES = 3
_SIBLING = 0.2
"""Share of the best score that a node beside it has that belongs to it."""

_LEAST_SCORE = 10


def find_article(body: Any) -> list[Any]:  # noqa: ANN401 - lxml has no types
    """Return the elements that hold the main content, in order. Menus, footers and comments in them are removed.

    Args:
        body: A page's body, without hidden elements.
    """
    nodes: list[Node] = []
    found: list[Node] = []
    for by_names in (True, False):
        nodes = nodes_of(body)
        _leave_out_furniture(nodes, by_names=by_names)
        _leave_out_related(nodes)
        count(nodes)
        found = _content(nodes)
        if not nodes[0].characters or _plain(found) >= _LEAST_CHARACTERS:
            break
    root = _root(nodes, found)
    if _plain([root]) < _SHORT:
        _leave_out_links(nodes, found)
        found = [root]
    elif root.above and _plain(found) < _SHARE_OF_MAIN * _plain([root]):
        found = [root]
    _leave_out_boxes(nodes, found)
    for node in reversed(nodes):
        if node.is_out and node.above and not node.above.is_out:
            remove(node.element)
    return [node.element for node in found]


def _plain(nodes: Iterable[Node]) -> float:
    """Return the characters of nodes outside of links."""
    return sum(node.characters - node.linked for node in nodes)


def _leave_out_furniture(nodes: Sequence[Node], *, by_names: bool) -> None:
    """Mark menus, footers and what is beside the article, by their tags and roles, and by their names if wanted."""
    most = _MOST_OF_PAGE * nodes[0].characters
    for node in nodes[1:]:
        node.is_out = bool(node.above and node.above.is_out)
        if node.is_out or node.has_headline:
            continue
        if node.tag == "nav" or node.element.get("role") in _ROLES:
            node.is_out = True
        elif node.tag in {"aside", "footer"}:
            node.is_out = not node.is_inside(_CONTENT_TAGS)
        elif node.tag not in _NAMED:
            continue
        is_named = by_names and _is_furniture(node) and not _CONTENT.search(node.names)
        if is_named or _COMMENTS.search(node.names):
            node.is_out |= node.characters < most


def _content(nodes: Sequence[Node]) -> list[Node]:
    """Return the node with the highest score, and those beside it that belong to it."""
    _score(nodes)
    best = _best(nodes)
    if best.above is None:
        return [best]
    return [node for node in best.above.below if not node.is_out and (node is best or _belongs(node, best))]


def _score(nodes: Sequence[Node]) -> None:
    """Score the nodes around each paragraph: by its commas and characters, by their tags and names."""
    for node in nodes:
        node.score = None
    for node in nodes:
        is_paragraph = node.tag in {"p", "pre"} or (node.tag in _PARAGRAPHS | _BOXES and not node.has_block)
        if node.is_out or not is_paragraph or node.characters < _LEAST_CHARACTERS:
            continue
        worth = 2 + node.commas + min(node.characters // 100, 3)
        for level, around in enumerate(islice(node.all_above(), _LEVELS)):
            if around.score is None:
                around.score = _TAG_WEIGHTS.get(around.tag, 0) + _name_weight(around)
            around.score += worth / (1, 2, 6, 9, 12)[level]
    for node in nodes:
        if node.score is not None:
            node.score *= 1 - node.density


def _name_weight(node: Node) -> int:
    is_furniture = bool(_COMMENTS.search(node.names)) or _is_furniture(node)
    return _NAME_WEIGHT * (bool(_CONTENT.search(node.names)) - is_furniture)


def _is_furniture(node: Node) -> bool:
    """Return whether the names of an element say that it is no content."""
    if _FURNITURE.search(node.names):
        return True
    return node.density > _LINKS and bool(_LINKED_FURNITURE.search(node.names))


def _best(nodes: Sequence[Node]) -> Node:
    """Return the node that holds the article: the best one, or one above it that holds others nearly as good."""
    best, *others = nlargest(_CANDIDATES, nodes, key=lambda node: -inf if node.score is None else node.score)
    if best.score is None:
        return nodes[0]
    if best.score > 0:
        near = [set(node.all_above()) for node in others if (node.score or 0) >= _NEAR * best.score]
        for node in best.all_above():
            if node.above and sum(node in above for above in near) >= _NEAR_ONES:
                best = node
                break
    score = last = best.score or 0
    for node in best.all_above():
        if node.above is None or (node.score is not None and node.score < score / 3):
            break
        if node.score is not None:
            if node.score > last:
                best = node
                break
            last = node.score
    while best.above and best.above.above and _is_alone(best):
        best = best.above
    return best


def _is_alone(node: Node) -> bool:
    return node.above is not None and not any(
        other is not node and not other.is_out and other.tag != "wbr" for other in node.above.below
    )


def _belongs(node: Node, best: Node) -> bool:
    """Return whether a node belongs to the best one beside it."""
    least = max(_LEAST_SCORE, _SIBLING * (best.score or 0))
    names = best.element.get("class")
    bonus = _SIBLING * (best.score or 0) if names and node.element.get("class") == names else 0
    if node.score is not None and node.score + bonus >= least:
        return True
    is_alike = node.tag == best.tag and names == node.element.get("class")
    if is_alike and (names or node.tag in _CONTENT_TAGS):
        return 0 < node.characters and node.density < _MANY_LINKS
    if node.tag not in _BESIDE and (node.tag not in _BOXES or node.has_block):
        return False
    if node.characters > _FEW_CHARACTERS:
        return node.density < _SOME_LINKS
    words = "".join(node.element.itertext())
    return node.density == 0 and (node.tag in _HEADINGS or bool(_SENTENCE_END.search(words)))


def _root(nodes: Sequence[Node], found: Sequence[Node]) -> Node:
    """Return the only `main` of a page, or its only `article`, that holds what was found; else its body."""
    for tag in ("main", "article"):
        roots = [
            n for n in nodes if not n.is_out and (n.tag == tag or (tag == "main" and n.element.get("role") == tag))
        ]
        if len(roots) == 1 and all(node is roots[0] or roots[0] in node.all_above() for node in found):
            return roots[0]
    return nodes[0]


def _leave_out_links(nodes: Sequence[Node], found: Sequence[Node]) -> None:
    """Mark boxes of links beside what was found, such as a menu without a name."""
    kept = set(found)
    around = set(chain.from_iterable(node.all_above() for node in found))
    for node in nodes[1:]:
        if node.above in kept:
            kept.add(node)
        elif node not in kept and node not in around and node.tag in _LINK_BOXES and node.density > _NEARLY_ALL:
            node.is_out = True


def _leave_out_boxes(nodes: Sequence[Node], found: Sequence[Node]) -> None:
    """Mark boxes inside the content that are none: with names of furniture, links to other articles, small forms."""
    kept = set(found)
    for node in nodes[1:]:
        if node in kept or node.is_out or node.has_headline:
            continue
        node.is_out = bool(node.above and node.above.is_out)
        if node.tag not in _BOXES | {"ol", "ul"}:
            continue
        if _COMMENTS.search(node.names) or (node.density > _LINKS and _is_furniture(node)):
            node.is_out = True
        elif node.tag == "aside" and node.density > _MANY_LINKS:
            node.is_out = True
        elif node.tag == "form" and 0 < node.fields <= _FEW_FIELDS and not node.is_filled:
            node.is_out = node.characters < _SHORT


def _leave_out_related(nodes: Sequence[Node]) -> None:
    """Mark lists of links to other articles, with their headings."""
    for node in nodes:
        heading: Node | None = None
        for child in node.below:
            if child.is_out or not child.characters:
                continue
            if heading and child.density > _MANY_LINKS:
                child.is_out = heading.is_out = True
            else:
                heading = child if _is_related(child) else None


def _is_related(node: Node) -> bool:
    is_short = node.characters <= _FEW_CHARACTERS and not node.has_block
    return is_short and bool(_RELATED.match("".join(node.element.itertext()).strip()))
