"""What is in the XML of a text and is not shown: deleted words, and the codes of fields."""

from typing import Any

from corpus.readers.docx.names import is_true, number_of, value_of, w

_REMOVED = (w("del"), w("moveFrom"))
_SHOWN = (w("t"), w("tab"), w("ptab"), w("br"), w("cr"), w("sym"), w("noBreakHyphen"))
_FIELD = w("fldChar")


def accept_changes(root: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Remove what tracked changes delete or move away. Rows, cells and paragraph marks keep the sign of it."""
    for element in [element for element in root.iter(*_REMOVED) if len(element)]:
        element.getparent().remove(element)


def remove_field_codes(root: Any) -> None:  # noqa: ANN401
    """Remove words within the codes of fields, such as both results of a condition. Word shows the result only.

    A field without an end is left as it is.
    """
    shown: list[Any] = []
    open_fields: list[tuple[int, int | None]] = []
    codes: list[tuple[int, int]] = []
    for element in root.iter(_FIELD, *_SHOWN):
        if element.tag != _FIELD:
            shown.append(element)
            continue
        kind = element.get(w("fldCharType"))
        if kind == "begin":
            open_fields.append((len(shown), None))
        elif open_fields and kind == "separate":
            open_fields[-1] = open_fields[-1][0], len(shown)
        elif open_fields and kind == "end":
            start, end = open_fields.pop()
            codes.append((start, len(shown) if end is None else end))
    removed = 0
    for start, end in sorted(codes):
        for element in shown[max(start, removed) : end]:
            element.getparent().remove(element)
        removed = max(removed, end)


def form_value(field: Any) -> str:  # noqa: ANN401
    """Return what a check box or a drop-down list of a form shows; "" for other fields."""
    form = field.find(w("ffData"))
    if form is None:
        return ""
    box, entries = form.find(w("checkBox")), form.find(w("ddList"))
    if box is not None:
        checked = box.find(w("checked"))
        state = box.find(w("default")) if checked is None else checked
        return "☒" if state is not None and is_true(state.get(w("val"), "1")) else "☐"
    if entries is not None:
        chosen = number_of(value_of(entries, "result") or value_of(entries, "default")) or 0
        listed = entries.findall(w("listEntry"))
        return (listed[chosen].get(w("val")) or "") if chosen < len(listed) else ""
    return ""
