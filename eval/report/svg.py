"""Plots as inline SVG: drawn by matplotlib, coloured by CSS variables of the page (light or dark)."""

import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, FAINT, FIRST, SECOND = "#010203", "#020304", "#030405", "#040506"
_VARIABLES = {INK: "--ink", FAINT: "--faint", FIRST: "--first", SECOND: "--second"}
"""Placeholder colours, replaced by the CSS variables."""

LABEL_LENGTH = 22
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot with its texts.

    Args:
        title: Title.
        reading: How to read it, in a sentence or two.
        description: Alternative text for screen readers.
        svg: The SVG element; None if there is nothing to draw, for the reason in `reading`.
    """

    title: str
    reading: str
    description: str
    svg: str | None


def draw_svg(draw: Callable[[Axes], None], name: str, description: str, height: float = 2.7) -> str:
    """Return an SVG element; its ids start with `name`, because a page has several plots."""
    with (
        matplotlib.rc_context(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "footnote",
                "font.family": "sans-serif",
                "font.size": 10,
                "text.parse_math": False,
            }
        ),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", "Glyph")  # the browser draws the text, with its own fonts
        figure = Figure(figsize=(4.4, height), layout="constrained")
        axes = figure.subplots()
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(FAINT)
        axes.tick_params(colors=INK, color=FAINT)
        axes.xaxis.label.set_color(INK)
        axes.yaxis.label.set_color(INK)
        axes.set_axisbelow(True)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _embeddable(buffer.getvalue(), name, description)


def _embeddable(svg: str, name: str, description: str) -> str:
    """Return the SVG with the colours of the page, unique ids, and a name for screen readers."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - from matplotlib
    for metadata in root.findall(f"{{{SVG}}}metadata"):
        root.remove(metadata)
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "id":
                value = f"{name}-{value}"
            elif attribute == f"{{{XLINK}}}href":
                value = value.replace("#", f"#{name}-", 1)
            else:
                value = value.replace("url(#", f"url(#{name}-")
                for colour, variable in _VARIABLES.items():
                    value = value.replace(colour, f"var({variable})")
            element.set(attribute, value)
    root.set("role", "img")
    root.set("aria-label", description)
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


def axis_label(text: str) -> str:
    """Return a text short enough for an axis, without characters that XML forbids."""
    text = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1] + "…"
