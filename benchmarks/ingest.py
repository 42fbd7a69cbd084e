"""Loading 50 000 landed LinkedIn posts into all tables, and their next snapshot, compared with COPY and with dlt.

Both sides read the same files from the same disk into the same server, each into a new database. The first load starts
with empty tables; the next snapshot, a day later, has the same posts with higher counters. `load_day` fills eleven
tables with history, dlt's merge two without history. In a second comparison dlt writes the other rows as well. The
first load is also compared with a COPY of its finished rows into the same tables, the least that it can cost.

The bounds of the first load are what it holds, with room for noise: merging costs about what the bare COPY costs, by
one session of the server, and reading the files keeps two processors busy before it.
"""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from benchmarks.bare_copy import FinishedRows, copy_rows, finished_rows
from benchmarks.dlt_merge import DltMerge, prepare_dlt
from benchmarks.dlt_posts import TABLES, TABLES_IF_COMPLETE, tables_of_posts
from benchmarks.history import project_database
from benchmarks.measuring import Comparison, Result, Times, seconds_of
from benchmarks.rollup_sides import prepare_dagster, run_with_dagster
from benchmarks.workplace import Workplace
from syndication_assets.demo.samples.bulk import bulk_linkedin_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.loading.post_load import load_day

NAME = "ingest"
FIRST_LOAD = datetime(2025, 11, 3, 5, 10, tzinfo=UTC)
NEXT_SNAPSHOT = datetime(2025, 11, 4, 5, 10, tzinfo=UTC)
RATIO_OF_NEXT_SNAPSHOT = 1.0
RATIO_TO_BARE_COPY = 2.5
RATIO_OF_COMPLETE_FIRST_LOAD = 1.8
GROWTH = 0.2


@dataclass(frozen=True, slots=True)
class Landed:
    """The files of both days, in a landing zone."""

    zone: LandingZone
    files: dict[date, list[Path]]
    posts: int
    bytes_per_post: int


def run(workplace: Workplace) -> list[Result]:
    """First load and next snapshot compared with dlt; the same days as one Dagster run, only reported."""
    directory = workplace.folder("dlt")
    prepare_dlt(directory)
    warm_up = _land(workplace, "warm_up", 50)
    _ours(workplace, warm_up)
    _dlt(workplace, warm_up, directory / "warm_up")

    landed = _land(workplace, "landing", workplace.sizes.ingest_posts)
    rows = _finished_rows(workplace, landed)
    ours: list[tuple[float, float]] = []
    bare: list[float] = []
    theirs: list[tuple[float, float]] = []
    complete: list[tuple[float, float]] = []
    for repeat in range(workplace.sizes.repeats):
        ours.append(_ours(workplace, landed))
        bare.append(copy_rows(workplace, rows, FIRST_LOAD.date().isoformat()))
        theirs.append(_dlt(workplace, landed, directory / f"repeat_{repeat}"))
        complete.append(_dlt(workplace, landed, directory / f"complete_{repeat}", is_complete=True))
    first, following = (Times(tuple(repeat[position] for repeat in ours)) for position in (0, 1))
    what = f"of {landed.posts:,} posts of {landed.bytes_per_post:,} B, load_day"
    copied = Times(tuple(bare))
    two_tables = f"which fills {TABLES} tables, not 11"
    all_rows = f"dlt merge into {TABLES_IF_COMPLETE} tables: posts, images, ids, hashtags, snapshots, raw, profiles"
    return [
        Result(
            NAME,
            f"first load {what}",
            first.median,
            "s",
            copied.median,
            "bare COPY",
            first.median / copied.median,
            Comparison.AT_MOST,
            RATIO_TO_BARE_COPY,
            f"load_day {first.spread()}; COPY of the finished rows {copied.spread()}",
        ),
        _compared(f"first load {what}", first, theirs, 0, None, two_tables),
        _compared(f"next snapshot {what}", following, theirs, 1, RATIO_OF_NEXT_SNAPSHOT, two_tables),
        _compared("first load, dlt writes all rows", first, complete, 0, RATIO_OF_COMPLETE_FIRST_LOAD, all_rows),
        _compared("next snapshot, dlt writes all rows", following, complete, 1, None, all_rows),
        _range_run(workplace, landed, first.median + following.median),
    ]


def _compared(
    what: str, ours: Times, dlt: list[tuple[float, float]], position: int, bound: float | None, note: str
) -> Result:
    theirs = Times(tuple(repeat[position] for repeat in dlt))
    return Result(
        NAME,
        what,
        ours.median,
        "s",
        theirs.median,
        "dlt merge",
        theirs.median / ours.median,
        Comparison.AT_LEAST,
        bound,
        f"load_day {ours.spread()}; dlt {theirs.spread()}, {note}",
    )


def _land(workplace: Workplace, name: str, posts: int) -> Landed:
    root = workplace.folder(name)
    zone = LandingZone(str(root))
    files: dict[date, list[Path]] = {}
    size = 0
    for observed_at, growth in ((FIRST_LOAD, 0.0), (NEXT_SNAPSHOT, GROWTH)):
        day = files.setdefault(observed_at.date(), [])
        for file in bulk_linkedin_files(posts=posts, observed_at=observed_at, seed=7, growth=growth):
            path, _ = zone.land("default", file.source, file.landed_on, file.name, file.content)
            day.append(root / path)
            size += len(file.content)
    return Landed(zone, files, posts, round(size / posts / 2))


def _ours(workplace: Workplace, landed: Landed) -> tuple[float, float]:
    url = workplace.create_database("ingest")
    first, following = (_load_day(url, landed, day) for day in landed.files)
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from scraping.data_downloads").fetchone()
    if row is None or row[0] != 2 * landed.posts:
        raise RuntimeError(f"load_day wrote {row} snapshots of {landed.posts} posts in two days")
    return first, following


def _finished_rows(workplace: Workplace, landed: Landed) -> FinishedRows:
    url = workplace.create_database("finished")
    _load_day(url, landed, FIRST_LOAD.date())
    return finished_rows(url)


def _load_day(url: str, landed: Landed, day: date) -> float:
    with run_session(url, "benchmark", None) as session:
        return seconds_of(lambda: load_day(url, landed.zone, day, maximum_file_bytes=10**9, session=session))


def _dlt(workplace: Workplace, landed: Landed, directory: Path, *, is_complete: bool = False) -> tuple[float, float]:
    url = workplace.create_database("dlt", template="template0")
    merge = DltMerge(url, directory, "linkedin")
    first, following = (
        merge.load(tables_of_posts(files, day.isoformat(), is_complete=is_complete))
        for day, files in landed.files.items()
    )
    with psycopg.connect(url) as connection:
        posts = connection.execute("select count(*), count(distinct urn) from linkedin.posts").fetchone()
        tables = connection.execute(
            "select count(*) from pg_tables where schemaname = 'linkedin' and tablename not like '\\_dlt%'"
        ).fetchone()
    expected_tables = TABLES_IF_COMPLETE if is_complete else TABLES
    if posts != (landed.posts, landed.posts) or tables != (expected_tables,):
        raise RuntimeError(f"dlt wrote {posts} posts in {tables} tables of {landed.posts} in {expected_tables}")
    return first, following


def _range_run(workplace: Workplace, landed: Landed, load_day_seconds: float) -> Result:
    """Both days as one Dagster run of the load alone."""
    prepare_dagster(workplace)
    url = workplace.create_database("ingest")
    os.environ["SYNDICATION_LANDING_URL"] = landed.zone.url
    first_day, last_day = FIRST_LOAD.date(), NEXT_SNAPSHOT.date()
    with project_database(url):
        # A first run, for a day without files, loads the definitions and creates Dagster's tables.
        run_with_dagster(date(2025, 10, 1), date(2025, 10, 1), ('key:"scraping/posts"',))
        seconds = seconds_of(lambda: run_with_dagster(first_day, last_day, ('key:"scraping/posts"',)))
    return Result(
        NAME,
        "both days, one Dagster run of the load",
        seconds,
        "s",
        load_day_seconds,
        "load_day twice",
        seconds / load_day_seconds,
    )
