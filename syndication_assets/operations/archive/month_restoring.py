"""Restores archived months: their rows are in the table again and may change; the file stays."""

from datetime import date

from psycopg import sql

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.operations.archive.archive_records import (
    ArchivedMonth,
    archived_months,
    lock_of,
    set_state,
    shape_of_archive,
)
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.archive.due_months import room_statement
from syndication_assets.operations.archive.month_totals import differences
from syndication_assets.operations.archive.parquet_months import columns_of, copy_as_csv
from syndication_assets.operations.archive.table_shape import TableShape, month_parameters
from syndication_assets.operations.archive.verifying import damage_of, verify
from syndication_assets.operations.backup.progress import Report

_NEED_LATER_MONTHS = "engagement."
"""A late file changes the deltas of later days, so later months of rollups are restored with an earlier one."""


def months_to_restore(connection: Connection, organization: str, month: date, table: str | None) -> list[ArchivedMonth]:
    """The archives that have to be restored for one month of an organization, the oldest first."""
    archives = [a for a in archived_months(connection, organization, table) if a.state != "restored"]
    return [
        archived
        for archived in archives
        if archived.month == month or (archived.month > month and archived.table_name.startswith(_NEED_LATER_MONTHS))
    ]


def restore(url: str, store: ArchiveStore, archived: ArchivedMonth, report: Report) -> int:
    """Puts the rows of an archive back into its table, and returns their number.

    ArchiveError, and nothing changes, if the file is not as it was written. Rows that are there already stay.
    """
    with transaction(url) as connection:
        shape = shape_of_archive(connection, archived)
        # Committed before, so that attaching a partition and loads do not wait for each other.
        if connection.execute(
            "select from operations.partitioned_tables where table_name = %s", [shape.table]
        ).fetchall():
            connection.execute(
                "select operations.ensure_month_partitions(%s::regclass, %s, %s)",
                [shape.table, archived.month, archived.month],
            )
    report(f"verifying {archived.title}")
    problem = verify(url, store, archived, shape.time_column)
    if problem is not None:
        raise ArchiveError(problem)
    report(f"restoring {archived.title}: {archived.row_count:,} rows")
    with transaction(url, lock=lock_of(shape.table)) as connection:
        if archived.state != "written":
            _insert(connection, store, shape, archived)
        statement = room_statement(shape.table, "restored")
        if statement is not None:
            connection.execute(statement, month_parameters(archived.organization_id, archived.month))
        set_state(connection, archived, "restored")
        fault_points.reach("archive.before_restored")
    return archived.row_count


def _insert(connection: Connection, store: ArchiveStore, shape: TableShape, archived: ArchivedMonth) -> None:
    with store.open(archived.path) as stream, damage_of(archived.path):
        in_file = set(columns_of(stream))
        columns = [column.name for column in shape.columns if not column.is_generated and column.name in in_file]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        connection.execute("drop table if exists pg_temp.restored_rows")
        connection.execute(
            sql.SQL("create temporary table restored_rows on commit drop as select {} from {} limit 0").format(
                names, shape.name
            )
        )
        with connection.cursor() as cursor, cursor.copy("copy restored_rows from stdin (format csv)") as sink:
            copy_as_csv(stream, _Sink(sink), columns)
    statement = room_statement(shape.table, "restore")
    changed = 0
    if statement is not None:
        cursor = connection.execute(statement, month_parameters(archived.organization_id, archived.month))
        while cursor.nextset():
            pass
        changed = cursor.rowcount
    connection.execute(
        sql.SQL(
            "insert into {} ({}) overriding system value select {} from restored_rows on conflict do nothing"
        ).format(shape.name, names, names)
    )
    # Rows that the room gave to others, and columns of later migrations, differ from what was archived.
    if not changed and in_file == {column.name for column in shape.columns}:
        different = differences(archived.totals, shape.totals(connection, archived.organization_id, archived.month))
        if different:
            raise ArchiveError(f"{archived.title} was not restored: {'; '.join(different[:3])}.")


class _Sink:
    """A file to write to for pyarrow, on a COPY of psycopg."""

    closed = False

    def __init__(self, copy: object) -> None:
        self._copy = copy

    def write(self, data: object) -> int:
        content = bytes(data)  # type: ignore[call-overload]
        self._copy.write(content)  # type: ignore[attr-defined]
        return len(content)

    def flush(self) -> None:
        """Nothing is buffered here."""

    def close(self) -> None:
        """The caller ends the COPY."""

    def seekable(self) -> bool:
        return False

    def readable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True
