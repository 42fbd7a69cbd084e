"""The directory of an exported organization: a manifest, a file a table, and the landed files. Pure.

The manifest is written last: a directory without it is no export. Credentials are in it as they are stored, encrypted;
passwords and keys are not.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from syndication_assets.errors import SyndicationError

FORMAT_VERSION = 1
MANIFEST_FILE = "organization.json"
TABLES_DIRECTORY = "tables"
LANDING_DIRECTORY = "landing"
_CHUNK = 1024 * 1024


class ExportError(SyndicationError):
    """An organization cannot be exported or imported; the message says what to do."""


class ExportedTable(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one table that belong to the organization."""

    schema: str
    table: str
    columns: list[str]
    """Without generated columns, which the other database computes."""
    file: str
    sha256: str
    rows: int
    checksum: int
    """The exclusive or of the 64-bit hashes of all rows as text, generated columns included."""
    first_day: str | None = None
    """Of a partitioned table: the days whose months need partitions; None without rows."""
    last_day: str | None = None

    @property
    def name(self) -> str:
        return f"{self.schema}.{self.table}"


class ExportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One landed file, at its path below the landing zone."""

    path: str
    size_bytes: int
    sha256: str


class ExportedOrganization(msgspec.Struct, frozen=True, kw_only=True):
    """The manifest."""

    format_version: int = FORMAT_VERSION
    slug: str
    organization_id: str
    project_version: str
    migrations: list[str]
    exported_at: datetime
    users: ExportedTable
    """The people who are members, without their passwords."""
    tables: list[ExportedTable]
    """Each after those that it refers to."""
    sequences: dict[str, int]
    """The last values that the sequences of ids have given: no id of the organization is above them."""
    secret_key_ids: list[str]
    files: list[ExportedFile]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def new_directory(directory: Path) -> None:
    """Makes the directory, for its owner only; ExportError if it has anything in it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise ExportError(f"{directory} is not empty: name a directory that is, or a new one.")
    (directory / TABLES_DIRECTORY).mkdir(mode=0o700)


def write_file(path: Path, chunks: Iterable[bytes]) -> tuple[int, str]:
    """Writes a file that only its owner may read; its size and SHA-256."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        for chunk in chunks:
            stream.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    return size, digest.hexdigest()


def read_file(path: Path) -> Iterator[bytes]:
    """The content in pieces. ExportError if it cannot be read."""
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise ExportError(f"{path} cannot be read ({error.strerror}): export the organization again.") from None


def write_manifest(directory: Path, manifest: ExportedOrganization) -> None:
    """Completes the directory."""
    write_file(directory / MANIFEST_FILE, [msgspec.json.format(msgspec.json.encode(manifest), indent=2), b"\n"])


def read_manifest(directory: Path) -> ExportedOrganization:
    """The manifest, after every file was checked against it. ExportError if one is missing or damaged."""
    path = directory / MANIFEST_FILE
    if not path.is_file():
        raise ExportError(f"{directory} has no {MANIFEST_FILE}: it is no export, or one that was never completed.")
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=ExportedOrganization)
    except msgspec.DecodeError:
        raise ExportError(f"{path} is damaged, or of another version: export the organization again.") from None
    if manifest.format_version != FORMAT_VERSION:
        raise ExportError(f"{path} is of another version: export and import with the same version of the project.")
    expected = {f"{TABLES_DIRECTORY}/{table.file}": table.sha256 for table in (manifest.users, *manifest.tables)}
    expected |= {f"{LANDING_DIRECTORY}/{file.path}": file.sha256 for file in manifest.files}
    for name, sha256 in expected.items():
        digest = hashlib.sha256()
        for chunk in read_file(directory / name):
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise ExportError(f"{directory / name} is damaged: export the organization again.")
    return manifest
