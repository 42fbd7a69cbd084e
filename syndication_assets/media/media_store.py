"""Where media files are stored: below SYNDICATION_MEDIA_URL, by organization and content, each written once."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from syndication_assets.errors import SyndicationError
from syndication_assets.media.contents.content_kind import SUFFIXES
from syndication_assets.operations.stores.owned_store import MARK, OwnedStore

_PREVIEWS = "previews"


class MediaStoreError(SyndicationError):
    """A media file cannot be written or read."""


class MediaStore(OwnedStore):
    """`<organization id>/<first two digits>/<SHA-256>.<suffix>`, and small copies for people in the same way below
    `<organization id>/previews`.

    A file has its name only when it is complete and on the disk.
    """

    what = "media file"
    error = MediaStoreError
    if_not_written = "Free space, or make SYNDICATION_MEDIA_URL writable, and cache again"
    if_not_read = "Check SYNDICATION_MEDIA_URL"
    variable = "SYNDICATION_MEDIA_URL"
    take_over_command = "syndication media take-over"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._made_folders: set[str] = set()

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
        with self._errors("read"):
            return bytes(self._filesystem.cat_file(self._path(path)))

    @property
    def signs_urls(self) -> bool:
        """Whether the store gives addresses at which anybody may read a file for a while: object stores do."""
        return self.signed_url("signed", timedelta(minutes=1)) is not None

    def signed_url(self, path: str, lifetime: timedelta) -> str | None:
        """An https address of the file for a while; None if the store gives none."""
        try:
            address = str(self._filesystem.sign(self._path(path), expiration=int(lifetime.total_seconds())))
        except NotImplementedError:
            return None
        return address if address.startswith("https://") else None

    def exists(self, path: str) -> bool:
        with self._errors("read"):
            return bool(self._filesystem.exists(self._path(path)))

    def files(self, organization_id: str = "") -> Iterator[tuple[str, float]]:
        """Every stored file, or those of an organization: its path, and when it was written, in seconds since 1970 (0
        if the store does not say). What a killed run left unfinished is among them.
        """
        with self._errors("read"):
            self._filesystem.invalidate_cache()
            found = self._filesystem.find(self._path(organization_id).rstrip("/"), detail=True)
        for absolute, info in sorted(found.items()):
            path = absolute.removeprefix(self._root).lstrip("/")
            if path != MARK:
                yield path, _seconds([info.get(name) for name in ("mtime", "LastModified", "updated", "created")])

    def remove(self, path: str) -> None:
        """Removes a file; one that is gone already is no error."""
        self._require_claim()
        with self._errors("removed"), suppress(FileNotFoundError):
            self._filesystem.rm_file(self._path(path))

    def _write(self, path: str, content: bytes) -> None:
        self._require_claim()
        if self.exists(path):
            return
        with self._errors("written"):
            folder = str(PurePosixPath(path).parent)
            if folder not in self._made_folders:
                self._make_folder(folder, is_new=False)
                self._made_folders.add(folder)
            self._write_whole(path, content)


def _seconds(values: list[object]) -> float:
    """The first of the times that a store names, whichever of its kinds of times it uses."""
    for value in values:
        if isinstance(value, (int, float)):
            return float(value)
        if isinstance(value, datetime):
            return value.timestamp()
    return 0.0
