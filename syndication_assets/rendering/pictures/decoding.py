"""Decodes photos and logos within a limit of pixels.

Whoever passes pictures from outside runs `render` in a child with a memory limit as well.
"""

import io
import warnings
from functools import lru_cache

from PIL import Image, ImageOps

from syndication_assets.rendering.errors import UnreadablePictureError

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
MAXIMUM_PIXELS = 50_000_000
_KEPT_SIDE = 2560
"""Of a decoded photo, in pixels: no format is larger after its crop."""


@lru_cache(maxsize=2)
def decoded(content: bytes, what: str, maximum_pixels: int = MAXIMUM_PIXELS) -> Image.Image:
    """The picture as its camera meant it, RGB or RGBA, made smaller if it is far larger than any format. Kept for the
    next format: callers leave it unchanged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > maximum_pixels:
                    raise UnreadablePictureError(what, f"it has more than {maximum_pixels:,} pixels")
                opened.draft("RGB", (_KEPT_SIDE, _KEPT_SIDE))
                has_alpha = opened.mode in {"RGBA", "LA", "PA"} or "transparency" in opened.info
                picture = ImageOps.exif_transpose(opened.convert("RGBA" if has_alpha else "RGB"))
    except UnreadablePictureError:
        raise
    except Exception as error:  # Pillow's formats raise whatever their parsers meet
        raise UnreadablePictureError(what, f"it cannot be decoded ({type(error).__name__})") from None
    picture.thumbnail((_KEPT_SIDE, _KEPT_SIDE), reducing_gap=3)
    return picture
