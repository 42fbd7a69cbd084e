"""What the UI shows of a run of the studio: its numbers, and the contact sheet of what it made with the scores."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from syndication_assets.database.connection import run_file, transaction
from syndication_assets.media.contents.contact_sheet import MOST_PICTURES, ShownMedium, contact_sheet
from syndication_assets.media.media_store import MediaStore
from syndication_assets.studio.making.making import StudioRun
from syndication_assets.text.markdown import markdown_table, shorten

_COLUMNS = ("organization", "brief", "title", "language", "channel", "format", "score", "level")


def run_metadata(url: str, media_url: str, run: StudioRun) -> Mapping[str, Any]:
    with transaction(url) as connection:
        ((rows,),) = connection.execute("select count(*) from studio.generated_assets").fetchall()
        states = connection.execute(
            "select state::text, count(*) from studio.content_requests group by state order by state"
        ).fetchall()
        made = run_file(
            connection, "studio/generated_assets/newest.sql", {"asset_ids": run.assets, "maximum": MOST_PICTURES}
        ).fetchall()
    metadata: dict[str, Any] = {
        "dagster/row_count": int(rows),
        "visuals_made": len(run.assets),
        "variants_made": run.variants,
        "leases_recovered": run.recovered,
        "waiting_for_a_person": run.stopped,
        "briefs": dg.MetadataValue.md(markdown_table(("state", "briefs"), states)),
    }
    if run.failures:
        reasons = [(number, reason) for reason, number in run.failures.most_common(10)]
        metadata["not_made"] = dg.MetadataValue.md(markdown_table(("briefs", "reason"), reasons))
    if run.notes:
        notes = [(number, note) for note, number in run.notes.most_common(10)]
        metadata["notes"] = dg.MetadataValue.md(markdown_table(("briefs", "note"), notes))
    if made:
        scores = [float(row["score"]) for row in made if row["score"] is not None]
        if scores:
            metadata["lowest_score"] = min(scores)
        metadata["variants"] = dg.MetadataValue.md(markdown_table(_COLUMNS, [_shown(row) for row in made]))
        sheet = contact_sheet_of(media_url, [row["thumbnail_path"] for row in made])
        if sheet is not None:
            image = base64.b64encode(sheet).decode()
            metadata["contact_sheet"] = dg.MetadataValue.md(f"![What the run made](data:image/jpeg;base64,{image})")
    return metadata


def contact_sheet_of(media_url: str, thumbnail_paths: Sequence[str | None]) -> bytes | None:
    """The small copies as one JPEG; None if there are none."""
    store = MediaStore(media_url)
    pictures = [ShownMedium(store.content(path)) for path in thumbnail_paths if path and store.exists(path)]
    return contact_sheet(pictures) if pictures else None


def _shown(row: Mapping[str, Any]) -> tuple[object, ...]:
    score = row["score"]
    return (
        row["organization"],
        row["request_id"],
        shorten(row["title"]),
        row["language"],
        row["channel"],
        row["format_name"],
        None if score is None else round(float(score), 3),
        row["level"],
    )
