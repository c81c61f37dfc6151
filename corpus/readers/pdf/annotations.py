"""Words of a PDF outside its pages' content: form fields, comments, stamps, signatures."""

import ctypes
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_OBJECTS = 10_000
"""Maximum objects of one annotation that are searched for words."""

MAX_DEPTH = 8
"""Maximum depth of that search."""

_PASSWORD_FIELD = 1 << 13


@dataclass(slots=True)
class Annotations:
    """Words in a page's annotations.

    Args:
        texts: Comments, in the file's order, with the left, bottom, right and top of the annotation.
        values: Field values and list items, in the file's order, with those of the field.
        known: Indexes of the annotations with these texts, and of invisible ones.
        drawn: Whether other annotations draw words. Their text is found by drawing them on the page.
        hidden: Whether the file marks words as hidden.
    """

    texts: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)
    values: list[tuple[str, tuple[float, float, float, float]]] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    drawn: bool = False
    hidden: bool = False


def annotations_of(page: Any, forms: Any, text: str) -> Annotations:  # noqa: ANN401 - pypdfium2 has no types
    """Return the words in a page's annotations.

    Args:
        page: A page of pypdfium2's.
        forms: The document's form environment, or None if it has no forms.
        text: The page's own text, which a highlight's comment may repeat.
    """
    from pypdfium2 import raw

    found = Annotations()
    plain = functools.cache(lambda: _plain(text))
    for index in range(max(0, raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            _add(found, index, annotation, forms, plain)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found


def draw_annotations(page: Any, known: list[int]) -> bool:  # noqa: ANN401
    """Draw all but the known annotations on the page, in memory. Return whether that succeeded."""
    from pypdfium2 import raw

    for index in reversed(known):
        raw.FPDFPage_RemoveAnnot(page, index)
    return bool(raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)


def _add(found: Annotations, index: int, annotation: Any, forms: Any, plain: Callable[[], str]) -> None:  # noqa: ANN401
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind in (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK):  # a popup repeats its parent, a link has no words
        found.known.append(index)
        return
    if kind == raw.FPDF_ANNOT_WIDGET:
        words = "" if forms is None else _value(annotation, forms)
    else:
        words = _string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
    if words is None:
        found.known.append(index)
    elif raw.FPDFAnnot_GetFlags(annotation) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW):
        found.known.append(index)
        found.hidden = found.hidden or bool(words.strip())
    elif words.strip():
        found.known.append(index)
        if not (_marks_text(kind) and _plain(words) in plain()):
            kept = found.values if kind == raw.FPDF_ANNOT_WIDGET else found.texts
            kept.append((words, _rectangle(annotation)))
    else:
        found.drawn = found.drawn or _is_drawn_with_words(kind, annotation, forms)


def _value(annotation: Any, forms: Any) -> str | None:  # noqa: ANN401
    """Return the visible text of a form field."""
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return None  # a check mark has no words
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD:
        hidden = raw.FPDFAnnot_GetFormFieldFlags(forms, annotation) & _PASSWORD_FIELD
        return None if hidden else _string(raw.FPDFAnnot_GetFormFieldValue, forms, annotation) or None
    if kind in (raw.FPDF_FORMFIELD_LISTBOX, raw.FPDF_FORMFIELD_COMBOBOX):
        options = range(min(MAX_OBJECTS, max(0, raw.FPDFAnnot_GetOptionCount(forms, annotation))))
        if kind == raw.FPDF_FORMFIELD_COMBOBOX:  # only the selected option is visible
            options = [at for at in options if raw.FPDFAnnot_IsOptionSelected(forms, annotation, at)]  # type: ignore[assignment]
        labels = [_string(raw.FPDFAnnot_GetOptionLabel, forms, annotation, at) for at in options]
        return "\n".join(labels) or _string(raw.FPDFAnnot_GetFormFieldValue, forms, annotation) or None
    return ""


def _rectangle(annotation: Any) -> tuple[float, float, float, float]:  # noqa: ANN401
    from pypdfium2 import raw

    rectangle = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, ctypes.byref(rectangle))
    (left, right), (bottom, top) = sorted((rectangle.left, rectangle.right)), sorted((rectangle.bottom, rectangle.top))
    return left, bottom, right, top


def _marks_text(kind: int) -> bool:
    """Return whether it marks a passage. Some programs repeat the passage in the comment."""
    from pypdfium2 import raw

    return kind in (
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
    )


def _is_drawn_with_words(kind: int, annotation: Any, forms: Any) -> bool:  # noqa: ANN401
    from pypdfium2 import raw

    if kind not in _drawn_kinds(raw) or (kind == raw.FPDF_ANNOT_WIDGET and forms is None):
        return False
    count = min(MAX_OBJECTS, raw.FPDFAnnot_GetObjectCount(annotation))
    return any(_has_words(raw.FPDFAnnot_GetObject(annotation, at), 0) for at in range(count))


def _drawn_kinds(raw: Any) -> tuple[int, ...]:  # noqa: ANN401
    """Return the kinds of annotations that may draw words; the others draw lines and marks."""
    return raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_WATERMARK


def _has_words(drawing: Any, depth: int) -> bool:  # noqa: ANN401
    from pypdfium2 import raw

    kind = raw.FPDFPageObj_GetType(drawing)
    if kind == raw.FPDF_PAGEOBJ_TEXT:
        return True
    if kind != raw.FPDF_PAGEOBJ_FORM or depth >= MAX_DEPTH:
        return False
    count = min(MAX_OBJECTS, raw.FPDFFormObj_CountObjects(drawing))
    return any(_has_words(raw.FPDFFormObj_GetObject(drawing, at), depth + 1) for at in range(count))


def _string(function: Callable[..., int], *arguments: Any) -> str:  # noqa: ANN401
    """Return a text from a PDFium function that fills a buffer with zero-terminated UTF-16."""
    from pypdfium2 import raw

    size = function(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "ignore")


def _plain(text: str) -> str:
    return "".join(text.split())
