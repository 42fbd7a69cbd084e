"""What is known of a file once it was read: its size, its length, a hash of how it looks, and small copies."""

import io
from dataclasses import dataclass

from PIL import Image

THUMBNAIL_PIXELS = 256
POSTER_PIXELS = 1024


class DamagedMediaError(Exception):
    """The content may not be stored, because nobody can read it or reading it needs too much; the message says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Width and height are in pixels as the picture or video is shown, after the rotation that its camera noted.

    Small copies are JPEG without the metadata of the file.
    """

    width: int | None = None
    height: int | None = None
    frame_count: int | None = None
    """Frames of a picture."""
    perceptual_hash: int | None = None
    """Of a picture: 64 bits as a signed integer, as PostgreSQL's bigint."""
    duration_seconds: float | None = None
    page_count: int | None = None
    thumbnail: bytes | None = None
    """256 by 256 pixels at most."""
    poster: bytes | None = None
    """1024 by 1024 pixels at most: a frame of a video, or the first page of a document."""
    reason: str | None = None
    """Why there are no small copies; None if there are."""


def as_jpeg(picture: Image.Image) -> bytes:
    """The pixels and nothing else of a file; what is transparent is white."""
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80, exif=b"", icc_profile=None, comment=b"")
    return buffer.getvalue()


def small_copies(shown: Image.Image) -> tuple[bytes, bytes]:
    """Thumbnail and poster of an RGB picture, which is reduced in place."""
    shown.thumbnail((POSTER_PIXELS, POSTER_PIXELS))
    poster = as_jpeg(shown)
    shown.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    return as_jpeg(shown), poster
