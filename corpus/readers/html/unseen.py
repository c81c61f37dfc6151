"""Parts of a page that no reader of it sees: hidden elements, scripts, styles, templates."""

from typing import Any

NO_TEXT = frozenset(
    {
        *(
            "",
            "audio",
            "base",
            "canvas",
            "datalist",
            "embed",
            "head",
            "iframe",
            "link",
            "map",
            "meta",
            "noembed",
            "noframes",
        ),
        *("noscript", "object", "script", "style", "svg", "template", "title", "video", "annotation", "annotation-xml"),
    }
)
"""Elements whose content is no text. The empty name is that of comments."""

_PICTURES = frozenset({"audio", "canvas", "embed", "iframe", "object", "svg", "video"})
"""Those that part the words around them."""

_FOR_SCREEN_READERS = frozenset(
    {
        *("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "assistive-text"),
        *("screenreader", "screen-reader", "u-visually-hidden", "is-visually-hidden", "element-invisible"),
    }
)
_HIDDEN = ("display:none", "visibility:hidden", "visibility:collapse")


def remove_unseen(tree: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Remove hidden elements, and those whose content is no text. The words after them stay.

    A template with a shadow root is text: a browser shows what it holds.
    What a button shows and hides (`aria-controls`), such as the answer below a question, stays.
    """
    opened = _opened(tree)
    for element in list(tree.iter("*")):
        if element is tree:
            continue
        if _is_hidden(element) and element.get("id") not in opened:
            remove(element)
        elif name_of(element) == "template" and (element.get("shadowrootmode") or element.get("shadowroot")):
            element.tag = "div"
        elif name_of(element) in NO_TEXT:
            remove(element, leaving="img" if name_of(element) in _PICTURES else "wbr")


def name_of(element: Any) -> str:  # noqa: ANN401
    """Return an element's name in lower case, without its namespace; an empty name for a comment."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def remove(element: Any, leaving: str = "wbr") -> None:  # noqa: ANN401
    """Empty an element, and make it one of another name that has no text. The text after it stays.

    Removing many elements, and moving the texts after them, takes quadratic time.
    """
    element.clear(keep_tail=True)
    element.tag = leaving


def _opened(tree: Any) -> frozenset[str]:  # noqa: ANN401
    controls = (one for one in tree.iter("*") if one.get("aria-expanded") is not None or one.get("role") == "tab")
    return frozenset(name for element in controls for name in (element.get("aria-controls") or "").split())


def _is_hidden(element: Any) -> bool:  # noqa: ANN401
    if element.get("hidden", "until-found").lower() != "until-found" or element.get("aria-hidden") == "true":
        return True
    if name_of(element) == "dialog" and element.get("open") is None:
        return True
    if "pagebreak" in f"{element.get('role')} {element.get('epub:type')}":
        return True
    style = "".join((element.get("style") or "").split()).lower()
    return any(hidden in style for hidden in _HIDDEN) or not _FOR_SCREEN_READERS.isdisjoint(
        (element.get("class") or "").split()
    )
