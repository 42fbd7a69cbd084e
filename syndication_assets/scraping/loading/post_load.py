"""Loads the landed posts of one day: parses each file once and merges all rows in one transaction."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from syndication_assets.database.connection import Connection, load_sql, run_file, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.loading.day_load import LandedDay, RoomLoad, load_room_day
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.erasure.erased_readings import without_files_of_erased
from syndication_assets.scraping.erasure.erasure_list import erased_people
from syndication_assets.scraping.fetching.download_runs import (
    DownloadRun,
    RunCounters,
    RunSession,
    RunStatus,
    close_run,
)
from syndication_assets.scraping.loading.day_facts import facts_of_day
from syndication_assets.scraping.loading.post_staging import staging_of
from syndication_assets.scraping.post_sources import SOURCES
from syndication_assets.scraping.reading.day_reading import read_day
from syndication_assets.scraping.reading.landed_rows import DayFacts, FileRows
from syndication_assets.scraping.reading.read_ahead import ReadAhead

ARCHIVED_TABLES = ("scraping.raw_payloads", "scraping.snapshots")
"""A day cannot be loaded while an archive has its month in one of these."""
_MAXIMUM_UNKNOWN_KEYS = 1_000
"""Per run. A source that uses ids as keys would have new keys in every item."""


@dataclass(slots=True)
class DayLoad:
    """The result of loading one day."""

    day: date
    runs: dict[str, RunCounters] = field(default_factory=dict)
    unknown_folders: list[str] = field(default_factory=list)
    unreadable_folders: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    """The organizations, by slug, whose rows of the day are archived and were left alone."""
    late_files: int = 0
    """How many of their files landed since, and are in quarantine."""

    def total(self, counter: str) -> int:
        return sum(getattr(counters, counter) for counters in self.runs.values())

    @property
    def unknown_keys(self) -> Counter[str]:
        keys: Counter[str] = Counter()
        for counters in self.runs.values():
            keys.update(counters.unknown_keys)
        return keys


def load_day(
    url: str,
    zone: LandingZone,
    day: date,
    *,
    maximum_file_bytes: int,
    session: RunSession,
    ahead: ReadAhead | None = None,
) -> DayLoad:
    """Makes the room's rows of `day` match its landed files, in one transaction.

    `ahead` has the files that were read ahead; without it every file is read now. Raises LandedFilesMissingError if
    previously loaded files of the day are missing.
    """
    load = DayLoad(day)
    runs: dict[tuple[str, str], DownloadRun] = {}

    def open_runs(landed: LandedDay) -> None:
        load.unknown_folders, load.unreadable_folders = landed.unknown_folders, landed.unreadable_folders
        erased = erased_people(landed.connection)
        if erased is not None:
            landed.files = without_files_of_erased(landed.files, landed.organizations, erased)
            landed.late = without_files_of_erased(landed.late, landed.organizations, erased)
        load.archived, load.late_files = sorted(landed.archived), len(landed.late)
        for slug, source in sorted(landed.sources):
            run = runs[slug, source] = session.open(
                kind="load",
                organization_id=landed.organizations[slug],
                source=source,
                platform=SOURCES[source].platform if source in SOURCES else None,
                first_day=day,
                last_day=day,
            )
            load.runs[run.run_id] = RunCounters()

    def stage(landed: LandedDay) -> None:
        landed.connection.execute(load_sql("scraping/staging.sql"))
        landed.connection.execute(
            load_sql("scraping/withdrawn_payloads.sql"), {"day": day, "sources": list(landed.withdrawn.values())}
        )
        facts = facts_of_day(landed.connection, day, runs)
        with closing(read_day(zone, landed.files, maximum_file_bytes, facts, ahead)) as files:
            _stage(landed.connection, day, files, facts, load)

    def merge(landed: LandedDay) -> None:
        for (_, source), run in runs.items():
            landed.connection.execute(
                "update staged_files set run_id = %s where is_withdrawn and organization_id = %s and source = %s",
                [run.run_id, run.organization_id, source],
            )
        _merge(landed.connection, day, load)
        for run in runs.values():
            close_run(landed.connection, run, "completed", load.runs[run.run_id])

    with transaction(url) as connection:
        # Committed before the load, so that attaching a partition and other loads do not wait for each other.
        for table in ARCHIVED_TABLES:
            connection.execute("select operations.ensure_month_partitions(%s, %s, %s)", [table, day, day])
    try:
        load_room_day(url, zone, day, RoomLoad("scraping", stage, merge, open_runs, ARCHIVED_TABLES))
    except BaseException as error:
        status: RunStatus = "failed" if isinstance(error, Exception) else "cancelled"
        message = str(error) if isinstance(error, SyndicationError) else type(error).__name__
        for run in runs.values():
            # If the server is gone, the next run closes this run. The error to raise is `error`.
            with suppress(psycopg.Error):
                session.close(run, status, RunCounters(), message)
        raise
    for run in runs.values():
        session.release(run)
    return load


def _stage(connection: Connection, day: date, files: Iterator[FileRows], facts: DayFacts, load: DayLoad) -> None:
    with staging_of(connection, day) as staging:
        for file in files:
            reading = file.reading
            run = facts.run_of(reading)
            counters = load.runs[run.run_id]
            counters.files_read += 1
            counters.items_read += len(file.items) + sum(r.position is not None for r in reading.rejected)
            counters.items_quarantined += len(reading.rejected)
            counters.source_errors += reading.source_errors
            for key, count in reading.unknown_keys.items():
                if key in counters.unknown_keys or len(counters.unknown_keys) < _MAXIMUM_UNKNOWN_KEYS:
                    counters.unknown_keys[key] = counters.unknown_keys.get(key, 0) + count
            staging.add(file, run)


def _merge(connection: Connection, day: date, load: DayLoad) -> None:
    parameters = {"day": day}
    connection.execute(load_sql("scraping/resolve_posts.sql"))
    while _merge_posts(connection):
        connection.execute(load_sql("scraping/resolve_posts.sql"))
    for statement in ("profiles/merge", "observed_posts", "compared_posts"):
        connection.execute(load_sql(f"scraping/{statement}.sql"), parameters)
    _count(connection, "scraping/posts/merge.sql", parameters, load)
    for table in ("profile_snapshots", "post_aliases", "post_media", "hashtags", "post_hashtags"):
        connection.execute(load_sql(f"scraping/{table}/merge.sql"), parameters)
    _count(connection, "scraping/data_downloads/merge.sql", parameters, load)
    connection.execute(load_sql("scraping/posts/posted_at.sql"), parameters)
    connection.execute(load_sql("scraping/posts/is_simulated.sql"), parameters)
    connection.execute(load_sql("scraping/profile_post_counts.sql"))


def _merge_posts(connection: Connection) -> bool:
    """Merges posts joined by ids; returns whether there were any. A merge may cause another: call it again."""
    pairs = connection.execute(load_sql("scraping/posts_to_merge.sql")).fetchall()
    merged: set[str] = set()
    for organization_id, winning_post_id, losing_post_id in pairs:
        # A post with ids in several components may be in several pairs.
        if merged.isdisjoint((winning_post_id, losing_post_id)):
            connection.execute(
                load_sql("scraping/merged_facts.sql"),
                {
                    "organization_id": organization_id,
                    "winning_post_id": winning_post_id,
                    "losing_post_id": losing_post_id,
                },
            )
            connection.execute(
                "select scraping.merge_posts(%s, %s, %s)", [organization_id, winning_post_id, losing_post_id]
            )
            merged.add(losing_post_id)
    return bool(pairs)


def _count(connection: Connection, path: str, parameters: dict[str, Any], load: DayLoad) -> None:
    """Runs a file whose last statement returns counts per run, and stores them in the counters of the runs."""
    for counts in run_file(connection, path, parameters).fetchall():
        counters = load.runs[counts.pop("run_id")]
        for name, count in counts.items():
            setattr(counters, name, count)
