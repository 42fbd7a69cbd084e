"""The landing zone: immutable files at `<organization>/<source>/<YYYY-MM-DD>/…`, in a directory or any fsspec URL.

All external data lands here, untouched, before anything reads it. Paths in this module and in the database are relative
to the root of the zone, with forward slashes.
"""

import hashlib
import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.file_store import META_SUFFIX, FileStore, LandingError, UnreadableFolderError
from syndication_assets.landing.zone.secret_removal import without_secrets

__all__ = [
    "LandedFile",
    "LandedFilesChangedError",
    "LandedFilesMissingError",
    "LandingError",
    "LandingZone",
    "UnreadableFolderError",
    "readable",
]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@%+~=,-]{0,199}")
# APIs answer in JSON, feeds in XML: both land unchanged.
_SUFFIXES = tuple(f"{ending}{packed}" for ending in (".json", ".xml", ".rss", ".atom") for packed in ("", ".gz"))
# Hidden folders are never listed, so no load reads withdrawn files.
_WITHDRAWN_FOLDER = ".withdrawn"


class LandedFilesMissingError(SyndicationError):
    """Previously loaded files are missing from the landing zone; loading now would delete their rows."""


class LandedFilesChangedError(SyndicationError):
    """Loaded files have another content now; loading it would replace their rows without a trace."""


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


class LandingZone(FileStore):
    """Reads and writes landed files; one instance per URL."""

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

        Secrets in JSON are replaced by `[secret]`; nothing else is changed.
        Landing the same content again returns False; different content under a landed name raises LandingError. `meta`
        is written to `<name>.meta.json` before the file itself, so that every visible file has its companion.
        """
        for part in (organization, source, name):
            if not _NAME.fullmatch(part):
                raise LandingError(
                    f"{part!r} is not a valid name in the landing zone: use letters, digits, '-', '_' and '.', "
                    "without a leading dot and without slashes."
                )
        if not name.endswith(_SUFFIXES) or name.endswith(META_SUFFIX):
            raise LandingError(
                f"{name!r} is not a valid file name: end it in .json, or in .xml, .rss or .atom for a feed, "
                "optionally followed by .gz."
            )
        content = without_secrets(name, content)
        path = f"{self.folder(organization, source, day)}/{name}"
        if self.exists(path):
            # Check before writing the companion: rejected content must not change the metadata of the landed file.
            self._write_once(path, content)
        if meta is not None:
            self._write_once(path + META_SUFFIX, msgspec.json.format(msgspec.json.encode(meta), indent=2))
        return path, self._write_once(path, content)

    def withdraw(self, path: str) -> bool:
        """Moves a landed file and its companion to `<organization>/.withdrawn/<source>/<day>/…`, where no load reads.

        Returns whether the file was there. Files are copied completely before they are removed, so a repeated call
        completes an interrupted move. Different content withdrawn earlier under the same name is kept too. Raises
        LandingError for a link, because its target does not belong to the zone.
        """
        absolutes = {suffix: self._absolute(path + suffix) for suffix in ("", META_SUFFIX)}
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

        Leaves out folders that cannot be listed (`unreadable_folders`), unfinished files (`.part`, `.tmp`,
        `.crdownload`), hidden files and folders, `.meta.json` companions and special files such as sockets.
        """
        for organization in self._folders(""):
            for source in self._folders(organization):
                yield from self._files_of(organization, source, day)

    def sources(self, organization: str) -> list[str]:
        """The sources with a folder of the organization; none if its folder cannot be listed."""
        return self._folders(organization)

    def unreadable_folders(self, day: date) -> list[UnreadableFolderError]:
        """The folders that cannot be listed and may contain files of the day: `files` leaves them out."""
        found: list[UnreadableFolderError] = []
        for organization in self._folders("", found):
            for source in self._folders(organization, found):
                found += self.unreadable_below(self.folder(organization, source, day))
        return found

    def days(self) -> Iterator[tuple[str, str, date]]:
        """Every (organization, source, day) that has a folder, except in folders that cannot be listed."""
        for organization in self._folders(""):
            for source in self._folders(organization):
                for name in self._folders(f"{organization}/{source}"):
                    # `fromisoformat` accepts other spellings of a day, but loads only read this one.
                    with suppress(ValueError):
                        day = date.fromisoformat(name)
                        if day.isoformat() == name:
                            yield organization, source, day

    def reject_missing(self, day: date, missing: Collection[str]) -> None:
        """Raises LandedFilesMissingError if any previously loaded file is missing."""
        if missing:
            raise LandedFilesMissingError(
                f"{len(missing)} loaded file(s) of {day} are missing from {self.url}; the first is {min(missing)}. "
                "Restore them (landed files are immutable), or withdraw them with `syndication withdraw`. "
                "Nothing was changed."
            )

    def reject_changed(self, day: date, changed: Sequence[tuple[str, str, str, int]]) -> None:
        """Raises LandedFilesChangedError for files whose content is not the loaded content, nor begins with it.

        `changed` has the path of each, the hash of the loaded content, the hash of the content now, which is empty if
        the file cannot be read any more, and the size of the loaded file in bytes. A file that has only grown was read
        while it was copied: loading the rest loses nothing.
        """
        changed = [file for file in changed if not (file[2] and self._begins_with(file[0], file[1], file[3]))]
        if changed:
            path, was, is_now, _ = changed[0]
            now = f"now it is {is_now}" if is_now else "now it cannot be read"
            raise LandedFilesChangedError(
                f"{len(changed)} loaded file(s) of {day} were changed in {self.url}; the first is {path}: the hash of "
                f"its content was {was}, {now}. Restore them (landed files are immutable), or withdraw them with "
                "`syndication withdraw` and land the new content. Nothing was changed."
            )

    def read_meta(self, path: str) -> dict[str, Any]:
        """The companion `<name>.meta.json`; empty if there is none. Raises LandingError if it is not a JSON object."""
        companion = path + META_SUFFIX
        if not self.exists(companion):
            return {}
        try:
            return msgspec.json.decode(self.read(companion, 1024 * 1024), type=dict[str, Any])
        except LandingError as error:
            raise LandingError(f"its {META_SUFFIX} companion: {error}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            reason = str(error) if isinstance(error, msgspec.DecodeError) else type(error).__name__
            raise LandingError(f"its {META_SUFFIX} companion is not a JSON object: {reason}") from None

    def _begins_with(self, path: str, content_hash: str, size: int) -> bool:
        """Whether the first `size` bytes of a file have this hash; False for a packed file."""
        if path.endswith(".gz") or self.size(path) <= size:
            return False
        with self._filesystem.open(self._absolute(path), "rb") as stream:
            return hashlib.blake2b(stream.read(size), digest_size=16).hexdigest() == content_hash

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

    def _folders(self, path: str, unreadable: list[UnreadableFolderError] | None = None) -> list[str]:
        """The folders in a folder; none if it cannot be listed, which is added to `unreadable`."""
        try:
            return self.entries(path)[0]
        except UnreadableFolderError as error:
            if unreadable is not None:
                unreadable.append(error)
            return []


def readable(name: str) -> str:
    """The name with bytes that are not valid UTF-8 escaped, because PostgreSQL only stores valid UTF-8."""
    return name.encode(errors="backslashreplace").decode()


def _modified_at(info: dict[str, Any]) -> datetime | None:
    value = info.get("mtime") or info.get("LastModified") or info.get("created")
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, tz=UTC)
    return value if isinstance(value, datetime) else None
