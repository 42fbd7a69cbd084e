"""Builds small LinkedIn datasets for single tests, and loads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.download_runs import RunSession
from syndication_assets.scraping.loading.post_load import DayLoad, load_day
from syndication_assets_tests.emptied_tables import delete_rows
from syndication_assets_tests.rows import DatabaseRows

MONDAY = date(2025, 11, 3)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
MAXIMUM_FILE_BYTES = 32 * 1024 * 1024
_FIRST_POST = datetime(2025, 11, 1, tzinfo=UTC)


def activity_id(number: int) -> str:
    """The activity id of a post published `number` seconds after a fixed time."""
    milliseconds = int(_FIRST_POST.timestamp()) * 1000 + number * 1000
    return str((milliseconds << 22) + number)


def post(
    activity: str | None,
    *,
    ugc_post: str | None = None,
    share: str | None = None,
    text: str | None = "Wool and weather",
    author: str = "anna",
    headline: str | None = "Weaver",
    reactions: int | None = 10,
    comments: int | None = 2,
    reposts: int | None = 1,
    images: tuple[str, ...] = (),
    quoted: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An item of a dataset that is the post itself."""
    item: dict[str, Any] = {
        "urn": {"activity_urn": activity, "ugcPost_urn": ugc_post, "share_urn": share},
        "full_urn": f"urn:li:ugcPost:{ugc_post}" if ugc_post else f"urn:li:activity:{activity}",
        "text": text,
        "url": "https://www.linkedin.example/posts/x",
        "post_type": "quote" if quoted else "regular",
        "author": {
            "first_name": author.title(),
            "last_name": "Ash",
            "headline": headline,
            "username": author,
            "profile_url": f"https://www.linkedin.example/in/{author}",
        },
        "stats": {"total_reactions": reactions, "like": reactions, "comments": comments, "reposts": reposts},
    }
    if activity is None and ugc_post is None:
        item["full_urn"] = None
    if images:
        item["media"] = {"type": "images", "images": [{"url": url, "width": 800, "height": 600} for url in images]}
    if quoted:
        item["reshared_post"] = quoted
    return item | more


def repost(act: str, original: dict[str, Any]) -> dict[str, Any]:
    """The item of a plain repost: the original with the id of the act."""
    return original | {"urn": {"activity_urn": act, "ugcPost_urn": None, "share_urn": None}, "post_type": "repost"}


def name(username: str, day: date, hour: int, minute: int = 0) -> str:
    return f"dataset_{username}_{day}_{hour:02}-{minute:02}-00-000.json"


@dataclass
class Desk(DatabaseRows):
    """A landing zone and a database, with the operations of a person who lands files, loads days and runs queries."""

    url: str
    zone: LandingZone
    session: RunSession

    @property
    def root(self) -> Path:
        return Path(self.zone.url)

    def land(
        self,
        day: date,
        hour: int,
        *items: dict[str, Any],
        username: str = "anna",
        organization: str = "default",
        is_fetched: bool = False,
    ) -> str:
        """Lands the items as observed at that hour; returns the path. A fetch also writes down whom it tracks."""
        content = json.dumps(items).encode()
        meta = {"tracked_username": username} if is_fetched else None
        return self.zone.land(organization, "linkedin_apify", day, name(username, day, hour), content, meta)[0]

    def put(self, day: date, file_name: str, content: bytes, source: str = "linkedin_apify") -> str:
        """Writes a file without the rules of the landing zone, like another program would; returns its path."""
        path = f"default/{source}/{day}/{file_name}"
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)
        return path

    def replace(self, path: str, content: bytes) -> None:
        """Withdraws a file and writes another content under its name."""
        withdraw_files(self.url, self.zone, [path], "replaced")
        (self.root / path).write_bytes(content)

    def load(self, *days: date, maximum_file_bytes: int = MAXIMUM_FILE_BYTES) -> list[DayLoad]:
        return [
            load_day(self.url, self.zone, day, maximum_file_bytes=maximum_file_bytes, session=self.session)
            for day in days
        ]


LOADED = (
    "scraping.download_runs",
    "landing.files",
    "scraping.raw_payloads",
    "landing.quarantine",
    "scraping.profiles",
    "scraping.post_records",
    "scraping.hashtags",
    "engagement.stale_days",
    "scraping.organization_snapshot_intervals",
)


def clear(url: str) -> None:
    """Empties the database of scraped rows, which is faster than creating a new database."""
    delete_rows(url, LOADED)


@contextmanager
def cleared(url: str) -> Iterator[None]:
    """Clears the database at the end of the block, even after an error."""
    try:
        yield
    finally:
        clear(url)
