"""Recognition of the words in a picture, by RapidOCR. This is the only importer of it."""

import functools
import importlib.util
import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

DETECTION_SIDE = 960
"""Longer side, in pixels, of the picture in which lines are sought. A larger one exceeds the memory of the process."""

MAX_LINES = 5000
"""Maximum lines that are sought, more than a page has: what is beyond would be lost without notice."""

MIN_CONFIDENCE = 0.5
"""Confidence below which a line is left out."""

_POOR = 0.8
"""Mean confidence below which a picture may be upside down."""

_TALL = 2.0
"""Height of a line, relative to its width, from which it runs upwards or downwards."""

_Point = tuple[float, float]


class OutOfTime(Exception):  # noqa: N818 - the page is left out
    """The lines of a picture cannot be recognised in the time given."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand beside each other on a line.

    Args:
        text: The words.
        left, top, right, bottom: Their box, in pixels from the top left corner of the straightened picture.
        confidence: Between 0 and 1.
        is_sideways: Whether they run upwards or downwards on a page whose other lines do not.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    is_sideways: bool = False


def is_installed() -> bool:
    """Return whether the extra `ocr` is installed."""
    return importlib.util.find_spec("rapidocr") is not None


def recognised(picture: "Image", seconds: float) -> list[Words]:
    """Return the words in a picture, those of low confidence included.

    A picture that is turned by a multiple of 90 degrees is turned upright. Boxes are those of the straightened picture,
    if it is askew.

    Args:
        picture: In mode RGB.
        seconds: Processor time for it.

    Raises:
        OutOfTime: It takes longer.
    """
    from PIL.Image import Transpose

    deadline = time.process_time() + seconds
    lines = _lines_in(picture)
    if sum(map(_is_tall, lines)) > len(lines) / 2:
        picture = picture.transpose(Transpose.ROTATE_90)
        lines = _lines_in(picture)
    words = _read(picture, lines, deadline)
    if words and confidence_of(words) < _POOR:
        turned = picture.transpose(Transpose.ROTATE_180)
        words = max(words, _read(turned, _lines_in(turned), deadline), key=confidence_of)
    return words


def confidence_of(words: list[Words]) -> float:
    """Return the mean confidence of the characters; 0 if there are none."""
    characters = sum(len(each.text) for each in words)
    return sum(each.confidence * len(each.text) for each in words) / characters if characters else 0.0


@functools.cache
def _engine() -> Any:  # noqa: ANN401 - RapidOCR has no usable types
    """Return the engine. Its models are in the package; with their paths given, it looks for no others."""
    import cv2
    import rapidocr

    cv2.setNumThreads(1)
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_cls": False,
            "Det.model_path": str(next(models.glob("*_det_*.onnx"))),
            "Rec.model_path": str(next(models.glob("*_rec_*.onnx"))),
            "Det.max_candidates": MAX_LINES,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _run(picture: "Image", *, use_det: bool, use_rec: bool) -> Any:  # noqa: ANN401
    """Return what the engine finds.

    Raises:
        MemoryError: It fails. Of an intact picture, no other reason is known, and each library has its own error.
    """
    try:
        return _engine()(picture, use_det=use_det, use_cls=False, use_rec=use_rec)
    except Exception as error:
        raise MemoryError from error


def _lines_in(picture: "Image") -> list[list[_Point]]:
    """Return the corners of each line, clockwise from the one at which its first word begins."""
    boxes = _run(picture, use_det=True, use_rec=False).boxes
    return [] if boxes is None else [[(x, y) for x, y in corners] for corners in boxes.tolist()]


def _read(picture: "Image", lines: list[list[_Point]], deadline: float) -> list[Words]:
    from PIL.Image import Transpose

    angle = statistics.median([_angle(line) for line in lines if not _is_tall(line)] or [0.0])
    words = []
    for line in lines:
        if time.process_time() > deadline:
            raise OutOfTime
        cut = _cut(picture, line)
        ways = (cut.transpose(Transpose.ROTATE_270), cut.transpose(Transpose.ROTATE_90)) if _is_tall(line) else (cut,)
        text, confidence = max(map(_text, ways), key=lambda read: read[1])
        if text:
            xs, ys = zip(*(_turned(point, -angle) for point in line), strict=True)
            words.append(Words(text, min(xs), min(ys), max(xs), max(ys), confidence, len(ways) > 1))
    return words


def _text(line: "Image") -> tuple[str, float]:
    """Return the text of a line and its confidence."""
    read = _run(line, use_det=False, use_rec=True)
    return (read.txts[0].strip(), float(read.scores[0])) if read.txts else ("", 0.0)


def _cut(picture: "Image", line: list[_Point]) -> "Image":
    """Return the part of a picture with a line, level."""
    from PIL.Image import Resampling, Transform

    top_left, top_right, bottom_right, bottom_left = line
    size = max(1, round(_width(line))), max(1, round(_height(line)))
    corners = (*top_left, *bottom_left, *bottom_right, *top_right)
    return picture.transform(size, Transform.QUAD, corners, Resampling.BICUBIC)


def _is_tall(line: list[_Point]) -> bool:
    return _height(line) > _TALL * _width(line)


def _width(line: list[_Point]) -> float:
    return math.dist(line[0], line[1])


def _height(line: list[_Point]) -> float:
    return math.dist(line[0], line[3])


def _angle(line: list[_Point]) -> float:
    return math.atan2(line[1][1] - line[0][1], line[1][0] - line[0][0])


def _turned(point: _Point, angle: float) -> _Point:
    x, y = point
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)
