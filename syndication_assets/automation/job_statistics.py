"""How often Dagster's jobs ran, from its own records."""

from collections import defaultdict
from datetime import UTC, date, datetime, time

import dagster as dg

from syndication_assets.operations.executions.run_statistics import RunStatistics

_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def job_statistics(instance: dg.DagsterInstance, since: date) -> list[RunStatistics]:
    """By job, the newest day first. Runs that have not ended are left out; what a job made is not counted there."""
    after = datetime.combine(since, time.min, tzinfo=UTC)
    records = instance.get_run_records(dg.RunsFilter(statuses=_ENDED, created_after=after))
    runs: dict[tuple[date, str], list[tuple[bool, float | None]]] = defaultdict(list)
    for record in records:
        day = record.create_timestamp.astimezone(UTC).date()
        is_timed = record.start_time is not None and record.end_time is not None
        seconds = (record.end_time or 0) - (record.start_time or 0) if is_timed else None
        is_success = record.dagster_run.status is dg.DagsterRunStatus.SUCCESS
        runs[day, record.dagster_run.job_name].append((is_success, seconds))
    statistics = []
    for (day, job), ended in sorted(runs.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1])):
        times = [seconds for _, seconds in ended if seconds is not None]
        succeeded = sum(is_success for is_success, _ in ended)
        statistics.append(RunStatistics(day, job, len(ended), succeeded, 0, sum(times) if times else None, None))
    return statistics
