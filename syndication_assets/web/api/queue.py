"""The publishing queue: what is planned, sent and failed."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from syndication_assets.database.connection import Connection
from syndication_assets.publishing.sending.moving import move_to_day
from syndication_assets.publishing.sending.queue_listing import Kind, State, TargetFilter, list_targets
from syndication_assets.publishing.sending.target_decisions import cancel
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import TargetId, with_example
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.api.named_requests import OnceOnly

router = APIRouter(prefix="/queue", tags=["queue"], route_class=OnceOnly)


class QueueFilter(BaseModel):
    """What the listed posts have in common. The days are UTC days of slots, inclusive."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    platform: str | None = Field(default=None, max_length=50)
    channel_type: str | None = Field(default=None, max_length=50)
    kind: Kind | None = None
    since: date | None = None
    until: date | None = None
    limit: int = Field(default=50, ge=1, le=500)
    offset: int = Field(default=0, ge=0, le=1_000_000)


class QueuedPost(BaseModel):
    """One text for one account and channel."""

    target_id: str
    state: str
    kind: str
    account: str
    channel: str
    scheduled_at: datetime | None
    is_simulated: bool
    platform_post_id: str | None
    error_message: str | None
    text: str


class QueuePage(BaseModel):
    """Some posts of the queue."""

    items: list[QueuedPost]
    total: int = Field(description="How many posts the filters let through, listed or not.")
    filters: QueueFilter = Field(description="The filters as they were understood.")


class Move(BaseModel):
    """Where to a post is moved."""

    model_config = with_example(day="2026-01-31")

    day: date = Field(description="The day in the time zone of the schedule; its first free slot is taken.")


class MovedPost(BaseModel):
    """A post with another slot."""

    target_id: str
    state: str
    scheduled_at: datetime


class CancelledPost(BaseModel):
    """A post that will not be sent."""

    target_id: str
    state: str


@router.get("", summary="List the queue")
def list_queue(caller: CallerOfRequest, filters: Annotated[QueueFilter, Query()]) -> QueuePage:
    """What is due first, then what has no slot."""
    chosen = TargetFilter(organization=caller.organization.slug, **filters.model_dump(exclude={"limit", "offset"}))
    with caller.reading() as connection:
        _require_platform(connection, filters.platform)
        found = list_targets(connection, chosen, limit=filters.limit, offset=filters.offset)
        # A page behind the last one has no row that says how many there are.
        first = found or list_targets(connection, chosen, limit=1)
    return QueuePage(
        items=[QueuedPost(**{name: getattr(target, name) for name in QueuedPost.model_fields}) for target in found],
        total=first[0].total if first else 0,
        filters=filters,
    )


@router.post("/{target_id}/move", summary="Move a post to another day")
def move_post(target_id: TargetId, move: Move, caller: CallerOfRequest) -> MovedPost:
    """Into the first free slot of the day; the limits of the channel hold."""
    caller.require("targets.decide")
    _require_own(caller, target_id)
    with caller.acting():
        slot = move_to_day(caller.site.database_url, target_id, move.day, caller.person)
    return MovedPost(target_id=target_id, state="scheduled", scheduled_at=slot.scheduled_at)


@router.post("/{target_id}/cancel", summary="Cancel a post")
def cancel_post(target_id: TargetId, caller: CallerOfRequest) -> CancelledPost:
    """A post that is sent, being sent or unresolved cannot be cancelled."""
    caller.require("targets.decide")
    _require_own(caller, target_id)
    with caller.acting():
        cancel(caller.site.database_url, target_id, caller.person)
    return CancelledPost(target_id=target_id, state="cancelled")


def _require_platform(connection: Connection, platform: str | None) -> None:
    if platform is None:
        return
    known = [name for (name,) in connection.execute("select platform from channels.platforms order by platform")]
    if platform not in known:
        raise ApiError(Code.INVALID_PLATFORM, f"There is no platform of this name; there are {', '.join(known)}.")


def _require_own(caller: Caller, target_id: str) -> None:
    caller.require_own("publishing.post_targets", "target_id", target_id, f"There is no post {target_id} in the queue.")
