"""Decisions on a brief as a whole, as its page showed it."""

from starlette.responses import Response

from syndication_assets.approval.rounds.deciding import Decision
from syndication_assets.content.briefs.whole_briefs import decide_on_whole_brief, texts_of_brief
from syndication_assets.web.page import Page
from syndication_assets.web.routes import PageRoute


def approve_brief(page: Page) -> Response:
    return _decide(page, "approved")


def reject_brief(page: Page) -> Response:
    return _decide(page, "rejected")


def _decide(page: Page, decision: Decision) -> Response:
    request_id = page.own_id("request_id", "studio.content_requests", "There is no such request.")
    organization_id = page.organization.organization_id
    with page.acting():
        decide_on_whole_brief(
            page.site.database_url,
            organization_id,
            request_id,
            page.person,
            decision,
            seen=page.form.get("content_hash", ""),
            reason=page.form.get("reason"),
        )
    with page.reading() as connection:
        waits = any(text.is_open for text in texts_of_brief(connection, organization_id, request_id))
    return page.go(f"/requests/{request_id}", done="steps_approved" if waits else f"all_{decision}")


ROUTES = (
    PageRoute("POST", "/requests/{request_id}/approve", approve_brief, permission="approvals.decide"),
    PageRoute("POST", "/requests/{request_id}/reject", reject_brief, permission="approvals.decide"),
)
