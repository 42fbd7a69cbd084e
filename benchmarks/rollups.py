"""A year's rollups as one Dagster run, compared with psql running the same statements, and with one run per day.

The history is one year of 6 850 posts observed daily: 2.5 million snapshots, 10 million points. Both sides start with
empty rollup tables. Every Dagster run is a separate process, as Dagster's launcher starts each run of a backfill, so
its startup is part of the cost.
"""

import statistics
from collections.abc import Callable
from datetime import date, timedelta

from benchmarks.history import FIRST_DAY, History, history, project_database
from benchmarks.measuring import Comparison, Result, Times, alternate, seconds_of
from benchmarks.rollup_sides import (
    empty_rollups,
    launch_dagster_run,
    prepare_dagster,
    remove_days,
    rollup_selection,
    run_with_psql,
    write_psql_script,
)
from benchmarks.workplace import Workplace

NAME = "rollups"
RATIO_TO_PSQL = 1.5
SECONDS_OF_A_RUN = 10.0
RATIO_TO_RUNS_PER_DAY = 20.0


def run(workplace: Workplace) -> list[Result]:
    """The range run compared with psql, and with single-day runs scaled to the year."""
    year = history(workplace, workplace.sizes.days)
    prepare_dagster(workplace)
    script = write_psql_script(year.url, workplace.folder("psql") / "rollups.sql", FIRST_DAY, year.end_day)
    # The first run creates Dagster's tables.
    _seconds_by_dagster(year, FIRST_DAY, FIRST_DAY)

    times = alternate(
        {
            "dagster": lambda: _from_empty(year, lambda: _seconds_by_dagster(year, FIRST_DAY, year.last_day)),
            "psql": lambda: _from_empty(year, lambda: seconds_of(lambda: run_with_psql(year.url, script))),
        },
        workplace.sizes.repeats,
    )
    dagster, psql = times["dagster"].median, times["psql"].median
    single = _single_day_runs(workplace, year)
    runs_per_day = statistics.mean(single.seconds) * year.days
    what = f"{year.days} days, {year.points:,} points, one Dagster run"
    return [
        Result(
            NAME,
            what,
            dagster,
            "s",
            psql,
            "psql",
            (dagster - SECONDS_OF_A_RUN) / psql,
            Comparison.AT_MOST,
            RATIO_TO_PSQL,
            f"ratio without {SECONDS_OF_A_RUN:.0f} s of the run itself; with them {dagster / psql:.2f}; "
            f"Dagster {times['dagster'].spread()}; psql {times['psql'].spread()}",
        ),
        Result(
            NAME,
            what,
            dagster,
            "s",
            runs_per_day,
            "a run per day",
            runs_per_day / dagster,
            Comparison.AT_LEAST,
            RATIO_TO_RUNS_PER_DAY,
            f"single-day runs, last and first days: {single.spread()}; their mean times {year.days}",
        ),
    ]


def _from_empty(year: History, timed: Callable[[], float]) -> float:
    empty_rollups(year.url)
    return timed()


def _seconds_by_dagster(year: History, first_day: date, last_day: date) -> float:
    with project_database(year.url):
        return seconds_of(lambda: launch_dagster_run(first_day, last_day, rollup_selection()))


def _single_day_runs(workplace: Workplace, year: History) -> Times:
    """Half of them for the last days of a complete year, half for the first days: a year of runs has both."""
    number = workplace.sizes.single_day_runs
    last_days = [year.end_day - timedelta(days=back) for back in range(number // 2, 0, -1)]
    first_days = [FIRST_DAY + timedelta(days=ahead) for ahead in range(number - number // 2)]
    seconds = []
    for days in (last_days, first_days):
        if days is first_days:
            empty_rollups(year.url)
        else:
            remove_days(year.url, days[0])
        seconds += [_seconds_by_dagster(year, day, day) for day in days]
    return Times(tuple(seconds))
