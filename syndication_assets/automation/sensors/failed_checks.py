"""Checks of severity ERROR that failed and that no later evaluation has made up for."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import dagster as dg
from dagster import AssetCheckKey, RunsFilter
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord as Record
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus as Status

from syndication_assets.automation.rooms import rooms
from syndication_assets.automation.sensors.failed_days import NO_DAYS, Days, Outcome, days_between, still_failed
from syndication_assets.automation.sensors.failed_runs import began
from syndication_assets.operations.conditions import Problem
from syndication_assets.sql_assets.checks import DAYS_MATTER, DAYS_WITHOUT_A_RANGE, IS_JUDGED

_PAGE = 200
_RECENT = frozenset({"the last days"})


def failed_checks(
    instance: dg.DagsterInstance, threshold: Decimal, told_since: Mapping[str, datetime]
) -> Iterator[Problem]:
    """One problem a check with evaluations of severity ERROR that failed and were not made up for; its value is 1.

    `told_since` is when the problems began that people were told of: they are looked for since then, however old they
    are. What a check found on the days of its run is made up for by later evaluations of these days; what another check
    found, by its newest evaluation. An evaluation whose run was deleted is left out.
    """
    if threshold > 1:
        return
    keys = [key for checks in rooms.asset_checks or () for key in checks.check_keys]
    for key in sorted(keys, key=_check_name):
        name = _check_name(key)
        since = began([told_since[name]] if name in told_since else []).timestamp()
        failed_now = _newest_first(instance, key, {Status.FAILED}, since)
        failures = [_outcome(record) for record in failed_now if _is_error(record)]
        if not failures:
            continue
        judged = _newest_first(instance, key, {Status.SUCCEEDED, Status.FAILED}, since)
        passed = (_outcome(record) for record in judged if not _is_error(record) and _is_judged(record))
        failed = _of_known_runs(instance, [outcome.record for outcome in still_failed(failures, passed)])
        if failed:
            yield Problem(
                None,
                name,
                min(datetime.fromtimestamp(record.create_timestamp, UTC) for record in failed),
                Decimal(1),
                _message(failed),
            )


def _check_name(key: AssetCheckKey) -> str:
    return f"{key.asset_key.to_user_string()}: {key.name}"


def _newest_first(
    instance: dg.DagsterInstance, key: AssetCheckKey, status: set[Status], since: float
) -> Iterator[Record]:
    """The evaluations since then, in seconds since 1970, read page by page as they are needed."""
    cursor = None
    while True:
        records = instance.event_log_storage.get_asset_check_execution_history(key, _PAGE, cursor, status)
        yield from (record for record in records if record.create_timestamp >= since)
        if len(records) < _PAGE or records[-1].create_timestamp < since:
            return
        cursor = records[-1].id


def _is_error(record: Record) -> bool:
    evaluation = record.evaluation
    return evaluation is not None and not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.ERROR


def _is_judged(record: Record) -> bool:
    return _value(record, IS_JUDGED) is not False


def _outcome(record: Record) -> Outcome[Record]:
    return Outcome(record.id, _days(record), None, record)


def _days(record: Record) -> Days:
    """The days that were checked; without them for a check of the present, whose newest evaluation counts.

    A run without days checks the last ones: a later run without days makes up for it.
    """
    first, last = _value(record, "first_day"), _value(record, "last_day")
    if _value(record, DAYS_MATTER) is not True:
        return NO_DAYS
    days = days_between(str(first), str(last))
    checked_on = datetime.fromtimestamp(record.create_timestamp, UTC).date()
    if len(days) == DAYS_WITHOUT_A_RANGE and max(days) >= checked_on.isoformat():
        return _RECENT if _is_error(record) else days | _RECENT
    return days


def _value(record: Record, name: str) -> object:
    evaluation = record.evaluation
    return getattr(evaluation.metadata.get(name), "value", None) if evaluation is not None else None


def _of_known_runs(instance: dg.DagsterInstance, failed: list[Record]) -> list[Record]:
    if not failed:
        return []
    runs = instance.get_run_records(RunsFilter(run_ids=sorted({record.run_id for record in failed})))
    known = {run.dagster_run.run_id for run in runs}
    return [record for record in failed if record.run_id in known]


def _message(failed: list[Record]) -> str:
    """What the newest evaluation found, and how the problem ends."""
    evaluation = failed[0].evaluation
    found = (evaluation.description if evaluation is not None else None) or "See the check in Dagster."
    if _value(failed[0], DAYS_MATTER) is not True:
        return found
    others = f" So did {len(failed) - 1:,} runs of other days." if len(failed) > 1 else ""
    return f"{found}{others} Fix the rows, and run the same days again: only that closes this problem."
