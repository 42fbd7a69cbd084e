"""The record of publishing calls outside the database: a restored database learns from it what was sent since.

One call is one file, `<YYYY-MM-DD>/<call id>.json`, written after its attempt is committed and before the call is made.
So every recorded call has its attempt, unless the database is older than the record. Files are never changed.
"""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import msgspec
from fsspec.implementations.local import LocalFileSystem

from syndication_assets.errors import SyndicationError
from syndication_assets.files.whole_files import OWNER_ONLY, replace_file

_encode = msgspec.json.Encoder().encode


class SentCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call, by names that a restored database still has; ids from its sequences may be given again."""

    call_id: str
    organization: str
    platform: str
    remote_account_id: str
    channel_type: str
    publisher: str
    target_id: str
    content_hash: str
    """Hexadecimal."""
    text: str
    called_at: datetime


class SentRecord:
    """The files below a directory or any URL that fsspec knows, shared by all publishers."""

    def __init__(self, url: str) -> None:
        self.url = url
        try:
            self._filesystem, root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise SyndicationError(
                f"SYNDICATION_SENT_URL cannot be opened ({error}): set it to a directory, or to another URL that "
                "fsspec knows and whose package is installed."
            ) from None
        self._root = str(root).rstrip("/")
        self._filesystem.invalidate_cache()

    def add(self, call: SentCall) -> None:
        """Writes a call to stable storage. SyndicationError if it cannot be written: then nothing may be sent."""
        path = f"{self._root}/{call.called_at:%Y-%m-%d}/{call.call_id}.json"
        try:
            if isinstance(self._filesystem, LocalFileSystem):
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                replace_file(Path(path), _encode(call), OWNER_ONLY)
            else:
                self._filesystem.pipe_file(path, _encode(call))
        except OSError as error:
            raise SyndicationError(
                f"The call could not be recorded in {self.url} ({error.strerror or type(error).__name__}), so nothing "
                "was sent: make it writable."
            ) from None

    def days(self) -> list[str]:
        """The days with calls, the newest first."""
        return sorted(self._names(self._root), reverse=True)

    def call_ids(self, day: str) -> list[str]:
        return [name.removesuffix(".json") for name in self._names(f"{self._root}/{day}") if name.endswith(".json")]

    def read(self, day: str, call_ids: Collection[str]) -> list[SentCall]:
        """These calls of a day. SyndicationError if a file is damaged."""
        calls = []
        for call_id in sorted(call_ids):
            path = f"{self._root}/{day}/{call_id}.json"
            try:
                calls.append(msgspec.json.decode(self._filesystem.cat_file(path), type=SentCall))
            except (msgspec.DecodeError, OSError):
                raise SyndicationError(
                    f"{day}/{call_id}.json in {self.url} cannot be read: it says what was sent, so nothing is sent "
                    "before it is restored or removed."
                ) from None
        return calls

    def _names(self, folder: str) -> list[str]:
        if not self._filesystem.isdir(folder):
            return []
        entries: list[dict[str, Any]] = self._filesystem.ls(folder, detail=True)
        names = (PurePosixPath(entry["name"]).name for entry in entries)
        return [name for name in names if not name.startswith(".")]
