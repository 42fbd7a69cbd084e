"""Crops a photo to a box around what is seen first.

A crop that fills a box cuts on one axis only, so the measure is a profile along that axis: how much detail and colour
each column, or row, of a small copy has. The window with most of it wins; the middle wins where nothing stands out.
"""

import math

from PIL import Image, ImageChops, ImageFilter

_SIDE = 96
"""Of the small copy, in pixels."""
_MIDDLE_WEIGHT = 0.35
"""How much an off-centre window loses at most, as a share of what it shows: photographers put things in the middle."""


def cover(photo: Image.Image, width: int, height: int) -> Image.Image:
    """The photo cropped and scaled to exactly this size."""
    left, top, right, bottom = crop_box(photo, width / height)
    return photo.resize((width, height), Image.Resampling.LANCZOS, (left, top, right, bottom), reducing_gap=3)


def crop_box(photo: Image.Image, ratio: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the part of the photo that has this ratio of width to height."""
    is_wider = photo.width / photo.height > ratio
    length = photo.width if is_wider else photo.height
    kept = photo.height * ratio if is_wider else photo.width / ratio
    start = best_start(profile(photo, along_width=is_wider), kept / length) * length
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


def best_start(values: tuple[float, ...], share: float) -> float:
    """Where the window of this share of the length begins, as a fraction of the length."""
    count = len(values)
    window = min(max(round(count * share), 1), count)
    places = count - window
    if places == 0:
        return max((1 - share) / 2, 0.0)
    total = sum(values) or 1.0
    scores = []
    shown = sum(values[:window])
    for start in range(places + 1):
        distance = abs(start - places / 2) / (places / 2)
        scores.append(shown / total * (1 - _MIDDLE_WEIGHT * distance**2))
        if start < places:
            shown += values[start + window] - values[start]
    best = max(scores)
    # Windows that are as good as the best: the one nearest to the middle.
    good = [start for start, score in enumerate(scores) if math.isclose(score, best, rel_tol=1e-9)]
    start = min(good, key=lambda each: abs(each - places / 2))
    return min(start / count, 1 - share)


def _frame(size: tuple[int, int]) -> Image.Image:
    inner = Image.new("L", size, 0)
    inner.paste(255, (1, 1, max(size[0] - 1, 1), max(size[1] - 1, 1)))
    return inner


def _mean(picture: Image.Image) -> float:
    histogram = picture.histogram()
    return sum(value * number for value, number in enumerate(histogram)) / max(sum(histogram), 1)
