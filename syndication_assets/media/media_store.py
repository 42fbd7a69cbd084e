"""Where media files are stored: below SYNDICATION_MEDIA_URL, by organization and content, each written once."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from syndication_assets.errors import SyndicationError
from syndication_assets.media.contents.content_kind import SUFFIXES
from syndication_assets.operations.owned_store import MARK, OwnedStore

_THUMBNAILS = "thumbnails"


class MediaStoreError(SyndicationError):
    """A media file cannot be written or read."""


class MediaStore(OwnedStore):
    """`<organization id>/<first two digits>/<SHA-256>.<suffix>`, and the small copies for people beside it.

    A file has its name only when it is complete and on the disk.
    """

    what = "media file"
    error = MediaStoreError
    if_not_written = "Free space, or make SYNDICATION_MEDIA_URL writable, and cache again"
    if_not_read = "Check SYNDICATION_MEDIA_URL"
    variable = "SYNDICATION_MEDIA_URL"
    take_over_command = "syndication media take-over"

    def store(self, organization_id: str, content: bytes, mime_type: str) -> tuple[str, str]:
        """The SHA-256 and the path of the content, which is stored when this returns."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = f"{organization_id}/{sha256[:2]}/{sha256}.{SUFFIXES[mime_type]}"
        self._write(path, content)
        return sha256, path

    def store_thumbnail(self, organization_id: str, sha256: str, thumbnail: bytes) -> None:
        self._write(_thumbnail_path(organization_id, sha256), thumbnail)

    def thumbnail(self, organization_id: str, sha256: str) -> bytes | None:
        """JPEG; None if there is none, as for videos."""
        path = _thumbnail_path(organization_id, sha256)
        return self.content(path) if self.exists(path) else None

    def content(self, path: str) -> bytes:
        with self._errors("read"):
            return bytes(self._filesystem.cat_file(self._path(path)))

    def exists(self, path: str) -> bool:
        with self._errors("read"):
            return bool(self._filesystem.exists(self._path(path)))

    def files(self) -> Iterator[tuple[str, float]]:
        """Every stored file, without the small copies: its path, and when it was written, in seconds since 1970 (0 if
        the store does not say). What a killed run left unfinished is among them.
        """
        with self._errors("read"):
            found = self._filesystem.find(self._root, detail=True)
        for absolute, info in sorted(found.items()):
            path = absolute.removeprefix(self._root).lstrip("/")
            if _THUMBNAILS not in PurePosixPath(path).parts and path != MARK:
                yield path, _seconds([info.get(name) for name in ("mtime", "LastModified", "updated", "created")])

    def remove(self, path: str) -> None:
        """Removes a file with its small copy."""
        self._require_claim()
        organization_id, sha256 = PurePosixPath(path).parts[0], PurePosixPath(path).stem
        with self._errors("removed"):
            self._filesystem.rm_file(self._path(path))
            thumbnail = self._path(_thumbnail_path(organization_id, sha256))
            if self._filesystem.exists(thumbnail):
                self._filesystem.rm_file(thumbnail)

    def _write(self, path: str, content: bytes) -> None:
        self._require_claim()
        if self.exists(path):
            return
        with self._errors("written"):
            folder = str(PurePosixPath(path).parent)
            self._make_folder(folder, is_new=False)
            self._write_whole(path, content)


def _thumbnail_path(organization_id: str, sha256: str) -> str:
    return f"{organization_id}/{_THUMBNAILS}/{sha256[:2]}/{sha256}.jpg"


def _seconds(values: list[object]) -> float:
    """The first of the times that a store names, whichever of its kinds of times it uses."""
    for value in values:
        if isinstance(value, (int, float)):
            return float(value)
        if isinstance(value, datetime):
            return value.timestamp()
    return 0.0
