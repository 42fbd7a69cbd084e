"""A database with three days of sample files, loaded and rolled up, and the checks that fail on it after damage."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec
import psycopg

from syndication_assets.database.connection import SQL_DIRECTORY, transaction
from syndication_assets.demo.samples.landing_files import sample_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.loading.post_load import load_day
from syndication_assets.sql_assets.checks import Offenders, SqlCheck, Window, find_offenders
from syndication_assets.sql_assets.rollups import compute_rollup

FIRST_DAY = date(2025, 11, 3)
DAYS = 3
END_DAY = FIRST_DAY + timedelta(days=DAYS)
WINDOW: Window = (FIRST_DAY, END_DAY)
ROLLUPS = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
    "product_post_performance",
)


@dataclass(frozen=True)
class Damage:
    """SQL that breaks one check, named `<table>__<check>`; `also` are the other checks that it necessarily breaks."""

    check: str
    statement: str
    also: frozenset[str] = frozenset()


def load_sample(url: str, directory: Path) -> None:
    """Loads the sample by way of a landing zone in the directory, and rolls it up."""
    zone = land_sample(directory)
    with run_session(url, "test") as session:
        for number in range(DAYS):
            load_day(url, zone, FIRST_DAY + timedelta(number), maximum_file_bytes=10**8, session=session)
    for table in ROLLUPS:
        with transaction(url, lock=f"engagement.{table}") as connection:
            compute_rollup(connection, "engagement", table, FIRST_DAY, END_DAY)


def land_sample(directory: Path, days: int = DAYS) -> LandingZone:
    zone = LandingZone(str(directory))
    meta = None
    for file in sample_files(first_day=FIRST_DAY, days=days, linkedin_profiles=4, youtube_channels=2):
        if file.name.endswith(".meta.json"):
            meta = msgspec.json.decode(file.content)
            continue
        zone.land("default", file.source, file.landed_on, file.name, file.content, meta=meta)
        meta = None
    return zone


def names_of(*lists: Sequence[SqlCheck]) -> set[str]:
    """`<table>__<check>` of the checks that have a file of their own."""
    return {f"{check.table}__{check.name}" for checks in lists for check in checks if check.shared_file is None}


def check_files(*rooms: str) -> set[str]:
    """`<table>__<check>` of every check file of these rooms."""
    return {
        f"{path.parent.parent.name}__{path.stem}"
        for room in rooms
        for path in (SQL_DIRECTORY / room).glob("*/checks/*.sql")
    }


@contextmanager
def damaged(url: str, statement: str) -> Iterator[psycopg.Connection]:
    """A transaction in which a superuser has run the statement without triggers; it is rolled back at the end."""
    with psycopg.connect(url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("set local session_replication_role = replica; set local timezone = 'UTC'")
        connection.execute(statement)
        connection.execute("set local role syndication_pipeline")
        yield connection
        connection.rollback()


def broken_checks(
    connection: psycopg.Connection, room: str, checks: Sequence[SqlCheck], window: Window = WINDOW
) -> dict[str, Offenders]:
    """The offenders of each failed check, by `<table>__<check>`."""
    found = {f"{check.table}__{check.name}": find_offenders(connection, room, check, window) for check in checks}
    return {name: offenders for name, offenders in found.items() if offenders.count}
