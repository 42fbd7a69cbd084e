"""One place of media files: reading, writing and removing. Which place a file is in is not decided here."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from syndication_assets.errors import SyndicationError
from syndication_assets.operations.stores.owned_store import MARK, OwnedStore


class MediaStoreError(SyndicationError):
    """A media file cannot be written or read."""


class MediaPlace(OwnedStore):
    """The files below `url`. A file has its name only when it is complete and on the disk."""

    what = "media file"
    error = MediaStoreError
    take_over_command = "syndication media take-over"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._made_folders: set[str] = set()

    def own_content(self, path: str) -> bytes | None:
        """The file of this place; None if it has none of this path. MediaStoreError if that cannot be known."""
        with self._errors("read"), suppress(FileNotFoundError):
            return bytes(self._filesystem.cat_file(self._path(path)))
        return None

    def has(self, path: str) -> bool:
        with self._errors("read"):
            return bool(self._filesystem.exists(self._path(path)))

    def write(self, path: str, content: bytes) -> None:
        """Writes a file, over one that is there."""
        self._require_claim()
        with self._errors("written"):
            folder = str(PurePosixPath(path).parent)
            if folder not in self._made_folders:
                self._make_folder(folder, is_new=False)
                self._made_folders.add(folder)
            self._write_whole(path, content)

    def remove(self, path: str) -> None:
        """Removes a file; one that is gone already is no error."""
        self._require_claim()
        with self._errors("removed"), suppress(FileNotFoundError):
            self._filesystem.rm_file(self._path(path))

    def files(self, organization_id: str = "") -> Iterator[tuple[str, float]]:
        """Every stored file, or those of an organization: its path, and when it was written, in seconds since 1970 (0
        if the place does not say). What a killed run left unfinished is among them.
        """
        with self._errors("read"):
            self._filesystem.invalidate_cache()
            found = self._filesystem.find(self._path(organization_id).rstrip("/"), detail=True)
        for absolute, info in sorted(found.items()):
            path = absolute.removeprefix(self._root).lstrip("/")
            if path != MARK:
                yield path, _seconds([info.get(name) for name in ("mtime", "LastModified", "updated", "created")])

    def own_signed_url(self, path: str, lifetime: timedelta) -> str | None:
        """An https address of the file of this place for a while; None if the place gives none."""
        try:
            address = str(self._filesystem.sign(self._path(path), expiration=int(lifetime.total_seconds())))
        except NotImplementedError:
            return None
        return address if address.startswith("https://") else None

    def overlaps(self, other: "MediaPlace") -> bool:
        """Whether the two are the same place by their names, or one is below the other."""
        if self._filesystem.protocol != other._filesystem.protocol:
            return False
        own, others = f"{self._root}/", f"{other._root}/"
        return own.startswith(others) or others.startswith(own)


def _seconds(values: list[object]) -> float:
    """The first of the times that a store names, whichever of its kinds of times it uses."""
    for value in values:
        if isinstance(value, (int, float)):
            return float(value)
        if isinstance(value, datetime):
            return value.timestamp()
    return 0.0
