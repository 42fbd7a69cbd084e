"""What waits for the caller: the texts that they may decide on now."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from syndication_assets.web.api.caller import CallerOfRequest
from syndication_assets.web.api.texts import RIGHTS
from syndication_assets.web.waiting import MOST_STEPS, WaitingSubject, waiting_for

router = APIRouter(prefix="/inbox", tags=["inbox"])


class InboxFilter(BaseModel):
    """Which of the texts."""

    model_config = ConfigDict(extra="forbid")

    platform: str | None = Field(default=None, max_length=50)
    escalated: bool = Field(default=False, description="Only those that others did not decide in time.")
    limit: int = Field(default=50, ge=1, le=500)
    offset: int = Field(default=0, ge=0, le=MOST_STEPS)


class WorkflowStep(BaseModel):
    """The step of a round that waits."""

    workflow: str | None = Field(description="Null if one person with the right decides.")
    step_order: int
    step_name: str
    steps: int
    needs: str = Field(description="any or all of the approvers.")
    score: Decimal | None
    minimum_score: Decimal | None
    escalate_at: datetime | None
    is_escalated: bool
    in_place_of: list[str] = Field(description="Ids of users in whose places the caller decides, their own among them.")


class WaitingItem(BaseModel):
    """A text that the caller may decide on now, at /texts/{content_id}."""

    content_id: str
    planned_on: date
    platform: str
    channel_type: str
    since: datetime
    text: str = Field(description="Its beginning.")
    request_id: str | None
    picture_id: str | None
    step: WorkflowStep | None = Field(description="Null if no round has begun: one person with the right decides.")


class Inbox(BaseModel):
    """Some of what waits."""

    items: list[WaitingItem]
    total: int
    filters: InboxFilter = Field(description="The filters as they were understood.")


@router.get("", summary="List what waits for you")
def list_inbox(caller: CallerOfRequest, filters: Annotated[InboxFilter, Query()]) -> Inbox:
    """The longest waiting first."""
    organization_id, may_begin = caller.organization.organization_id, caller.may(*RIGHTS)
    with caller.reading() as connection:
        found = [
            each
            for each in waiting_for(connection, organization_id, caller.person, may_begin=may_begin)
            if filters.platform in (None, each.platform)
            and (not filters.escalated or (each.step is not None and each.step.is_escalated))
        ]
    shown = found[filters.offset : filters.offset + filters.limit]
    return Inbox(items=[_item(each) for each in shown], total=len(found), filters=filters)


def _item(found: WaitingSubject) -> WaitingItem:
    step = None
    if found.step is not None:
        rest = {
            name: getattr(found.step, name) for name in WorkflowStep.model_fields.keys() - {"workflow", "in_place_of"}
        }
        step = WorkflowStep(workflow=found.step.workflow_name, in_place_of=found.step.places, **rest)
    return WaitingItem(
        content_id=found.content_id,
        planned_on=found.planned_on,
        platform=found.platform,
        channel_type=found.channel_type,
        since=found.since,
        text=found.beginning,
        request_id=found.request_id,
        picture_id=found.picture_file_id,
        step=step,
    )
