"""What a picture shows, as numbers: its size, its frames, a hash of how it looks, and a small copy for people.

Decoding runs in a process of its own with a limit on its memory (`inspecting.py`): a file from outside may be made to
need more than the machine has.
"""

import io
import warnings

from PIL import Image, ImageOps

from syndication_assets.media.contents.preview import THUMBNAIL_PIXELS, DamagedMediaError, Preview, as_jpeg

FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/avif": "AVIF",
}
"""MIME types that are decoded, with Pillow's name of the format. HEIC is stored as it is, without its size."""
MAXIMUM_PIXELS = 50_000_000
MAXIMUM_PIXELS_OF_FRAMES = 400_000_000
"""Width by height by frames: an animation of less than a megabyte can expand to gigabytes."""
_HASH_SIZE = 8


def read_picture(content: bytes, mime_type: str) -> Preview:
    """DamagedMediaError if the content is damaged, or larger than what is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _read(content, FORMATS[mime_type])
    except DamagedMediaError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DamagedMediaError(f"the picture has more than {MAXIMUM_PIXELS:,} pixels, which is too large") from None
    except MemoryError:
        raise DamagedMediaError("the picture needs more memory than decoding may use") from None
    except Exception as error:  # Pillow's formats raise whatever their parsers meet
        raise DamagedMediaError(f"the picture cannot be decoded ({type(error).__name__})") from None


def perceptual_hash(picture: Image.Image) -> int:
    """The difference hash: whether each of 8 by 8 grey values is brighter than its right neighbour."""
    grey = picture.convert("L").resize((_HASH_SIZE + 1, _HASH_SIZE), Image.Resampling.BILINEAR)
    values = grey.tobytes()
    bits = 0
    for row in range(_HASH_SIZE):
        start = row * (_HASH_SIZE + 1)
        for place in range(start, start + _HASH_SIZE):
            bits = (bits << 1) | (values[place] > values[place + 1])
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def _read(content: bytes, image_format: str) -> Preview:
    with Image.open(io.BytesIO(content), formats=[image_format]) as image:
        if image.width * image.height > MAXIMUM_PIXELS:
            raise DamagedMediaError(f"the picture has more than {MAXIMUM_PIXELS:,} pixels, which is too large")
        frames = int(getattr(image, "n_frames", 1))
        if image.width * image.height * frames > MAXIMUM_PIXELS_OF_FRAMES:
            raise DamagedMediaError(
                f"the animation has {frames:,} frames of {image.width:,} by {image.height:,} pixels, which is too large"
            )
        width, height = image.size
        # A JPEG is decoded at the smallest size that suffices.
        scale = max(image.size) / THUMBNAIL_PIXELS
        image.draft("RGB", (max(int(width / scale), 1), max(int(height / scale), 1)))
        image.load()
        turned, is_turned = _as_shown(image)
        shown = turned.convert("RGBA" if image.mode in {"P", "LA", "RGBA", "PA"} else "RGB")
        shown.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        width, height = (height, width) if is_turned else (width, height)
        return Preview(width, height, frames, perceptual_hash(shown), thumbnail=as_jpeg(shown))


def _as_shown(image: Image.Image) -> tuple[Image.Image, bool]:
    """The picture after the rotation that its camera noted, and whether that exchanges width and height. Damaged notes
    count for nothing: the picture is whole.
    """
    try:
        return ImageOps.exif_transpose(image), image.getexif().get(_ORIENTATION, 1) in _TURNED
    except Exception:  # as above
        return image, False


_ORIENTATION = 0x0112
_TURNED = {5, 6, 7, 8}
"""Values of EXIF's orientation that exchange width and height."""
