"""From what a server answered to a stored file with its small copies, or to the reason why nothing is stored."""

from collections.abc import Callable

from syndication_assets.media.cache.cache_queue import Attempt, DueMedium, StoredFile
from syndication_assets.media.cache.fetching import Fetched
from syndication_assets.media.cache.outcomes import rejected
from syndication_assets.media.contents.content_kind import mime_type_of, why_rejected
from syndication_assets.media.contents.preview import DamagedMediaError, Preview
from syndication_assets.media.media_store import MediaStore

ReadContent = Callable[[bytes, str], Preview]
"""Reads a file of a MIME type. DamagedMediaError if it may not be stored."""


class MediaStorer:
    """Several threads may share it."""

    def __init__(self, store: MediaStore, read: ReadContent) -> None:
        self._store = store
        self._read = read

    def store(self, medium: DueMedium, fetched: Fetched) -> Attempt:
        """The stored file, on the disk with its small copies, or why it was rejected. MediaStoreError if the disk is
        full.
        """
        content, size = fetched.content, len(fetched.content)
        mime_type = mime_type_of(content)
        reason = why_rejected(medium.media_type, fetched.declared_type, mime_type)
        if reason is not None or mime_type is None:
            return Attempt(medium, rejected(reason or "the content is of an unknown kind"), size)
        try:
            preview = self._read(content, mime_type)
        except DamagedMediaError as error:
            return Attempt(medium, rejected(str(error)), size)
        return Attempt(medium, self._stored(medium.organization_id, content, mime_type, preview), size)

    def _stored(self, organization_id: str, content: bytes, mime_type: str, preview: Preview) -> StoredFile:
        sha256, path = self._store.store(organization_id, content, mime_type)
        thumbnail, poster = (
            None if jpeg is None else self._store.store_preview(organization_id, jpeg)
            for jpeg in (preview.thumbnail, preview.poster)
        )
        return StoredFile(sha256, len(content), mime_type, path, preview, thumbnail, poster)
