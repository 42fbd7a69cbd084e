"""The size of Dagster's event log, which lies in a database of its own."""

from typing import NamedTuple

from syndication_assets.database.connection import connect
from syndication_assets.database.connection_url import STORAGE_VARIABLE
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.backup.dagster_database import existing_dagster_url
from syndication_assets.settings import Settings

# As the planner estimates, because counting would read all of a large log. One that was never analyzed is counted.
_SIZE = """
select
    case when c.reltuples >= 0 then c.reltuples::bigint else (select count(*) from event_logs) end,
    pg_total_relation_size(c.oid)
from pg_class as c
where c.oid = to_regclass('event_logs')
"""


class EventLog(NamedTuple):
    """Rows and bytes of the log, or why they are not known."""

    rows: int | None
    bytes: int | None
    reason: str | None = None


def size_of_event_log(settings: Settings, url: str) -> EventLog:
    """Rows as estimated, and bytes with indexes; `url` is that of the project's database."""
    try:
        dagster = existing_dagster_url(settings, url) or url
        with connect(dagster, autocommit=True, variable=STORAGE_VARIABLE) as connection:
            found = connection.execute("select to_regclass('event_logs') is not null").fetchall()[0][0]
            if not found:
                return EventLog(None, None, "Dagster has no event log on PostgreSQL yet.")
            rows, size = connection.execute(_SIZE).fetchall()[0]
    except SyndicationError as error:
        return EventLog(None, None, str(error))
    return EventLog(rows, size)
