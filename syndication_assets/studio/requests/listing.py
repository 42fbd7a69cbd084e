"""Briefs and their visuals, as commands show them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from syndication_assets.database.connection import Connection, load_sql, run_file
from syndication_assets.studio.requests.new_brief import BriefError


class ListedBrief(NamedTuple):
    """One row of `studio/content_requests/listed.sql`."""

    organization_id: str
    organization: str
    request_id: str
    batch_name: str | None
    title: str
    language: str
    channels: list[str]
    template_name: str
    state: str
    state_since: datetime
    priority: int
    due_on: date | None
    attempts: int
    reason: str | None
    asset_id: str | None
    version: int | None
    lowest_score: Decimal | None
    variation: int
    mode: str
    quality: str
    stopped_before: str | None
    """The step before which it waits for a person."""
    stock_image_id: str | None


class ShownVariant(NamedTuple):
    """One row of `studio/asset_variants/shown.sql`."""

    variant_id: str
    channel: str
    format_name: str
    is_posted: bool
    width: int
    height: int
    size_bytes: int
    object_path: str
    alt_text: str
    score: Decimal | None
    measured_weight: Decimal | None
    level: str | None
    findings: list[dict[str, Any]]
    """What it breaks, then what was not measured: rule, severity, measured, threshold, is_passed, reason, evidence,
    impact (what its score loses by it).
    """


def list_briefs(
    connection: Connection,
    *,
    organization: str | None = None,
    state: str | None = None,
    batch: str | None = None,
    platform: str | None = None,
    due_before: date | None = None,
    brand: str | None = None,
    language: str | None = None,
    words: str | None = None,
    is_waiting: bool | None = None,
    request_id: str | None = None,
    maximum: int = 50,
    skipped: int = 0,
) -> list[ListedBrief]:
    """The newest first. `words` are a part of title or message, in any case; `is_waiting` is for a person."""
    parameters = {
        "organization": organization,
        "state": state,
        "batch": batch,
        "platform": platform,
        "due_before": due_before,
        "brand": brand,
        "language": language,
        "words": words,
        "is_waiting": is_waiting,
        "request_id": request_id,
        "maximum": maximum,
        "skipped": skipped,
    }
    rows = connection.execute(load_sql("studio/content_requests/listed.sql"), parameters)
    return [ListedBrief(*row) for row in rows]


def count_briefs(
    connection: Connection,
    organization_id: str,
    *,
    state: str | None = None,
    batch: str | None = None,
    language: str | None = None,
    words: str | None = None,
) -> int:
    """How many briefs of an organization `list_briefs` finds by these filters."""
    filters = {"state": state, "batch": batch, "language": language, "words": words}
    ((briefs,),) = connection.execute(
        load_sql("studio/content_requests/counted.sql"), {"organization_id": organization_id, **filters}
    ).fetchall()
    return int(briefs)


def read_brief(connection: Connection, request_id: str) -> ListedBrief:
    """BriefError if there is no such brief."""
    found = list_briefs(connection, request_id=request_id, maximum=1)
    if not found:
        raise BriefError(f"There is no brief {request_id}: `syndication brief list`.")
    return found[0]


def shown_variants(connection: Connection, request_id: str) -> list[ShownVariant]:
    """The pictures of the newest visual of a brief, with what they break."""
    rows = connection.execute(load_sql("studio/asset_variants/shown.sql"), {"request_id": request_id})
    return [ShownVariant(*row) for row in rows]


def posts_of(connection: Connection, request_id: str) -> list[tuple[str, str, str]]:
    """Channel, text and its state, of each post of a brief."""
    rows = run_file(connection, "studio/content_requests/posts.sql", {"request_id": request_id})
    return [(row["channel"], row["content_id"], row["state"]) for row in rows]
