"""Where faces are in a photo, with the extra `faces`: OpenCV's wheel has a cascade that finds those from the front.

Without the extra no face is looked for. Nothing is stored of a face: its box moves a crop.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from syndication_assets.rendering.pictures.decoding import decoded

Span = tuple[float, float]
"""Where something begins and ends along one axis, in pixels."""
FaceBox = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""

_PACKAGE = "opencv-python-headless"
_CASCADE = "haarcascade_frontalface_default.xml"
_SIDE = 480
"""Of the small copy that is looked at, in pixels."""
_SMALLEST_SHARE = 0.06
"""Of a face that is found, of the longer side."""
_NEIGHBOURS = 8
"""How many places beside each other have to look like a face: fewer find patterns of leaves and stones, too."""
_MARGIN = 0.25
"""What is kept around a face, as a share of it: hair and chin."""


@lru_cache(maxsize=2)
def faces_in(content: bytes, what: str, maximum_pixels: int) -> tuple[FaceBox, ...]:
    """The faces of a picture as `decoded` gives it, the largest first; empty without the extra."""
    finder = _finder()
    if finder is None:
        return ()
    photo = decoded(content, what, maximum_pixels)
    scale = _SIDE / max(photo.size)
    small = photo.convert("L").resize(
        (max(round(photo.width * scale), 1), max(round(photo.height * scale), 1)), Image.Resampling.BOX, reducing_gap=2
    )
    side = round(_SMALLEST_SHARE * _SIDE)
    found = finder.detectMultiScale(np.asarray(small), scaleFactor=1.1, minNeighbors=_NEIGHBOURS, minSize=(side, side))
    boxes = [_with_margin([float(value) / scale for value in each], photo.size) for each in found]
    return tuple(sorted(boxes, key=lambda box: (box[0] - box[2], box)))


def finder_version() -> str | None:
    """What finds faces here, as a part of what a picture is drawn with; None if nothing does."""
    return None if _finder() is None else f"{_PACKAGE} {version(_PACKAGE)}"


def starts_with_faces(faces: Sequence[Span], kept: float, length: float) -> Span:
    """Between which places a window of `kept` pixels begins so that it has these faces, or as many of them as fit, the
    first ones before others. One that is larger than the window is in its middle.
    """
    low, high = 0.0, length - kept
    for start, end in faces:
        if end - start > kept:
            start = end = (start + end - kept) / 2  # noqa: PLW2901 - where the window begins
            least, most = max(low, start), min(high, end)
        else:
            least, most = max(low, end - kept), min(high, start)
        if least <= most:
            low, high = least, most
    return low, high


@cache
def _finder() -> Any:
    """OpenCV's classifier; None without the extra, and with a release that has no cascades."""
    try:
        version(_PACKAGE)
        import cv2  # noqa: PLC0415 - an extra
    except (PackageNotFoundError, ImportError):
        return None
    path = Path(cv2.__file__).with_name("data") / _CASCADE
    if not hasattr(cv2, "CascadeClassifier") or not path.is_file():
        return None
    return cv2.CascadeClassifier(str(path))


def _with_margin(face: Sequence[float], size: tuple[int, int]) -> FaceBox:
    """The box of a face, which is given as left, top, width and height."""
    left, top, width, height = face
    across, along = _MARGIN * width, _MARGIN * height
    return (
        max(round(left - across), 0),
        max(round(top - along), 0),
        min(round(left + width + across), size[0]),
        min(round(top + height + along), size[1]),
    )
