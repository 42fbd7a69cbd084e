"""Adds files of our own to the media: visuals, photos of stock sources, and what people give.

The file is written first and its row second, so that a killed run leaves at most a file that no row names, which
`syndication media clean` removes.
"""

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.media.cache.cache_queue import StoredFile
from syndication_assets.media.contents.preview import Preview
from syndication_assets.media.media_store import MediaStore


def store_file(store: MediaStore, organization_id: str, content: bytes, mime_type: str, preview: Preview) -> StoredFile:
    """The file, which is on the disk with its small copies when this returns. MediaStoreError."""
    sha256, path = store.store(organization_id, content, mime_type)
    thumbnail, poster = (
        None if jpeg is None else store.store_preview(organization_id, jpeg)
        for jpeg in (preview.thumbnail, preview.poster)
    )
    return StoredFile(sha256, len(content), mime_type, path, preview, thumbnail, poster)


def add_file(connection: Connection, organization_id: str, stored: StoredFile) -> str:
    """The id of the row of a stored file, which is added unless the organization has the content already."""
    preview = stored.preview
    ((media_file_id,),) = connection.execute(
        load_sql("media/media_files/add.sql"),
        {
            "organization_id": organization_id,
            "sha256": stored.sha256,
            "size_bytes": stored.size_bytes,
            "mime_type": stored.mime_type,
            "object_path": stored.object_path,
            "width": preview.width,
            "height": preview.height,
            "frame_count": preview.frame_count,
            "perceptual_hash": preview.perceptual_hash,
            "thumbnail_path": stored.thumbnail_path,
            "poster_path": stored.poster_path,
            "no_preview_reason": preview.reason,
        },
    ).fetchall()
    return str(media_file_id)
