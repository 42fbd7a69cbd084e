"""Which months are to be archived, and which have to wait, with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from psycopg import sql

from syndication_assets.database.connection import SQL_DIRECTORY, Connection, load_sql
from syndication_assets.operations.archive.archive_records import ArchivedMonth, Policy, archived_months, policies
from syndication_assets.operations.archive.table_shape import TableShape, end_of, month_parameters, shape_of

RESTORED_FOR = timedelta(days=7)
"""How long a restored month stays, so that somebody can load it again."""


@dataclass(frozen=True, slots=True)
class DueMonth:
    """One month of one table and organization that is older than what is kept."""

    policy: Policy
    month: date
    rows: int
    """How many rows the table has of it."""
    bytes: int
    """About how much room they take in the database."""
    archived: ArchivedMonth | None
    """Its archive so far."""
    waits_for: str | None
    """Why it is not archived now; None if it can be."""

    @property
    def table(self) -> str:
        if self.policy.table_name is None:
            raise AssertionError("only tables are archived")
        return self.policy.table_name

    @property
    def title(self) -> str:
        return f"{self.table} {self.month:%Y-%m} of {self.policy.slug}"


def due_months(
    connection: Connection, today: date, organization: str | None = None, *, again: bool = False
) -> list[DueMonth]:
    """The months to archive, the oldest first: a month waits for the one before it, and for what is not computed yet.

    A restored month waits for a week, unless it is to be archived `again` now.
    """
    existing = {
        (archived.organization_id, archived.table_name, archived.month): archived
        for archived in archived_months(connection, organization)
    }
    due = []
    for policy in policies(connection, today):
        # What is in no table is archived by its own room, such as landed files.
        if policy.action != "archive" or policy.table_name is None or organization not in {None, policy.slug}:
            continue
        shape = shape_of_policy(connection, policy)
        waits_for = None
        for month, rows, size in _months(connection, shape, policy):
            archived = existing.get((policy.organization_id, shape.table, month))
            waits_for = (
                waits_for
                or _reason_of_archive(archived, is_again=again)
                or _reason_to_wait(connection, shape.table, policy.organization_id, month)
            )
            due.append(DueMonth(policy, month, rows, size, archived, waits_for))
            if waits_for is not None:
                waits_for = f"{month:%Y-%m}, an earlier month, is not archived yet"
    return sorted(due, key=lambda each: (each.policy.slug, each.month, each.table))


def shape_of_policy(connection: Connection, policy: Policy) -> TableShape:
    """The table that the policy is about."""
    if policy.table_name is None or policy.time_column is None:
        raise AssertionError(f"{policy.subject} is no table")
    return shape_of(connection, policy.table_name, policy.time_column)


def room_statement(table: str, name: str) -> str | None:
    """The text of `sql/<room>/<table>/archive/<name>.sql`; None if the room has nothing to do then."""
    path = f"{table.replace('.', '/')}/archive/{name}.sql"
    return load_sql(path) if (SQL_DIRECTORY / path).exists() else None


def held_because(connection: Connection, organization_id: str, first_day: date, end_day: date) -> str | None:
    """The legal hold that keeps rows of these days (the end exclusive); None if there is none."""
    rows = connection.execute(
        "select hold_id, reason from operations.legal_holds where organization_id = %s and released_at is null"
        " and coalesce(held_from < %s, true) and coalesce(held_to >= %s, true) order by held_at limit 1",
        [organization_id, end_day, first_day],
    ).fetchall()
    return f"the legal hold {rows[0][0]} keeps it ({rows[0][1]})" if rows else None


def _reason_of_archive(archived: ArchivedMonth | None, *, is_again: bool) -> str | None:
    if archived is None:
        return None
    if archived.state == "archived":
        # A new file would have these rows only.
        return (
            f"the table has new rows of an archived month: run `syndication archive restore {archived.month:%Y-%m} "
            f"--organization {archived.slug} --table {archived.table_name}`, then archive it again"
        )
    if archived.restored_at is not None and not is_again:
        until = archived.restored_at + RESTORED_FOR
        if until > datetime.now(UTC):
            return f"it was restored, and stays until {until:%Y-%m-%d} unless you archive it with --again"
    return None


def _reason_to_wait(connection: Connection, table: str, organization_id: str, month: date) -> str | None:
    statement = room_statement(table, "waits")
    if statement is None:
        return None
    rows = connection.execute(statement, month_parameters(organization_id, month)).fetchall()
    return str(rows[0][0]) if rows else None


def _months(connection: Connection, shape: TableShape, policy: Policy) -> Iterator[tuple[date, int, int]]:
    """The months with rows that end before what is kept, with rows and bytes."""
    query = sql.SQL(
        "select date_trunc('month', {day}::timestamp)::date, count(*), sum(pg_column_size(t.*))::bigint"
        " from {table} as t where organization_id = %(organization_id)s and {day} < %(keeps_from)s::date"
        " group by 1 order by 1"
    ).format(day=shape.day, table=shape.name)
    parameters = {"organization_id": policy.organization_id, "keeps_from": policy.keeps_from}
    for month, rows, size in connection.execute(query, parameters):
        if end_of(month) <= policy.keeps_from:
            yield month, rows, size
