"""A history of posts whose old months are archived, for the tests of this folder."""

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from syndication_assets.database.connection import transaction
from syndication_assets.operations.archive.archive_records import ArchivedMonth, archived_months
from syndication_assets.operations.archive.archive_store import ArchiveStore
from syndication_assets.operations.archive.archiving import ArchiveRun, run_archive
from syndication_assets.operations.archive.month_restoring import months_to_restore, restore
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets_tests.engagement.snapshots import FIRST_DAY, ROLLUPS, History

JANUARY, FEBRUARY, MARCH = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
SNAPSHOTS, PAYLOADS, DAILY = "scraping.snapshots", "scraping.raw_payloads", "engagement.post_engagement_daily"
TOTALS = tuple(f"engagement.{name}_engagement_daily" for name in ("profile", "platform", "hashtag"))
EXECUTIONS = "operations.execution_history"
ALL = (SNAPSHOTS, PAYLOADS, DAILY, *TOTALS)


class ArchivedHistory:
    """The history of the default organization with an archive in a directory."""

    def __init__(self, url: str, directory: Path) -> None:
        self.url = url
        self.history = History(url)
        self.store = ArchiveStore(str(directory))
        self.directory = directory

    def keep(self, *subjects: str, months: int = 1, grace_days: int = 0) -> None:
        """The organization keeps so many months of these tables, and archives the others."""
        for subject in subjects:
            self.history.execute(
                "insert into operations.retention_policies (organization_id, subject, keep_months, action, grace_days)"
                " values (%s, %s, %s, 'archive', %s) on conflict (organization_id, subject) do update set"
                " keep_months = excluded.keep_months, grace_days = excluded.grace_days",
                [self.history.organization_id, subject, months, grace_days],
            )

    def run(self, today: date = date(2025, 3, 15), **options: Any) -> ArchiveRun:
        """Archives as if it were that day: with one month kept, January and what is older are due in March."""
        return run_archive(self.url, self.store, lambda _: None, today=today, **options)

    def archives(self, table: str | None = None) -> list[ArchivedMonth]:
        with transaction(self.url) as connection:
            return archived_months(connection, table=table)

    def restore(self, month: date, table: str | None = None) -> None:
        with transaction(self.url) as connection:
            archives = months_to_restore(connection, "default", month, table)
        for archived in archives:
            restore(self.url, self.store, archived, lambda _: None)

    def count(self, table: str, where: str = "true") -> int:
        """Read as a superuser."""
        with psycopg.connect(self.url) as connection:
            query = sql.SQL("select count(*) from {} where " + where).format(sql.Identifier(*table.split(".")))
            return int(connection.execute(query).fetchall()[0][0])

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows, read as a superuser, in a stable order."""
        with psycopg.connect(self.url) as connection:
            connection.execute("set timezone = 'UTC'")
            query = sql.SQL("select * from {} as t order by t::text").format(sql.Identifier(*table.split(".")))
            return connection.execute(query).fetchall()

    def rollups(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of all rollups without the time of their writing."""
        return {
            table: sorted(
                (
                    {name: value for name, value in row.items() if name != "updated_at"}
                    for row in self.history.table_rows(table)
                ),
                key=repr,
            )
            for table in ROLLUPS
        }

    def files(self) -> list[str]:
        """The files of the archive, unfinished ones included, without the one that says whose they are."""
        paths = (path for path in self.directory.rglob("*") if path.is_file() and path.name != MARK)
        return sorted(str(path.relative_to(self.directory)) for path in paths)


def three_months(history: History) -> list[str]:
    """Two watched posts and an old one, measured every few days from January 30 to March 8, and rolled up."""
    from syndication_assets_tests.engagement.snapshots import moment  # noqa: PLC0415

    ada = history.profile("ada")
    posts = [
        history.post(posted_at=moment(1, "06:00"), profile_id=ada),
        history.post(posted_at=moment(-20, "06:00"), profile_id=ada),
        history.post(posted_at=None),
    ]
    for place, post in enumerate(posts):
        history.hashtag("data", post, *range(1, 40))
        for number in (1, 2, 3, 9, 31, 32, 38):
            history.snapshot(
                post,
                moment(number, f"{8 + place:02}:00"),
                reactions=10 * number + place,
                comments=number if number % 2 else None,
                views=None if place == 1 else 100 * number,
                stats='{"reactions": {"like": 3}, "text": "a \\"quoted\\",\\nline; \\u00e9"}' if number == 2 else None,
            )
    history.roll_up_all(1, 40)
    assert date(2025, 1, 30) == FIRST_DAY
    return posts
