"""Batches of briefs: many at once, each accepted or rejected by itself."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Path
from pydantic import BaseModel, Field

from syndication_assets.studio.requests.listing import BriefSearch, find_briefs
from syndication_assets.studio.requests.new_brief import BriefError, brief_of
from syndication_assets.studio.requests.request_states import add_briefs
from syndication_assets.web.api.brief_models import Brief
from syndication_assets.web.api.briefs import RIGHT, brief_of_row, make_soon
from syndication_assets.web.api.caller import CallerOfRequest
from syndication_assets.web.api.described import with_example
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.api.named_requests import OnceOnly

router = APIRouter(prefix="/batches", tags=["requests"], route_class=OnceOnly)
_MOST_BRIEFS = 100
_MOST_LISTED = 1000
BatchName = Annotated[str, Path(min_length=1, max_length=200, examples=["spring-2026"])]


class NewBatch(BaseModel):
    """Briefs that belong together."""

    model_config = with_example(
        name="spring-2026",
        briefs=[
            {
                "title": "Woven by hand",
                "brief": "Come and see the looms at work.",
                "channels": ["facebook/feed_post"],
                "template": "Statement",
            }
        ],
    )

    name: str = Field(min_length=1, max_length=200)
    briefs: list[dict[str, Any]] = Field(
        min_length=1, max_length=_MOST_BRIEFS, description="Each as the body of POST /requests."
    )


class BatchItem(BaseModel):
    """What became of one brief of a batch."""

    number: int = Field(description="Its place in the batch; the first is 1.")
    request_id: str | None = Field(description="Null if it was rejected.")
    problems: list[str] = Field(description="Why it was rejected; empty if it was accepted.")


class AddedBatch(BaseModel):
    """What became of each brief."""

    name: str
    accepted: int
    rejected: int
    items: list[BatchItem]


class Batch(BaseModel):
    """A batch as it is now."""

    name: str
    states: dict[str, int] = Field(description="How many briefs are in each state.")
    items: list[Brief]


@router.post("", summary="Ask for many visuals at once")
def add_batch(batch: NewBatch, caller: CallerOfRequest, tasks: BackgroundTasks) -> AddedBatch:
    """Accepted briefs are made even if others are rejected: send those again, corrected, under the same name."""
    caller.require(RIGHT)
    items = []
    with caller.acting():
        for number, values in enumerate(batch.briefs, start=1):
            try:
                (request_id,) = add_briefs(
                    caller.site.database_url,
                    caller.organization.organization_id,
                    [brief_of(values)],
                    caller.person,
                    batch.name,
                )
            except BriefError as error:
                items.append(BatchItem(number=number, request_id=None, problems=str(error).splitlines()))
            else:
                items.append(BatchItem(number=number, request_id=request_id, problems=[]))
    accepted = sum(item.request_id is not None for item in items)
    if accepted:
        make_soon(caller, tasks)
    return AddedBatch(name=batch.name, accepted=accepted, rejected=len(items) - accepted, items=items)


@router.get("/{batch_name}", summary="Show a batch")
def show_batch(batch_name: BatchName, caller: CallerOfRequest) -> Batch:
    """The state of each of its briefs, the newest first; of a larger one than 1,000, ask `/requests?batch=`."""
    with caller.reading() as connection:
        found = find_briefs(connection, BriefSearch(batch=batch_name), maximum=_MOST_LISTED)
    if not found:
        raise ApiError(Code.ITEM_NOT_FOUND, "There is no batch of this name.")
    states: dict[str, int] = {}
    for brief in found:
        states[brief.state] = states.get(brief.state, 0) + 1
    return Batch(name=batch_name, states=states, items=[brief_of_row(brief) for brief in found])
