"""Marks in a copy of a picture the place that a rule is about: green where it is kept, red where it is not. Pure.

The same picture, result and version of the project give the same bytes.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from syndication_assets.rendering.fonts.kit_fonts import kit_font_files
from syndication_assets.studio.compliance.colours import other_pixels

_KEPT, _BROKEN, _EDGE = "#0a8f3c", "#d6002a", "#ffffff"
_OTHER_COLOUR = "#ff00c8"
_FADED = 0.6
Corners = Sequence[int]
"""Left, top, right, bottom."""


def marked(
    content: bytes, rule_name: str, evidence: Mapping[str, Any], caption: str, *, is_passed: bool
) -> bytes | None:
    """PNG with the caption below; None for a rule without a place, and for a result that names none."""
    mark = _MARKS.get(rule_name)
    if mark is None:
        return None
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    result = mark(picture, evidence, _KEPT if is_passed else _BROKEN)
    return None if result is None else _with_caption(result, caption, _KEPT if is_passed else _BROKEN)


def _boxes(names: Sequence[str]) -> Callable[[Image.Image, Mapping[str, Any], str], Image.Image | None]:
    """Marks the boxes that the evidence has under these names."""

    def mark(picture: Image.Image, evidence: Mapping[str, Any], colour: str) -> Image.Image | None:
        boxes = [box for name in names for box in _boxes_of(evidence.get(name))]
        return _outlined(picture, boxes, colour) if boxes else None

    return mark


def _boxes_of(value: Any) -> list[Corners]:
    if isinstance(value, dict):
        return list(value.values())
    if not isinstance(value, list) or not value:
        return []
    return value if isinstance(value[0], list) else [value]


def _clear_space(picture: Image.Image, evidence: Mapping[str, Any], colour: str) -> Image.Image | None:
    """Logo and nearest text, with the way between them."""
    if not {"logo", "box"} <= evidence.keys():
        return None
    logo, text = evidence["logo"], evidence["box"]
    result = _outlined(picture, [logo, text], colour)
    ImageDraw.Draw(result).line(_way(logo, text), fill=colour, width=2 * _stroke(picture))
    return result


def _way(first: Corners, other: Corners) -> list[tuple[float, float]]:
    """The shortest line between two boxes, from the middle of what they have in common."""
    points = []
    for start, end in ((0, 2), (1, 3)):
        low, high = max(first[start], other[start]), min(first[end], other[end])
        if low <= high:
            points.append(((low + high) / 2, (low + high) / 2))
        else:
            points.append((first[end], other[start]) if first[end] < other[start] else (first[start], other[end]))
    (x, other_x), (y, other_y) = points
    return [(x, y), (other_x, other_y)]


def _safe_zone(picture: Image.Image, evidence: Mapping[str, Any], colour: str) -> Image.Image | None:
    """What the platform covers is hatched, and what reaches into it is outlined."""
    if "safe" not in evidence:
        return None
    left, top, right, bottom = evidence["safe"]
    hatched = Image.new("L", picture.size, 0)
    draw, step = ImageDraw.Draw(hatched), 6 * _stroke(picture)
    for start in range(-picture.height, picture.width, step):
        draw.line([(start, picture.height), (start + picture.height, 0)], fill=150, width=_stroke(picture))
    draw.rectangle((left, top, right - 1, bottom - 1), fill=0)
    result = picture.copy()
    result.paste(colour, mask=hatched)
    boxes = _boxes_of(evidence.get("boxes"))
    for box in [(left, top, right, bottom), *boxes]:
        _outline(result, box, colour)
    return result


def _palette(picture: Image.Image, evidence: Mapping[str, Any], colour: str) -> Image.Image | None:
    """What has other colours than the brand stands out; photos, which do not count, are faded."""
    if "brand_colours" not in evidence:
        return None
    found = other_pixels(picture, evidence["photos"], evidence["brand_colours"])
    if found is None:
        return None
    places = Image.fromarray((found.places * 255).astype(np.uint8)).resize(picture.size, Image.Resampling.NEAREST)
    result = picture.copy()
    for box in evidence["photos"]:
        result.paste(_faded(picture).crop(tuple(box)), tuple(box))
    result.paste(Image.blend(picture, Image.new("RGB", picture.size, _OTHER_COLOUR), 0.7), mask=places)
    for box in evidence["photos"]:
        _outline(result, box, colour)
    return result


_MARKS: Mapping[str, Callable[[Image.Image, Mapping[str, Any], str], Image.Image | None]] = {
    "contrast": _boxes(["box"]),
    "contrast_large": _boxes(["box"]),
    "logo": _boxes(["boxes"]),
    "logo_size": _boxes(["box"]),
    "logo_proportions": _boxes(["box"]),
    "logo_clear_space": _clear_space,
    "safe_zone": _safe_zone,
    "fonts": _boxes(["boxes"]),
    "text_fit": _boxes(["box"]),
    "palette": _palette,
}
RULES_WITH_PLACES = tuple(_MARKS)


def _outlined(picture: Image.Image, boxes: Iterable[Corners], colour: str) -> Image.Image:
    """The boxes as they are, all else faded."""
    result = _faded(picture)
    for box in boxes:
        result.paste(picture.crop(tuple(box)), tuple(box))  # type: ignore[arg-type]
        _outline(result, box, colour)
    return result


def _faded(picture: Image.Image) -> Image.Image:
    grey = picture.convert("L").convert("RGB")
    return Image.blend(picture, Image.blend(grey, Image.new("RGB", picture.size, "#ffffff"), 0.4), _FADED)


def _outline(picture: Image.Image, box: Corners, colour: str) -> None:
    """Around the box, with a light edge, so that it is seen on every ground."""
    width = _stroke(picture)
    left, top, right, bottom = box
    draw = ImageDraw.Draw(picture)
    around = (left - 2 * width, top - 2 * width, right + 2 * width, bottom + 2 * width)
    draw.rectangle(around, outline=_EDGE, width=2 * width)
    inner = (left - 2 * width + 1, top - 2 * width + 1, right + 2 * width - 1, bottom + 2 * width - 1)
    draw.rectangle(inner, outline=colour, width=width)


def _stroke(picture: Image.Image) -> int:
    return max(round(min(picture.size) / 270), 2)


def _with_caption(picture: Image.Image, caption: str, colour: str) -> bytes:
    size = max(round(min(picture.size) / 32), 12)
    font = ImageFont.truetype(str(kit_font_files()[1]), size, layout_engine=ImageFont.Layout.BASIC)
    result = Image.new("RGB", (picture.width, picture.height + 2 * size), colour)
    result.paste(picture)
    ImageDraw.Draw(result).text((size, picture.height + size), caption, fill="#ffffff", font=font, anchor="lm")
    buffer = io.BytesIO()
    result.save(buffer, "PNG")
    return buffer.getvalue()
