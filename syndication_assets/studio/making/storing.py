"""Stores a visual: its files first, then its rows with the end of the lease, in one transaction."""

import json

from syndication_assets import fault_points
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.use import mark_used
from syndication_assets.media.stored_media import add_file, store_file
from syndication_assets.studio.making.inputs import Inputs
from syndication_assets.studio.making.request_queue import LeasedBrief
from syndication_assets.studio.making.visual import MadeVisual


def store_visual(
    url: str, store: MediaStore, brief: LeasedBrief, inputs: Inputs, visual: MadeVisual, note: str | None
) -> str | None:
    """The id of the stored visual; None if the lease went to another run. MediaStoreError."""
    # Pictures of our own need no process of their own to be read.
    files = {
        variant.picture.content: store_file(
            store,
            brief.organization_id,
            variant.picture.content,
            variant.picture.mime_type,
            read_picture(variant.picture.content, variant.picture.mime_type),
        )
        for variant in visual.variants
    }
    fault_points.reach("studio.before_rows")
    with transaction(url) as connection:
        of_brief = {"organization_id": brief.organization_id, "request_id": brief.request_id}
        ended = connection.execute(
            load_sql("studio/generated_assets/end_lease.sql"), of_brief | {"lease_id": brief.lease_id, "note": note}
        ).fetchall()
        if not ended:
            return None
        ids = {content: add_file(connection, brief.organization_id, stored) for content, stored in files.items()}
        if visual.photo is not None:
            mark_used(connection, brief.organization_id, visual.photo.stock_image_id)
        variants = [
            {
                "platform": each.place.platform,
                "channel_type": each.place.channel_type,
                "format_name": each.place.format.name,
                "is_posted": each.is_posted,
                "media_file_id": ids[each.picture.content],
                "render_hash": each.render_hash,
                "alt_text": each.alt_text,
                "shows_attribution": each.shows_attribution,
                "results": [result.as_row() for result in each.results],
            }
            for each in visual.variants
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
                "fields": json.dumps(dict(visual.fields)),
                "corrections": list(brief.corrections),
                "variants": json.dumps(variants),
            },
        ).fetchall()
        fault_points.reach("studio.before_commit")
    return str(asset_id)
