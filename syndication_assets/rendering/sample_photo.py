"""A photo that is nobody's: an evening over hills, for previews of templates."""

import io

from PIL import Image, ImageDraw, ImageFilter

_SKY = ("#27406b", "#8a6f9b", "#f0a884", "#fbe0b5")
_HILLS = (
    ("#6f6a8f", 0.62, 0.10, 1.3),
    ("#4b5680", 0.70, 0.13, 0.4),
    ("#2f3f63", 0.80, 0.12, 2.2),
    ("#1c2845", 0.9, 0.09, 0.9),
)
_SUN = (0.64, 0.46, 0.085)


def sample_photo(width: int = 900, height: int = 900) -> bytes:
    """JPEG of this size."""
    colours = [tuple(int(each[place : place + 2], 16) for place in (1, 3, 5)) for each in _SKY]
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata(colours)
    picture = strip.resize((width, height), Image.Resampling.BICUBIC)
    glow = Image.new("L", (width, height), 0)
    x, y, radius = width * _SUN[0], height * _SUN[1], min(width, height) * _SUN[2]
    ImageDraw.Draw(glow).ellipse((x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius), fill=120)
    picture.paste((255, 236, 200), mask=glow.filter(ImageFilter.BoxBlur(radius)))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 243, 219))
    for colour, base, swing, phase in _HILLS:
        draw.polygon([(0, height), *_ridge(width, height, base, swing, phase), (width, height)], fill=colour)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=88)
    return content.getvalue()


def _ridge(width: int, height: int, base: float, swing: float, phase: float) -> list[tuple[float, float]]:
    """The outline of a row of hills: two waves, without the square roots and sines of another machine's library."""
    points = []
    for step in range(0, 101):
        place = step / 100
        wave = _wave(place * 1.6 + phase) * 0.7 + _wave(place * 3.7 + phase * 1.7) * 0.3
        points.append((place * width, (base - swing * (wave - 0.5)) * height))
    return points


def _wave(value: float) -> float:
    """0 to 1 and back in two units, smooth."""
    place = abs(value % 2 - 1)
    return place * place * (3 - 2 * place)
