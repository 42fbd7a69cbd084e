"""Shapes and gradients: masks of one colour with soft edges."""

from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw

from syndication_assets.rendering.boxes import PixelBox

_FINER = 4
"""Curves are drawn so many times larger and made smaller: their edges are smooth."""
_LARGE = 600
"""Pixels of a curve from which half of that is fine enough."""


def paste_shape(
    canvas: Image.Image, box: PixelBox, colour: str, *, opacity: float, corner_radius: float, is_ellipse: bool
) -> None:
    """Draws one colour into the box. `corner_radius` is a fraction of the box's shorter side."""
    mask = shape_mask(box.width, box.height, corner_radius, is_ellipse=is_ellipse)
    if opacity < 1:
        mask = mask.point([round(value * opacity) for value in range(256)])
    canvas.paste(ImageColor.getrgb(colour), box.corners, mask)


def shape_mask(width: int, height: int, corner_radius: float, *, is_ellipse: bool = False) -> Image.Image:
    """255 inside the shape, 0 outside."""
    if is_ellipse:
        return _ellipse(width, height).copy()
    mask = Image.new("L", (width, height), 255)
    radius = round(corner_radius * min(width, height))
    if radius > 0:
        circle = _ellipse(2 * radius, 2 * radius)
        for x, left in ((0, 0), (width - radius, radius)):
            for y, top in ((0, 0), (height - radius, radius)):
                mask.paste(circle.crop((left, top, left + radius, top + radius)), (x, y))
    return mask


@lru_cache(maxsize=8)
def _ellipse(width: int, height: int) -> Image.Image:
    """Kept for the next picture: callers leave it unchanged."""
    finer = _FINER if max(width, height) < _LARGE else _FINER // 2
    large = Image.new("L", (width * finer, height * finer), 0)
    ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
    return large.resize((width, height), Image.Resampling.BOX)


def paste_gradient(
    canvas: Image.Image,
    box: PixelBox,
    *,
    direction: str,
    from_: tuple[str, float],
    to: tuple[str, float],
    length: int | None = None,
) -> None:
    """Draws from one colour and opacity to another, eased so that neither end shows as a line; from `length` pixels on,
    the second one.
    """
    size = (1, box.height) if direction in {"down", "up"} else (box.width, 1)
    pixels_to_go = max(size)
    way = pixels_to_go if length is None else min(length, pixels_to_go)
    (from_colour, from_opacity), (to_colour, to_opacity) = from_, to
    first, last = ImageColor.getrgb(from_colour), ImageColor.getrgb(to_colour)
    strip = Image.new("RGBA", size)
    pixels = []
    for place in range(pixels_to_go):
        passed = pixels_to_go - 1 - place if direction in {"up", "left"} else place
        share = min(passed / max(way - 1, 1), 1.0)
        eased = share * share * (3 - 2 * share)
        colour = [round(a + (b - a) * eased) for a, b in zip(first[:3], last[:3], strict=True)]
        pixels.append((*colour, round(255 * (from_opacity + (to_opacity - from_opacity) * eased))))
    strip.putdata(pixels)
    band = strip.resize((box.width, box.height))
    canvas.paste(band.convert("RGB"), box.corners, band.getchannel("A"))
