"""Pictures that people upload, drawn again: their pixels and nothing else of their file. Pure.

What a camera noted, where a picture was taken among it, and whatever was hidden in or behind the picture stay out.
Decoding runs in a process of its own, as in `pictures.py`.
"""

import io
import warnings

from PIL import Image, ImageOps

from syndication_assets.media.contents.pictures import FORMATS, MAXIMUM_PIXELS
from syndication_assets.media.contents.preview import DamagedMediaError

KINDS = ("image/jpeg", "image/png", "image/webp")
"""MIME types of pictures that are drawn again; each stays of its kind."""
_QUALITY = 95


def redrawn(content: bytes, mime_type: str) -> bytes:
    """The same picture, upright, in its own colours. DamagedMediaError if it is damaged, animated or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _redrawn(content, FORMATS[mime_type])
    except DamagedMediaError:
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise DamagedMediaError(f"the picture has more than {MAXIMUM_PIXELS:,} pixels, which is too large") from None
    except Exception as error:  # Pillow's formats raise whatever their parsers meet
        raise DamagedMediaError(f"the picture cannot be decoded ({type(error).__name__})") from None


def _redrawn(content: bytes, image_format: str) -> bytes:
    with Image.open(io.BytesIO(content), formats=[image_format]) as image:
        if image.width * image.height > MAXIMUM_PIXELS:
            raise DamagedMediaError(f"the picture has more than {MAXIMUM_PIXELS:,} pixels, which is too large")
        # A camera's JPEG often holds a second, smaller picture, which is no animation.
        if image_format != "JPEG" and int(getattr(image, "n_frames", 1)) > 1:
            raise DamagedMediaError("the picture is animated: choose one that does not move")
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
        if image_format == "JPEG" and upright.mode not in {"L", "RGB", "CMYK"}:
            upright = upright.convert("RGB")
        shown = Image.frombytes(upright.mode, upright.size, upright.tobytes())
        if upright.mode == "P":
            shown = upright.convert("RGBA")
        drawn = io.BytesIO()
        shown.save(drawn, image_format, quality=_QUALITY, icc_profile=profile)
        return drawn.getvalue()
