"""Files for their owner only, below a directory or any fsspec URL: what backups and archives have in common."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, ClassVar

import fsspec
from fsspec.implementations.local import LocalFileSystem

from syndication_assets.errors import SyndicationError
from syndication_assets.files.whole_files import OWNER_ONLY, replace_file, sync_folder

UNFINISHED = ".unfinished-"
"""How the names of what is being written begin in a directory."""
CHUNK_BYTES = 1024 * 1024


class PrivateStore:
    """The files below `url`. A kind of store says what it keeps, and what to do if that fails."""

    what: ClassVar[str]
    """What it keeps, as in "The backup cannot be read"."""
    error: ClassVar[type[SyndicationError]]
    if_not_written: ClassVar[str]
    """What to do if it cannot be written."""
    if_not_read: ClassVar[str]
    """What to do if anything else fails."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") or url
        with self._errors("opened"):
            self._filesystem, root = fsspec.core.url_to_fs(url)
            self._filesystem.invalidate_cache()
        self._root = str(root).rstrip("/")
        self._is_local = isinstance(self._filesystem, LocalFileSystem)

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _make_folder(self, folder: str, *, is_new: bool) -> None:
        """Makes a folder; OSError if it `is_new` and a directory has it."""
        if self._is_local:
            Path(self._path(folder)).mkdir(mode=0o700, parents=True, exist_ok=not is_new)
        else:
            self._filesystem.makedirs(self._path(folder), exist_ok=True)

    def _write_whole(self, path: str, content: bytes) -> None:
        """Writes a file of a folder that exists; an object store shows complete objects only."""
        if self._is_local:
            replace_file(Path(self._path(path)), content, OWNER_ONLY)
        else:
            self._filesystem.pipe_file(self._path(path), content)

    def _create(self, path: str) -> IO[bytes]:
        if self._is_local:
            # For the owner only: it has everything.
            return open(self._path(path), "xb", opener=lambda name, flags: os.open(name, flags, 0o600))
        stream: IO[bytes] = self._filesystem.open(self._path(path), "wb")
        return stream

    def _sync(self, stream: IO[bytes]) -> None:
        """Brings what was written to the disk; an object store has it once the stream is closed."""
        if self._is_local:
            stream.flush()
            os.fsync(stream.fileno())

    def _rename(self, path: str, new_path: str) -> None:
        """Gives a file or folder of a directory its final name, for good."""
        Path(self._path(path)).rename(self._path(new_path))
        sync_folder(Path(self._path(new_path)).parent)

    @contextmanager
    def _errors(self, action: str, *, foreign: bool = True) -> Iterator[None]:
        """Turns the errors of any file system into one sentence; without `foreign`, those of the system only."""
        try:
            yield
        except SyndicationError:
            raise
        except OSError as error:
            raise self._sentence(action, error.strerror or type(error).__name__) from None
        except Exception as error:  # each of fsspec's packages has errors of its own, which may quote secrets
            if not foreign:
                raise
            raise self._sentence(action, type(error).__name__) from None

    def _sentence(self, action: str, reason: str) -> SyndicationError:
        advice = self.if_not_written if action == "written" else self.if_not_read
        return self.error(f"The {self.what} cannot be {action} at {self.url}: {reason}. {advice}")
