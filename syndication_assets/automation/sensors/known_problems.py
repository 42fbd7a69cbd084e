"""Problems that SQL alone does not find: of Dagster's runs and checks, and of files in the landing zone."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import dagster as dg
from dagster import AssetCheckKey, DagsterEventType, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from syndication_assets.automation.jobs import (
    accounts_job,
    backup_job,
    backup_proof_job,
    catalogue_job,
    feeds_job,
    fetch_job,
    health_job,
    insights_job,
    media_job,
    publish_job,
)
from syndication_assets.automation.rooms import rooms
from syndication_assets.automation.sensors.awaited_files import awaited_files
from syndication_assets.database.connection import transaction
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.operations import replica
from syndication_assets.operations.conditions import Finder, Problem
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import organization_ids

_DAYS_OF_RUNS = 7
_MOST_RUNS = 2000
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
        accounts_job,
        backup_job,
        backup_proof_job,
        health_job,
    )
}
_FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE]


def finders(settings: Settings, url: str, instance: dg.DagsterInstance) -> Mapping[str, Finder]:
    """The finders by kind of problem; their thresholds are runs, checks, hours and seconds."""
    return {
        "run_failed": lambda threshold: _failed_runs(instance, threshold),
        "check_failed": lambda threshold: _failed_checks(instance, threshold),
        "files_not_loaded": lambda threshold: _files_not_loaded(settings, url, threshold),
        replica.KIND: lambda threshold: replica.lag_problems(settings, url, threshold),
    }


def _failed_runs(instance: dg.DagsterInstance, threshold: Decimal) -> Iterator[Problem]:
    """One problem a job whose newest run over the same days failed in the last week; its value is the number of these.

    Canceled runs are left out: a person canceled them.
    """
    records = instance.get_run_records(
        RunsFilter(statuses=_FINISHED, created_after=datetime.now(UTC) - timedelta(days=_DAYS_OF_RUNS)),
        limit=_MOST_RUNS,
    )
    newest: dict[tuple[str, str, tuple[str, ...]], RunRecord] = {}
    for record in records:  # the newest first
        run = record.dagster_run
        newest.setdefault((_name(run), _days(run), _assets(run)), record)
    failed: dict[str, list[RunRecord]] = defaultdict(list)
    for (name, _, _), record in newest.items():
        if record.dagster_run.status is DagsterRunStatus.FAILURE:
            failed[name].append(record)
    for name, of_job in failed.items():
        if len(of_job) >= threshold:
            days = [day for record in of_job if (day := _days(record.dagster_run))]
            shown = f" for {', '.join(days[:_SHOWN_DAYS])}" if days else ""
            more = f" and {len(days) - _SHOWN_DAYS} more" if len(days) > _SHOWN_DAYS else ""
            run_id = of_job[0].dagster_run.run_id
            yield Problem(
                None,
                name,
                min(record.create_timestamp for record in of_job),
                Decimal(len(of_job)),
                f"{name} failed{shown}{more}: {_reason(instance, run_id)} Open run {run_id[:8]} in Dagster, mend the "
                "cause, and run it again.",
            )


def _name(run: DagsterRun) -> str:
    return "materialize" if run.job_name.startswith("__") else run.job_name


def _days(run: DagsterRun) -> str:
    """The partition or the range of a run; empty where another day's run makes up for it."""
    if run.job_name in _WITHOUT_DAYS:
        return ""
    first = run.tags.get("dagster/asset_partition_range_start") or run.tags.get("dagster/partition") or ""
    last = run.tags.get("dagster/asset_partition_range_end") or first
    return first if first == last else f"{first} to {last}"


def _assets(run: DagsterRun) -> tuple[str, ...]:
    return tuple(sorted(key.to_user_string() for key in run.asset_selection or ()))


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


def _failed_checks(instance: dg.DagsterInstance, threshold: Decimal) -> Iterator[Problem]:
    """One problem a check of severity ERROR whose newest evaluation failed; its value is 1."""
    keys = [key for checks in rooms.asset_checks or () for key in checks.check_keys]
    newest = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    if threshold > 1:
        return
    for key in sorted(newest, key=_check_name):
        record = newest[key]
        evaluation = record.evaluation if record.status is AssetCheckExecutionRecordStatus.FAILED else None
        if evaluation is None or evaluation.passed or evaluation.severity is not dg.AssetCheckSeverity.ERROR:
            continue
        yield Problem(
            None,
            _check_name(key),
            datetime.fromtimestamp(record.create_timestamp, UTC),
            Decimal(1),
            evaluation.description or "See the check in Dagster.",
        )


def _check_name(key: AssetCheckKey) -> str:
    return f"{key.asset_key.to_user_string()}: {key.name}"


def _files_not_loaded(settings: Settings, url: str, threshold: Decimal) -> Iterator[Problem]:
    """One problem a source with files of the look-back window that have waited for so many hours."""
    zone = LandingZone(settings.landing_url)
    now = datetime.now(UTC)
    days = [now.date() - timedelta(days=number) for number in range(settings.look_back_days + 1)]
    waiting: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for file in awaited_files(zone, url, [day for day in days if day >= settings.first_day]):
        if file.modified_at is not None and (now - file.modified_at) / timedelta(hours=1) >= threshold:
            waiting[file.organization, file.source].append(file.modified_at)
    with transaction(url) as connection:
        ids = organization_ids(connection)
    for (organization, source), times in sorted(waiting.items()):
        if organization not in ids:
            continue  # a misplaced folder is named by another check
        yield Problem(
            ids[organization],
            source,
            min(times),
            Decimal(round((now - min(times)) / timedelta(hours=1), 1)),
            f"{len(times):,} landed files of {source} are not loaded. Check that Dagster runs and that its sensor "
            "landing_zone_sensor is on, or run `syndication materialize`.",
        )
