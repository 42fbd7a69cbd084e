"""A picture that stands for a photo: hills under an evening sky, always the same."""

import io
import math

from PIL import Image, ImageDraw, ImageFilter

_WIDTH, _HEIGHT = 1600, 1200
_SKY = ((247, 203, 146), (110, 132, 150))
_HILLS = (
    # Height of the horizon, height and length of its waves, colour.
    (0.50, 0.05, 1.9, (133, 128, 138)),
    (0.62, 0.06, 1.3, (86, 98, 112)),
    (0.74, 0.05, 2.3, (48, 72, 84)),
    (0.87, 0.04, 1.1, (22, 46, 56)),
)


def painted_photo() -> bytes:
    """JPEG of 1600 by 1200 pixels."""
    low, high = _SKY
    ramp = Image.linear_gradient("L").resize((_WIDTH, _HEIGHT))
    picture = Image.composite(Image.new("RGB", ramp.size, low), Image.new("RGB", ramp.size, high), ramp)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((1080, 330, 1240, 490), fill=(255, 236, 200))
    for number, (horizon, height, length, colour) in enumerate(_HILLS):
        top = [
            (x, _HEIGHT * (horizon + height * math.sin(length * math.pi * x / _WIDTH + 1.7 * number)))
            for x in range(0, _WIDTH + 1, 20)
        ]
        draw.polygon([(0, _HEIGHT), *top, (_WIDTH, _HEIGHT)], fill=colour)
    content = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(content, "JPEG", quality=85)
    return content.getvalue()
