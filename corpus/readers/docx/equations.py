"""Equations (Office Math) in one line of plain text, such as `(a+b)/2` and `x²`."""

from collections.abc import Callable, Mapping
from typing import Any

from corpus.readers.docx.names import m, w
from corpus.readers.docx.scripts import lowered, raised

_INTEGRAL = "∫"
_PAIRS = ("()", "[]", "{}", "||")


def equation(element: Any) -> str:  # noqa: ANN401 - lxml has no types
    """Return the text of an equation, or of a part of one; "" for None."""
    if element is None:
        return ""
    if element.tag in (m("t"), w("t")):
        return element.text or ""
    write = _WRITERS.get(element.tag)
    return _inside(element) if write is None else write(element)


def _inside(element: Any) -> str:  # noqa: ANN401
    """Return the parts of an equation, with a space where figures of two parts would become one number."""
    parts: list[str] = []
    last = ""
    for child in element:
        part = equation(child) if isinstance(child.tag, str) else ""
        if not part:
            continue
        if parts and _would_join(parts[-1][-1], last, part[0], child.tag):
            parts.append(" ")
        parts.append(part)
        last = child.tag
    return "".join(parts)


def _would_join(before: str, last: str, after: str, tag: str) -> bool:
    if m("f") in (last, tag) or (tag in (m("rad"), m("sPre")) and after.isdigit()):
        return before.isalnum() and after.isalnum()
    return before.isdecimal() and after.isdecimal() and (last, tag) != (m("r"), m("r"))


def _part(element: Any, name: str) -> str:  # noqa: ANN401
    return equation(element.find(m(name)))


def _set(element: Any, name: str, default: str) -> str:  # noqa: ANN401
    """Return a property, such as the sign of an operator."""
    child = element.find(f"{element.tag}Pr/{m(name)}")
    return default if child is None else (child.get(m("val")) or "")


def _grouped(text: str) -> str:
    """Return a part with brackets, unless it is a number, a word or in brackets already."""
    alone = text.isalnum() or (text[:1] + text[-1:] in _PAIRS and not set(text[1:-1]) & set("()[]{}|"))
    return text if alone or not text else f"({text})"


def _above(text: str) -> str:
    return _moved(text, raised(text), "^")


def _below(text: str) -> str:
    return _moved(text, lowered(text), "_")


def _moved(text: str, small: str, sign: str) -> str:
    """Return small characters if there is one for each character, else a sign before the part."""
    all_small = all(one != other for one, other in zip(text, small, strict=True))
    return small if all_small else f"{sign}{_grouped(text)}"


def _fraction(element: Any) -> str:  # noqa: ANN401
    sign = "¦" if _set(element, "type", "bar") == "noBar" else "/"
    return f"{_grouped(_part(element, 'num'))}{sign}{_grouped(_part(element, 'den'))}"


def _scripts(element: Any) -> str:  # noqa: ANN401
    scripts = _below(_part(element, "sub")) + _above(_part(element, "sup"))
    base = _part(element, "e")
    return scripts + base if element.tag == m("sPre") else base + scripts


def _root(element: Any) -> str:  # noqa: ANN401
    degree = _part(element, "deg")
    return f"{raised(degree)}√{_grouped(_part(element, 'e'))}"


def _operator(element: Any) -> str:  # noqa: ANN401
    sign = _set(element, "chr", _INTEGRAL)
    return f"{sign}{_below(_part(element, 'sub'))}{_above(_part(element, 'sup'))} {_part(element, 'e')}"


def _brackets(element: Any) -> str:  # noqa: ANN401
    parts = _set(element, "sepChr", "|").join(equation(part) for part in element.iterchildren(m("e")))
    return f"{_set(element, 'begChr', '(')}{parts}{_set(element, 'endChr', ')')}"


def _function(element: Any) -> str:  # noqa: ANN401
    name, argument = _part(element, "fName"), _part(element, "e")
    return f"{name} {argument}" if argument[:1].isalnum() else name + argument


def _limit(element: Any) -> str:  # noqa: ANN401
    write = _below if element.tag == m("limLow") else _above
    return f"{_part(element, 'e')}{write(_part(element, 'lim'))}"


def _rows(element: Any) -> str:  # noqa: ANN401
    rows = element.iterchildren(m("mr"), m("e"))
    return "; ".join(equation(row) for row in rows)


def _row(element: Any) -> str:  # noqa: ANN401
    return ", ".join(equation(part) for part in element.iterchildren(m("e")))


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    m("f"): _fraction,
    **dict.fromkeys((m("sSup"), m("sSub"), m("sSubSup"), m("sPre")), _scripts),
    m("rad"): _root,
    m("nary"): _operator,
    m("d"): _brackets,
    m("func"): _function,
    **dict.fromkeys((m("limLow"), m("limUpp")), _limit),
    **dict.fromkeys((m("m"), m("eqArr")), _rows),
    m("mr"): _row,
}
