"""`syndication archive`: old months as Parquet files: what is due, archive, list, verify, read, restore."""

import sys
from datetime import UTC, date, datetime
from typing import NamedTuple

import click

from syndication_assets.cli.command import MONTH, command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import everywhere, in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.archive.archive_records import ArchivedMonth, archived_months, shape_of_archive
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.archive.archiving import run_archive
from syndication_assets.operations.archive.deleting import delete_due
from syndication_assets.operations.archive.due_months import due_months
from syndication_assets.operations.archive.month_restoring import months_to_restore, restore
from syndication_assets.operations.archive.month_totals import total_of
from syndication_assets.operations.archive.parquet_months import copy_as_csv
from syndication_assets.operations.archive.verifying import damage_of, verify
from syndication_assets.operations.backup.progress import Report, now_and_then
from syndication_assets.settings import Settings

_MEGABYTE = 1_000_000


_maybe_organization = click.option(
    "--organization", metavar="SLUG", help="Only this organization; default: all of them."
)
_maybe_table = click.option("--table", metavar="NAME", help="Only this table, such as scraping.snapshots.")


@click.group()
def archive() -> None:
    """Moves old months to Parquet files, and brings them back."""


class _PlannedMonth(NamedTuple):
    organization: str
    table: str
    month: str
    rows: int
    bytes: int
    state: str
    waits_for: str | None


@archive.command()
@_maybe_organization
@json_option
@command
def plan(organization: str | None, as_json: bool) -> None:
    """Shows what a run would archive, with rows and bytes. Nothing changes."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        due = due_months(connection, datetime.now(UTC).date(), organization)
    rows = [
        _PlannedMonth(
            each.policy.slug,
            each.table,
            f"{each.month:%Y-%m}",
            each.rows,
            each.bytes,
            each.archived.state if each.archived is not None else "due",
            each.waits_for,
        )
        for each in due
    ]
    show_rows(rows, _planned_line, "Nothing is due: all rows are kept.", as_json=as_json)


def _planned_line(row: _PlannedMonth) -> str:
    waits = f", waits: {row.waits_for}" if row.waits_for else ""
    return (
        f"{row.organization:16} {row.month}  {row.table:36} {row.rows:>12,} rows {row.bytes / _MEGABYTE:>9,.1f} MB  "
        f"{row.state}{waits}"
    )


@archive.command("take-over")
@command
@requires("archives.edit", everywhere)
def take_over() -> None:
    """Makes SYNDICATION_ARCHIVE_URL the place of this database, which takes the place of one that is gone."""
    settings = Settings.from_environment()
    store = ArchiveStore(settings.archive_url)
    with transaction(migrated_database_url(settings)) as connection:
        store.take_over(connection)
    click.echo(f"{store.url} belongs to this database from now on.")


@archive.command()
@_maybe_organization
@click.option("--again", is_flag=True, help="Also months that were restored within the last week.")
@command
@requires("archives.edit", in_organization())
def run(organization: str | None, again: bool) -> None:
    """Archives the months that are due, removes those whose grace period is over, and deletes what is not kept.

    Every file is read back and compared with its rows before any row goes. Run it again after an error.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    done = run_archive(url, ArchiveStore(settings.archive_url), _progress(), organization=organization, again=again)
    for due, file in done.written:
        rows = total_of(file.totals).rows
        click.echo(
            f"Written: {due.title}: {rows:,} rows, {file.size_bytes:,} bytes ({file.size_bytes / rows:.1f} a row), "
            f"{file.seconds:.1f} s."
        )
    for archived, rows in done.removed:
        click.echo(f"Archived: {archived.title}: {rows:,} rows are in {archived.path} only.")
    for deletion in delete_due(settings, url, organization=organization):
        kept = f" Kept: {deletion.kept_because}." if deletion.kept_because else ""
        click.echo(f"Deleted: {deletion.title}: {deletion.rows:,}.{kept}")
    for title, reason in done.waiting:
        click.echo(f"Waits: {title}: {reason}.")
    if not (done.written or done.removed or done.waiting or done.failed):
        click.echo("Nothing is due.")
    if done.failed:
        raise SyndicationError("\n".join(f"{title}: {problem}" for title, problem in done.failed))


@archive.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the archived months with their files."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = archived_months(connection)
    show_rows(rows, _line, "No month is archived.", as_json=as_json)


def _line(row: ArchivedMonth) -> str:
    problem = f"  PROBLEM: {row.problem}" if row.problem else ""
    return (
        f"{row.slug:16} {row.month:%Y-%m}  {row.table_name:36} {row.state:9} {row.row_count:>12,} rows "
        f"{row.size_bytes:>12,} bytes  {row.path}  verified {row.verified_at:%Y-%m-%d %H:%M} UTC{problem}"
    )


@archive.command("verify")
@_maybe_organization
@_maybe_table
@click.argument("month", type=MONTH, required=False)
@command
def verify_files(organization: str | None, table: str | None, month: date | None) -> None:
    """Reads archives back and compares them with what was written; of one MONTH, such as 2026-01, or of all.

    Exits with 1 if one is missing or damaged.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    store = ArchiveStore(settings.archive_url)
    problems = []
    archives = _chosen(url, organization, table, month)
    for archived in archives:
        with transaction(url) as connection:
            shape = shape_of_archive(connection, archived)
        problem = verify(url, store, archived, shape.time_column)
        if problem is not None:
            problems.append(f"{archived.title}: {problem}")
    if problems:
        raise SyndicationError("\n".join(problems))
    click.echo(f"{len(archives):,} archives are as they were written.")


@archive.command()
@click.argument("month", type=MONTH)
@organization_option
@click.option("--table", required=True, metavar="NAME", help="The table, such as scraping.snapshots.")
@command
def read(month: date, organization: str, table: str) -> None:
    """Prints the archived rows of a table and MONTH as CSV with a header. The database is not changed."""
    settings = Settings.from_environment()
    (archived,) = _chosen(migrated_database_url(settings), organization, table, month)
    with ArchiveStore(settings.archive_url).open(archived.path) as stream, damage_of(archived.path):
        copy_as_csv(stream, sys.stdout.buffer, header=True)


@archive.command("restore")
@click.argument("month", type=MONTH)
@organization_option
@_maybe_table
@command
@requires("archives.edit", in_organization())
def restore_month(month: date, organization: str, table: str | None) -> None:
    """Puts the rows of an archived MONTH back into their tables, where they may change again.

    Later months of rollups are restored with it, because their deltas count from it. The rows stay for a week, or until
    `syndication archive run --again`.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    store = ArchiveStore(settings.archive_url)
    _chosen(url, organization, table, month)
    with transaction(url) as connection:
        archives = months_to_restore(connection, organization, month, table)
    for archived in archives:
        rows = restore(url, store, archived, _progress())
        click.echo(f"Restored {archived.title}: {rows:,} rows.")
    if not archives:
        click.echo(f"{month:%Y-%m} of {organization} is restored already.")


def _chosen(url: str, organization: str | None, table: str | None, month: date | None) -> list[ArchivedMonth]:
    """The archives that the options name; SyndicationError if a named month has none."""
    with transaction(url) as connection:
        archives = archived_months(connection, organization, table, month)
    if not archives and month is not None:
        of_table = f" of {table}" if table else ""
        raise SyndicationError(
            f"{month:%Y-%m}{of_table} of {organization or 'any organization'} is not archived: "
            "`syndication archive list` shows what is."
        )
    return archives


def _progress() -> Report:
    """Shows progress to people: programs read what is printed at the end."""
    return now_and_then(lambda line: click.echo(f"  {line}", err=True))
