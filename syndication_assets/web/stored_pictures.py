"""Stored pictures of the organization that a connection reads, as browsers are sent them."""

from typing import NamedTuple

from syndication_assets.database.connection import Connection
from syndication_assets.media.media_store import MediaStore

_SHOWN_KINDS = ("image/gif", "image/jpeg", "image/png", "image/webp")
_PICTURE = "select object_path, mime_type, thumbnail_path from media.media_files where media_file_id = %s"
PICTURE_HEADERS = {
    # Its content never changes, and only this visitor's browser may keep it.
    "Cache-Control": "private, max-age=86400, immutable",
    # Opened by itself, it runs nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class StoredPicture(NamedTuple):
    """The bytes of a picture and what they are."""

    content: bytes
    mime_type: str


def read_stored_picture(
    connection: Connection, store: MediaStore, media_file_id: str, *, is_small: bool
) -> StoredPicture | None:
    """The picture, or its small copy if it has one; None for another file, and for one that the connection does not
    see.
    """
    row = connection.execute(_PICTURE, [media_file_id]).fetchone()
    if row is None or row[1] not in _SHOWN_KINDS:
        return None
    path, mime_type, thumbnail_path = row
    if is_small and thumbnail_path is not None:
        return StoredPicture(store.content(thumbnail_path), "image/jpeg")
    return StoredPicture(store.content(path), mime_type)
