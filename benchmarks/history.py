"""Databases with a history: the same posts on every day of a year, or of its first weeks.

Several benchmarks share a history. It is created for the first of them.
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
    """The history of `days` days. Its rollups are empty at first, and later as the last benchmark left them."""
    database = f"history_{days}"
    filled = History(workplace.url(database), workplace.sizes.posts, days)
    if not workplace.has(database):
        workplace.create_database(database)
        parameters = {"organization": ORGANIZATION, "posts": filled.posts, "days": days, "first_day": FIRST_DAY}
        run_script(filled.url, "history.sql", parameters)
    return filled


def rolled_up_history(workplace: Workplace, days: int) -> History:
    """The history of `days` days with complete rollups."""
    filled = history(workplace, days)
    with psycopg.connect(filled.url, autocommit=True) as connection:
        row = connection.execute(
            "select count(distinct activity_date) from engagement.platform_engagement_daily"
        ).fetchone()
        if row is None or row[0] < days:
            fill_rollups(filled.url, FIRST_DAY, filled.end_day)
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")
    return filled


def run_script(url: str, name: str, parameters: dict[str, object], *, are_analyzed: bool = True) -> None:
    """Runs a file of `benchmarks/sql/` as superuser, then vacuums, analyzes (unless told not to) and flushes."""
    with psycopg.connect(url, autocommit=True, cursor_factory=ClientCursor) as connection:
        connection.execute((_SQL / name).read_text(encoding="utf-8"), parameters)
        connection.execute("vacuum analyze" if are_analyzed else "vacuum")
        connection.execute("checkpoint")


@contextmanager
def project_database(url: str) -> Iterator[None]:
    """Sets the database of the project's own code, which reads the environment."""
    before = os.environ["SYNDICATION_DATABASE_URL"]
    os.environ["SYNDICATION_DATABASE_URL"] = url
    try:
        yield
    finally:
        os.environ["SYNDICATION_DATABASE_URL"] = before
