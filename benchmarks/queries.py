"""The queries behind the report, as a reader under row-level security, on 10 million points of one organization.

The same tables hold the rollups of a second organization. Every file of `sql/engagement/report/` is executed 200 times
with changing parameters, as role syndication_reader with app.organization_id set. The bound is absolute, so run this
benchmark on a quiet machine.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg import ClientCursor

from benchmarks.history import ORGANIZATION, History, rolled_up_history, run_script
from benchmarks.measuring import Comparison, Result, percentile
from benchmarks.workplace import Workplace
from syndication_assets.database.connection import SQL_DIRECTORY, load_sql
from syndication_assets.engagement.report.report_weeks import IsoWeek

NAME = "queries"
MILLISECONDS_AT_95_PERCENT = 50.0
FOLDER = "engagement/report"
OTHER_ORGANIZATION = "globex"
PERIODS = ("week", "four weeks")
"""The periods of queries that have the parameter `period`."""

_PARAMETER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Subjects:
    """The values that parameters are drawn from."""

    history: History
    organization_id: str
    post_ids: list[str]


def run(workplace: Workplace) -> list[Result]:
    """Median and 95th percentile of each query."""
    history = rolled_up_history(workplace, workplace.sizes.days)
    _add_other_organization(history)
    results = []
    with psycopg.connect(history.url, autocommit=True, cursor_factory=ClientCursor) as connection:
        subjects = _subjects(connection, history)
        connection.execute("set role syndication_reader")
        connection.execute("select set_config('app.organization_id', %s, false)", [subjects.organization_id])
        for path in sorted((SQL_DIRECTORY / FOLDER).glob("*.sql")):
            for period in PERIODS if "%(period)s" in load_sql(f"{FOLDER}/{path.name}") else (None,):
                results.append(_measure(connection, path, period, subjects, workplace.sizes.executions))
    return results


def _measure(
    connection: psycopg.Connection[Any], path: Path, period: str | None, subjects: Subjects, executions: int
) -> Result:
    statement = load_sql(f"{FOLDER}/{path.name}")
    rng = Random(path.stem)
    milliseconds: list[float] = []
    rows = 0
    # The first execution is not counted, because it opens the files of the tables.
    for execution in range(executions + 1):
        parameters = _draw(statement, period, subjects, rng)
        started_at = time.perf_counter()
        found = connection.execute(statement, parameters).fetchall()
        if execution:
            milliseconds.append((time.perf_counter() - started_at) * 1000)
            rows += len(found)
    p95 = percentile(milliseconds, 95)
    return Result(
        NAME,
        f"{path.stem}{f', {period}' if period else ''}, p95",
        p95,
        "ms",
        value=p95,
        comparison=Comparison.AT_MOST,
        bound=MILLISECONDS_AT_95_PERCENT,
        note=f"fastest {min(milliseconds):.1f} ms, p50 {percentile(milliseconds, 50):.1f} ms, "
        f"slowest {max(milliseconds):.1f} ms; "
        f"{rows / executions:.0f} rows on average, {executions} executions",
    )


def _draw(statement: str, period: str | None, subjects: Subjects, rng: Random) -> dict[str, object]:
    """Random values for the parameters of the statement. Raises KeyError with the name of an unknown parameter."""
    weeks_back = rng.randrange(max(1, subjects.history.days // 7 - 4))
    week = IsoWeek.of(subjects.history.last_day).after(-weeks_back)
    draws: dict[str, Callable[[], object]] = {
        "week_start": lambda: week.monday,
        "first_week": lambda: week.after(-12).monday,
        "last_week": lambda: week.monday,
        "period": lambda: period,
        "row_limit": lambda: rng.choice((5, 10, 20)),
        "post_id": lambda: rng.choice(subjects.post_ids),
        "age_name": lambda: rng.choice(("24 hours", "7 days")),
    }
    return {name: draws[name]() for name in set(_PARAMETER.findall(statement))}


def _subjects(connection: psycopg.Connection[Any], history: History) -> Subjects:
    (organization_id,) = next(
        connection.execute("select organization_id from tenancy.organizations where slug = %s", [ORGANIZATION])
    )

    posts = connection.execute(
        "select post_id from scraping.posts where organization_id = %s order by 1", [organization_id]
    )
    return Subjects(history, organization_id, [post_id for (post_id,) in posts])


def _add_other_organization(history: History) -> None:
    with psycopg.connect(history.url) as connection:
        known = connection.execute("select from tenancy.organizations where slug = %s", [OTHER_ORGANIZATION]).fetchone()
    if known is None:
        run_script(
            history.url,
            "other_organization.sql",
            {"organization": ORGANIZATION, "other_organization": OTHER_ORGANIZATION},
        )
