"""Days whose rows are archived: a load leaves what it loaded alone, and quarantines what has landed since."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.landing.loading.file_staging import stage_files, stage_rejections, staged_rejection, unread_file
from syndication_assets.landing.loading.rejections import Rejected
from syndication_assets.landing.zone.landing_zone import LandedFile
from syndication_assets.sql_assets.archived_months import closed_months


def closed_organizations(connection: Connection, tables: Collection[str], day: date) -> dict[str, str]:
    """The organizations, slug → id, with an archive of this day in one of the tables."""
    if not tables:
        return {}
    months = closed_months(connection, tables, day, day + timedelta(days=1))
    return {closed.organization: closed.organization_id for closed in months}


def known_paths(connection: Connection, organizations: Collection[str], day: date) -> set[str]:
    """The files of a day that the ledger of these organizations has."""
    parameters = {"organizations": list(organizations), "day": day}
    return {path for (path,) in connection.execute(load_sql("landing/known_files.sql"), parameters)}


def stage_closed(connection: Connection, closed: dict[str, str], late: Iterable[LandedFile]) -> None:
    """Names the organizations to leave alone, and stages the files that landed too late as quarantined."""
    with connection.cursor() as cursor:
        cursor.executemany("insert into closed_organizations values (%s)", [[each] for each in closed.values()])
    files = [unread_file(file, closed[file.organization], adapter_version=None) for file in late]
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
