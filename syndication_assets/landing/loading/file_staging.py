"""Stages the files that a load read and the items it rejected, for the shared ledger and quarantine."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, copy_rows
from syndication_assets.landing.loading.rejections import Rejected
from syndication_assets.landing.zone.landing_zone import LandedFile
from syndication_assets.landing.zone.observation_time import ObservedAtSource

MAXIMUM_BYTES = 1024 * 1024
"""A quarantined payload is cut at this length; its full length is recorded too."""


class StagedFile(NamedTuple):
    """One file that a load read: a row of the temporary table staged_files."""

    organization_id: str
    source: str
    source_file_path: str
    landed_on: date
    content_hash: bytes
    """BLAKE2b-128 of the unpacked content; empty if it was never read."""
    size_bytes: int
    observed_at: datetime | None = None
    observed_at_source: ObservedAtSource | None = None
    tracked_username: str | None = None
    items: int = 0
    items_quarantined: int = 0
    adapter_version: int | None = None
    run_id: str | None = None
    is_settled: bool = True
    """False if the file is part of something incomplete that a later file may complete."""


class StagedRejection(NamedTuple):
    """One rejected item or file: a row of the temporary table staged_quarantine."""

    organization_id: str
    source: str
    landed_on: date
    source_file_path: str
    position: int | None
    reason: str
    payload: bytes
    payload_bytes: int
    adapter_version: int | None
    run_id: str | None = None


FILE_COLUMNS = ", ".join(StagedFile._fields)
REJECTION_COLUMNS = ", ".join(StagedRejection._fields)


def unread_file(file: LandedFile, organization_id: str, *, adapter_version: int | None) -> StagedFile:
    """The row of a file that is rejected as a whole, without having been read."""
    return StagedFile(
        organization_id=organization_id,
        source=file.source,
        source_file_path=file.path,
        landed_on=file.landed_on,
        content_hash=b"",
        size_bytes=file.size_bytes,
        items_quarantined=1,
        adapter_version=adapter_version,
    )


def staged_rejection(
    file: StagedFile, rejected: Rejected, *, adapter_version: int | None, run_id: str | None = None
) -> StagedRejection:
    """The row of a rejected item or file, with its payload cut at MAXIMUM_BYTES."""
    return StagedRejection(
        file.organization_id,
        file.source,
        file.landed_on,
        file.source_file_path,
        rejected.position,
        rejected.reason,
        rejected.payload[:MAXIMUM_BYTES],
        len(rejected.payload),
        adapter_version,
        run_id,
    )


def stage_files(connection: Connection, files: Iterable[StagedFile]) -> None:
    copy_rows(connection, "staged_files", FILE_COLUMNS, files)


def stage_rejections(connection: Connection, rejections: Iterable[StagedRejection]) -> None:
    copy_rows(connection, "staged_quarantine", REJECTION_COLUMNS, rejections)
