"""Removes the rows of archived months: drops the partition of a month that all organizations have archived, and deletes
from a month that others keep.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby

import psycopg
from psycopg import sql

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.operations.archive.archive_records import (
    ArchivedMonth,
    archived_months,
    forget,
    lock_of,
    set_state,
    shape_of_archive,
)
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.archive.due_months import held_because, room_statement
from syndication_assets.operations.archive.month_totals import differences
from syndication_assets.operations.archive.table_shape import TableShape, end_of, month_parameters
from syndication_assets.operations.archive.verifying import verify
from syndication_assets.operations.backup.progress import Report

BATCH_ROWS = 20_000
_APPEND_ONLY = {"tenancy.audit_log"}
"""Nothing deletes single rows of these: they only go with their partition."""

Titled = list[tuple[str, str]]


def remove_rows(
    url: str,
    store: ArchiveStore,
    report: Report,
    removed: list[tuple[ArchivedMonth, int]],
    waiting: Titled,
    failed: Titled,
    *,
    organization: str | None,
) -> None:
    """Removes what is recorded, verifies again, is not held, and whose grace period is over."""
    with transaction(url) as connection:
        recorded = [a for a in archived_months(connection) if a.state in {"written", "removing"}]
    by_month = sorted(recorded, key=lambda each: (each.month, each.table_name))
    for (month, table), group in groupby(by_month, key=lambda each: (each.month, each.table_name)):
        archives = list(group)
        if organization is not None and all(archived.slug != organization for archived in archives):
            continue
        with transaction(url) as connection:
            shape = shape_of_archive(connection, archives[0])
            ready = [archived for archived in archives if _is_ready(connection, archived, waiting)]
        verified = []
        for archived in ready:
            report(f"verifying {archived.title}")
            problem = verify(url, store, archived, shape.time_column)
            if problem is None:
                verified.append(archived)
            else:
                failed.append((archived.title, problem))
        try:
            removed.extend(_remove_month(url, store, shape, month, verified, waiting, organization))
        except ArchiveError as error:
            failed.append((f"{table} {month:%Y-%m}", str(error)))


def _is_ready(connection: Connection, archived: ArchivedMonth, waiting: Titled) -> bool:
    held = held_because(connection, archived.organization_id, archived.month, end_of(archived.month))
    if held is not None:
        waiting.append((archived.title, held))
        return False
    if archived.state == "written" and archived.removable_at > datetime.now(UTC):
        waiting.append((archived.title, f"its rows stay until {archived.removable_at:%Y-%m-%d %H:%M} UTC"))
        return False
    return True


def _remove_month(
    url: str,
    store: ArchiveStore,
    shape: TableShape,
    month: date,
    ready: list[ArchivedMonth],
    waiting: Titled,
    organization: str | None,
) -> Iterable[tuple[ArchivedMonth, int]]:
    if not ready:
        return []
    if all(archived.state == "written" for archived in ready) and _has_all_rows(url, shape, month, ready):
        return _drop_partition(url, store, shape, month, ready)
    if shape.table in _APPEND_ONLY:
        waiting.extend((archived.title, "other organizations keep the month") for archived in ready)
        return []
    return [
        (archived, _delete_rows(url, store, shape, archived))
        for archived in ready
        if organization in {None, archived.slug}
    ]


def _has_all_rows(url: str, shape: TableShape, month: date, ready: list[ArchivedMonth]) -> bool:
    """Whether the month is a partition with rows of these organizations only."""
    with transaction(url) as connection:
        if _partition(connection, shape, month) is None:
            return False
        query = sql.SQL("select exists (select from {} where {} and organization_id <> all(%(ready)s))").format(
            shape.name, shape.in_month
        )
        parameters = month_parameters("", month) | {"ready": [archived.organization_id for archived in ready]}
        return not connection.execute(query, parameters).fetchall()[0][0]


def _partition(connection: Connection, shape: TableShape, month: date) -> str | None:
    rows = connection.execute("select operations.month_partition(%s::regclass, %s)::text", [shape.table, month])
    partition: str | None = rows.fetchall()[0][0]
    return partition


def _drop_partition(
    url: str, store: ArchiveStore, shape: TableShape, month: date, ready: list[ArchivedMonth]
) -> list[tuple[ArchivedMonth, int]]:
    """Drops the partition in one transaction with the record of it."""
    with transaction(url, lock=lock_of(shape.table)) as connection:
        changed = [archived for archived in ready if not _is_unchanged(connection, shape, archived)]
        for archived in changed:
            forget(connection, archived)
        if not changed:
            for archived in ready:
                _carry(connection, shape, archived)
                _require_no_hold(connection, archived)
            connection.execute("set local lock_timeout = '10s'")
            try:
                connection.execute("select operations.drop_archived_month(%s::regclass, %s)", [shape.table, month])
            except psycopg.errors.LockNotAvailable:
                raise ArchiveError(
                    f"{shape.table} is in use, so {month:%Y-%m} was not removed: run it again."
                ) from None
            for archived in ready:
                set_state(connection, archived, "archived")
        fault_points.reach("archive.before_removal")
    fault_points.reach("archive.removed")
    _require_unchanged(store, changed)
    return [(archived, archived.row_count) for archived in ready]


def _delete_rows(url: str, store: ArchiveStore, shape: TableShape, archived: ArchivedMonth) -> int:
    """Deletes in batches of BATCH_ROWS, each committed by itself, so that nothing waits for long."""
    if archived.state == "written":
        with transaction(url, lock=lock_of(shape.table)) as connection:
            is_unchanged = _is_unchanged(connection, shape, archived)
            if is_unchanged:
                _carry(connection, shape, archived)
                _require_no_hold(connection, archived)
                set_state(connection, archived, "removing")
            else:
                forget(connection, archived)
        _require_unchanged(store, [] if is_unchanged else [archived])
    fault_points.reach("archive.removing")
    statement = sql.SQL(
        "delete from {table} where organization_id = %(organization_id)s and {in_month} and ctid = any(array("
        "select ctid from {table} where organization_id = %(organization_id)s and {in_month} limit %(batch)s))"
    ).format(table=shape.name, in_month=shape.in_month)
    parameters = month_parameters(archived.organization_id, archived.month) | {"batch": BATCH_ROWS}
    deleted = 0
    while True:
        with transaction(url, lock=lock_of(shape.table)) as connection:
            count = connection.execute(statement, parameters).rowcount
            if not count:
                set_state(connection, archived, "archived")
        deleted += count
        fault_points.reach("archive.batch_deleted")
        if not count:
            return deleted


def _is_unchanged(connection: Connection, shape: TableShape, archived: ArchivedMonth) -> bool:
    return not differences(archived.totals, shape.totals(connection, archived.organization_id, archived.month))


def _require_unchanged(store: ArchiveStore, changed: list[ArchivedMonth]) -> None:
    """ArchiveError if rows changed since they were written; their records are gone: the next run writes them again."""
    for archived in changed:
        store.remove(archived.path)
    if changed:
        titles = ", ".join(archived.title for archived in changed)
        raise ArchiveError(f"{titles} changed after it was written: nothing was removed. The next run writes it again.")


def _require_no_hold(connection: Connection, archived: ArchivedMonth) -> None:
    held = held_because(connection, archived.organization_id, archived.month, end_of(archived.month))
    if held is not None:
        raise ArchiveError(f"{archived.title} stays: {held}.")


def _carry(connection: Connection, shape: TableShape, archived: ArchivedMonth) -> None:
    """Keeps what the rest of the room still needs of the month."""
    statement = room_statement(shape.table, "removed")
    if statement is not None:
        connection.execute(statement, month_parameters(archived.organization_id, archived.month))
