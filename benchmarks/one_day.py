"""One day's rollups with a year of history and with 36 days of history: the cost of a day must not grow with the past.

Both histories have the same number of posts per day. The last day is recomputed on top of complete rollups; its rows
are removed before each repeat.
"""

from collections.abc import Callable
from functools import partial

from benchmarks.history import History, project_database, rolled_up_history
from benchmarks.measuring import Comparison, Result, alternate, seconds_of
from benchmarks.rollup_sides import fill_rollups, prepare_dagster, remove_days, rollup_selection, run_with_dagster
from benchmarks.workplace import Workplace

NAME = "one_day"
RATIO_OF_HISTORIES = 1.3
REPEATS = 9
REPEATS_BY_DAGSTER = 3


def run(workplace: Workplace) -> list[Result]:
    """The day by the SQL files, which has a bound, and by Dagster, which is only reported."""
    long = rolled_up_history(workplace, workplace.sizes.days)
    short = rolled_up_history(workplace, workplace.sizes.few_days)
    prepare_dagster(workplace)
    sides = {"long": long, "short": short}
    _by_sql(long)
    _by_sql(short)
    sql = alternate(
        {name: partial(_by_sql, side) for name, side in sides.items()},
        REPEATS if workplace.sizes.repeats > 1 else 1,
    )
    _by_dagster(short)
    dagster = alternate(
        {name: partial(_by_dagster, side) for name, side in sides.items()},
        REPEATS_BY_DAGSTER if workplace.sizes.repeats > 1 else 1,
    )
    what = f"{long.posts:,} posts of one day at {long.points:,} points"
    reference_name = f"at {short.points:,} points"
    return [
        Result(
            NAME,
            f"{what}, SQL files",
            sql["long"].median,
            "s",
            sql["short"].median,
            reference_name,
            sql["long"].median / sql["short"].median,
            Comparison.AT_MOST,
            RATIO_OF_HISTORIES,
            f"{sql['long'].spread()} against {sql['short'].spread()}",
        ),
        Result(
            NAME,
            f"{what}, one Dagster run",
            dagster["long"].median,
            "s",
            dagster["short"].median,
            reference_name,
            dagster["long"].median / dagster["short"].median,
            note=f"{dagster['long'].spread()} against {dagster['short'].spread()}",
        ),
    ]


def _by_sql(side: History) -> float:
    return _recompute(side, lambda: fill_rollups(side.url, side.last_day, side.end_day))


def _by_dagster(side: History) -> float:
    with project_database(side.url):
        return _recompute(side, lambda: run_with_dagster(side.last_day, side.last_day, rollup_selection()))


def _recompute(side: History, work: Callable[[], object]) -> float:
    remove_days(side.url, side.last_day)
    return seconds_of(work)
