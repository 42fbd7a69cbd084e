"""What came of our posts in a week: own and watched ones, best times and formats, products, variations and costs."""

from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from syndication_assets.database.connection import Connection
from syndication_assets.engagement.report.report_queries import observed_weeks, read_week
from syndication_assets.engagement.report.report_values import COMPARED_AGE, Organization
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.rate_intervals import rate_interval
from syndication_assets.web.routes import PageRoute

_FIRST_WEEK, _LAST_WEEK = IsoWeek.of(date(1900, 1, 8)), IsoWeek.of(date(2999, 12, 20))
_WEEKS_OFFERED = 12
_SHOWN = 12
_PRODUCTS = """
select
    p.name, f.platform, sum(f.posts_observed)::int as posts, sum(f.engagement_delta)::bigint as engagement
from engagement.product_post_performance as f
inner join catalogue.products as p on f.organization_id = p.organization_id and f.product_id = p.product_id
where f.activity_date between %(first)s and %(last)s and not f.is_simulated
group by p.name, f.platform
order by engagement desc nulls last, p.name
limit %(shown)s
"""
_VARIATIONS = """
select
    v.post_core_id, v.variation, v.variations_by::text, v.platform, v.is_simulated, v.published_at, v.measured_at,
    v.reactions, v.comments, v.shares, v.impressions, left(c.text_content, 160) as text
from content.variation_results as v
inner join content.posts_content as c on v.organization_id = c.organization_id and v.content_id = c.content_id
inner join content.posts_core as p on v.organization_id = p.organization_id and v.post_core_id = p.post_core_id
where
    p.planned_on between %(first)s and %(last)s
    and exists (
        select from content.variation_results as o
        where o.organization_id = v.organization_id and o.post_core_id = v.post_core_id and o.variation <> v.variation
    )
order by p.planned_on, v.post_core_id, v.variation
limit %(shown)s
"""
_COSTS = """
select
    k.currency, count(distinct k.post_core_id) as posts, sum(k.calls)::bigint as calls, sum(k.cost) as cost,
    sum(k.cost) / nullif(count(distinct k.post_core_id) filter (where k.cost is not null), 0) as cost_of_post
from content.post_costs as k
inner join content.posts_core as p on k.organization_id = p.organization_id and k.post_core_id = p.post_core_id
where p.planned_on between %(first)s and %(last)s
group by k.currency
order by k.currency
"""


def show_results(page: Page) -> Response:
    """The week that is asked for, else the newest with an observation."""
    visited = page.organization
    organization = Organization(visited.organization_id, visited.slug, visited.name)
    with page.reading() as connection:
        weeks = sorted(observed_weeks(connection, _FIRST_WEEK, _LAST_WEEK), reverse=True)
        week = _week(page.request.query_params.get("week"), weeks)
        report = None if week is None else read_week(connection, organization, week)
        if week is None or report is None:
            return page.render("results.html", report=None, weeks=weeks[:_WEEKS_OFFERED], week=week)
        days = {"first": week.monday, "last": week.sunday, "shown": _SHOWN}
        return page.render(
            "results.html",
            report=report,
            weeks=weeks[:_WEEKS_OFFERED],
            week=week,
            weekdays=[week.monday + timedelta(days=number) for number in range(7)],
            compared_age=COMPARED_AGE,
            products=_records(connection, _PRODUCTS, days),
            variations=[_with_interval(row) for row in _records(connection, _VARIATIONS, days)],
            costs=_records(connection, _COSTS, days),
        )


def _week(typed: str | None, weeks: list[IsoWeek]) -> IsoWeek | None:
    if typed is None:
        return weeks[0] if weeks else None
    try:
        return IsoWeek.parse(typed)
    except ValueError:
        raise NotFoundError("This is no week: write it as 2026-W01.") from None


def _records(connection: Connection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(query.encode(), parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _with_interval(row: dict[str, Any]) -> dict[str, Any]:
    """The variation with its engagement, and its rate by impressions with bounds; None where it was not measured."""
    measured = [row[name] for name in ("reactions", "comments", "shares") if row[name] is not None]
    engagement = sum(measured) if measured else None
    return row | {"engagement": engagement, "interval": rate_interval(engagement, row["impressions"])}


ROUTES = (PageRoute("GET", "/results", show_results),)
