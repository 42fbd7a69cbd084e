"""Briefs: what people ask for, how far it has come, and the visuals and texts that were made."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query

from syndication_assets.approval.rounds.deciding import Decision
from syndication_assets.content.briefs.whole_briefs import decide_on_whole_brief, hash_of_brief, texts_of_brief
from syndication_assets.content.briefs.withdrawing import withdraw_brief
from syndication_assets.database.connection import Connection
from syndication_assets.studio.compliance.proposals import proposals_of
from syndication_assets.studio.requests.listing import (
    BriefSearch,
    ListedBrief,
    count_briefs,
    find_briefs,
    read_brief,
    shown_variants,
)
from syndication_assets.studio.requests.new_brief import BriefError
from syndication_assets.studio.requests.request_states import add_briefs, cancel, correct, make_again
from syndication_assets.web.api.brief_models import (
    AskedBrief,
    Brief,
    BriefFilter,
    BriefPage,
    BrokenRule,
    Corrections,
    DecidedBrief,
    Progress,
    RejectedBrief,
    SeenBrief,
    ShownBrief,
    TextOfBrief,
    Variant,
)
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import RequestId
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.api.named_requests import OnceOnly
from syndication_assets.web.api.texts import RIGHTS as DECIDING
from syndication_assets.web.making import UNDER_WAY, make_briefs

router = APIRouter(prefix="/requests", tags=["requests"], route_class=OnceOnly)
RIGHT = "briefs.edit"
_FILES = "select variant_id, media_file_id from studio.asset_variants where variant_id = any(%s)"
_PROGRESS = """
select
    r.state::text as state, r.state_since, r.reason,
    (
        select count(*)::int from studio.generated_assets as a
        inner join studio.asset_variants as v on a.organization_id = v.organization_id and a.asset_id = v.asset_id
        where a.organization_id = r.organization_id and a.request_id = r.request_id and a.is_newest
    ) as pictures
from studio.content_requests as r
where r.request_id = %s
"""


@router.get("", summary="List briefs")
def list_requests(caller: CallerOfRequest, filters: Annotated[BriefFilter, Query()]) -> BriefPage:
    """The newest first."""
    search = BriefSearch(filters.state, filters.batch, filters.language, filters.words)
    with caller.reading() as connection:
        found = find_briefs(connection, search, maximum=filters.limit, skipped=filters.offset)
        total = count_briefs(connection, search)
    return BriefPage(items=[brief_of_row(each) for each in found], total=total, filters=filters)


@router.post("", summary="Ask for a visual with its texts", status_code=201)
def add_request(brief: AskedBrief, caller: CallerOfRequest, tasks: BackgroundTasks) -> Brief:
    """It is made at once; `/requests/{request_id}/progress` says how far it has come."""
    caller.require(RIGHT)
    try:
        with caller.acting():
            (request_id,) = add_briefs(
                caller.site.database_url, caller.organization.organization_id, [brief], caller.person
            )
    except BriefError as error:
        raise ApiError(Code.VALIDATION_ERROR, str(error)) from None
    make_soon(caller, tasks)
    return _brief(caller, request_id)


@router.get("/{request_id}", summary="Show a brief")
def show_request(request_id: RequestId, caller: CallerOfRequest) -> ShownBrief:
    """With its newest pictures, what they break, and its texts."""
    with caller.reading() as connection:
        brief = _own(connection, request_id)
        variants = shown_variants(connection, request_id)
        texts = texts_of_brief(connection, brief.organization_id, request_id)
        files = dict(connection.execute(_FILES, [[each.variant_id for each in variants]]).fetchall())
    return ShownBrief(
        request=brief_of_row(brief),
        variants=[
            Variant(
                variant_id=each.variant_id,
                channel=each.channel,
                format=each.format_name,
                is_posted=each.is_posted,
                width=each.width,
                height=each.height,
                size_bytes=each.size_bytes,
                alt_text=each.alt_text,
                score=each.score,
                level=each.level,
                picture_id=files[each.variant_id],
                broken_rules=[BrokenRule(**finding) for finding in each.findings],
            )
            for each in variants
        ],
        texts=[TextOfBrief.model_validate(text) for text in texts],
        content_hash=hash_of_brief(texts),
        proposed_corrections=list(proposals_of(finding for each in variants for finding in each.findings)),
    )


@router.get("/{request_id}/progress", summary="Say how far a brief has come")
def show_progress(request_id: RequestId, caller: CallerOfRequest) -> Progress:
    """A short answer, to be asked for every few seconds while `is_under_way`."""
    with caller.reading() as connection:
        row = connection.execute(_PROGRESS, [request_id]).fetchone()
        if row is None:
            raise _unknown(request_id)
        texts = len(texts_of_brief(connection, caller.organization.organization_id, request_id))
    state, since, reason, pictures = row
    return Progress(
        request_id=request_id,
        state=state,
        state_since=since,
        is_under_way=state in UNDER_WAY,
        reason=reason,
        pictures=pictures,
        texts=texts,
    )


@router.post("/{request_id}/retry", summary="Make a brief again")
def retry_request(request_id: RequestId, caller: CallerOfRequest, tasks: BackgroundTasks) -> Brief:
    """With another photo, if one was searched for. Refused once its texts are approved."""
    organization_id = _to_change(caller, request_id)
    with caller.acting():
        make_again(caller.site.database_url, organization_id, request_id)
    make_soon(caller, tasks)
    return _brief(caller, request_id)


@router.post("/{request_id}/correct", summary="Make a brief again with corrections")
def correct_request(
    request_id: RequestId, wanted: Corrections, caller: CallerOfRequest, tasks: BackgroundTasks
) -> Brief:
    """With these corrections and no others."""
    organization_id = _to_change(caller, request_id)
    with caller.acting():
        correct(caller.site.database_url, organization_id, request_id, wanted.corrections)
    make_soon(caller, tasks)
    return _brief(caller, request_id)


@router.post("/{request_id}/approve", summary="Approve all texts of a brief")
def approve_request(request_id: RequestId, seen: SeenBrief, caller: CallerOfRequest) -> DecidedBrief:
    """With their pictures, and all or none. The hash says what you saw: what has changed since then is not decided."""
    return _decide(caller, request_id, "approved", seen.content_hash, None)


@router.post("/{request_id}/reject", summary="Reject all texts of a brief")
def reject_request(request_id: RequestId, seen: RejectedBrief, caller: CallerOfRequest) -> DecidedBrief:
    """Withdraws approvals, too. Refused once one of them was published."""
    return _decide(caller, request_id, "rejected", seen.content_hash, seen.reason)


def _decide(caller: Caller, request_id: str, decision: Decision, seen: str, reason: str | None) -> DecidedBrief:
    caller.require(*DECIDING)
    organization_id = _require_own(caller, request_id)
    with caller.acting():
        is_new = decide_on_whole_brief(
            caller.site.database_url, organization_id, request_id, caller.person, decision, seen=seen, reason=reason
        )
    with caller.reading() as connection:
        texts = texts_of_brief(connection, organization_id, request_id)
    return DecidedBrief(
        request=_brief(caller, request_id), texts=[TextOfBrief.model_validate(text) for text in texts], is_new=is_new
    )


@router.post("/{request_id}/archive", summary="Put a brief away")
def archive_request(request_id: RequestId, caller: CallerOfRequest) -> Brief:
    """Its texts that were not sent are rejected."""
    organization_id = _to_change(caller, request_id)
    url = caller.site.database_url
    with caller.acting():
        cancel(url, organization_id, request_id)
        withdraw_brief(url, organization_id, request_id, caller.person)
    return _brief(caller, request_id)


def make_soon(caller: Caller, tasks: BackgroundTasks) -> None:
    """Lets what was asked for be made after the answer."""
    tasks.add_task(make_briefs, caller.site.database_url, caller.site.settings, caller.organization.slug)


def brief_of_row(found: ListedBrief) -> Brief:
    values = {name: getattr(found, name) for name in Brief.model_fields.keys() - {"batch", "template", "is_under_way"}}
    return Brief(batch=found.batch_name, template=found.template_name, is_under_way=found.state in UNDER_WAY, **values)


def _brief(caller: Caller, request_id: str) -> Brief:
    with caller.reading() as connection:
        return brief_of_row(_own(connection, request_id))


def _own(connection: Connection, request_id: str) -> ListedBrief:
    try:
        return read_brief(connection, request_id)
    except BriefError:
        raise _unknown(request_id) from None


def _to_change(caller: Caller, request_id: str) -> str:
    """The id of the organization, if the caller may change this brief of it."""
    caller.require(RIGHT)
    return _require_own(caller, request_id)


def _require_own(caller: Caller, request_id: str) -> str:
    """The id of the organization, if the brief is one of it."""
    caller.require_own("studio.content_requests", "request_id", request_id, str(_unknown(request_id)))
    return caller.organization.organization_id


def _unknown(request_id: str) -> ApiError:
    return ApiError(Code.ITEM_NOT_FOUND, f"There is no request {request_id}.")
