"""Days whose rows are archived: a load leaves what it loaded alone, and quarantines what has landed since."""

from collections.abc import Collection, Iterable
from datetime import date

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.landing.file_staging import StagedFile, stage_files, stage_rejections, staged_rejection
from syndication_assets.landing.landing_zone import LandedFile
from syndication_assets.landing.rejections import Rejected


def closed_organizations(connection: Connection, tables: Collection[str], day: date) -> dict[str, str]:
    """The organizations, slug → id, with an archive of this day in one of the tables."""
    if not tables:
        return {}
    rows = connection.execute(
        "select distinct o.slug, o.organization_id from operations.closed_months as m"
        " inner join tenancy.organizations as o on m.organization_id = o.organization_id"
        " where m.table_name = any(%s) and %s >= m.first_day and %s < m.end_day",
        [list(tables), day, day],
    )
    return dict(rows.fetchall())


def known_paths(connection: Connection, organizations: Collection[str], day: date) -> set[str]:
    """The files of a day that the ledger of these organizations has."""
    parameters = {"organizations": list(organizations), "day": day}
    return {path for (path,) in connection.execute(load_sql("landing/known_files.sql"), parameters)}


def stage_closed(connection: Connection, closed: dict[str, str], late: Iterable[LandedFile]) -> None:
    """Names the organizations to leave alone, and stages the files that landed too late as quarantined."""
    with connection.cursor() as cursor:
        cursor.executemany("insert into closed_organizations values (%s)", [[each] for each in closed.values()])
    files = [
        StagedFile(
            organization_id=closed[file.organization],
            source=file.source,
            source_file_path=file.path,
            landed_on=file.landed_on,
            content_hash=b"",
            size_bytes=file.size_bytes,
            items_quarantined=1,
        )
        for file in late
    ]
    stage_files(connection, files)
    stage_rejections(
        connection,
        [staged_rejection(file, Rejected(None, _reason(file.landed_on), b""), adapter_version=None) for file in files],
    )


def _reason(day: date) -> str:
    return (
        f"{day:%Y-%m} is archived, and the file landed later: run `syndication archive restore {day:%Y-%m}`, load the "
        "day again, and archive the month again"
    )
