"""The queue by day: what is planned, sent and failed in a week, and drafts that have no slot."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from starlette.responses import Response

from syndication_assets.publishing.sending.moving import move_to_day
from syndication_assets.publishing.sending.queue_listing import ListedTarget, TargetFilter, list_targets
from syndication_assets.publishing.sending.target_decisions import cancel
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute

_DAYS = 7
_MOST = 500
_NEAREST = """
select
    (max(scheduled_at) filter (where scheduled_at < %(first)s) at time zone 'utc')::date,
    (min(scheduled_at) filter (where scheduled_at >= %(first)s) at time zone 'utc')::date
from publishing.post_targets
"""


def show_calendar(page: Page) -> Response:
    first = _monday(page.request.query_params.get("week"))
    last = first + timedelta(days=_DAYS - 1)
    slug = page.organization.slug
    with page.reading() as connection:
        planned = list_targets(connection, TargetFilter(organization=slug, since=first, until=last), limit=_MOST)
        nearest = None if planned else connection.execute(_NEAREST, {"first": first}).fetchone()
        ready = list_targets(connection, TargetFilter(organization=slug, state="ready"), limit=_MOST)
    by_day = {day: list(group) for day, group in groupby(planned, _day)}
    return page.render(
        "calendar.html",
        days=[(day, by_day.get(day, [])) for day in (first + timedelta(days=number) for number in range(_DAYS))],
        nearest=nearest,
        today=datetime.now(UTC).date(),
        before=first - timedelta(days=_DAYS),
        after=first + timedelta(days=_DAYS),
        ready=[target for target in ready if target.scheduled_at is None],
        left_out=max(planned[0].total - len(planned), 0) if planned else 0,
    )


def move_target(page: Page) -> Response:
    """Into the first free slot of the day that was typed, or that the post was dragged to."""
    target_id = _own_target(page)
    try:
        day = date.fromisoformat(page.form.get("day", ""))
    except ValueError:
        raise NotFoundError("This is no day: write it as 2026-01-31.") from None
    with page.acting():
        move_to_day(page.site.database_url, target_id, day, page.person)
    return page.go(f"/calendar?week={day}", done="moved")


def cancel_target(page: Page) -> Response:
    target_id = _own_target(page)
    with page.acting():
        cancel(page.site.database_url, target_id, page.person)
    return page.go(page.form.get("to", "/calendar"), done="cancelled")


def _own_target(page: Page) -> str:
    return page.own_id("target_id", "publishing.post_targets", "There is no such post in the queue.")


def _monday(typed: str | None) -> date:
    """The Monday of the week of a typed day; of this week without one, and for what is no day."""
    day = datetime.now(UTC).date()
    if typed is not None:
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            raise NotFoundError("This is no day: write it as 2026-01-31.") from None
    if not date(1900, 1, 8) <= day <= date(2999, 12, 20):
        raise NotFoundError("The calendar begins in 1900 and ends in 2999.")
    return day - timedelta(days=day.weekday())


def _day(target: ListedTarget) -> date | None:
    return None if target.scheduled_at is None else target.scheduled_at.astimezone(UTC).date()


ROUTES = (
    PageRoute("GET", "/calendar", show_calendar),
    PageRoute("POST", "/targets/{target_id}/move", move_target, permission="targets.decide"),
    PageRoute("POST", "/targets/{target_id}/cancel", cancel_target, permission="targets.decide"),
)
