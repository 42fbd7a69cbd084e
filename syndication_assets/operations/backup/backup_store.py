"""The place of backups: a directory or any fsspec URL with a folder for each backup.

A backup is written once and completely. In a directory it is written into a hidden folder, which is renamed at the end.
Object stores cannot rename a folder; there the manifest is written last. So what a killed backup leaves is never taken
for one, and the next backup removes it after a day.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from syndication_assets.files.whole_files import sync_folder
from syndication_assets.operations.backup.manifest import (
    MANIFEST_FILE,
    BackupError,
    BackupFile,
    Manifest,
    decode,
    encode,
    hash_of,
)
from syndication_assets.operations.backup.progress import Report
from syndication_assets.operations.stores.owned_store import OwnedStore
from syndication_assets.operations.stores.private_store import CHUNK_BYTES, UNFINISHED

_NAME = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{4}")
_TIME = "%Y%m%dT%H%M%SZ"
_OLD = timedelta(days=1)
"""No backup takes longer; what is unfinished for longer was killed."""


def new_name(started_at: datetime) -> str:
    """The name of a new backup, such as 20261129T034500Z-3fa1. Names sort by time."""
    return f"{started_at.astimezone(UTC):{_TIME}}-{secrets.token_hex(2)}"


class BackupStore(OwnedStore):
    """The backups below `url`, of one database: another one would remove them as too many of its own."""

    what = "backup"
    error = BackupError
    if_not_written = "Nothing of it is kept: make room or make the place writable, and back up again."
    if_not_read = "Make the place readable, or name another one with SYNDICATION_BACKUP_URL."
    variable = "SYNDICATION_BACKUP_URL"
    take_over_command = "syndication backup take-over"

    @classmethod
    def of_backup(cls, url: str) -> "tuple[BackupStore, str]":
        """The store and the name of the backup at `url`, which is a backup or a place with backups, then its newest."""
        parent, _, last = url.rstrip("/").rpartition("/")
        if _NAME.fullmatch(last):
            return cls(parent or "."), last
        store = cls(url)
        return store, store.newest()

    @staticmethod
    def is_name(folder: str) -> bool:
        """Whether a folder is named as a backup is."""
        return _NAME.fullmatch(folder) is not None

    def names(self) -> list[str]:
        """The complete backups, the newest first."""
        names = (name for name in self._folders() if _NAME.fullmatch(name))
        return sorted((name for name in names if self._exists(f"{name}/{MANIFEST_FILE}")), reverse=True)

    def newest(self) -> str:
        """The newest complete backup; BackupError if there is none."""
        names = self.names()
        if not names:
            raise BackupError(
                f"There is no backup in {self.url}: make one with `syndication backup`, or name its place."
            )
        return names[0]

    def read_manifest(self, name: str) -> tuple[Manifest, str]:
        """The manifest of a backup and its hash; BackupError if it is missing or damaged."""
        with self._errors(f"read ({name})"):
            if not self._exists(f"{name}/{MANIFEST_FILE}"):
                raise BackupError(f"There is no complete backup {name} in {self.url}: its {MANIFEST_FILE} is missing.")
            content = self._filesystem.cat_file(self._path(f"{name}/{MANIFEST_FILE}"))
        manifest = decode(content)
        if manifest.name != name:
            raise BackupError(f"The folder {name} has the manifest of {manifest.name}: give the folder its name back.")
        return manifest, hash_of(content)

    def fetch(self, manifest: Manifest, directory: Path, report: Report) -> Path:
        """Checks all files of a backup, and returns a directory of this machine that has them: its own folder, or
        `directory` with copies of them. BackupError if one is missing, has another size or another hash.
        """
        for file in manifest.files:
            report(f"checking {file.name} ({file.size_bytes:,} bytes)")
            with self._errors(f"read ({manifest.name}/{file.name})"):
                damage = self.damage(manifest.name, file, None if self._is_local else directory / file.name)
            if damage is not None:
                raise BackupError(f"The backup {manifest.name} is damaged: {damage}. Use another backup.")
        return Path(self._path(manifest.name)) if self._is_local else directory

    def chunks(self, name: str, file: str) -> Iterator[bytes]:
        """The content of a file of a backup, in pieces."""
        with (
            self._errors(f"read ({name}/{file})"),
            self._filesystem.open(self._path(f"{name}/{file}"), "rb") as stream,
        ):
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def has_folder(self, name: str) -> bool:
        """Whether there is a backup of this name, or what is left of one."""
        return self.is_name(name) and self._exists(name)

    def remove(self, name: str) -> None:
        """Removes a backup. Without its manifest, which goes first, it is none."""
        self._require_claim()
        with self._errors(f"removed ({name})"):
            if self._exists(f"{name}/{MANIFEST_FILE}"):
                self._filesystem.rm_file(self._path(f"{name}/{MANIFEST_FILE}"))
            self._filesystem.rm(self._path(name), recursive=True)

    def remove_unfinished(self, now: datetime) -> None:
        """Removes what backups that were killed have left, from a day after they were begun."""
        for folder in self._folders():
            found = _NAME.fullmatch(folder.removeprefix(UNFINISHED))
            if found is None or now - datetime.strptime(found[1], _TIME).replace(tzinfo=UTC) < _OLD:
                continue
            if folder.startswith(UNFINISHED) or not self._exists(f"{folder}/{MANIFEST_FILE}"):
                self._require_claim()
                with self._errors(f"removed ({folder})"):
                    self._filesystem.rm(self._path(folder), recursive=True)

    @contextmanager
    def new_backup(self, name: str) -> Iterator["UnfinishedBackup"]:
        """What is written in this block becomes the backup `name` when its manifest is finished; otherwise, nothing of
        it stays.
        """
        self._require_claim()
        folder = f"{UNFINISHED}{name}" if self._is_local else name
        with self._errors("written"):
            self._make_folder(folder, is_new=True)
        backup = UnfinishedBackup(self, folder, name)
        try:
            yield backup
        finally:
            if not backup.is_finished:
                # Whatever prevented the backup may prevent this too; the next backup tries again.
                with suppress(Exception):
                    self._filesystem.rm(self._path(folder), recursive=True)

    def write(self, path: str, chunks: Iterable[bytes], report: Report) -> BackupFile:
        """Writes a file; it is on the disk afterwards."""
        digest, size, shown = hashlib.sha256(), 0, 0
        with self._errors("written"), self._create(path) as stream:
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                if size - shown >= 64 * CHUNK_BYTES:
                    shown = size
                    report(f"{PurePosixPath(path).name}: {size // CHUNK_BYTES:,} MB written")
            self._sync(stream)
        return BackupFile(name=PurePosixPath(path).name, size_bytes=size, sha256=digest.hexdigest())

    def put_in_place(self, folder: str, name: str) -> None:
        """Gives the folder its final name."""
        if folder != name:
            with self._errors("written"):
                sync_folder(Path(self._path(folder)))
                self._rename(folder, name)

    def damage(self, folder: str, file: BackupFile, copy: Path | None = None) -> str | None:
        """What is wrong with a file of a folder, as in "roles.sql is missing"; None if nothing is. Writes a `copy`."""
        path = self._path(f"{folder}/{file.name}")
        if not self._exists(f"{folder}/{file.name}"):
            return f"{file.name} is missing"
        digest, size = hashlib.sha256(), 0
        with self._filesystem.open(path, "rb") as stream, copy.open("wb") if copy else nullcontext() as target:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                if target is not None:
                    target.write(chunk)
        if size != file.size_bytes:
            return f"{file.name} has {size:,} of its {file.size_bytes:,} bytes"
        return None if digest.hexdigest() == file.sha256 else f"{file.name} was changed"

    def _folders(self) -> list[str]:
        with self._errors("listed"):
            if not self._filesystem.isdir(self._root):
                return []
            entries: list[dict[str, Any]] = self._filesystem.ls(self._root, detail=True)
            return [PurePosixPath(entry["name"]).name for entry in entries if entry["type"] == "directory"]

    def _exists(self, path: str) -> bool:
        with self._errors("listed"):
            return bool(self._filesystem.exists(self._path(path)))


class UnfinishedBackup:
    """A backup that is being written."""

    def __init__(self, store: BackupStore, folder: str, name: str) -> None:
        self._store, self._folder, self._name = store, folder, name
        self.is_finished = False

    def write(self, file_name: str, chunks: Iterable[bytes], report: Report) -> BackupFile:
        return self._store.write(f"{self._folder}/{file_name}", chunks, report)

    def finish(self, manifest: Manifest, report: Report) -> str:
        """Writes the manifest, puts the backup in its place, and returns the manifest's hash."""
        content = encode(manifest)
        self.write(MANIFEST_FILE, [content], report)
        self._store.put_in_place(self._folder, self._name)
        self.is_finished = True
        return hash_of(content)
