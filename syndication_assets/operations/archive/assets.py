"""Retention as an asset, the tables that rule it, and the checks of the archives."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from syndication_assets.database.connection import transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.operations.archive.archive_store import ArchiveError, ArchiveStore
from syndication_assets.operations.archive.archiving import run_archive
from syndication_assets.operations.archive.deleting import delete_due
from syndication_assets.operations.archive.due_months import DueMonth, due_months
from syndication_assets.operations.archive.month_totals import total_of
from syndication_assets.operations.archive.verifying import verify_oldest
from syndication_assets.operations.backup.progress import now_and_then
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import ARCHIVE
from syndication_assets.sql_assets.checks import (
    SqlCheck,
    check_result,
    check_window,
    constraints_of,
    find_offenders,
    not_evaluated,
    read_only_transaction,
)
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.text.markdown import markdown_table

_LATE = timedelta(days=7)
"""A month that is due for longer should be archived by now."""
CHECKS = [
    constraints_of("retention_subjects"),
    constraints_of("retention_policies"),
    constraints_of("legal_holds"),
    constraints_of("archives"),
    SqlCheck("archives", "every_file_verifies"),
]
_DUE_CHECK = dg.AssetCheckSpec(
    "due_months_are_archived",
    asset=["operations", "archives"],
    description="A month is archived within a week of becoming due. An offender is a month that is not: start "
    "`archive_schedule`, or look at what it waits for with `syndication archive plan`.",
)

retention_subjects = external_table(
    "operations",
    "retention_subjects",
    "One row is one thing that can be kept for a limited time, with what holds for organizations that do not say. "
    "User-maintained, with `syndication retention default edit`. As shipped, everything is kept.",
)
retention_policies = external_table(
    "operations",
    "retention_policies",
    "One row is how long one organization keeps one thing. User-maintained, with `syndication retention set`.",
    deps=[retention_subjects],
)
legal_holds = external_table(
    "operations",
    "legal_holds",
    "One row is one order to keep everything of an organization, or of some days. User-maintained, with "
    "`syndication retention hold`.",
)


@dg.asset(
    key=["operations", "archive"],
    group_name="operations",
    deps=[retention_policies, legal_holds],
    kinds={"postgres", "parquet"},
    owners=OWNERS,
    tags=ARCHIVE,
)
def archive(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    """What is no longer kept: months that are due move to Parquet files in SYNDICATION_ARCHIVE_URL, rows whose grace
    period is over are removed, and what may be deleted is deleted. Some older archives are verified again.

    A re-run continues where a killed run stopped. The run fails if a month could not be archived; its rows stay.
    """
    began = time.monotonic()
    settings = Settings.from_environment()
    store = ArchiveStore(settings.archive_url)
    report = now_and_then(context.log.info)
    run = run_archive(postgres.url(), store, report)
    deletions = list(delete_due(settings, postgres.url()))
    problems = [*run.failed, *verify_oldest(postgres.url(), store, report)]
    for title, reason in run.waiting:
        context.log.info(f"{title} waits: {reason}")
    if problems:
        raise ArchiveError("\n".join(f"{title}: {problem}" for title, problem in problems))
    rows = sum(total_of(file.totals).rows for _, file in run.written)
    size_bytes = sum(file.size_bytes for _, file in run.written)
    return dg.MaterializeResult(
        metadata={
            "place": store.url,
            "months_written": len(run.written),
            "rows": rows,
            "size_bytes": size_bytes,
            **({"bytes_per_row": size_bytes / rows} if rows else {}),
            "rows_removed": sum(count for _, count in run.removed),
            "rows_deleted": sum(deletion.rows for deletion in deletions),
            "months_waiting": len(run.waiting),
            "seconds": time.monotonic() - began,
            "written": dg.MetadataValue.md(
                markdown_table(
                    ("month", "rows", "bytes", "seconds"),
                    [(due.title, due.rows, file.size_bytes, round(file.seconds, 1)) for due, file in run.written],
                )
            ),
        }
    )


archives = external_table(
    "operations",
    "archives",
    "One row is one month of one table and organization in one Parquet file, with what the file must have. Written by "
    "`syndication archive run` and the asset `operations/archive`.",
    deps=[archive.key],
    tags={},
)


@dg.multi_asset_check(
    name="archives_check",
    specs=[*(check.spec("operations") for check in CHECKS), _DUE_CHECK],
    description="Whether the archives verify, and whether what is due is archived.",
    can_subset=True,
)
def archives_check(context: dg.AssetCheckExecutionContext, postgres: PostgresResource) -> Iterator[dg.AssetCheckResult]:
    """What is due is only evaluated in the present: a run over past days passes and reports that it was not."""
    window = check_window(context)
    today = datetime.now(UTC).date()
    selected = context.selected_asset_check_keys
    with read_only_transaction(postgres.url()) as connection:
        for check in CHECKS:
            if check.spec("operations").key in selected:
                yield check_result("operations", check, find_offenders(connection, "operations", check, window), window)
    if _DUE_CHECK.key not in selected:
        return
    if window[1] < today:
        yield not_evaluated(
            _DUE_CHECK.asset_key, _DUE_CHECK.name, dg.AssetCheckSeverity.WARN, window, "what is due today"
        )
        return
    with transaction(postgres.url()) as connection:
        late = late_months(due_months(connection, today - _LATE))
    yield dg.AssetCheckResult(
        asset_key=_DUE_CHECK.asset_key,
        check_name=_DUE_CHECK.name,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"{len(late):,} months are due for more than a week; the first is {late[0].title}."
            if late
            else "Every month that is due is archived."
        ),
        metadata={"offenders": len(late)},
    )


def late_months(due: list[DueMonth]) -> list[DueMonth]:
    """The months that no file has and no legal hold keeps."""
    return [month for month in due if month.archived is None or month.archived.state == "restored"]
