"""Delegations: who decides for whom meanwhile."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from syndication_assets.approval.approval_error import ApprovalError
from syndication_assets.approval.workflows.delegations import delegate, delegations_of, delegator_of, end_delegation
from syndication_assets.database.connection import transaction
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import DelegationId, with_example
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.api.named_requests import OnceOnly

router = APIRouter(prefix="/delegations", tags=["inbox"], route_class=OnceOnly)
_RIGHT = "approvals.decide"


class Delegation(BaseModel):
    """One person decides for another in a period."""

    delegation_id: str
    from_user: str
    to_user: str
    reason: str
    starts_at: datetime
    ends_at: datetime


class Delegations(BaseModel):
    """Those that have not ended."""

    items: list[Delegation]
    total: int


class NewDelegation(BaseModel):
    """Who decides for the caller."""

    model_config = with_example(
        to_user_id="usr-0a1b2c3d",
        reason="on holiday",
        starts_at="2026-07-01T00:00:00Z",
        ends_at="2026-07-15T00:00:00Z",
    )

    to_user_id: str = Field(max_length=40)
    reason: str = Field(min_length=1, max_length=500)
    starts_at: AwareDatetime
    ends_at: AwareDatetime


@router.get("", summary="List delegations")
def list_delegations(caller: CallerOfRequest) -> Delegations:
    """The next to end first."""
    caller.require(_RIGHT)
    with caller.reading() as connection:
        found = delegations_of(connection, caller.organization.organization_id)
    items = [Delegation(**{name: getattr(each, name) for name in Delegation.model_fields}) for each in found]
    return Delegations(items=items, total=len(items))


@router.post("", summary="Let somebody decide for you", status_code=201)
def add_delegation(wanted: NewDelegation, caller: CallerOfRequest) -> Delegation:
    """Both need the right to decide, and nobody delegates in a circle."""
    caller.require(_RIGHT)
    organization_id = caller.organization.organization_id
    period = (wanted.starts_at, wanted.ends_at)
    with caller.acting(), transaction(caller.site.database_url) as connection:
        try:
            delegation_id = delegate(
                connection, organization_id, caller.person, wanted.to_user_id, wanted.reason, *period
            )
        except ApprovalError as error:
            raise ApiError(Code.VALIDATION_ERROR, str(error)) from None
        found = {each.delegation_id: each for each in delegations_of(connection, organization_id)}
    if delegation_id not in found:
        raise ApiError(Code.VALIDATION_ERROR, "ends_at: the delegation would have ended already.")
    stored = found[delegation_id]
    return Delegation(**{name: getattr(stored, name) for name in Delegation.model_fields})


@router.post("/{delegation_id}/end", summary="End a delegation")
def end(delegation_id: DelegationId, caller: CallerOfRequest) -> Delegations:
    """Only one's own. What was decided by it stays decided."""
    caller.require(_RIGHT)
    organization_id = caller.organization.organization_id
    with caller.acting(), transaction(caller.site.database_url) as connection:
        if not _is_own(caller, delegation_id):
            raise ApiError(Code.ITEM_NOT_FOUND, f"There is no delegation {delegation_id} of yours.")
        end_delegation(connection, organization_id, delegation_id)
    return list_delegations(caller)


def _is_own(caller: Caller, delegation_id: str) -> bool:
    with caller.reading() as connection:
        try:
            delegator = delegator_of(connection, caller.organization.organization_id, delegation_id)
        except ApprovalError:
            return False
    return delegator == caller.person
