"""Our own pictures as publishers get them, from the place of media files."""

from dataclasses import dataclass
from datetime import timedelta

from syndication_assets.media.contents.content_kind import mime_type_of
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets.publishing.publisher import Picture
from syndication_assets.publishing.publishers import registrations

_ADDRESS_LIVES = timedelta(hours=1)
"""Longer than a network needs to fetch a picture after its call."""


@dataclass(frozen=True, slots=True)
class StoredPictures:
    """The pictures of a store. Several threads may share it."""

    store: MediaStore

    def picture(self, path: str) -> Picture:
        """MediaStoreError if it cannot be read."""
        content = self.store.content(path)
        media_type = mime_type_of(content)
        if media_type is None:
            raise MediaStoreError("The stored picture is damaged: see `syndication media verify`.")
        return Picture(content, media_type, self.store.signed_url(path, _ADDRESS_LIVES))

    def without_address(self) -> list[str]:
        """The publishers whose networks fetch pictures themselves, and cannot be given an address of ours."""
        if self.store.signs_urls:
            return []
        return sorted(name for name, registration in registrations().items() if registration.fetches_pictures)
