"""Contrast and palette: WCAG 2.2's relative luminance, and ΔE2000. Pure."""

import io
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from coloraide import Color
from numpy.typing import NDArray
from PIL import Image

from syndication_assets.rendering.document import Format, GradientLayer, ShapeLayer, TextLayer
from syndication_assets.studio.compliance.proposals import OVERLAY_OPACITY, corrected_colour
from syndication_assets.studio.compliance.rules import Measured
from syndication_assets.studio.compliance.subject import Subject, corners

_PHONE_PIXELS = 375
_LARGE_PIXELS = 24
_PERCENTILE = 5
_COLOURS = 64
_NEAR = 10.0
_SMALL = (160, 160)
_MOST_THRESHOLD = 7.0
"""Of WCAG's contrasts, that of AAA: texts that reach it need no correction."""


def contrast(subject: Subject) -> Measured:
    return _lowest_contrast(subject, is_large=False)


def contrast_large(subject: Subject) -> Measured:
    return _lowest_contrast(subject, is_large=True)


def palette(subject: Subject) -> Measured:
    """The share of the pixels outside of photos, from 64 quantised colours of a small copy."""
    with Image.open(io.BytesIO(subject.picture.content)) as opened:
        whole = opened.convert("RGB")
    photos, brand = [corners(box) for box in subject.photo_boxes], sorted(subject.look.colours.values())
    found = other_pixels(whole, photos, brand)
    if found is None:
        return Measured(None, "Its photo fills the picture.")
    others = sorted((share, colour) for colour, share in found.shares.items())
    return Measured(
        1 - sum(share for share, _ in others),
        "Much of it has other colours than the brand: change the template's shapes, or its texts.",
        {
            "other_colours": {colour: round(share, 3) for share, colour in others[-5:]},
            "brand_colours": brand,
            "photos": photos,
        },
    )


class OtherPixels(NamedTuple):
    """What of a picture has other colours than the brand."""

    shares: dict[str, float]
    """Colour → share of the pixels beside photos."""
    places: NDArray[np.bool_]
    """True where they are, in a copy of 160 by 160 pixels."""


def other_pixels(
    picture: Image.Image, photos: Iterable[Sequence[int]], brand_colours: Sequence[str]
) -> OtherPixels | None:
    """None if photos (left, top, right, bottom) fill the picture."""
    small = picture.resize(_SMALL, Image.Resampling.BOX)
    shown = np.ones(_SMALL[::-1], dtype=bool)
    across, down = _SMALL[0] / picture.width, _SMALL[1] / picture.height
    for left, top, right, bottom in photos:
        shown[int(top * down) : round(bottom * down), int(left * across) : round(right * across)] = False
    if not shown.any():
        return None
    pixels = np.asarray(small)[shown].reshape(1, -1, 3)
    quantised = Image.fromarray(pixels).quantize(_COLOURS)
    table = quantised.getpalette() or []
    kinds = np.asarray(quantised).reshape(-1)
    numbers, counts = np.unique(kinds, return_counts=True)
    others = {}
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        colour = "#{:02x}{:02x}{:02x}".format(*table[3 * number : 3 * number + 3])
        if not is_near(colour, brand_colours):
            others[number] = (colour, count / kinds.size)
    places = np.zeros_like(shown)
    places[shown] = np.isin(kinds, list(others))
    shares: dict[str, float] = {}
    for colour, share in others.values():
        shares[colour] = shares.get(colour, 0.0) + share
    return OtherPixels(shares, places)


def drawn_colours(subject: Subject) -> Measured:
    """Colours that the template or a field names itself."""
    allowed = [*subject.look.colours.values(), "#000000", "#ffffff"]
    drawn: dict[str, str] = {}
    for layer in subject.template.layers:
        if layer.name not in subject.picture.boxes:
            continue
        if isinstance(layer, TextLayer | ShapeLayer):
            named = [layer.colour]
        elif isinstance(layer, GradientLayer):
            named = [layer.from_colour, layer.to_colour]
        else:
            continue
        for name in named:
            kind, _, field = name.partition(".")
            colour = subject.wording.fields.get(field) if kind == "field" else name
            if colour is not None and colour.startswith("#") and not is_near(colour, allowed):
                drawn[colour] = layer.name
    return Measured(
        float(len(drawn)), "It draws colours that the brand does not have: use those of the brand.", {"colours": drawn}
    )


def is_near(colour: str, others: Iterable[str]) -> bool:
    """Whether a colour is within 10 of one of the others (ΔE2000)."""
    return any(_difference(colour.lower(), other.lower()) <= _NEAR for other in others)


def contrast_of(background: bytes, text_colour: str) -> float:
    """The contrast of a text with the RGB pixels under it that 95 % of them reach."""
    pixels = np.frombuffer(background, dtype=np.uint8).reshape(-1, 3)
    under = _luminance(pixels)
    text = float(_luminance(np.array([[int(text_colour[place : place + 2], 16) for place in (1, 3, 5)]]))[0])
    ratios = (np.maximum(under, text) + 0.05) / (np.minimum(under, text) + 0.05)
    return float(np.percentile(ratios, _PERCENTILE))


def is_large(size: float, format_: Format) -> bool:
    """Whether a text of this size in pixels is large where the picture is shown on a phone."""
    return size * _PHONE_PIXELS / format_.width >= _LARGE_PIXELS


def _lowest_contrast(subject: Subject, *, is_large: bool) -> Measured:
    picture = subject.picture
    found = {
        name: contrast_of(picture.text_backgrounds[name], colour)
        for name, colour in picture.text_colours.items()
        if picture.text_backgrounds.get(name) and _is_large(picture.text_sizes.get(name), subject.format) is is_large
    }
    if not found:
        return Measured(None, f"It has no {'large' if is_large else 'small'} text.")
    worst = min(found, key=lambda name: found[name])
    return Measured(
        found[worst],
        f"The text of {worst!r} is hard to read on what is under it: `syndication brief correct` darkens the photo or "
        "changes the colour of the text.",
        {
            "layer": worst,
            "box": corners(picture.boxes[worst]),
            "colour": picture.text_colours[worst],
            "would_reach": _would_reach(subject, found) if found[worst] < _MOST_THRESHOLD else {},
        },
    )


def _would_reach(subject: Subject, found: Mapping[str, float]) -> dict[str, float]:
    """The lowest contrast of these texts after each correction, as far as it can be foreseen: what is drawn between
    photo and text would darken it a little more.
    """
    backgrounds = subject.picture.text_backgrounds
    reached = {
        correction: min(
            contrast_of(backgrounds[name], corrected_colour(correction, subject.look.colours.values()))
            for name in found
        )
        for correction in ("light_text", "dark_text")
    }
    if subject.photo_boxes:
        colours = subject.picture.text_colours
        reached["darker_overlay"] = min(contrast_of(_darkened(backgrounds[name]), colours[name]) for name in found)
    else:
        reached["darker_overlay"] = min(found.values())
    return {correction: round(value, 2) for correction, value in reached.items()}


def _darkened(pixels: bytes) -> bytes:
    return (np.frombuffer(pixels, dtype=np.uint8) * (1 - OVERLAY_OPACITY)).astype(np.uint8).tobytes()


def _is_large(size: float | None, format_: Format) -> bool:
    return size is not None and is_large(size, format_)


def _luminance(pixels: NDArray[np.generic]) -> NDArray[np.float64]:
    values = pixels.astype(np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    result: NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return result


@lru_cache(maxsize=4096)
def _difference(colour: str, other: str) -> float:
    return float(Color(colour).delta_e(other, method="2000"))
