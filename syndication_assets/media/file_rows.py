"""Stores a file that no post has, such as a logo, in the store and as a row of media.media_files."""

from dataclasses import asdict, dataclass

from syndication_assets.database.connection import Connection
from syndication_assets.media.contents.preview import Preview
from syndication_assets.media.media_store import MediaStore

_COLUMNS = (
    "width",
    "height",
    "frame_count",
    "perceptual_hash",
    "duration_seconds",
    "page_count",
)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A row of media.media_files."""

    media_file_id: str
    sha256: str
    object_path: str


def store_file(
    connection: Connection, store: MediaStore, organization_id: str, content: bytes, mime_type: str, preview: Preview
) -> StoredFile:
    """The file of an organization, stored once by its content. The store is claimed by the caller.

    The file is on the disk before its row: `syndication media clean` removes what a rolled-back transaction leaves.
    """
    sha256, path = store.store(organization_id, content, mime_type)
    thumbnail, poster = (
        None if jpeg is None else store.store_preview(organization_id, jpeg)
        for jpeg in (preview.thumbnail, preview.poster)
    )
    known = {name: value for name, value in asdict(preview).items() if name in _COLUMNS}
    connection.execute(
        "insert into media.media_files (organization_id, sha256, size_bytes, mime_type, object_path, thumbnail_path,"
        " poster_path, no_preview_reason, width, height, frame_count, perceptual_hash, duration_seconds, page_count)"
        " values (%(organization_id)s, %(sha256)s, %(size_bytes)s, %(mime_type)s, %(path)s, %(thumbnail)s, %(poster)s,"
        " %(reason)s, %(width)s, %(height)s, %(frame_count)s, %(perceptual_hash)s, %(duration_seconds)s,"
        " %(page_count)s) on conflict (organization_id, sha256) do update set archived_at = null",
        {
            **known,
            "organization_id": organization_id,
            "sha256": sha256,
            "size_bytes": len(content),
            "mime_type": mime_type,
            "path": path,
            "thumbnail": thumbnail,
            "poster": poster,
            "reason": preview.reason,
        },
    )
    rows = connection.execute(
        "select media_file_id, object_path from media.media_files where organization_id = %s and sha256 = %s",
        [organization_id, sha256],
    ).fetchall()
    return StoredFile(rows[0][0], sha256, rows[0][1])
