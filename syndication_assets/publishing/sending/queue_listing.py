"""The queue as people look at it: its targets by organization, state, channel, kind and day."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

from syndication_assets.database.connection import Connection, load_sql

State = Literal["draft", "ready", "scheduled", "publishing", "published", "failed", "cancelled", "needs_reconcile"]
Kind = Literal["product", "blog_post", "announcement", "event"]


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """What a listed target has in common with all others; None is anything. The days are UTC days of slots, inclusive:
    a target without a slot is on none.
    """

    organization: str | None = None
    state: State | None = None
    platform: str | None = None
    channel_type: str | None = None
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """A target with display names."""

    target_id: str
    organization: str
    state: str
    scheduled_at: datetime | None
    account: str
    channel: str
    is_simulated: bool
    platform_post_id: str | None
    error_message: str | None
    text: str
    kind: str
    """product, blog_post, announcement or event."""
    total: int
    """How many targets the filters let through, listed or not."""


def list_targets(
    connection: Connection, chosen: TargetFilter, *, limit: int | None = 100, offset: int = 0
) -> list[ListedTarget]:
    """The targets that the filter lets through, what is due first, then what has no slot."""
    rows = connection.execute(
        load_sql("publishing/queue.sql"), asdict(chosen) | {"maximum": limit, "left_out": offset}
    ).fetchall()
    return [ListedTarget(*row) for row in rows]
