"""Small pictures, videos and documents that the URLs of the samples lead to, made from the URL alone."""

import io
from colorsys import hsv_to_rgb
from functools import cache
from random import Random
from urllib.parse import urlsplit
from zlib import crc32

from PIL import Image, ImageDraw

_SCENES = 40
_SIZE = (240, 180)
_SMALLER = (200, 150)


def file_of(url: str) -> tuple[bytes, str] | None:
    """Content and MIME type; None for the few that their server has removed. Several URLs lead to the same picture, and
    some to a copy of it in another size.
    """
    path = urlsplit(url).path
    number = crc32(path.encode())
    if number % 97 == 0:
        return None
    kind = path.partition("/dms/")[2].partition("/")[0]
    if path.endswith(("/thumbnail", "/cover")) or kind not in {"playlist", "document"}:
        return _picture(number % _SCENES, is_copy=number % 4 == 0), "image/jpeg"
    return (_video(), "video/mp4") if kind == "playlist" else (_document(), "application/pdf")


@cache
def _picture(scene: int, *, is_copy: bool) -> bytes:
    image = _scene(scene)
    if is_copy:
        image = image.resize(_SMALLER)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=70 if is_copy else 85)
    return buffer.getvalue()


@cache
def _document() -> bytes:
    pages = [Image.new("RGB", (300, 420), "white") for _ in range(3)]
    for number, page in enumerate(pages):
        draw = ImageDraw.Draw(page)
        draw.rectangle((30, 40, 270, 110), fill=(40, 60 + 60 * number, 120))
        for line in range(9):
            draw.line((30, 150 + line * 26, 270 - line % 3 * 40, 150 + line * 26), fill=(90, 90, 90), width=6)
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:])
    return buffer.getvalue()


@cache
def _video() -> bytes:
    """Twelve seconds that begin with black, as videos do."""
    import av  # noqa: PLC0415 - slow

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=1)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *_SIZE, "yuv420p", 2
        for second in range(12):
            image = Image.new("RGB", _SIZE) if second < 2 else _scene(_SCENES + second // 4)
            frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()


def _scene(number: int) -> Image.Image:
    """A sky, hills and a sun, whose places and colours follow from the number."""
    rng = Random(number)
    image = Image.linear_gradient("L").resize(_SIZE).convert("RGB")
    draw = ImageDraw.Draw(image)
    for hill in range(4):
        colour = tuple(int(value * 255) for value in hsv_to_rgb(rng.random(), 0.5, 0.9 - hill * 0.15))
        left, width, top = rng.randint(-60, 200), rng.randint(60, 160), rng.randint(20 + hill * 20, 120)
        draw.ellipse((left, top, left + width, top + 140), fill=colour)
    place = rng.randint(10, 190), rng.randint(5, 60)
    draw.ellipse((*place, place[0] + 34, place[1] + 34), fill=(250, 220, 120))
    return image
