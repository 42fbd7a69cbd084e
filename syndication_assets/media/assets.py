"""The assets of the media room: what became of each medium, and the stored files."""

import dagster as dg

from syndication_assets.database.connection import database_url
from syndication_assets.errors import SyndicationError
from syndication_assets.media.cache.caching import MediaCache, current_time
from syndication_assets.media.run_metadata import run_metadata
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import CACHE_MEDIA
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_specs import external_table


@dg.asset(
    key=["media", "cached_media"],
    group_name="media",
    deps=[dg.AssetKey(["scraping", "post_media"])],
    kinds={"postgres"},
    owners=OWNERS,
    tags=CACHE_MEDIA,
    pool="media_cache",
    metadata={"dagster/table_name": "media.cached_media"},
)
def cached_media(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row is one picture, video or document of a post, and what became of its URL.

    A run finds the media that scraped posts have, and fetches those that wait: what expires first, then what waits
    longest. It stores each file by its content below SYNDICATION_MEDIA_URL, so a file that several posts show is stored
    once.

    Of each picture, video and PDF document it stores small copies, which its metadata shows as one contact sheet of the
    day.

    A re-run fetches nothing that is cached. A URL that expired waits for the next scrape of its post; a server that
    fails is tried again after 5 minutes, 1 hour, 6 hours and a day.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        run = MediaCache(url, settings, log=context.log).run()
    except SyndicationError as error:
        raise dg.Failure(str(error)) from None
    return dg.MaterializeResult(metadata=run_metadata(url, settings.media_url, run, current_time()))


media_files = external_table(
    "media",
    "media_files",
    "One row is one stored file, by its content: its kind, its size and a hash of how it looks. Written with "
    "media/cached_media; the files are below SYNDICATION_MEDIA_URL.",
    deps=[dg.AssetKey(["media", "cached_media"])],
    tags=CACHE_MEDIA,
)
