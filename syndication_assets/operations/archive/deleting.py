"""Deletes what a policy no longer keeps: in batches, each committed by itself, and never what a legal hold keeps."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from psycopg import sql

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, connect, load_sql, transaction
from syndication_assets.database.connection_url import STORAGE_VARIABLE
from syndication_assets.operations.archive.archive_records import Policy, policies
from syndication_assets.operations.archive.due_months import held_because
from syndication_assets.operations.archive.removing import BATCH_ROWS
from syndication_assets.operations.backup.dagster_database import existing_dagster_url
from syndication_assets.settings import Settings

_STATEMENTS = {
    "operations.alert_deliveries": "alert_deliveries",
    "operations.webhook_events": "webhook_events",
    "ai.prompts": "prompts",
}
"""Subject → its file below sql/operations/retention/. Of any other, the rows of its table are deleted."""
_EVENTS = "dagster.events"
_HEALTH = "operations.database_health"
_EARLIEST = date(2000, 1, 1)


class Deletion(NamedTuple):
    """What one policy had deleted."""

    title: str
    """Subject and organization."""
    rows: int
    kept_because: str | None
    """The legal hold that kept everything; None if there is none."""


def delete_due(
    settings: Settings, url: str, *, organization: str | None = None, today: date | None = None
) -> Iterator[Deletion]:
    """Deletes what the policies say, one policy after the other."""
    today = today or datetime.now(UTC).date()
    with transaction(url) as connection:
        found = [
            policy
            for policy in policies(connection, today)
            if policy.action == "delete"
            and organization in {None, policy.slug}
            # What is in no table is deleted by its own room, such as landed files.
            and (policy.table_name is not None or policy.subject in _STATEMENTS)
        ]
    for policy in found:
        yield _delete(url, policy)
    if organization is None:
        yield from _delete_events(settings, url, today)
        yield from _delete_measurements(url, today)


def _delete(url: str, policy: Policy) -> Deletion:
    title = f"{policy.subject} of {policy.slug}"
    statement = _statement(policy)
    parameters = {"organization_id": policy.organization_id, "keeps_from": policy.keeps_from, "batch": BATCH_ROWS}
    rows = 0
    while True:
        with transaction(url) as connection:
            held = held_because(connection, policy.organization_id, _EARLIEST, policy.keeps_from)
            if held is not None:
                return Deletion(title, rows, held)
            count = connection.execute(statement, parameters).rowcount
        rows += count
        fault_points.reach("retention.batch_deleted")
        if not count:
            return Deletion(title, rows, None)


def _statement(policy: Policy) -> Any:
    if policy.subject in _STATEMENTS:
        return load_sql(f"operations/retention/{_STATEMENTS[policy.subject]}.sql")
    if policy.table_name is None or policy.time_column is None:
        raise AssertionError(f"nothing deletes {policy.subject}")
    return sql.SQL(
        "delete from {table} where (organization_id, tableoid, ctid) in (select organization_id, tableoid, ctid"
        " from {table} where organization_id = %(organization_id)s"
        " and {time} < %(keeps_from)s::date::timestamp at time zone 'utc' limit %(batch)s)"
    ).format(table=sql.Identifier(*policy.table_name.split(".")), time=sql.Identifier(policy.time_column))


def _delete_events(settings: Settings, url: str, today: date) -> Iterator[Deletion]:
    """Events of Dagster, which belong to no organization."""
    with transaction(url) as connection:
        keeps_from = _keeps_from(connection, _EVENTS, today)
        held = connection.execute(
            "select hold_id from operations.legal_holds where released_at is null and profile_id is null"
        ).fetchall()
    if keeps_from is None:
        return
    if held:
        yield Deletion(_EVENTS, 0, f"the legal hold {held[0][0]} keeps it")
        return
    dagster = existing_dagster_url(settings, url)
    if dagster is not None:
        yield Deletion(_EVENTS, delete_events(dagster, keeps_from), None)


def _delete_measurements(url: str, today: date) -> Iterator[Deletion]:
    """Measurements of the database, which are about no organization, so that no legal hold keeps them."""
    with transaction(url) as connection:
        keeps_from = _keeps_from(connection, _HEALTH, today)
    if keeps_from is None:
        return
    days = 0
    while True:
        with transaction(url) as connection:
            count = connection.execute(
                load_sql("operations/retention/database_health.sql"), {"keeps_from": keeps_from, "batch": BATCH_ROWS}
            ).rowcount
        days += count
        if not count:
            yield Deletion(_HEALTH, days, None)
            return


def _keeps_from(connection: Connection, subject: str, today: date) -> date | None:
    """The first day that is kept of what belongs to no organization; None if everything is."""
    rows = connection.execute(
        "select coalesce((date_trunc('month', %(today)s::date::timestamp) - make_interval(months => keep_months))"
        "::date, %(today)s::date - keep_days) from operations.retention_subjects where subject = %(subject)s",
        {"today": today, "subject": subject},
    ).fetchall()
    return rows[0][0] if rows else None


def delete_events(dagster_url: str, keeps_from: date, *, batch: int = BATCH_ROWS) -> int:
    """Deletes events of Dagster that are about no asset and from before a day; returns their number."""
    parameters: Mapping[str, Any] = {"keeps_from": keeps_from, "batch": batch}
    deleted = 0
    with connect(dagster_url, autocommit=True, variable=STORAGE_VARIABLE) as connection:
        if not connection.execute("select from pg_class where oid = to_regclass('event_logs')").fetchall():
            return 0
        while count := connection.execute(load_sql("operations/retention/dagster_events.sql"), parameters).rowcount:
            deleted += count
    return deleted
