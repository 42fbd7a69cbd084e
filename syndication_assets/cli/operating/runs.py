"""`syndication runs`: how often everything ran, how that ended, how long it took, and how much it made a second."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.run_statistics import RunStatistics, all_days, step_statistics
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


class _Shown(NamedTuple):
    day: date | None
    what: str
    runs: int
    succeeded: int
    in_part: int
    failed: int
    success_rate: float
    seconds: float | None
    made: int | None
    made_a_second: float | None


@click.command()
@click.option("--jobs", is_flag=True, help="Dagster's jobs instead of steps and sources.")
@click.option("--organization", default=None, metavar="SLUG", help="Only this organization; jobs run for all.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(min=1), help="How far back.")
@click.option("--total", is_flag=True, help="All days together.")
@json_option
@command
def runs(jobs: bool, organization: str | None, days: int, total: bool, as_json: bool) -> None:
    """Lists, by day, how often each step and source ran, its success, its duration, and what it made a second.

    The single executions are in `syndication history`.
    """
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    since = datetime.now(UTC).date() - timedelta(days=days - 1)
    if jobs and organization is not None:
        raise SyndicationError("A job runs for all organizations: leave --organization out, or --jobs.")
    if jobs:
        found = _of_jobs(settings, url, since)
    else:
        if organization is not None:
            require_organization(url, organization)
        with transaction(url) as connection:
            found = step_statistics(connection, since, organization)
    shown = [_shown(each) for each in (all_days(found) if total else found)]
    show_rows(shown, _line, f"Nothing ran in the last {days:,} days.", as_json=as_json)


def _of_jobs(settings: Settings, url: str, since: date) -> Sequence[RunStatistics]:
    import dagster as dg  # noqa: PLC0415 - takes a second to import

    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415

    prepare_environment(settings, url)
    from syndication_assets.automation.job_statistics import job_statistics  # noqa: PLC0415

    with dg.DagsterInstance.get() as instance:
        return job_statistics(instance, since)


def _shown(each: RunStatistics) -> _Shown:
    rate = each.made_a_second
    return _Shown(
        *each[:5],
        failed=each.failed,
        success_rate=round(each.success_rate, 3),
        seconds=None if each.seconds is None else round(each.seconds, 1),
        made=each.made,
        made_a_second=None if rate is None else round(rate, 2),
    )


def _line(row: _Shown) -> str:
    day = f"{row.day}  " if row.day else ""
    seconds = "" if row.seconds is None else f", {row.seconds / row.runs:,.1f} s each"
    made = "" if row.made is None else f", {row.made:,} made"
    rate = "" if row.made_a_second is None else f" ({row.made_a_second:,.1f} a second)"
    parts = f", {row.in_part:,} in part" if row.in_part else ""
    failed = f", {row.failed:,} failed" if row.failed else ""
    return (
        f"{day}{row.what:40} {row.runs:5,} runs, {row.success_rate:.0%} succeeded{parts}{failed}{seconds}{made}{rate}"
    )
