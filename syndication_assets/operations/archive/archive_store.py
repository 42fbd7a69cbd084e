"""The place of archives: a directory or any fsspec URL, with `<organization>/<table>/<month>-<id>.parquet`.

A file gets its name when it is complete: a directory renames it, and object stores show a file only once it is closed.
A file that no row of operations.archives names was left by a killed process; the next run removes it.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import PurePosixPath
from typing import IO

from syndication_assets.errors import SyndicationError
from syndication_assets.operations.stores.owned_store import OwnedStore
from syndication_assets.operations.stores.private_store import CHUNK_BYTES, UNFINISHED


class ArchiveError(SyndicationError):
    """An archive cannot be written, read or restored; the message says what to do."""


class ArchiveStore(OwnedStore):
    """The archives below `url`."""

    what = "archive"
    error = ArchiveError
    if_not_written = "Nothing was removed from the database: make room or make the place writable, and run it again."
    if_not_read = "Make the place readable, or name another one with SYNDICATION_ARCHIVE_URL."
    variable = "SYNDICATION_ARCHIVE_URL"
    take_over_command = "syndication archive take-over"

    @staticmethod
    def new_path(slug: str, table: str, month: date) -> str:
        """The path of a new file. It differs each time, so that no file is ever overwritten."""
        return f"{slug}/{table}/{month:%Y-%m}-{secrets.token_hex(4)}.parquet"

    @contextmanager
    def new_file(self, path: str) -> Iterator[IO[bytes]]:
        """What is written in this block becomes the file; nothing of it stays if the block fails."""
        self._require_claim()
        unfinished = self._unfinished(path)
        with self._errors("written", foreign=False):  # the errors of the block are its own
            self._make_folder(str(PurePosixPath(path).parent), is_new=False)
            try:
                with self._create(unfinished) as stream:
                    yield stream
                    self._sync(stream)
                if unfinished != path:
                    self._rename(unfinished, path)
            except BaseException:
                # Whatever prevented the archive may prevent this too; the next run tries again.
                with suppress(Exception):
                    self._filesystem.rm_file(self._path(unfinished))
                raise

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The file, to read it. ArchiveError if it is missing."""
        with self._errors(f"read ({path})", foreign=False):  # the errors of the block are its own
            if not self._filesystem.exists(self._path(path)):
                raise ArchiveError(
                    f"The archive {path} is missing in {self.url}: put it back from a copy, or set "
                    "SYNDICATION_ARCHIVE_URL to the place that has it."
                )
            with self._filesystem.open(self._path(path), "rb") as stream:
                yield stream

    def hash_and_size(self, path: str) -> tuple[str, int]:
        """SHA-256 as hexadecimal digits, and the size in bytes."""
        digest, size = hashlib.sha256(), 0
        with self.open(path) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
        return digest.hexdigest(), size

    def remove(self, path: str) -> None:
        """Removes a file if it is there."""
        self._require_claim()
        with self._errors(f"removed ({path})"):
            if self._filesystem.exists(self._path(path)):
                self._filesystem.rm_file(self._path(path))

    def paths_below(self, folder: str) -> list[str]:
        """The files below a folder, unfinished ones included."""
        with self._errors("listed"):
            self._filesystem.invalidate_cache()
            if not self._filesystem.isdir(self._path(folder)):
                return []
            found = self._filesystem.find(self._path(folder))
        return sorted(str(path)[len(self._root) + 1 :] for path in found)

    def remove_folder(self, folder: str) -> int:
        """Removes all files below a folder, and returns their number."""
        self._require_claim()
        paths = self.paths_below(folder)
        if paths:
            with self._errors(f"removed ({folder})"):
                self._filesystem.rm(self._path(folder), recursive=True)
        return len(paths)

    def _unfinished(self, path: str) -> str:
        place = PurePosixPath(path)
        return str(place.with_name(f"{UNFINISHED}{place.name}")) if self._is_local else path
