"""A photo that is nobody's: an evening over hills, for previews of templates."""

import io

from PIL import Image, ImageDraw, ImageFilter

_SKY = (0x27406B, 0x8A6F9B, 0xF0A884, 0xFBE0B5)
_HILLS = (
    ("#6f6a8f", 0.62, 0.10, 1.3),
    ("#4b5680", 0.70, 0.13, 0.4),
    ("#2f3f63", 0.80, 0.12, 2.2),
    ("#1c2845", 0.90, 0.09, 0.9),
)
"""Colour, base and swing as fractions of the height, and where the wave begins."""
_SUN = (0.64, 0.46, 0.085)
"""Its middle and its radius, as fractions."""
_FINER = 2
"""Outlines are drawn so many times larger and made smaller: their edges are smooth."""
Outline = list[tuple[float, float]]


def sample_photo(width: int = 900, height: int = 900) -> bytes:
    """JPEG of this size."""
    strip = Image.new("RGB", (1, len(_SKY)))
    strip.putdata([(each >> 16, each >> 8 & 255, each & 255) for each in _SKY])
    picture = strip.resize((width, height), Image.Resampling.BICUBIC)
    x, y, radius = width * _SUN[0], height * _SUN[1], min(width, height) * _SUN[2]
    glow = Image.new("L", (width, height), 0)
    ImageDraw.Draw(glow).ellipse((x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius), fill=120)
    picture.paste("#ffecc8", mask=glow.filter(ImageFilter.BoxBlur(radius)))
    sun = Image.new("L", (width * _FINER, height * _FINER), 0)
    ImageDraw.Draw(sun).ellipse([_FINER * each for each in (x - radius, y - radius, x + radius, y + radius)], fill=255)
    picture.paste("#fff3db", mask=sun.reduce(_FINER))
    for colour, base, swing, phase in _HILLS:
        hill = Image.new("L", (width * _FINER, height * _FINER), 0)
        ImageDraw.Draw(hill).polygon(_hill(hill.width, hill.height, base, swing, phase), fill=255)
        picture.paste(colour, mask=hill.reduce(_FINER))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=88)
    return content.getvalue()


def _hill(width: int, height: int, base: float, swing: float, phase: float) -> Outline:
    """Two waves of one outline, computed without sines: those differ between machines in their last digit."""
    outline: Outline = [(0, height)]
    for step in range(101):
        place = step / 100
        wave = _wave(place * 1.6 + phase) * 0.7 + _wave(place * 3.7 + phase * 1.7) * 0.3
        outline.append((place * width, (base - swing * (wave - 0.5)) * height))
    return [*outline, (width, height)]


def _wave(value: float) -> float:
    """0 to 1 and back in two units, smooth."""
    place = abs(value % 2 - 1)
    return place * place * (3 - 2 * place)
