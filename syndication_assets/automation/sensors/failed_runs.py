"""Runs that failed and that no later run has made up for."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice

import dagster as dg
from dagster import DagsterEventType, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME

from syndication_assets.automation.jobs import (
    JOBS,
    accounts_job,
    backup_integrity_job,
    backup_job,
    backup_proof_job,
    catalogue_job,
    feeds_job,
    fetch_job,
    health_job,
    insights_job,
    media_analysis_job,
    media_job,
    publish_job,
    studio_job,
)
from syndication_assets.automation.sensors.failed_days import NO_DAYS, Outcome, days_between, still_failed
from syndication_assets.operations.conditions import Problem

DAYS_OF_FAILURES = 90
_PAGE = 200
_SHOWN_DAYS = 5
_LONGEST_REASON = 300
# Each of their runs does what is due now: a later success makes up for a failure on another day.
_WITHOUT_DAYS = {
    job.name
    for job in (
        fetch_job,
        insights_job,
        feeds_job,
        catalogue_job,
        publish_job,
        media_job,
        media_analysis_job,
        studio_job,
        accounts_job,
        backup_job,
        backup_integrity_job,
        backup_proof_job,
        health_job,
    )
}


def failed_runs(
    instance: dg.DagsterInstance, threshold: Decimal, told_since: Mapping[str, datetime]
) -> Iterator[Problem]:
    """One problem a job with runs of the last 90 days that failed and that no later success has made up for.

    Its value is the number of these. `told_since` is when the problems began that people were told of: they are looked
    for since then, however old they are. Each job is read by itself, so that the many runs of one job hide no failure
    of another. Canceled runs are left out, because a person canceled them; deleted ones are gone.
    """
    for name in _job_names(instance, began(told_since.values())):
        title = "materialize" if name.startswith("__") else name
        since = began([told_since[title]] if title in told_since else [])
        records = _newest_first(instance, name, DagsterRunStatus.FAILURE, since)
        failures = [_outcome(record) for record in (islice(records, _PAGE) if name in _WITHOUT_DAYS else records)]
        if not failures:
            continue
        # No success before the oldest failure matters.
        oldest = min(failure.record.create_timestamp for failure in failures) - timedelta(seconds=1)
        failed = still_failed(failures, map(_outcome, _newest_first(instance, name, DagsterRunStatus.SUCCESS, oldest)))
        if failed and len(failed) >= threshold:
            yield _problem(instance, title, [each.record for each in failed])


def began(told_since: Iterable[datetime]) -> datetime:
    """From when on failures are looked for: 90 days ago, or when the oldest problem began that people were told of."""
    # Dagster leaves out what began at this very moment.
    return min(
        [datetime.now(UTC) - timedelta(days=DAYS_OF_FAILURES), *(at - timedelta(seconds=1) for at in told_since)]
    )


def _job_names(instance: dg.DagsterInstance, since: datetime) -> list[str]:
    """The jobs of this code location, and others of which a run has failed lately."""
    lately = instance.get_run_records(RunsFilter(statuses=[DagsterRunStatus.FAILURE], created_after=since), limit=_PAGE)
    own = [*(job.name for job in JOBS), IMPLICIT_ASSET_JOB_NAME]
    return list(dict.fromkeys([*own, *(record.dagster_run.job_name for record in lately)]))


def _newest_first(
    instance: dg.DagsterInstance, job_name: str, status: DagsterRunStatus, since: datetime
) -> Iterator[RunRecord]:
    """The runs of a job, read page by page as they are needed."""
    cursor = None
    while True:
        records = instance.get_run_records(
            RunsFilter(job_name=job_name, statuses=[status], created_after=since), limit=_PAGE, cursor=cursor
        )
        yield from records
        if len(records) < _PAGE:
            return
        cursor = records[-1].dagster_run.run_id


def _outcome(record: RunRecord) -> Outcome[RunRecord]:
    run = record.dagster_run
    days = NO_DAYS if run.job_name in _WITHOUT_DAYS else days_between(*_range(run))
    assets = frozenset(key.to_user_string() for key in run.asset_selection) if run.asset_selection else None
    return Outcome(record.storage_id, days, assets, record)


def _problem(instance: dg.DagsterInstance, name: str, failed: list[RunRecord]) -> Problem:
    days = [] if name in _WITHOUT_DAYS else [day for record in failed if (day := _shown(record.dagster_run))]
    shown = f" for {', '.join(days[:_SHOWN_DAYS])}" if days else ""
    more = f" and {len(days) - _SHOWN_DAYS} more" if len(days) > _SHOWN_DAYS else ""
    run_id = failed[0].dagster_run.run_id
    return Problem(
        None,
        name,
        min(record.create_timestamp for record in failed),
        Decimal(len(failed)),
        f"{name} failed{shown}{more}: {_reason(instance, run_id)} Open run {run_id[:8]} in Dagster, fix the cause, "
        "and run it again; delete the run if nothing has to be done again.",
    )


def _range(run: DagsterRun) -> tuple[str | None, str | None]:
    """The first and the last partition of a run."""
    first = run.tags.get("dagster/asset_partition_range_start") or run.tags.get("dagster/partition")
    return first, run.tags.get("dagster/asset_partition_range_end") or first


def _shown(run: DagsterRun) -> str:
    first, last = _range(run)
    return (first or "") if first == last else f"{first} to {last}"


def _reason(instance: dg.DagsterInstance, run_id: str) -> str:
    """The error of the step that failed, else of the run, in one line that ends in a full stop."""
    for kind in (DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE):
        for record in instance.get_records_for_run(run_id, of_type=kind, limit=1).records:
            event = record.event_log_entry.dagster_event
            error = getattr(event.event_specific_data, "error", None) if event else None
            while error is not None and error.cause is not None:
                error = error.cause
            text = " ".join((error.message if error else (event.message if event else "") or "").split())
            if text:
                return f"{text[:_LONGEST_REASON].rstrip('.')}."
    return "no reason is known."
