"""Crops a photo to a box around what is seen first.

A crop that fills a box cuts on one axis only, so the measure is a profile along that axis: how much detail and colour
each column, or row, of a small copy has. The window with most of it wins; the middle wins where nothing stands out.
Where faces are known, only windows that have them count.
"""

import math
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter

from syndication_assets.rendering.pictures.faces import FaceBox, Span, starts_with_faces

_SIDE = 96
"""Of the small copy, in pixels."""
_MIDDLE_WEIGHT = 0.35
_UPPER_WEIGHT = 0.6
"""How much a window far from where photographers put things loses at most, as a share of what it shows: the middle
between left and right; above the middle between top and bottom, because heads are at the top of people.
"""
_MIDDLE = 0.5
_UPPER = 0.36
"""Where the middle of a window is best, as a fraction of the length."""


def cover(photo: Image.Image, width: int, height: int, faces: Sequence[FaceBox] = ()) -> Image.Image:
    """The photo cropped and scaled to exactly this size, with its faces."""
    left, top, right, bottom = crop_box(photo, width / height, faces)
    return photo.resize((width, height), Image.Resampling.LANCZOS, (left, top, right, bottom), reducing_gap=3)


def crop_box(photo: Image.Image, ratio: float, faces: Sequence[FaceBox] = ()) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the part of the photo that has this ratio of width to height.

    Of several faces, the first ones are kept before others.
    """
    is_wider = photo.width / photo.height > ratio
    length = photo.width if is_wider else photo.height
    kept = photo.height * ratio if is_wider else photo.width / ratio
    values = profile(photo, along_width=is_wider)
    place, weight = (_MIDDLE, _MIDDLE_WEIGHT) if is_wider else (_UPPER, _UPPER_WEIGHT)
    spans = [(left, right) if is_wider else (top, bottom) for left, top, right, bottom in faces]
    low, high = starts_with_faces(spans, kept, length)
    within = (low / length, high / length)
    start = best_start(values, kept / length, place=place, weight=weight, within=within) * length
    if is_wider:
        return start, 0, min(start + kept, photo.width), photo.height
    return 0, start, photo.width, min(start + kept, photo.height)


def profile(photo: Image.Image, *, along_width: bool) -> tuple[float, ...]:
    """How much is to be seen in each column (or row) of a small copy."""
    scale = _SIDE / max(photo.size)
    small = photo.convert("RGB").resize(
        (max(round(photo.width * scale), 1), max(round(photo.height * scale), 1)), Image.Resampling.BOX, reducing_gap=2
    )
    edges = small.convert("L").filter(ImageFilter.GaussianBlur(1)).filter(ImageFilter.FIND_EDGES)
    # FIND_EDGES copies the frame of the picture as it is: it is no edge.
    edges = ImageChops.multiply(edges, _frame(small.size))
    saturation = small.convert("HSV").getchannel("S").filter(ImageFilter.GaussianBlur(2))
    average = Image.new("L", small.size, round(_mean(saturation)))
    colour = ImageChops.difference(saturation, average)
    size = (small.width, 1) if along_width else (1, small.height)
    values = zip(
        edges.resize(size, Image.Resampling.BOX).tobytes(),
        colour.resize(size, Image.Resampling.BOX).tobytes(),
        strict=True,
    )
    return tuple(2.0 * edge + 0.5 * difference for edge, difference in values)


def best_start(
    values: tuple[float, ...], share: float, *, place: float, weight: float, within: Span | None = None
) -> float:
    """Where the window of this share of the length begins, as a fraction of the length. Its middle is best at `place`,
    and loses up to `weight` of what it shows elsewhere. `within` bounds where it begins.
    """
    low, high = within or (0.0, 1 - share)
    count = len(values)
    window = min(max(round(count * share), 1), count)
    best = min(max(place - share / 2, 0.0), 1 - share)
    if window == count:
        return min(max(best, low), high)
    total = sum(values) or 1.0
    scores = []
    shown = sum(values[:window])
    for start in range(count - window + 1):
        distance = abs(start / count - best) / max(best, 1 - share - best)
        # What a calm photo shows everywhere alike, a third, lets the best place win.
        scores.append((shown / total + share / 2) * (1 - weight * distance**2))
        if start + window < count:
            shown += values[start + window] - values[start]
    allowed = [start for start in range(len(scores)) if low <= start / count <= high]
    if not allowed:
        return (low + high) / 2
    highest = max(scores[start] for start in allowed)
    good = [start for start in allowed if math.isclose(scores[start], highest, rel_tol=1e-9)]
    return min(min(good, key=lambda start: abs(start / count - best)) / count, 1 - share)


def _frame(size: tuple[int, int]) -> Image.Image:
    inner = Image.new("L", size, 0)
    inner.paste(255, (1, 1, max(size[0] - 1, 1), max(size[1] - 1, 1)))
    return inner


def _mean(picture: Image.Image) -> float:
    histogram = picture.histogram()
    return sum(value * number for value, number in enumerate(histogram)) / max(sum(histogram), 1)
