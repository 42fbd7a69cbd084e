"""The rows of operations.archives, and how long each organization keeps what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.archive.month_totals import MonthTotals, from_json, to_json, total_of
from syndication_assets.operations.archive.table_shape import TableShape, shape_of

_LOCKS = {"scraping.snapshots": "scraping load", "scraping.raw_payloads": "scraping load"}


def lock_of(table: str) -> str:
    """The lock that whoever changes rows of the table holds: its load, else its rollup, which is named like it."""
    return _LOCKS.get(table, table)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedMonth:
    """One row of operations.archives."""

    slug: str
    organization_id: str
    table_name: str
    month: date
    state: str
    """written, removing, archived or restored."""
    path: str
    row_count: int
    sums: Mapping[str, int]
    days: Mapping[str, Any]
    checksum: int
    size_bytes: int
    sha256: str
    seconds: Decimal
    written_at: datetime
    removable_at: datetime
    removed_at: datetime | None
    restored_at: datetime | None
    verified_at: datetime
    problem: str | None

    @property
    def key(self) -> dict[str, str | date]:
        """Column → value: the key of its row."""
        return {"organization_id": self.organization_id, "table_name": self.table_name, "month": self.month}

    @property
    def totals(self) -> MonthTotals:
        return from_json(dict(self.days))

    @property
    def title(self) -> str:
        """For messages: table, month and organization."""
        return f"{self.table_name} {self.month:%Y-%m} of {self.slug}"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long one organization keeps one thing."""

    organization_id: str
    slug: str
    subject: str
    table_name: str | None
    time_column: str | None
    action: str
    grace_days: int
    keeps_from: date
    """The first UTC day that stays."""


def archived_months(
    connection: Connection, organization: str | None = None, table: str | None = None, month: date | None = None
) -> list[ArchivedMonth]:
    """The archived months of an organization, a table and a month, or of all, the oldest first."""
    parameters = {"organization": organization, "table_name": table, "month": month}
    cursor = connection.cursor(row_factory=class_row(ArchivedMonth))
    return cursor.execute(load_sql("operations/archives/records.sql"), parameters).fetchall()


def policies(connection: Connection, today: date) -> list[Policy]:
    """What each organization does not keep for ever."""
    cursor = connection.cursor(row_factory=class_row(Policy))
    return cursor.execute(load_sql("operations/archives/policies.sql"), {"today": today}).fetchall()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFile:
    """A complete file whose rows are those of the table."""

    path: str
    totals: MonthTotals
    size_bytes: int
    sha256: str
    seconds: float


def record(
    connection: Connection, organization_id: str, table: str, month: date, file: VerifiedFile, grace_days: int
) -> None:
    """Records the file of a month."""
    total = total_of(file.totals)
    connection.execute(
        load_sql("operations/archives/record.sql"),
        {
            "organization_id": organization_id,
            "table_name": table,
            "month": month,
            "path": file.path,
            "row_count": total.rows,
            "sums": Jsonb(total.sums),
            "days": Jsonb(to_json(file.totals)),
            "checksum": total.checksum,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256,
            "seconds": round(file.seconds, 3),
            "grace_days": grace_days,
        },
    )


def set_state(connection: Connection, archived: ArchivedMonth, state: str) -> None:
    """`removing`, `archived` or `restored`."""
    connection.execute(
        "update operations.archives set state = %(state)s::operations.archive_state,"
        " removed_at = case when %(state)s = 'archived' then now() else removed_at end,"
        " restored_at = case when %(state)s = 'restored' then now() end"
        " where organization_id = %(organization_id)s and table_name = %(table_name)s and month = %(month)s",
        {"state": state, **archived.key},
    )


def set_verified(connection: Connection, archived: ArchivedMonth, problem: str | None) -> None:
    """Records the outcome of a verification; None if the file is as it was written."""
    connection.execute(
        "update operations.archives set problem = %(problem)s,"
        " verified_at = case when %(problem)s::text is null then now() else verified_at end"
        " where organization_id = %(organization_id)s and table_name = %(table_name)s and month = %(month)s",
        {"problem": problem, **archived.key},
    )


def forget(connection: Connection, archived: ArchivedMonth) -> None:
    """Removes the record of a month whose rows are all in the table."""
    connection.execute(
        "delete from operations.archives where organization_id = %(organization_id)s and table_name = %(table_name)s"
        " and month = %(month)s and state = 'written'",
        archived.key,
    )


def shape_of_archive(connection: Connection, archived: ArchivedMonth) -> TableShape:
    """The table of an archived month as it is now."""
    rows = connection.execute(
        "select time_column from operations.retention_subjects where table_name = %s", [archived.table_name]
    ).fetchall()
    if not rows:
        raise SyndicationError(
            f"{archived.table_name} is in no row of operations.retention_subjects: add the row again first."
        )
    return shape_of(connection, archived.table_name, rows[0][0])
