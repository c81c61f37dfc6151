"""Words of a PDF that its pages' own content does not hold: fields of forms, comments, stamps, signatures."""

import ctypes
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Annotations", "annotations_of", "draw_annotations"]

MAX_OBJECTS = 10_000
"""What one annotation is drawn with; bounds the search for words in it."""

MAX_DEPTH = 8
"""Of drawings within drawings, in that search."""

_PASSWORD_FIELD = 1 << 13


@dataclass(slots=True)
class Annotations:
    """What was found in a page's annotations.

    Args:
        texts: The words that PDFium knows as text, in the file's order: values of fields, items of lists, comments.
        known: Indexes of the annotations that these come from, or that nobody can see.
        drawn: Whether others are drawn with words, which only drawing them on the page can tell.
        hidden: Whether there are words that the file says are not to be shown.
    """

    texts: list[str] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    drawn: bool = False
    hidden: bool = False


def annotations_of(page: Any, forms: Any, text: str) -> Annotations:  # noqa: ANN401 - pypdfium2 has no types
    """The words in a page's annotations.

    Args:
        page: A page of pypdfium2's.
        forms: The document's form environment, or None if it has no forms.
        text: The page's own text, which a marked passage's comment may repeat.
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
    """Make what is drawn by annotations other than the known ones part of the page, in memory; False if it fails."""
    from pypdfium2 import raw

    for index in reversed(known):
        raw.FPDFPage_RemoveAnnot(page, index)
    return bool(raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)


def _add(found: Annotations, index: int, annotation: Any, forms: Any, plain: Callable[[], str]) -> None:  # noqa: ANN401
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind in (raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK):  # a popup shows its parent's words, a link leads away
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
            found.texts.append(words)
    else:
        found.drawn = found.drawn or _is_drawn_with_words(kind, annotation, forms)


def _value(annotation: Any, forms: Any) -> str | None:  # noqa: ANN401
    """What a form's field shows."""
    from pypdfium2 import raw

    kind = raw.FPDFAnnot_GetFormFieldType(forms, annotation)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return None  # a tick is no word
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD:
        hidden = raw.FPDFAnnot_GetFormFieldFlags(forms, annotation) & _PASSWORD_FIELD
        return None if hidden else _string(raw.FPDFAnnot_GetFormFieldValue, forms, annotation) or None
    if kind in (raw.FPDF_FORMFIELD_LISTBOX, raw.FPDF_FORMFIELD_COMBOBOX):
        options = range(min(MAX_OBJECTS, max(0, raw.FPDFAnnot_GetOptionCount(forms, annotation))))
        if kind == raw.FPDF_FORMFIELD_COMBOBOX:  # of which only the chosen one is seen
            options = [at for at in options if raw.FPDFAnnot_IsOptionSelected(forms, annotation, at)]  # type: ignore[assignment]
        labels = [_string(raw.FPDFAnnot_GetOptionLabel, forms, annotation, at) for at in options]
        return "\n".join(labels) or _string(raw.FPDFAnnot_GetFormFieldValue, forms, annotation) or None
    return ""


def _marks_text(kind: int) -> bool:
    """Whether it highlights, underlines or strikes out a passage, which programs also put into its comment."""
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
    """The others draw lines and marks."""
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
    """A text that PDFium gives in UTF-16 into a buffer of so many bytes, the last two of which are a zero."""
    from pypdfium2 import raw

    size = function(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "ignore")


def _plain(text: str) -> str:
    return "".join(text.split())
