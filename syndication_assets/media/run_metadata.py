"""What the UI shows of a run of the cache: its numbers, why media were not cached, and the contact sheet of the day."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.database.connection import transaction
from syndication_assets.media.cache.cache_listing import cache_status, cached_on
from syndication_assets.media.cache.caching import CacheRun
from syndication_assets.media.contents.contact_sheet import MOST_PICTURES, ShownMedium, contact_sheet
from syndication_assets.media.media_store import MediaStore
from syndication_assets.text.markdown import markdown_table


def run_metadata(url: str, media_url: str, run: CacheRun, moment: datetime) -> Mapping[str, dg.MetadataValue | int]:
    """The metadata of a run that ended at the moment."""
    day = moment.astimezone(UTC).date()
    with transaction(url) as connection:
        statuses = cache_status(connection)
        cached = cached_on(connection, day, MOST_PICTURES)
    shown = [
        (s.organization, s.cached, s.waiting, s.would_expire, s.expired, s.gone, s.rejected, s.failed, s.bytes)
        for s in statuses
    ]
    columns = ("organization", "cached", "waiting", "would expire", "expired", "gone", "rejected", "failed", "bytes")
    metadata: dict[str, dg.MetadataValue | int] = {
        "dagster/row_count": sum(status.waiting + status.cached for status in statuses),
        "media_found": run.queued,
        "media_cached": run.states["cached"],
        "bytes_fetched": run.fetched_bytes,
        "organizations_at_their_limit": len(run.full),
        "is_at_budget": dg.MetadataValue.bool(run.is_at_budget),
        "cache": dg.MetadataValue.md(markdown_table(columns, shown)),
    }
    if run.reasons:
        reasons = [(number, reason) for reason, number in run.reasons.most_common(10)]
        metadata["not_cached"] = dg.MetadataValue.md(markdown_table(("media", "reason"), reasons))
    store = MediaStore(media_url)
    pictures = [
        ShownMedium(store.content(each.thumbnail_path), each.mime_type, each.duration_seconds, each.page_count)
        for each in cached
        if store.exists(each.thumbnail_path)
    ]
    if pictures:
        image = base64.b64encode(contact_sheet(pictures)).decode()
        title = f"The newest media cached on {day}"
        metadata["contact_sheet"] = dg.MetadataValue.md(f"![{title}](data:image/jpeg;base64,{image})")
    return metadata
