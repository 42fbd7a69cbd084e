"""What came of our posts in a week: own and watched ones, best times and formats, products, variations and costs.

Read within one organization, for the page and for the API.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from syndication_assets.database.connection import Connection
from syndication_assets.engagement.report.report_queries import observed_weeks, read_week
from syndication_assets.engagement.report.report_values import Organization, WeekReport
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets.web.rate_intervals import rate_interval
from syndication_assets.web.visitors import VisitedOrganization

Record = dict[str, Any]
_FIRST_WEEK, _LAST_WEEK = IsoWeek.of(date(1900, 1, 8)), IsoWeek.of(date(2999, 12, 20))
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


@dataclass(frozen=True, slots=True)
class WeekResults:
    """The report of a week, with what it does not have. A counter that was not measured is None."""

    report: WeekReport
    products: list[Record]
    variations: list[Record]
    """Each with its `engagement`, and with the `interval` of its rate by impressions."""
    costs: list[Record]
    """By currency."""

    def tables(self) -> dict[str, list[Record]]:
        """Every table by name, as flat rows for files."""
        flat = []
        for row in self.variations:
            interval = row["interval"]
            bounds = (None, None, None) if interval is None else tuple(interval)
            rest = {name: value for name, value in row.items() if name != "interval"}
            flat.append(rest | dict(zip(("rate", "rate_low", "rate_high"), bounds, strict=True)))
        return {**self.report.tables, "products": self.products, "variations": flat, "costs": self.costs}


def weeks_with_results(connection: Connection) -> list[IsoWeek]:
    """The weeks with an observation, the newest first."""
    return sorted(observed_weeks(connection, _FIRST_WEEK, _LAST_WEEK), reverse=True)


def read_results(connection: Connection, visited: VisitedOrganization, week: IsoWeek) -> WeekResults | None:
    """None for a week without an observation."""
    organization = Organization(visited.organization_id, visited.slug, visited.name)
    report = read_week(connection, organization, week)
    if report is None:
        return None
    days = {"first": week.monday, "last": week.sunday, "shown": _SHOWN}
    return WeekResults(
        report,
        products=_records(connection, _PRODUCTS, days),
        variations=[_with_interval(row) for row in _records(connection, _VARIATIONS, days)],
        costs=_records(connection, _COSTS, days),
    )


def _records(connection: Connection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    cursor = connection.execute(query.encode(), parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _with_interval(row: dict[str, Any]) -> dict[str, Any]:
    """The variation with its engagement, and its rate by impressions with bounds; None where it was not measured."""
    measured = [row[name] for name in ("reactions", "comments", "shares") if row[name] is not None]
    engagement = sum(measured) if measured else None
    return row | {"engagement": engagement, "interval": rate_interval(engagement, row["impressions"])}
