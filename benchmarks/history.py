"""Databases with a history: the same posts on every day of a year, or of its first weeks.

Several benchmarks use the same one; it is made when the first asks for it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg import ClientCursor

from benchmarks.rollup_sides import fill_rollups
from benchmarks.workplace import Workplace

ORGANIZATION = "acme"
COUNTERS_PER_SNAPSHOT = 4
FIRST_DAY = date(2024, 12, 1)

_SQL = Path(__file__).resolve().parent / "sql"


@dataclass(frozen=True, slots=True)
class History:
    """A database with `posts` observed on each of `days` days."""

    url: str
    posts: int
    days: int

    @property
    def points(self) -> int:
        return self.posts * self.days * COUNTERS_PER_SNAPSHOT

    @property
    def end_day(self) -> date:
        """The day after the last."""
        return FIRST_DAY + timedelta(days=self.days)

    @property
    def last_day(self) -> date:
        return self.end_day - timedelta(days=1)


def history(workplace: Workplace, days: int) -> History:
    """The history of so many days; its rollups are as the last benchmark left them, empty at first."""
    database = f"history_{days}"
    made = History(workplace.url(database), workplace.sizes.posts, days)
    if not workplace.has(database):
        workplace.make_database(database)
        parameters = {"organization": ORGANIZATION, "posts": made.posts, "days": days, "first_day": FIRST_DAY}
        run_script(made.url, "history.sql", parameters)
    return made


def rolled_up_history(workplace: Workplace, days: int) -> History:
    """The same with every rollup complete."""
    made = history(workplace, days)
    with psycopg.connect(made.url, autocommit=True) as connection:
        row = connection.execute(
            "select count(distinct activity_date) from engagement.platform_engagement_daily"
        ).fetchone()
        if row is None or row[0] < days:
            fill_rollups(made.url, FIRST_DAY, made.end_day)
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")
    return made


def run_script(url: str, name: str, parameters: dict[str, object]) -> None:
    """Runs a file of `benchmarks/sql/` as superuser, then leaves its tables vacuumed, analyzed and on disk."""
    with psycopg.connect(url, autocommit=True, cursor_factory=ClientCursor) as connection:
        connection.execute((_SQL / name).read_text(encoding="utf-8"), parameters)
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


@contextmanager
def project_database(url: str) -> Iterator[None]:
    """Points the project's own code, which reads the environment, at a database."""
    before = os.environ["SYNDICATION_DATABASE_URL"]
    os.environ["SYNDICATION_DATABASE_URL"] = url
    try:
        yield
    finally:
        os.environ["SYNDICATION_DATABASE_URL"] = before
