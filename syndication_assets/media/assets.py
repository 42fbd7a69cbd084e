"""The assets of the media room: what became of each medium, and the stored files."""

import base64

import dagster as dg

from syndication_assets.database.connection import database_url, transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.media.cache.cache_listing import cache_status
from syndication_assets.media.cache.caching import CacheRun, MediaCache
from syndication_assets.media.contents.contact_sheet import MOST_PICTURES, contact_sheet
from syndication_assets.media.media_store import MediaStore
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import CACHE_MEDIA
from syndication_assets.sql_assets.descriptions import OWNERS
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.text.markdown import markdown_table


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

    A re-run fetches nothing that is cached. A URL that expired waits for the next scrape of its post; a server that
    fails is tried again after 5 minutes, 1 hour, 6 hours and a day.
    """
    try:
        settings = Settings.from_environment()
        url = database_url(settings)
        run = MediaCache(url, settings, log=context.log).run()
    except SyndicationError as error:
        raise dg.Failure(str(error)) from None
    with transaction(url) as connection:
        statuses = cache_status(connection)
    shown = [
        (s.organization, s.cached, s.waiting, s.would_expire, s.expired, s.gone, s.refused, s.failed, s.bytes)
        for s in statuses
    ]
    columns = ("organization", "cached", "waiting", "would expire", "expired", "gone", "refused", "failed", "bytes")
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(status.waiting + status.cached for status in statuses),
            "media_found": run.queued,
            "media_cached": run.states["cached"],
            "bytes_fetched": run.fetched_bytes,
            "is_at_budget": run.is_at_budget,
            "cache": dg.MetadataValue.md(markdown_table(columns, shown)),
            **_reasons(run),
            **_sheet(run, MediaStore(settings.media_url)),
        }
    )


media_files = external_table(
    "media",
    "media_files",
    "One row is one stored file, by its content: its kind, its size and a hash of how it looks. Written with "
    "media/cached_media; the files are below SYNDICATION_MEDIA_URL.",
    deps=[dg.AssetKey(["media", "cached_media"])],
    tags=CACHE_MEDIA,
)


def _reasons(run: CacheRun) -> dict[str, dg.MetadataValue[str]]:
    """Why media were not cached, the commonest reasons first."""
    if not run.reasons:
        return {}
    return {
        "not_cached": dg.MetadataValue.md(
            markdown_table(("media", "reason"), [(n, r) for r, n in run.reasons.most_common(10)])
        )
    }


def _sheet(run: CacheRun, store: MediaStore) -> dict[str, dg.MetadataValue[str]]:
    """The pictures that this run cached, as one picture."""
    newest = dict.fromkeys(reversed(run.cached))
    thumbnails = [store.thumbnail(*key) for key in list(newest)[:MOST_PICTURES]]
    found = [thumbnail for thumbnail in thumbnails if thumbnail is not None]
    if not found:
        return {}
    image = base64.b64encode(contact_sheet(found)).decode()
    return {"contact_sheet": dg.MetadataValue.md(f"![The pictures of this run](data:image/jpeg;base64,{image})")}
