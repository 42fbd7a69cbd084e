"""What waits for the caller: the open steps that they may decide now."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from syndication_assets.approval.rounds.inbox import inbox_of
from syndication_assets.web.api.caller import CallerOfRequest

router = APIRouter(prefix="/inbox", tags=["inbox"])
_MOST_STEPS = 1000
_TEXTS = """
select c.content_id, p.planned_on, left(c.text_content, 240), p.request_id, c.picture_file_id
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
where c.content_id = any(%s)
"""


class InboxFilter(BaseModel):
    """Which of the steps."""

    model_config = ConfigDict(extra="forbid")

    platform: str | None = Field(default=None, max_length=50)
    escalated: bool = Field(default=False, description="Only those that others did not decide in time.")
    limit: int = Field(default=50, ge=1, le=500)
    offset: int = Field(default=0, ge=0, le=_MOST_STEPS)


class Step(BaseModel):
    """A step that the caller may decide now, at /texts/{content_id}."""

    content_id: str
    planned_on: date | None
    platform: str | None
    channel_type: str | None
    workflow: str | None = Field(description="Null if one person with the right decides.")
    step_order: int
    step_name: str
    steps: int
    needs: str = Field(description="any or all of the approvers.")
    score: Decimal | None
    minimum_score: Decimal | None
    since: datetime
    escalate_at: datetime | None
    is_escalated: bool
    in_place_of: list[str] = Field(description="Ids of users in whose places the caller decides; their own among them.")
    text: str | None = Field(description="Its beginning.")
    request_id: str | None
    picture_id: str | None


class Inbox(BaseModel):
    """Some of what waits."""

    items: list[Step]
    total: int
    filters: InboxFilter = Field(description="The filters as they were understood.")


@router.get("", summary="List what waits for you")
def list_inbox(caller: CallerOfRequest, filters: Annotated[InboxFilter, Query()]) -> Inbox:
    """The longest waiting first."""
    with caller.reading() as connection:
        steps = [
            step
            for step in inbox_of(connection, caller.organization.organization_id, caller.person, limit=_MOST_STEPS)
            if filters.platform in (None, step.platform) and (step.is_escalated or not filters.escalated)
        ]
        shown = steps[filters.offset : filters.offset + filters.limit]
        rows = connection.execute(_TEXTS, [[step.subject_id for step in shown]]).fetchall()
    texts = {content_id: rest for content_id, *rest in rows}
    items = []
    for step in shown:
        planned_on, text, request_id, picture_id = texts.get(step.subject_id, (None, None, None, None))
        items.append(
            Step(
                content_id=step.subject_id,
                planned_on=planned_on,
                workflow=step.workflow_name,
                in_place_of=step.places,
                text=text,
                request_id=request_id,
                picture_id=picture_id,
                **{
                    name: getattr(step, name)
                    for name in (
                        *("platform", "channel_type", "step_order", "step_name", "steps", "needs", "score"),
                        *("minimum_score", "since", "escalate_at", "is_escalated"),
                    )
                },
            )
        )
    return Inbox(items=items, total=len(steps), filters=filters)
