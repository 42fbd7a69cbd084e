"""Delegations: who decides for the visitor meanwhile."""

from datetime import UTC, date, datetime, time

from starlette.responses import Response

from syndication_assets.approval.workflows.delegations import (
    delegate,
    delegations_of,
    delegator_of,
    end_delegation,
)
from syndication_assets.approval.workflows.workflow_rows import members_who_decide
from syndication_assets.database.connection import transaction
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute

_RIGHT = "approvals.decide"
_OWN = "select delegation_id from approval.delegations where from_user_id = %s"
_NAMES = "select id, tenancy.actor_name(id) from unnest(%s::text[]) as u (id) order by 2, 1"


def show_delegations(page: Page) -> Response:
    organization_id = page.organization.organization_id
    with page.reading() as connection:
        others = [user for user in members_who_decide(connection, organization_id) if user != page.person]
        people = connection.execute(_NAMES, [others]).fetchall()
        delegations = delegations_of(connection, organization_id)
        own = {delegation_id for (delegation_id,) in connection.execute(_OWN, [page.person])}
    return page.render("delegations.html", people=people, delegations=delegations, own=own)


def add_delegation(page: Page) -> Response:
    """From the first day to the end of the last one, in UTC."""
    try:
        first, last = (date.fromisoformat(page.form.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise NotFoundError("This is no day: write it as 2026-01-31.") from None
    with page.acting(), transaction(page.site.database_url) as connection:
        delegate(
            connection,
            page.organization.organization_id,
            page.person,
            page.form.get("to", ""),
            page.form.get("reason", ""),
            datetime.combine(first, time.min, UTC),
            datetime.combine(last, time.max, UTC),
        )
    return page.go("/delegations", done="delegated")


def remove_delegation(page: Page) -> Response:
    """Only one's own: those of others are the admins', by command."""
    organization_id = page.organization.organization_id
    delegation_id = str(page.request.path_params["delegation_id"])
    with page.acting(), transaction(page.site.database_url) as connection:
        if delegator_of(connection, organization_id, delegation_id) != page.person:
            raise NotFoundError("There is no such delegation of yours.")
        end_delegation(connection, organization_id, delegation_id)
    return page.go("/delegations", done="delegation_ended")


ROUTES = (
    PageRoute("GET", "/delegations", show_delegations, permission=_RIGHT),
    PageRoute("POST", "/delegations", add_delegation, permission=_RIGHT),
    PageRoute("POST", "/delegations/{delegation_id}/end", remove_delegation, permission=_RIGHT),
)
