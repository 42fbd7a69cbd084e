"""A contact sheet: the small copies of media in rows on one JPEG, for a look at what was cached."""

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw

_CELL = 128
_GAP = 4
_COLUMNS = 8
_LABEL_HEIGHT = 14
MOST_PICTURES = 48


class ShownMedium(NamedTuple):
    """A small copy of our own as JPEG, and what its label says."""

    thumbnail: bytes
    mime_type: str = "image/jpeg"
    duration_seconds: float | None = None
    page_count: int | None = None


def contact_sheet(media: Sequence[ShownMedium]) -> bytes:
    """JPEG with 8 small copies in a row, 48 at most; videos and documents say what they are."""
    shown = media[:MOST_PICTURES]
    columns = min(_COLUMNS, len(shown))
    rows = -(-len(shown) // _COLUMNS)
    sheet = Image.new("RGB", (columns * (_CELL + _GAP) + _GAP, rows * (_CELL + _GAP) + _GAP), "white")
    draw = ImageDraw.Draw(sheet)
    for place, medium in enumerate(shown):
        left = _GAP + (place % _COLUMNS) * (_CELL + _GAP)
        top = _GAP + (place // _COLUMNS) * (_CELL + _GAP)
        with Image.open(io.BytesIO(medium.thumbnail), formats=["JPEG"]) as picture:
            picture.thumbnail((_CELL, _CELL))
            sheet.paste(picture, (left + (_CELL - picture.width) // 2, top + (_CELL - picture.height) // 2))
        label = label_of(medium)
        if label:
            bottom = top + _CELL
            draw.rectangle((left, bottom - _LABEL_HEIGHT, left + _CELL - 1, bottom - 1), fill="black")
            draw.text((left + 4, bottom - _LABEL_HEIGHT + 1), label, fill="white")
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()


def label_of(medium: ShownMedium) -> str:
    """`video 1:05` or `5 pages`; empty for pictures."""
    if medium.page_count is not None:
        return f"{medium.page_count:,} page{'s' if medium.page_count > 1 else ''}"
    if not medium.mime_type.startswith("video/"):
        return ""
    if medium.duration_seconds is None:
        return "video"
    minutes, seconds = divmod(round(medium.duration_seconds), 60)
    return f"video {minutes}:{seconds:02}"
