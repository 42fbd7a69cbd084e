"""Shapes and gradients: masks of one colour with soft edges."""

from PIL import Image, ImageColor, ImageDraw

from syndication_assets.rendering.boxes import PixelBox

_FINER = 4
"""Curves are drawn so many times larger and made smaller: their edges are smooth."""


def paste_shape(
    canvas: Image.Image, box: PixelBox, colour: str, *, opacity: float, corner_radius: float, is_ellipse: bool
) -> None:
    """Draws one colour into the box. `corner_radius` is a fraction of the box's shorter side."""
    if box.width < 1 or box.height < 1:
        return
    mask = shape_mask(box.width, box.height, corner_radius, is_ellipse=is_ellipse)
    if opacity < 1:
        mask = mask.point([round(value * opacity) for value in range(256)])
    canvas.paste(ImageColor.getrgb(colour), box.corners, mask)


def shape_mask(width: int, height: int, corner_radius: float, *, is_ellipse: bool = False) -> Image.Image:
    """255 inside the shape, 0 outside."""
    if not is_ellipse and corner_radius == 0:
        return Image.new("L", (width, height), 255)
    large = Image.new("L", (width * _FINER, height * _FINER), 0)
    draw = ImageDraw.Draw(large)
    corners = (0, 0, large.width - 1, large.height - 1)
    if is_ellipse:
        draw.ellipse(corners, fill=255)
    else:
        draw.rounded_rectangle(corners, radius=corner_radius * min(large.size), fill=255)
    return large.resize((width, height), Image.Resampling.BOX)


def paste_gradient(
    canvas: Image.Image, box: PixelBox, *, direction: str, from_: tuple[str, float], to: tuple[str, float]
) -> None:
    """Draws from one colour and opacity to another, eased so that neither end shows as a line."""
    size = (1, box.height) if direction in {"down", "up"} else (box.width, 1)
    length = max(size)
    (from_colour, from_opacity), (to_colour, to_opacity) = from_, to
    first, last = ImageColor.getrgb(from_colour), ImageColor.getrgb(to_colour)
    strip = Image.new("RGBA", size)
    pixels = []
    for place in range(length):
        share = place / max(length - 1, 1)
        if direction in {"up", "left"}:
            share = 1 - share
        eased = share * share * (3 - 2 * share)
        colour = [round(a + (b - a) * eased) for a, b in zip(first[:3], last[:3], strict=True)]
        pixels.append((*colour, round(255 * (from_opacity + (to_opacity - from_opacity) * eased))))
    strip.putdata(pixels)
    band = strip.resize((box.width, box.height))
    canvas.paste(band.convert("RGB"), box.corners, band.getchannel("A"))
