"""Briefs and their visuals, as commands show them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from syndication_assets.database.connection import Connection, load_sql
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
    request_ids: Sequence[str] | None = None,
    maximum: int | None = 50,
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
        "request_ids": None if request_ids is None else list(request_ids),
        "maximum": maximum,
    }
    rows = connection.execute(load_sql("studio/content_requests/listed.sql"), parameters)
    return [ListedBrief(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class BriefSearch:
    """What the briefs that a reader looks for have in common; None for whatever they have."""

    state: str | None = None
    batch: str | None = None
    language: str | None = None
    words: str | None = None
    """A part of title or message, in any case."""


def find_briefs(connection: Connection, search: BriefSearch, *, maximum: int, skipped: int = 0) -> list[ListedBrief]:
    """Those of the organization that the connection reads (`own_rows.reading`), the newest first.

    Rare ones among many are found through an index, which row-level security would keep `list_briefs` from.
    """
    rows = connection.execute(
        load_sql("studio/content_requests/found.sql"), {**asdict(search), "maximum": maximum, "skipped": skipped}
    )
    ids = [request_id for (request_id,) in rows]
    return list_briefs(connection, request_ids=ids, maximum=None) if ids else []


def count_briefs(connection: Connection, search: BriefSearch) -> int:
    """How many `find_briefs` finds."""
    ((briefs,),) = connection.execute(load_sql("studio/content_requests/counted.sql"), asdict(search)).fetchall()
    return int(briefs)


def read_brief(connection: Connection, request_id: str) -> ListedBrief:
    """BriefError if there is no such brief."""
    found = list_briefs(connection, request_ids=[request_id])
    if not found:
        raise BriefError(f"There is no brief {request_id}: `syndication brief list`.")
    return found[0]


def shown_variants(connection: Connection, request_id: str) -> list[ShownVariant]:
    """The pictures of the newest visual of a brief, with what they break."""
    rows = connection.execute(load_sql("studio/asset_variants/shown.sql"), {"request_id": request_id})
    return [ShownVariant(*row) for row in rows]
