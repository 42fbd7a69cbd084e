"""Inserts posts and snapshots into the scraping tables, and rolls them up, for the tests of this folder.

Days are numbered from `FIRST_DAY`, so that day 2 is the last of a month and day 3 the first of the next.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from syndication_assets.database.connection import transaction
from syndication_assets.sql_assets.rollups import compute_rollup
from syndication_assets_tests.rows import DatabaseRows

FIRST_DAY = date(2025, 1, 30)
COUNTERS = ("reactions", "comments", "shares", "saves", "clicks", "views", "impressions", "reach")
ROLLUPS = (
    "post_engagement_daily",
    "profile_engagement_daily",
    "platform_engagement_daily",
    "hashtag_engagement_daily",
    "post_cohorts",
    "product_post_performance",
)

Row = dict[str, Any]

_REMOVE = "delete from scraping.snapshots where organization_id = %s and post_id = %s and downloaded_at = %s"


def day(number: int) -> date:
    """Day 1 is `FIRST_DAY`."""
    return FIRST_DAY + timedelta(days=number - 1)


def moment(number: int, clock: str = "12:00") -> datetime:
    """A time of day, `HH:MM` or `HH:MM:SS.ffffff` in UTC, on a numbered day."""
    return datetime.fromisoformat(f"{day(number)}T{clock}").replace(tzinfo=UTC)


class History(DatabaseRows):
    """The scraping tables of the default organization and their rollups."""

    role = "syndication_pipeline"

    def __init__(self, url: str) -> None:
        self.url = url
        self._urns = self.value("select count(*) from scraping.post_records")
        self.organization_id: str = self.value("select organization_id from tenancy.organizations")
        self.execute("select operations.ensure_month_partitions('scraping.snapshots', %s, %s)", [day(-60), day(120)])
        self.run_id: str = self.value(
            "insert into scraping.download_runs"
            " (organization_id, kind, source, partition_from, partition_to, script_name)"
            " values (%s, 'load', 'test', %s, %s, 'test') returning run_id",
            [self.organization_id, day(1), day(1)],
        )
        self.landed_file_id: str = self.value(
            "insert into landing.files"
            " (organization_id, source_file_path, source, landed_on, content_hash, size_bytes)"
            " values (%s, 'default/test/file.json', 'test', %s, '', 0)"
            " on conflict (organization_id, source_file_path) do update set source = excluded.source"
            " returning landed_file_id",
            [self.organization_id, day(1)],
        )

    def profile(self, username: str, platform: str = "linkedin") -> str:
        return str(
            self.value(
                "insert into scraping.profiles (organization_id, platform, username) values (%s, %s, %s)"
                " returning profile_id",
                [self.organization_id, platform, username],
            )
        )

    def post(
        self,
        *,
        posted_at: datetime | None = None,
        platform: str = "linkedin",
        profile_id: str | None = None,
        is_simulated: bool = False,
    ) -> str:
        """Adds a post; without `posted_at`, its publication time is unknown."""
        self._urns += 1
        return str(
            self.value(
                "insert into scraping.post_records (organization_id, platform, urn, urn_kind, posted_at, profile_id,"
                " is_simulated, content_observed_at, first_seen_at, last_seen_at)"
                " values (%s, %s, %s, 'activity', %s, %s, %s, now(), now(), now()) returning post_id",
                [self.organization_id, platform, str(self._urns), posted_at, profile_id, is_simulated],
            )
        )

    def snapshot(self, post_id: str, observed_at: datetime, *, stats: str | None = None, **counters: int | None):
        """Adds or replaces the snapshot of a moment; counters that are not given are not measured."""
        columns = {
            "organization_id": self.organization_id,
            "post_id": post_id,
            "downloaded_at": observed_at,
            "run_id": self.run_id,
            "observed_at_source": "file_name",
            "landed_file_id": self.landed_file_id,
            "stats": stats,
            **counters,
        }
        statement = sql.SQL("insert into scraping.snapshots ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join([sql.Placeholder()] * len(columns))
        )
        with transaction(self.url) as connection:
            connection.execute(_REMOVE, [self.organization_id, post_id, observed_at])
            connection.execute(statement, list(columns.values()))

    def daily(self, post_id: str, counter: str, values: Mapping[int, int | None]) -> None:
        """Adds a snapshot of one counter at noon of each numbered day."""
        for number, value in values.items():
            self.snapshot(post_id, moment(number), **{counter: value})

    def remove(self, post_id: str, observed_at: datetime) -> int:
        """The number of snapshots that were removed."""
        return len(self.execute(f"{_REMOVE} returning 1", [self.organization_id, post_id, observed_at]))

    def hashtag(self, hashtag: str, post_id: str, *numbers: int) -> str:
        """Adds a hashtag to the post's text on the numbered days."""
        hashtag_id = self.value(
            "insert into scraping.hashtags as h (organization_id, hashtag, first_seen_at) values (%s, %s, now())"
            " on conflict (organization_id, hashtag) do update set hashtag = h.hashtag returning hashtag_id",
            [self.organization_id, hashtag],
        )
        days = "{" + ", ".join(f"[{day(number)},{day(number + 1)})" for number in numbers) + "}"
        self.execute(
            "insert into scraping.post_hashtags (organization_id, post_id, hashtag_id, seen_on, is_current)"
            " values (%s, %s, %s, %s, true)",
            [self.organization_id, post_id, hashtag_id, days],
        )
        return str(hashtag_id)

    def roll_up(self, table: str, first: int, last: int | None = None, *, time_zone: str = "UTC") -> dict[str, int]:
        """Materializes one rollup for the numbered days, both included; returns the counts of its last statement."""
        with transaction(self.url) as connection:
            connection.execute(sql.SQL("set local timezone = {}").format(time_zone))
            return compute_rollup(connection, "engagement", table, day(first), day((last or first) + 1))

    def roll_up_all(self, first: int, last: int | None = None, *, time_zone: str = "UTC") -> dict[str, dict[str, int]]:
        """Materializes every rollup, in dependency order."""
        return {table: self.roll_up(table, first, last, time_zone=time_zone) for table in ROLLUPS}

    def table_rows(self, table: str) -> list[Row]:
        """All rows of a table of the engagement room, read as a superuser, ordered by their text."""
        with psycopg.connect(self.url, row_factory=psycopg.rows.dict_row) as connection:
            connection.execute("set timezone = 'UTC'")
            query = sql.SQL("select * from engagement.{} as t order by t::text").format(sql.Identifier(table))
            return connection.execute(query).fetchall()

    def day_rows(self, post_id: str) -> dict[int, Row]:
        """The daily rows of a post, by the number of the day."""
        return {
            (row["activity_date"] - FIRST_DAY).days + 1: row
            for row in sorted(self.table_rows("post_engagement_daily"), key=lambda row: row["activity_date"])
            if row["post_id"] == post_id
        }

    def by_day(self, post_id: str, column: str) -> dict[int, Any]:
        """One column of the daily rows of a post, by the number of the day."""
        return {number: row[column] for number, row in self.day_rows(post_id).items()}


def without(rows: Sequence[Row], *columns: str) -> list[Row]:
    """The rows without some columns, e.g. `updated_at`, in a stable order."""
    return sorted(({k: v for k, v in row.items() if k not in columns} for row in rows), key=repr)
