"""Encodes a finished picture within the limits of a channel."""

import io
from collections.abc import Sequence

from PIL import Image

from syndication_assets.rendering.errors import PictureTooLargeError, RenderingError

_QUALITIES = (90, 84, 78, 72, 66, 60)
"""Of a JPEG; below the last one, letters have visible halos."""


FINEST_QUALITY = 97
"""Of a JPEG of which nothing is seen to be lost."""


def encode(
    picture: Image.Image,
    *,
    format_name: str,
    has_photo: bool,
    mime_types: Sequence[str],
    maximum_bytes: int | None,
    is_finest: bool = False,
) -> tuple[bytes, str]:
    """The encoded picture and its MIME type: a JPEG if it shows a photo, else a PNG, as far as the types allow it and
    the limit of bytes is kept. The finest one is tried with less compression first. PictureTooLargeError if no quality
    keeps the limit.
    """
    preferred = ["image/jpeg"] if has_photo else ["image/png", "image/jpeg"]
    usable = [kind for kind in [*preferred, "image/jpeg", "image/png"] if kind in mime_types]
    if not usable:
        raise RenderingError(f"Pictures are written as JPEG or PNG, not as {', '.join(mime_types)}.")
    qualities = (FINEST_QUALITY, *_QUALITIES) if is_finest else _QUALITIES
    smallest = 0
    for kind in dict.fromkeys(usable):
        for quality in qualities if kind == "image/jpeg" else (None,):
            content = _jpeg(picture, quality) if quality is not None else _png(picture)
            if maximum_bytes is None or len(content) <= maximum_bytes:
                return content, kind
            smallest = min(smallest or len(content), len(content))
    raise PictureTooLargeError(format_name, smallest, maximum_bytes or 0)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    content = io.BytesIO()
    # Without subsampling, coloured letters keep their edges.
    picture.save(content, "JPEG", quality=quality, subsampling=0, optimize=True)
    return content.getvalue()


def _png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=6)
    return content.getvalue()
