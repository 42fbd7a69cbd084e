"""Loads the documents that landed on one day: one transaction, in any order of days.

What a file says of a document is a row of its own; what the document is follows from the newest of them. So a day that
is loaded late, again, or after one of its files was withdrawn ends in the same tables.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from syndication_assets import fault_points, quarantine_staging
from syndication_assets.content.document_reading import DocumentReading, read_file
from syndication_assets.content.document_sources import SOURCES
from syndication_assets.organizations import organization_ids
from syndication_assets.resources.database import Connection, copy_rows, load_sql, run_file, transaction
from syndication_assets.resources.landing_zone import LandedFile, LandingZone

LOAD_LOCK = "content documents"
_encode = msgspec.json.Encoder().encode
_COLUMNS = (
    "organization_id, source, remote_document_id, source_file_path, position, observed_at, is_published, content_hash,"
    " facts"
)


@dataclass(slots=True)
class DayOfDocuments:
    """What loading one day did."""

    day: date
    files: int = 0
    documents: int = 0
    """What the files say of documents, each file's once."""
    quarantined: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    unknown_keys: Counter[str] = field(default_factory=Counter)


def load_day(url: str, zone: LandingZone, day: date, *, maximum_file_bytes: int) -> DayOfDocuments:
    """Makes the rows of a day what its landed files say, and the documents what all days say.

    All of it is committed, or nothing. LandedFilesMissingError if files of the day that were loaded before are gone.
    """
    load = DayOfDocuments(day)
    with transaction(url, lock=LOAD_LOCK) as connection:
        organizations = organization_ids(connection)
        # Listed behind the lock: another load of the day may have seen more files than there were before.
        files = [file for file in zone.files(day) if file.source in SOURCES and file.organization in organizations]
        withdrawn = _withdrawn_files(connection, day)
        _refuse_missing_files(connection, zone, day, files, {path for _, path in withdrawn})
        if not files and not withdrawn:
            return load
        connection.execute(load_sql("content/document_staging.sql"))
        quarantine_staging.begin(connection)
        quarantine_staging.stage_files(connection, withdrawn)
        for file in files:
            reading = read_file(zone, file, SOURCES[file.source], maximum_file_bytes)
            _stage(connection, reading, organizations[file.organization])
            load.files += 1
            load.documents += len(reading.documents.items)
            load.quarantined += len(reading.documents.rejected)
            load.unknown_keys.update(reading.documents.unknown_keys)
        connection.execute("analyze staged_documents")
        parameters = {"day": day, "sources": sorted(SOURCES)}
        for table in ("document_observations", "source_documents", "source_sections"):
            load.counts.update(_run(connection, f"content/{table}.sql", parameters, table))
        fault_points.reach("documents.merged")
        quarantine_staging.merge(connection)
        fault_points.reach("documents.before_commit")
    return load


def _withdrawn_files(connection: Connection, day: date) -> list[tuple[str, str]]:
    return connection.execute(
        "select organization_id, source_file_path from scraping.landed_files"
        " where landed_on = %s and source = any(%s) and withdrawn_at is not null",
        [day, sorted(SOURCES)],
    ).fetchall()


def _refuse_missing_files(
    connection: Connection, zone: LandingZone, day: date, files: Sequence[LandedFile], withdrawn: set[str]
) -> None:
    known = connection.execute(
        "select distinct source_file_path from content.document_observations where organization_id ="
        " any(array(select organization_id from tenancy.organizations)) and landed_on = %s",
        [day],
    ).fetchall()
    zone.refuse_missing(day, {path for (path,) in known} - {file.path for file in files} - withdrawn)


def _stage(connection: Connection, reading: DocumentReading, organization_id: str) -> None:
    file, source = reading.file, reading.source
    quarantine_staging.stage_files(connection, [(organization_id, file.path)])
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
    quarantine_staging.stage_rejected(
        connection,
        (
            (organization_id, source.name, file.landed_on, file.path, one, source.version)
            for one in reading.documents.rejected
        ),
    )


def _run(connection: Connection, path: str, parameters: dict[str, Any], table: str) -> dict[str, int]:
    """Runs a file; returns what its last statement counts, by the table and the count's name."""
    (counts,) = run_file(connection, path, parameters).fetchall()
    return {f"{table}.{name}": count for name, count in counts.items()}
