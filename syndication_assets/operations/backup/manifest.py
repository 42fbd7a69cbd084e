"""The manifest of a backup: what its files are and what they must contain after a restore. Pure.

It is the file `manifest.json`, written last: a folder without it is no backup. It names places and the ids of keys, and
contains neither passwords nor keys.
"""

import hashlib
from datetime import datetime

import msgspec

from syndication_assets.errors import SyndicationError

FORMAT_VERSION = 1
MANIFEST_FILE = "manifest.json"


class BackupError(SyndicationError):
    """A backup cannot be made, read or restored; the message says what to do."""


class BackupFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file beside the manifest."""

    name: str
    size_bytes: int
    sha256: str


class TableRows(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one table in the snapshot that was dumped. A partitioned table counts with its partitions."""

    table: str
    rows: int
    checksum: int
    """The exclusive or of the 64-bit hashes of all rows as text, all columns included."""


class SequencePosition(msgspec.Struct, frozen=True, kw_only=True):
    """The last value that a sequence had given when the backup began; the dump has that one or a later one."""

    sequence: str
    last_value: int


class DatabaseContent(msgspec.Struct, frozen=True, kw_only=True):
    """One database of the backup."""

    database: str
    """`syndication` or `dagster`, whatever its name on the server was."""
    file: str
    tables: list[TableRows]
    sequences: list[SequencePosition]


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A role that owns or may do something in the database. Passwords are not part of a backup."""

    name: str
    can_login: bool
    member_of: list[str]


class LandingZoneState(msgspec.Struct, frozen=True, kw_only=True):
    """The loaded files of the landing zone, which a backup does not copy."""

    url: str
    files: int
    size_bytes: int
    newest_file: str | None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is."""

    format_version: int = FORMAT_VERSION
    name: str
    project_version: str
    server_version: str
    migrations: list[str]
    """The names of the applied migrations, in order."""
    started_at: datetime
    finished_at: datetime
    files: list[BackupFile]
    databases: list[DatabaseContent]
    roles: list[Role]
    landing_zone: LandingZoneState
    sent_url: str
    """The record of sent posts, which belongs to no backup: a restored database learns from it what was sent since."""
    secret_key_ids: list[str]
    """The ids of the keys that stored credentials are encrypted with; the keys are in SYNDICATION_SECRET_KEYS only."""

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)

    @property
    def newest_migration(self) -> str:
        return self.migrations[-1]

    @property
    def rows(self) -> int:
        return sum(table.rows for database in self.databases for table in database.tables)

    def content_of(self, database: str) -> DatabaseContent | None:
        """What the backup has of `syndication` or `dagster`; None if it was not dumped."""
        return next((content for content in self.databases if content.database == database), None)


class _Format(msgspec.Struct):
    format_version: int


def encode(manifest: Manifest) -> bytes:
    """The text of `manifest.json`."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def decode(content: bytes) -> Manifest:
    """The manifest; BackupError if this version cannot read it."""
    try:
        version = msgspec.json.decode(content, type=_Format).format_version
        if version > FORMAT_VERSION:
            raise BackupError(
                f"{MANIFEST_FILE} has the format {version}, and this version of the project reads up to "
                f"{FORMAT_VERSION}: install the version that made the backup, or a newer one."
            )
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError:
        raise BackupError(f"{MANIFEST_FILE} is damaged, or is not the manifest of a backup: use another one.") from None


def hash_of(content: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
