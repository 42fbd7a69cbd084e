"""Carries what a room could not load into the quarantine that all rooms share, in the transaction of its load."""

from collections.abc import Iterable
from datetime import date

from syndication_assets.rejections import Rejected
from syndication_assets.resources.database import Connection, copy_rows, load_sql

MAXIMUM_BYTES = 1024 * 1024
"""Of a payload that is kept; how long it was is kept too."""
_COLUMNS = (
    "organization_id, source, landed_on, source_file_path, position, reason, payload, payload_bytes, adapter_version"
)


def begin(connection: Connection) -> None:
    """Makes the temporary tables staged_files and staged_quarantine, which go with the transaction."""
    connection.execute(load_sql("scraping/quarantine_staging.sql"))


def stage_files(connection: Connection, files: Iterable[tuple[str, str]]) -> None:
    """Notes (organization, path) of files that were read: what waited of them and is not rejected again is loaded."""
    copy_rows(connection, "staged_files", "organization_id, source_file_path", files)


def stage_rejected(connection: Connection, rows: Iterable[tuple[str, str, date, str, Rejected, int | None]]) -> None:
    """Stages (organization, source, day, path, what was rejected, version of the adapter)."""
    copy_rows(
        connection,
        "staged_quarantine",
        _COLUMNS,
        (
            (*head, one.position, one.reason, one.payload[:MAXIMUM_BYTES], len(one.payload), version)
            for *head, one, version in rows
        ),
    )


def merge(connection: Connection) -> None:
    """Makes the quarantine of the files that were read what was staged."""
    connection.execute(load_sql("scraping/quarantine_of_other_rooms.sql"))
