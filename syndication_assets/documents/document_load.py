"""Loads the documents that landed on one day, in one transaction; the days may be loaded in any order.

Each file's description of a document is an observation, and the newest observation describes the document. So loading
a day late, again, or after one of its files was withdrawn gives the same tables.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from syndication_assets.database.connection import Connection, copy_rows, load_sql, run_file
from syndication_assets.documents.document_reading import DocumentReading, read_file
from syndication_assets.documents.document_sources import SOURCES
from syndication_assets.landing.loading.day_load import LandedDay, RoomLoad, load_room_day
from syndication_assets.landing.loading.file_staging import StagedFile, stage_files, stage_rejections, staged_rejection
from syndication_assets.landing.zone.landing_zone import LandingZone

_encode = msgspec.json.Encoder().encode
_COLUMNS = (
    "organization_id, source, remote_document_id, source_file_path, position, observed_at, is_published, content_hash,"
    " facts"
)


@dataclass(slots=True)
class DayLoad:
    """What loading one day did."""

    day: date
    files: int = 0
    documents: int = 0
    """Number of documents in the files; a document in two files counts twice."""
    quarantined: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unknown_keys: Counter[str] = field(default_factory=Counter)


def load_day(url: str, zone: LandingZone, day: date, *, maximum_file_bytes: int) -> DayLoad:
    """Replaces the day's observations with those of its landed files, and updates the documents they belong to.

    Commits all of it or nothing. LandedFilesMissingError if files of the day that were loaded before are missing.
    """
    load = DayLoad(day)

    def stage(landed: LandedDay) -> None:
        landed.connection.execute(load_sql("documents/document_staging.sql"))
        for file in landed.files:
            reading = read_file(zone, file, SOURCES[file.source], maximum_file_bytes)
            _stage(landed.connection, reading, landed.organizations[file.organization])
            load.files += 1
            load.documents += len(reading.documents.items)
            load.quarantined += len(reading.documents.rejected)
            load.unknown_keys.update(reading.documents.unknown_keys)
        landed.connection.execute("analyze staged_documents")

    def merge(landed: LandedDay) -> None:
        parameters = {"day": day, "sources": sorted(SOURCES)}
        for table in ("document_observations", "source_documents", "source_sections"):
            load.counts.update(_run(landed.connection, f"documents/{table}/merge.sql", parameters, table))

    load_room_day(url, zone, day, RoomLoad("documents", stage, merge))
    return load


def _stage(connection: Connection, reading: DocumentReading, organization_id: str) -> None:
    file, source = reading.file, reading.source
    staged = StagedFile(
        organization_id=organization_id,
        source=source.name,
        source_file_path=file.path,
        landed_on=file.landed_on,
        content_hash=reading.content_hash,
        size_bytes=file.size_bytes,
        observed_at=reading.observed_at,
        observed_at_source=reading.observed_at_source,
        items=len(reading.documents.items),
        items_quarantined=len(reading.documents.rejected),
        adapter_version=source.version,
    )
    stage_files(connection, [staged])
    copy_rows(
        connection,
        "staged_documents",
        _COLUMNS,
        (
            (
                organization_id,
                source.name,
                item.document.remote_document_id,
                file.path,
                item.position,
                reading.observed_at,
                item.document.is_published,
                item.document.content_hash,
                _encode(item.document).decode(),
            )
            for item in reading.documents.items
        ),
    )
    stage_rejections(
        connection,
        (staged_rejection(staged, rejected, adapter_version=source.version) for rejected in reading.documents.rejected),
    )


def _run(connection: Connection, path: str, parameters: dict[str, Any], table: str) -> dict[str, int]:
    """Runs a SQL file; returns the counts of its last statement, named `<table>.<count>`."""
    (counts,) = run_file(connection, path, parameters).fetchall()
    return {f"{table}.{name}": count for name, count in counts.items()}
