"""The place of archives: a directory or any fsspec URL, with `<organization>/<table>/<month>-<id>.parquet`.

A file gets its name when it is complete: a directory renames it, and object stores show a file only once it is closed.
A file that no row of operations.archives names was left by a killed process; the next run removes it.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path, PurePosixPath
from typing import IO

import fsspec
from fsspec.implementations.local import LocalFileSystem

from syndication_assets.errors import SyndicationError

_UNFINISHED = ".unfinished-"
_CHUNK = 1024 * 1024


class ArchiveError(SyndicationError):
    """An archive cannot be written, read or restored; the message says what to do."""


class ArchiveStore:
    """The archives below `url`."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or url
        with self._errors("opened"):
            self._filesystem, root = fsspec.core.url_to_fs(url)
            self._filesystem.invalidate_cache()
        self._root = str(root).rstrip("/")
        self._is_local = isinstance(self._filesystem, LocalFileSystem)

    @staticmethod
    def new_path(slug: str, table: str, month: date) -> str:
        """The path of a new file. It differs each time, so that no file is ever overwritten."""
        return f"{slug}/{table}/{month:%Y-%m}-{secrets.token_hex(4)}.parquet"

    @contextmanager
    def new_file(self, path: str) -> Iterator[IO[bytes]]:
        """What is written in this block becomes the file; nothing of it stays if the block fails."""
        unfinished = self._unfinished(path)
        with self._errors("written"):
            self._make_folder(str(PurePosixPath(path).parent))
            try:
                with self._create(unfinished) as stream:
                    yield stream
                    if self._is_local:
                        stream.flush()
                        os.fsync(stream.fileno())
                if unfinished != path:
                    Path(self._path(unfinished)).rename(self._path(path))
                    _sync(Path(self._path(path)).parent)
            except BaseException:
                # Whatever prevented the archive may prevent this too; the next run tries again.
                with suppress(Exception):
                    self._filesystem.rm_file(self._path(unfinished))
                raise

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The file, to read it. ArchiveError if it is missing."""
        with self._errors(f"read ({path})"):
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
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
        return digest.hexdigest(), size

    def remove(self, path: str) -> None:
        """Removes a file if it is there."""
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
        paths = self.paths_below(folder)
        if paths:
            with self._errors(f"removed ({folder})"):
                self._filesystem.rm(self._path(folder), recursive=True)
        return len(paths)

    def _unfinished(self, path: str) -> str:
        place = PurePosixPath(path)
        return str(place.with_name(f"{_UNFINISHED}{place.name}")) if self._is_local else path

    def _make_folder(self, folder: str) -> None:
        if self._is_local:
            Path(self._path(folder)).mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            self._filesystem.makedirs(self._path(folder), exist_ok=True)

    def _create(self, path: str) -> IO[bytes]:
        if self._is_local:
            # For the owner only: an archive has everything.
            return open(self._path(path), "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
        stream: IO[bytes] = self._filesystem.open(self._path(path), "wb")
        return stream

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}"

    @contextmanager
    def _errors(self, action: str) -> Iterator[None]:
        """Turns the errors of any file system into one sentence."""
        try:
            yield
        except SyndicationError:
            raise
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ArchiveError(f"The archive cannot be {action} at {self.url}: {reason}. {_advice(action)}") from None


def _advice(action: str) -> str:
    if action == "written":
        return "Nothing was removed from the database: make room or make the place writable, and run it again."
    return "Make the place readable, or name another one with SYNDICATION_ARCHIVE_URL."


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
