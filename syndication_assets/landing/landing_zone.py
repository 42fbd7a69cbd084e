"""The landing zone: immutable files at `<organization>/<source>/<YYYY-MM-DD>/…`, in a directory or any fsspec URL.

All external data lands here, untouched, before anything reads it. Paths in this module and in the database are relative
to the root of the zone, with forward slashes.
"""

import gzip
import itertools
import os
import re
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import msgspec
from fsspec.implementations.local import LocalFileSystem

from syndication_assets.errors import SyndicationError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@%+~=,-]{0,199}")
# APIs answer in JSON, feeds in XML: both land unchanged.
_SUFFIXES = tuple(f"{ending}{packed}" for ending in (".json", ".xml", ".rss", ".atom") for packed in ("", ".gz"))
_META_SUFFIX = ".meta.json"
_UNFINISHED_SUFFIXES = (".part", ".tmp", ".crdownload")
# Hidden folders are never listed, so no load reads withdrawn files.
_WITHDRAWN_FOLDER = ".withdrawn"


class LandingError(SyndicationError):
    """A file cannot be landed or read; nothing has been written."""


class LandedFilesMissingError(SyndicationError):
    """Previously loaded files are missing from the landing zone; loading now would delete their rows."""


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One file of the landing zone."""

    organization: str
    source: str
    landed_on: date
    path: str
    size_bytes: int
    modified_at: datetime | None
    """Modification time according to the store; None if the store reports none."""

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


class LandingZone:
    """Reads and writes landed files; one instance per URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._filesystem, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")
        # fsspec shares its file systems and caches listings: drop the cache to see new files.
        self._filesystem.invalidate_cache()
        self._is_local = isinstance(self._filesystem, LocalFileSystem)

    @classmethod
    def folder(cls, organization: str, source: str, day: date) -> str:
        return f"{organization}/{source}/{day.isoformat()}"

    def land(
        self,
        organization: str,
        source: str,
        day: date,
        name: str,
        content: bytes,
        meta: dict[str, Any] | None = None,
    ) -> tuple[str, bool]:
        """Writes a file completely or not at all; returns its path and whether it is new.

        Landing the same content again returns False; different content under a landed name raises LandingError. `meta`
        is written to `<name>.meta.json` before the file itself, so that every visible file has its companion.
        """
        for part in (organization, source, name):
            if not _NAME.fullmatch(part):
                raise LandingError(
                    f"{part!r} is not a valid name in the landing zone: use letters, digits, '-', '_' and '.', "
                    "without a leading dot and without slashes."
                )
        if not name.endswith(_SUFFIXES) or name.endswith(_META_SUFFIX):
            raise LandingError(
                f"{name!r} is not a valid file name: end it in .json, or in .xml, .rss or .atom for a feed, "
                "optionally followed by .gz."
            )
        path = f"{self.folder(organization, source, day)}/{name}"
        if self.exists(path):
            # Check before writing the companion: rejected content must not change the metadata of the landed file.
            self._write_once(path, content)
        if meta is not None:
            self._write_once(path + _META_SUFFIX, msgspec.json.format(msgspec.json.encode(meta), indent=2))
        return path, self._write_once(path, content)

    def withdraw(self, path: str) -> bool:
        """Moves a landed file and its companion to `<organization>/.withdrawn/<source>/<day>/…`, where no load reads.

        Returns whether the file was there. Files are copied completely before they are removed, so a repeated call
        completes an interrupted move. Different content withdrawn earlier under the same name is kept too. Raises
        LandingError for a link, because its target does not belong to the zone.
        """
        absolutes = {suffix: self._absolute(path + suffix) for suffix in ("", _META_SUFFIX)}
        if self._is_local and any(Path(absolute).is_symlink() for absolute in absolutes.values()):
            raise LandingError(f"{path} is a link: remove the link and withdraw the file again.")
        contents = {
            suffix: self._filesystem.cat_file(absolute)
            for suffix, absolute in absolutes.items()
            if self._filesystem.isfile(absolute)
        }
        first_place = self.withdrawn_path(path)
        places = (first_place if number == 1 else f"{first_place}.{number}" for number in itertools.count(1))
        place = next(p for p in places if all(self._is_free_for(p + suffix, c) for suffix, c in contents.items()))
        for suffix, content in contents.items():
            self._write_once(place + suffix, content)
        for suffix in contents:
            # The file first: a companion without its file is never read.
            self._filesystem.rm_file(absolutes[suffix])
        return "" in contents

    @classmethod
    def withdrawn_path(cls, path: str) -> str:
        """Where a landed file is kept after its first withdrawal."""
        organization, _, rest = path.partition("/")
        return f"{organization}/{_WITHDRAWN_FOLDER}/{rest}"

    def files(self, day: date) -> Iterator[LandedFile]:
        """The landed files of a day across all organizations and sources, ordered by path.

        Skips unfinished files (`.part`, `.tmp`, `.crdownload`), hidden files and folders, `.meta.json` companions and
        special files such as sockets.
        """
        for organization in self._folders(""):
            for source in self._folders(organization):
                yield from self._files_of(organization, source, day)

    def days(self) -> Iterator[tuple[str, str, date]]:
        """Every (organization, source, day) that has a folder."""
        for organization in self._folders(""):
            for source in self._folders(organization):
                for name in self._folders(f"{organization}/{source}"):
                    # `fromisoformat` accepts other spellings of a day, but loads only read this one.
                    with suppress(ValueError):
                        day = date.fromisoformat(name)
                        if day.isoformat() == name:
                            yield organization, source, day

    def entries(self, path: str) -> tuple[list[str], list[str]]:
        """Names of the folders and files directly in a folder, without those that `files` skips."""
        absolute = self._absolute(path)
        if not self._filesystem.isdir(absolute):
            return [], []
        folders, files = [], []
        for entry in self._filesystem.ls(absolute, detail=True):
            name = PurePosixPath(entry["name"]).name
            if entry["type"] == "directory" or (entry.get("islink") and self._filesystem.isdir(entry["name"])):
                if not name.startswith("."):
                    folders.append(name)
            # An object store may list the folder itself.
            elif entry["name"].rstrip("/") != absolute and not _is_skipped(name):
                files.append(name)
        return sorted(folders), sorted(files)

    def paths_below(self, folder: str) -> Iterator[str]:
        """Every file below a folder, ordered by path, without those that `files` skips."""
        for absolute, _ in self._found(self._absolute(folder)):
            yield self._relative(absolute)

    def exists(self, path: str) -> bool:
        return bool(self._filesystem.exists(self._absolute(path)))

    def refuse_missing(self, day: date, missing: Collection[str]) -> None:
        """Raises LandedFilesMissingError if any previously loaded file is missing."""
        if missing:
            raise LandedFilesMissingError(
                f"{len(missing)} loaded file(s) of {day} are missing from {self.url}; the first is {min(missing)}. "
                "Restore them (landed files are immutable), or withdraw them with `syndication withdraw`. "
                "Nothing was changed."
            )

    def size(self, path: str) -> int:
        """Stored size in bytes."""
        return int(self._filesystem.size(self._absolute(path)) or 0)

    def read(self, path: str, maximum_bytes: int) -> bytes:
        """The decompressed content.

        Raises LandingError for errors that a retry cannot fix: content larger than `maximum_bytes`, an invalid gzip
        file, a link that leaves the zone or leads nowhere. Raises another SyndicationError if the store cannot deliver
        the file now.
        """
        absolute = self._absolute(path)
        if self._is_local:
            if not self._is_inside(absolute):
                raise LandingError("the file is a link that leaves the landing zone")
            if Path(absolute).is_symlink() and not Path(absolute).is_file():
                raise LandingError("the file is a link that does not lead to a file")
        too_large = LandingError(
            f"the file is larger than {maximum_bytes:,} bytes uncompressed: split it, "
            "or raise SYNDICATION_MAXIMUM_FILE_BYTES"
        )
        try:
            if not path.endswith(".gz") and (self._filesystem.size(absolute) or 0) > maximum_bytes:
                raise too_large
            with self._filesystem.open(absolute, "rb") as stream:
                if not path.endswith(".gz"):
                    content = bytes(stream.read(maximum_bytes + 1))
                else:
                    with gzip.GzipFile(fileobj=stream) as decompressed:
                        content = decompressed.read(maximum_bytes + 1)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise LandingError("the file name ends in .gz, but the file is not a complete gzip file") from None
        except OSError as error:
            raise SyndicationError(
                f"{path} cannot be read from {self.url}: {error.strerror or type(error).__name__}. "
                "Make it readable and load the day again. Nothing was changed."
            ) from error
        if len(content) > maximum_bytes:
            raise too_large
        return content

    def read_meta(self, path: str) -> dict[str, Any]:
        """The companion `<name>.meta.json`; empty if there is none. Raises LandingError if it is not a JSON object."""
        companion = path + _META_SUFFIX
        if not self.exists(companion):
            return {}
        try:
            return msgspec.json.decode(self.read(companion, 1024 * 1024), type=dict[str, Any])
        except LandingError as error:
            raise LandingError(f"its {_META_SUFFIX} companion: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            reason = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
            raise LandingError(f"its {_META_SUFFIX} companion is not a JSON object: {reason}") from None

    def _files_of(self, organization: str, source: str, day: date) -> Iterator[LandedFile]:
        folder = self._absolute(self.folder(organization, source, day))
        if not self._filesystem.isdir(folder):
            return
        for absolute, info in self._found(folder):
            yield LandedFile(
                organization=readable(organization),
                source=readable(source),
                landed_on=day,
                path=readable(self._relative(absolute)),
                size_bytes=int(info.get("size") or 0),
                modified_at=_modified_at(info),
            )

    def _found(self, folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for absolute, info in sorted(self._filesystem.find(folder, detail=True).items()):
            parts = PurePosixPath(absolute.removeprefix(folder)).parts
            if _is_skipped(*parts) or (info.get("type") == "other" and not info.get("islink")):
                continue
            yield absolute, info

    def _folders(self, path: str) -> list[str]:
        return self.entries(path)[0]

    def _write_once(self, path: str, content: bytes) -> bool:
        absolute = self._absolute(path)
        if self._is_local and not self._is_inside(absolute):
            raise LandingError(f"{path} is or passes through a link that leaves the landing zone: remove the link.")
        if not self._filesystem.exists(absolute):
            self._filesystem.makedirs(absolute.rsplit("/", 1)[0], exist_ok=True)
            if self._is_local:
                created = _create_local(Path(absolute), content)
            else:
                # Object stores only show complete objects.
                self._filesystem.pipe_file(absolute, content)
                created = True
            if created:
                return True
        if self._filesystem.cat_file(absolute) != content:
            raise LandingError(
                f"{path} has already landed with different content. Landed files are never overwritten: "
                "land the new content under another name."
            )
        return False

    def _is_free_for(self, path: str, content: bytes) -> bool:
        absolute = self._absolute(path)
        return not self._filesystem.exists(absolute) or self._filesystem.cat_file(absolute) == content

    def _is_inside(self, absolute: str) -> bool:
        return Path(absolute).resolve().is_relative_to(Path(self._root).resolve())

    def _absolute(self, path: str) -> str:
        return f"{self._root}/{path}" if path else self._root

    def _relative(self, absolute: str) -> str:
        return absolute.removeprefix(self._root).lstrip("/")


def _is_skipped(*parts: str) -> bool:
    return any(part.startswith(".") for part in parts) or parts[-1].endswith((_META_SUFFIX, *_UNFINISHED_SUFFIXES))


def readable(name: str) -> str:
    """The name with bytes that are not valid UTF-8 escaped, because PostgreSQL only stores valid UTF-8."""
    return name.encode(errors="backslashreplace").decode()


def _create_local(path: Path, content: bytes) -> bool:
    """Writes a temporary file and links it into place: no partial file is visible, and one of two writers wins."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            return False
        return True
    finally:
        unfinished.unlink(missing_ok=True)


def _modified_at(info: dict[str, Any]) -> datetime | None:
    value = info.get("mtime") or info.get("LastModified") or info.get("created")
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, tz=UTC)
    return value if isinstance(value, datetime) else None
