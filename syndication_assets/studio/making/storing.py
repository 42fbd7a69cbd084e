"""Stores a visual: its files first, then its rows with the end of the lease, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from syndication_assets import fault_points
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.sessions import locks
from syndication_assets.media.cache.cache_queue import StoredFile
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.use import mark_used
from syndication_assets.media.stored_media import add_file, store_file
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets.studio.compliance.rules import Rule
from syndication_assets.studio.making.drawn_before import DrawnVariant
from syndication_assets.studio.making.inputs import Inputs
from syndication_assets.studio.making.likeness import likeness_results
from syndication_assets.studio.making.request_queue import LeasedBrief
from syndication_assets.studio.making.visual import MadeVariant, MadeVisual


def store_visual(
    url: str,
    store: MediaStore,
    brief: LeasedBrief,
    inputs: Inputs,
    visual: MadeVisual,
    rules: Sequence[Rule],
    note: str | None,
) -> str | None:
    """The id of the stored visual; None if the lease went to another run. MediaStoreError."""
    files = _stored_files(store, brief.organization_id, visual)
    fault_points.reach("studio.before_rows")
    with transaction(url) as connection:
        of_brief = {"organization_id": brief.organization_id, "request_id": brief.request_id}
        ended = connection.execute(
            load_sql("studio/generated_assets/end_lease.sql"), of_brief | {"lease_id": brief.lease_id, "note": note}
        ).fetchall()
        if not ended:
            return None
        ids = {content: add_file(connection, brief.organization_id, stored) for content, stored in files.items()}
        variants = [_row(each, ids) for each in visual.variants]
        # Two visuals that look alike and are stored at the same time would not see each other. Others wait from here to
        # the commit, so as little as possible is between.
        locks.wait_for(connection, f"studio.generated_assets {brief.organization_id}")
        alike = likeness_results(connection, brief.organization_id, brief.request_id, variants, rules)
        rows = [
            row | {"results": [result.as_row() for result in (*each.results, *likeness)]}
            for row, each, likeness in zip(variants, visual.variants, alike, strict=True)
        ]
        ((asset_id, _, _),) = connection.execute(
            load_sql("studio/generated_assets/add.sql"),
            of_brief
            | {
                "version": ended[0][1],
                "brand_id": inputs.brand_id,
                "brand_version": inputs.brand_version,
                "template_id": inputs.template_id,
                "template_version": inputs.template_version,
                "stock_image_id": None if visual.photo is None else visual.photo.stock_image_id,
                "pattern_asset_id": inputs.pattern_asset_id if visual.shows_pattern else None,
                "fields": json.dumps(dict(visual.fields)),
                "corrections": list(brief.corrections),
                "variants": json.dumps(rows),
            },
        ).fetchall()
        if visual.photo is not None:
            mark_used(connection, brief.organization_id, visual.photo.stock_image_id, datetime.now(UTC))
        fault_points.reach("studio.before_commit")
    return str(asset_id)


def _stored_files(store: MediaStore, organization_id: str, visual: MadeVisual) -> dict[bytes, StoredFile]:
    """The files that were drawn now, by their content."""
    pictures = [each.picture for each in visual.variants if isinstance(each.picture, RenderedPicture)]
    drawn = {picture.content: picture.mime_type for picture in pictures}
    return {
        # Pictures of our own need no process of their own to be read.
        content: store_file(store, organization_id, content, mime_type, read_picture(content, mime_type))
        for content, mime_type in drawn.items()
    }


def _row(variant: MadeVariant, ids: Mapping[bytes, str]) -> dict[str, Any]:
    picture = variant.picture
    return {
        "platform": variant.place.platform,
        "channel_type": variant.place.channel_type,
        "format_name": variant.place.format.name,
        "is_posted": variant.is_posted,
        "media_file_id": picture.media_file_id if isinstance(picture, DrawnVariant) else ids[picture.content],
        "render_hash": variant.render_hash,
        "alt_text": variant.alt_text,
        "shows_attribution": variant.shows_attribution,
    }
