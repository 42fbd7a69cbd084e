"""The media of `make demo`: the cache runs once at the end of the 28 days, with files that the demo makes itself.

Nothing is fetched over a network: what stands in for it is here, and the cache that everybody else runs knows nothing
of it.
"""

from datetime import UTC, date, datetime, time
from functools import cache

import dagster as dg
from rich.console import Console
from rich.table import Table

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.demo.samples.files_of_media import file_of
from syndication_assets.media.cache.cache_listing import CacheStatus, cache_status
from syndication_assets.media.cache.caching import MediaCache
from syndication_assets.media.cache.fetching import Fetched
from syndication_assets.media.cache.outcomes import Outcome, after_status
from syndication_assets.media.contents.reading import read_content
from syndication_assets.media.run_metadata import run_metadata
from syndication_assets.settings import Settings

_RUN_BYTES = 1_500_000
"""As a first run does, it stops at its budget, and the rest waits."""


class SampleFiles:
    """Answers with the files of the samples instead of a server."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def fetch(self, url: str, attempts: int, expires_at: datetime | None) -> Fetched | Outcome:
        found = file_of(url)
        if found is None:
            return after_status(404, attempts, self._moment, expires_at)
        return Fetched(*found)

    def close(self) -> None: ...


def cache_samples(url: str, settings: Settings, organization: str, last_day: date) -> None:
    """Caches media of the samples as at 23:00 of the last day, and shows the run at its asset; once."""
    if any(status.organization == organization for status in _statuses(url)):
        return
    moment = datetime.combine(last_day, time(23), UTC)
    # The demo's own files need no process of their own, and each is read once.
    small = settings.model_copy(update={"media_connections": 1, "media_run_bytes": _RUN_BYTES})
    run = MediaCache(url, small, SampleFiles(moment), read=cache(read_content), now=lambda: moment).run()
    with dg.DagsterInstance.get() as instance:
        metadata = run_metadata(url, settings.media_url, run, moment)
        instance.report_runless_asset_event(dg.AssetMaterialization(["media", "cached_media"], metadata=metadata))


def print_media(console: Console, url: str, organization: str) -> None:
    """Prints the media by kind: how many posts show them, and in how many files they are stored."""
    with transaction(url) as connection:
        rows = connection.execute(load_sql("demo/media.sql"), {"slug": organization}).fetchall()
    table = Table(title="Media of posts: each file is stored once, whatever shows it", title_justify="left")
    for column in ("media", "found", "cached", "files", "colours found", "not cached"):
        table.add_column(column, justify="left" if column in {"media", "not cached"} else "right")
    for media_type, found, cached, files, analysed, not_cached in rows:
        table.add_row(media_type, f"{found:,}", f"{cached:,}", f"{files:,}", f"{analysed:,}", not_cached)
    console.print(table)


def _statuses(url: str) -> list[CacheStatus]:
    with transaction(url) as connection:
        return cache_status(connection)
