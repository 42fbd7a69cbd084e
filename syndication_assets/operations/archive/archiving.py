"""Archives what is due: writes a month to its file, and removes its rows after the grace period.

Each step commits by itself and leaves all or nothing, and the next run continues: a file without a record is removed, a
recorded month whose rows are there is verified and removed, and a half-deleted month is deleted to its end.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from syndication_assets import fault_points
from syndication_assets.database.connection import transaction
from syndication_assets.operations.archive.archive_records import (
    ArchivedMonth,
    VerifiedFile,
    archived_months,
    lock_of,
    record,
)
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.archive.due_months import DueMonth, due_months, shape_of_policy
from syndication_assets.operations.archive.month_totals import differences
from syndication_assets.operations.archive.numbered_ids import OddIdError
from syndication_assets.operations.archive.parquet_months import write_month
from syndication_assets.operations.archive.removing import remove_rows
from syndication_assets.operations.archive.table_shape import TableShape, month_parameters
from syndication_assets.operations.archive.verifying import totals_read_back
from syndication_assets.operations.backup.progress import Report

LOCK = "archive"
"""One run archives at a time: a second one waits."""


@dataclass(slots=True)
class ArchiveRun:
    """What a run did."""

    written: list[tuple[DueMonth, VerifiedFile]] = field(default_factory=list)
    removed: list[tuple[ArchivedMonth, int]] = field(default_factory=list)
    """Months whose rows are in their files only, with the number of removed rows."""
    waiting: list[tuple[str, str]] = field(default_factory=list)
    """Titles of months, and why they wait."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Titles of months, and what went wrong; nothing of them was removed."""


def run_archive(
    url: str,
    store: ArchiveStore,
    report: Report,
    *,
    organization: str | None = None,
    today: date | None = None,
    again: bool = False,
) -> ArchiveRun:
    """Archives the months that are due, and restored ones `again`. An error of one month is kept, and the others are
    archived.
    """
    run = ArchiveRun()
    today = today or datetime.now(UTC).date()
    store.claim(url)
    with transaction(url, lock=LOCK):
        _remove_orphans(url, store, organization)
        # A month that is written may be what others wait for.
        while _write_due(url, store, report, run, today, organization, again=again):
            pass
        remove_rows(url, store, report, run.removed, run.waiting, run.failed, organization=organization)
    return run


def _write_due(
    url: str,
    store: ArchiveStore,
    report: Report,
    run: ArchiveRun,
    today: date,
    organization: str | None,
    *,
    again: bool,
) -> bool:
    """Writes what can be written now; returns whether anything was."""
    with transaction(url) as connection:
        due = due_months(connection, today, organization, again=again)
    run.waiting.clear()
    failed = {title for title, _ in run.failed}
    written = 0
    for month in due:
        if month.title in failed or (month.archived is not None and month.archived.state in {"written", "removing"}):
            continue
        if month.waits_for is not None:
            run.waiting.append((month.title, month.waits_for))
            continue
        report(f"writing {month.title}: {month.rows:,} rows")
        try:
            run.written.append((month, write_file(url, store, month)))
            written += 1
        except ArchiveError as error:
            run.failed.append((month.title, str(error)))
    return written > 0


def write_file(url: str, store: ArchiveStore, due: DueMonth) -> VerifiedFile:
    """Writes one month, reads it back from its place, compares it with the table, and records it.

    ArchiveError if that fails; then there is neither file nor record.
    """
    began = time.monotonic()
    organization_id, month = due.policy.organization_id, due.month
    path = store.new_path(due.policy.slug, due.table, month)
    try:
        try:
            shape = _export(url, store, due, path)
        except OddIdError:  # somebody has chosen an id by hand
            shape = _export(url, store, due, path, has_numbers=False)
        fault_points.reach("archive.in_place")
        found = totals_read_back(store, path, shape.time_column, [column.name for column in shape.counters])
        sha256, size_bytes = store.hash_and_size(path)
        with transaction(url, lock=lock_of(shape.table)) as connection:
            # Whoever changes rows of the month sees the record from now on, or changed them before: then they differ.
            different = differences(shape.totals(connection, organization_id, month), found)
            if different:
                raise ArchiveError(
                    f"{due.title} was changed while it was written, or its file is wrong: {'; '.join(different[:3])}. "
                    "Run it again."
                )
            file = VerifiedFile(
                path=path,
                totals=found,
                size_bytes=size_bytes,
                sha256=sha256,
                seconds=time.monotonic() - began,
            )
            record(connection, organization_id, shape.table, month, file, due.policy.grace_days)
            fault_points.reach("archive.before_record")
    except Exception:
        store.remove(path)
        raise
    fault_points.reach("archive.recorded")
    if due.archived is not None:
        store.remove(due.archived.path)
    return file


def _export(url: str, store: ArchiveStore, due: DueMonth, path: str, *, has_numbers: bool = True) -> TableShape:
    """Writes the rows of one moment to a file. `has_numbers`: with ids as numbers. OddIdError if one cannot be."""
    with transaction(url) as connection:
        connection.execute("set transaction isolation level repeatable read")
        shape = shape_of_policy(connection, due.policy)
        if not has_numbers:
            shape = shape.with_texts
        query = shape.select().as_string(connection)
        parameters = month_parameters(due.policy.organization_id, due.month)
        with store.new_file(path) as stream, connection.cursor() as cursor:
            with cursor.copy(f"copy ({query}) to stdout (format csv)", parameters) as rows:
                write_month(stream, shape, rows)
            fault_points.reach("archive.exported")
    return shape


def _remove_orphans(url: str, store: ArchiveStore, organization: str | None) -> None:
    """Removes the files that no record names: what killed runs and erasures have left."""
    with transaction(url) as connection:
        known = {archived.path for archived in archived_months(connection)}
        slugs: Sequence[str] = [
            slug
            for (slug,) in connection.execute(
                "select slug from tenancy.organizations union select slug from tenancy.erased_organizations order by 1"
            )
        ]
    for slug in slugs:
        if organization in {None, slug}:
            for path in store.paths_below(slug):
                if path not in known:
                    store.remove(path)
