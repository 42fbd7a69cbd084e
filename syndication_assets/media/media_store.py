"""Where media files are stored: below SYNDICATION_MEDIA_URL, by organization and content, each written once."""

import hashlib
from datetime import timedelta
from typing import Self

from syndication_assets.media.contents.content_kind import SUFFIXES
from syndication_assets.media.media_place import MediaPlace, MediaStoreError
from syndication_assets.settings import Settings

__all__ = ["MediaArchive", "MediaStore", "MediaStoreError"]

_PREVIEWS = "previews"


class MediaArchive(MediaPlace):
    """The same paths below SYNDICATION_MEDIA_ARCHIVE_URL, of files that `syndication media archive` has moved there."""

    if_not_written = "Free space, or make SYNDICATION_MEDIA_ARCHIVE_URL writable, and archive again"
    if_not_read = "Check SYNDICATION_MEDIA_ARCHIVE_URL"
    variable = "SYNDICATION_MEDIA_ARCHIVE_URL"


class MediaStore(MediaPlace):
    """`<organization id>/<first two digits>/<SHA-256>.<suffix>`, and small copies for people in the same way below
    `<organization id>/previews`.

    A file that is not there is read from the archive, if there is one; small copies stay here.
    """

    if_not_written = "Free space, or make SYNDICATION_MEDIA_URL writable, and cache again"
    if_not_read = "Check SYNDICATION_MEDIA_URL"
    variable = "SYNDICATION_MEDIA_URL"

    def __init__(self, url: str, archive_url: str | None = None) -> None:
        super().__init__(url)
        self.archive = None if archive_url is None else MediaArchive(archive_url)
        if self.archive is not None and self.overlaps(self.archive):
            raise MediaStoreError(
                f"SYNDICATION_MEDIA_ARCHIVE_URL ({self.archive.url}) and SYNDICATION_MEDIA_URL ({self.url}) are the "
                "same place, or one is below the other: an archived file would be removed. Give the archive a place of "
                "its own."
            )

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The store with its archive."""
        return cls(settings.media_url, settings.media_archive_url)

    @property
    def places(self) -> tuple[MediaPlace, ...]:
        """The store itself, then its archive, if there is one."""
        return (self,) if self.archive is None else (self, self.archive)

    def store(self, organization_id: str, content: bytes, mime_type: str) -> tuple[str, str]:
        """The SHA-256 and the path of the content, which is stored when this returns."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = f"{organization_id}/{sha256[:2]}/{sha256}.{SUFFIXES[mime_type]}"
        self._write(path, content)
        return sha256, path

    def store_preview(self, organization_id: str, jpeg: bytes) -> str:
        """The path of a small copy, which is stored when this returns."""
        sha256 = hashlib.sha256(jpeg).hexdigest()
        path = f"{organization_id}/{_PREVIEWS}/{sha256[:2]}/{sha256}.jpg"
        self._write(path, jpeg)
        return path

    def content(self, path: str) -> bytes:
        """The file, wherever it is. MediaStoreError if it is nowhere, or a place that is asked cannot be read."""
        # What comes back from the archive meanwhile is found at the second look.
        for place in self.places if self.archive is None else (*self.places, self):
            content = place.own_content(path)
            if content is not None:
                return content
        raise MediaStoreError(f"The stored file {path} is missing: see `syndication media verify`.")

    def exists(self, path: str) -> bool:
        return any(place.has(path) for place in self.places)

    @property
    def signs_urls(self) -> bool:
        """Whether the store gives addresses at which anybody may read a file for a while: object stores do."""
        return self.own_signed_url("signed", timedelta(minutes=1)) is not None

    def signed_url(self, path: str, lifetime: timedelta) -> str | None:
        """An https address of the file for a while; None if its place gives none."""
        if self.archive is not None and not self.has(path):
            return self.archive.own_signed_url(path, lifetime)
        return self.own_signed_url(path, lifetime)

    def _write(self, path: str, content: bytes) -> None:
        if not self.has(path):
            self.write(path, content)
