"""The dominant colours of a picture: 64 quantized colours, of which those that look alike are one. Pure."""

from collections.abc import Sequence
from typing import cast

from PIL import Image

from syndication_assets.media.analysis.findings import Colour

VERSION = 1
"""Raise it when the same picture gets other colours from now on."""
_SIDE = 96
_QUANTIZED = 64
_MOST_COLOURS = 6
_LEAST_SHARE = 0.02
_ALIKE = 40.0
"""Colours with a smaller difference are one; the difference of black and white is about 765."""

Rgb = tuple[int, int, int]


def dominant_colours(picture: Image.Image) -> tuple[Colour, ...]:
    """At most 6 colours with 2 % of an RGB picture or more, the largest share first."""
    picture.thumbnail((_SIDE, _SIDE))
    quantized = picture.quantize(_QUANTIZED, Image.Quantize.MEDIANCUT)
    palette = quantized.getpalette() or []
    counted = cast(list[tuple[int, int]], quantized.getcolors(_QUANTIZED) or [])
    colours = [
        (count, _rgb(palette, index)) for count, index in sorted(counted, key=lambda entry: (-entry[0], entry[1]))
    ]
    pixels = _pixels(colours)
    groups: list[list[tuple[int, Rgb]]] = []
    for entry in colours:
        alike = next((group for group in groups if difference(group[0][1], entry[1]) < _ALIKE), None)
        if alike is None:
            groups.append([entry])
        else:
            alike.append(entry)
    found = [Colour(_hexadecimal(_mean(group)), round(_pixels(group) / pixels, 3)) for group in groups]
    shown = [colour for colour in found if colour.share >= _LEAST_SHARE]
    return tuple(sorted(shown, key=lambda colour: (-colour.share, colour.colour))[:_MOST_COLOURS])


def difference(first: Rgb, other: Rgb) -> float:
    """How different two colours look: the distance in RGB, weighted for the eye by the mean of both reds ("redmean").

    Source: Thiadmer Riemersma, "Colour metric", https://www.compuphase.com/cmetric.htm.
    """
    red_mean = (first[0] + other[0]) / 2
    red, green, blue = (a - b for a, b in zip(first, other, strict=True))
    return float(((2 + red_mean / 256) * red**2 + 4 * green**2 + (2 + (255 - red_mean) / 256) * blue**2) ** 0.5)


def _rgb(palette: Sequence[int], index: int) -> Rgb:
    red, green, blue = palette[3 * index : 3 * index + 3]
    return red, green, blue


def _mean(group: Sequence[tuple[int, Rgb]]) -> Rgb:
    """The mean of colours, weighted by their pixels."""
    pixels = _pixels(group)
    red, green, blue = (round(sum(count * rgb[part] for count, rgb in group) / pixels) for part in range(3))
    return red, green, blue


def _pixels(group: Sequence[tuple[int, Rgb]]) -> int:
    return sum(count for count, _ in group)


def _hexadecimal(rgb: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in rgb)
