"""One way to make asset checks out of SQL files: `sql/<room>/<table>/checks/<check>.sql` selects what breaks a rule.

Each row is an offender, named by its columns; no rows means passed. The file's opening comment is the check's
description, and its first sentence states the rule. Parameters: window_start, window_end (dates, the end exclusive),
the days of the run. A check changes nothing, so it can run at any time.

A check must not scan the whole history: it filters by the window and, where an index on days begins with the
organization, also by `organization_id = any(array(select organization_id from tenancy.organizations))`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import psycopg

from syndication_assets.database.connection import (
    Connection,
    DatabaseError,
    analyze_grown_tables,
    describe,
    load_sql,
    transaction,
)
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.sql_assets.descriptions import description_of
from syndication_assets.text.markdown import markdown_table, shorten

SHOWN_OFFENDERS = 20
DAYS_WITHOUT_A_RANGE = 28
DAYS_MATTER = "days_matter"
"""Metadata of an evaluation: whether the check reads the days of its run only, so that no others make up for them."""
IS_JUDGED = "is_judged"
"""Metadata of an evaluation: False if nothing was looked at."""

Window = tuple[date, date]
"""The first day, and the day after the last."""


@dataclass(frozen=True, slots=True)
class SqlCheck:
    """A rule of one table. With `blocking` and severity ERROR, a broken rule stops everything downstream."""

    table: str
    name: str
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
    blocking: bool = False
    shared_file: str | None = None
    """The file below `sql/`, where several tables share it."""
    enforced_on: str | None = None
    """The table that a shared file inspects, where `table` is a view of it."""
    after: tuple[tuple[str, str], ...] = ()
    """The assets, by room and table, that a run materializes before it checks."""

    def path(self, room: str) -> str:
        """The file below `sql/`."""
        return self.shared_file or f"{room}/{self.table}/checks/{self.name}.sql"

    def parameters(self, room: str, window: Window) -> dict[str, Any]:
        """The parameters of the file; a check may use some of them only."""
        return {
            "window_start": window[0],
            "window_end": window[1],
            "table_name": f"{room}.{self.enforced_on or self.table}",
        }

    def spec(self, room: str) -> dg.AssetCheckSpec:
        return dg.AssetCheckSpec(
            self.name,
            asset=[room, self.table],
            description=description_of(self.path(room)),
            blocking=self.blocking,
            additional_deps=[dg.AssetKey(key) for key in self.after],
        )


def constraints_of(table: str, *, enforced_on: str | None = None) -> SqlCheck:
    """The check that the database still enforces the keys and references of a table."""
    return SqlCheck(
        table,
        "constraints_are_valid",
        shared_file="operations/constraints_are_valid.sql",
        enforced_on=enforced_on,
    )


@dataclass(frozen=True, slots=True)
class Offenders:
    """The number of rows that break a rule, and the first of these rows with their column names."""

    count: int
    columns: list[str]
    rows: list[tuple[Any, ...]]


def sql_checks(room: str, checks: Sequence[SqlCheck], *, name: str | None = None) -> dg.AssetChecksDefinition:
    """The checks of a room as one step in one read-only transaction; each check can also be run alone.

    `name` is the name of the step, `<room>_checks` by default. A room with several steps has to name them.
    """
    by_key = {check.spec(room).key: check for check in checks}

    @dg.multi_asset_check(
        name=name or f"{room}_checks",
        specs=[check.spec(room) for check in checks],
        description=f"Checks the tables of {room} on the days of the run.",
        can_subset=True,
    )
    def room_checks(
        context: dg.AssetCheckExecutionContext, postgres: PostgresResource
    ) -> Iterator[dg.AssetCheckResult]:
        window = check_window(context)
        selected = [check for key, check in by_key.items() if key in context.selected_asset_check_keys]
        analyze_grown_tables(postgres.url(), [room])
        with read_only_transaction(postgres.url()) as connection:
            results = [
                check_result(room, check, find_offenders(connection, room, check, window), window) for check in selected
            ]
        passed = sum(result.passed for result in results)
        context.log.info(f"{room}: {passed} of {len(results)} checks passed for {days_of(window)}")
        yield from results

    return room_checks


def not_evaluated(
    asset_key: dg.AssetKey, name: str, severity: dg.AssetCheckSeverity, window: Window, what: str
) -> dg.AssetCheckResult:
    """The result of a check of the present in a run over past days. `what` is what these days do not show."""
    return dg.AssetCheckResult(
        asset_key=asset_key,
        check_name=name,
        passed=True,
        severity=severity,
        description=f"Not evaluated: {days_of(window)} is in the past and does not show {what}.",
        metadata={"offenders": 0, IS_JUDGED: False},
    )


@contextmanager
def read_only_transaction(url: str) -> Iterator[Connection]:
    """A read-only transaction as the role of the pipeline."""
    with transaction(url) as connection:
        connection.execute("set transaction read only")
        yield connection


def check_window(context: dg.AssetCheckExecutionContext) -> Window:
    """The days of the run, from its tags, because a check has no partitions of its own.

    A run without partitions checks the last 28 days, including today.
    """
    tags = context.run.tags
    first = tags.get("dagster/asset_partition_range_start") or tags.get("dagster/partition")
    last = tags.get("dagster/asset_partition_range_end") or tags.get("dagster/partition")
    if first is None or last is None:
        end_day = datetime.now(UTC).date() + timedelta(days=1)
        return end_day - timedelta(days=DAYS_WITHOUT_A_RANGE), end_day
    return date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1)


def days_of(window: Window) -> str:
    """The window for people, with both ends included: `2025-11-03 to 2025-11-05`."""
    first_day, last_day = window[0], window[1] - timedelta(days=1)
    return str(first_day) if first_day == last_day else f"{first_day} to {last_day}"


def days_metadata(window: Window, *, matter: bool) -> dict[str, Any]:
    """The metadata of an evaluation that says which days it is about, and whether these days `matter`."""
    return {
        "first_day": str(window[0]),
        "last_day": str(window[1] - timedelta(days=1)),
        DAYS_MATTER: matter,
    }


def find_offenders(
    connection: Connection,
    room: str,
    check: SqlCheck,
    window: Window,
    more_parameters: Mapping[str, Any] | None = None,
) -> Offenders:
    """Runs the SQL file of a check. Raises DatabaseError, with the name of the file, if the statement fails."""
    statement = load_sql(check.path(room)).strip().removesuffix(";")
    parameters = {**check.parameters(room, window), **(more_parameters or {})}
    try:
        cursor = connection.execute(
            f"select count(*) over (), offenders.* from (\n{statement}\n) as offenders"  # noqa: S608 - our own file
            f" order by offenders limit {SHOWN_OFFENDERS}",
            parameters,
        )
    except psycopg.Error as error:
        raise DatabaseError(f"sql/{check.path(room)}: {describe(error)}") from None
    rows = cursor.fetchall()
    columns = [column.name for column in cursor.description or ()][1:]
    return Offenders(rows[0][0] if rows else 0, columns, [row[1:] for row in rows])


def check_result(room: str, check: SqlCheck, offenders: Offenders, window: Window) -> dg.AssetCheckResult:
    """The result of a check as the UI and the command line show it."""
    days_matter = "%(window_" in load_sql(check.path(room))
    metadata: dict[str, Any] = {"offenders": offenders.count, **days_metadata(window, matter=days_matter)}
    rule = description_of(check.path(room))
    if not offenders.count:
        checked = f"Checked for {days_of(window)}." if days_matter else "Checked for all days."
        description = f"{rule.split('. ')[0].rstrip('.')}. {checked}"
    else:
        first = ", ".join(
            f"{column} {shorten(value)}" for column, value in zip(offenders.columns, offenders.rows[0], strict=True)
        )
        times = "once" if offenders.count == 1 else f"{offenders.count:,} times"
        where = f" in {days_of(window)}" if days_matter else ""
        description = f"Broken {times}{where}: {rule} First offender: {first}."
        metadata["first_offenders"] = dg.MetadataValue.md(markdown_table(offenders.columns, offenders.rows))
    return dg.AssetCheckResult(
        asset_key=[room, check.table],
        check_name=check.name,
        passed=not offenders.count,
        severity=check.severity,
        description=description,
        metadata=metadata,
    )
