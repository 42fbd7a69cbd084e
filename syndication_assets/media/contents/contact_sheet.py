"""A contact sheet: the small copies of pictures in rows on one JPEG, for a look at what was cached."""

import io
from collections.abc import Sequence

from PIL import Image

_CELL = 128
_GAP = 4
_COLUMNS = 8
MOST_PICTURES = 48


def contact_sheet(thumbnails: Sequence[bytes]) -> bytes:
    """JPEG with 8 pictures in a row, 48 at most; each thumbnail is a JPEG of our own."""
    shown = thumbnails[:MOST_PICTURES]
    columns = min(_COLUMNS, len(shown))
    rows = -(-len(shown) // _COLUMNS)
    sheet = Image.new("RGB", (columns * (_CELL + _GAP) + _GAP, rows * (_CELL + _GAP) + _GAP), "white")
    for place, thumbnail in enumerate(shown):
        with Image.open(io.BytesIO(thumbnail), formats=["JPEG"]) as picture:
            picture.thumbnail((_CELL, _CELL))
            left = _GAP + (place % _COLUMNS) * (_CELL + _GAP) + (_CELL - picture.width) // 2
            top = _GAP + (place // _COLUMNS) * (_CELL + _GAP) + (_CELL - picture.height) // 2
            sheet.paste(picture, (left, top))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=75)
    return buffer.getvalue()
