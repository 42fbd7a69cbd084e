"""Reads the values of a weekly page with the queries of `sql/engagement/report/`.

They run as `syndication_reader` with `app.organization_id` set, so that row-level security decides what a page shows,
and all queries of a page share one snapshot of the database. A page depends on its week and the weeks before it, never
on later days, so the order in which days are loaded does not matter.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.engagement.report_values import (
    CHART_DAYS,
    CohortCell,
    Cohorts,
    Organization,
    PlatformWeek,
    Row,
    WeekComparison,
    WeekReport,
    ratio,
    rows_between,
)
from syndication_assets.engagement.report_weeks import WEEKS_LOOKED_BACK, IsoWeek

TOP_POSTS = 10
TOP_PROFILES = 10
TOP_HASHTAGS = 12

_COUNTERS = {
    "Reactions": "reactions_delta",
    "Comments": "comments_delta",
    "Shares": "shares_delta",
    "Saves": "saves_delta",
    "Clicks": "clicks_delta",
    "Views": "views_delta",
    "Impressions": "impressions_delta",
}


@contextmanager
def reader(url: str, organization: Organization) -> Iterator[Connection]:
    """A read-only, repeatable-read transaction that sees one organization only."""
    with transaction(url, role="syndication_reader") as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("select set_config('app.organization_id', %s, true)", [organization.organization_id])
        yield connection


def observed_weeks(connection: Connection, first: IsoWeek, last: IsoWeek) -> dict[IsoWeek, Row]:
    """The weeks from `first` to `last` with an observation, each with its totals."""
    rows = _rows(connection, "observed_weeks", first_day=first.monday, last_day=last.sunday)
    return {IsoWeek.of(row["monday"]): row for row in rows}


def read_week(connection: Connection, organization: Organization, week: IsoWeek) -> WeekReport | None:
    """The values of one page; None if the week has no observation."""
    observed = observed_weeks(connection, week, week).get(week)
    if observed is None:
        return None
    last_day: date = observed["last_observed_day"]
    # An incomplete week is compared with the same days of the week before.
    days = (last_day - week.monday).days + 1
    window = {"last_day": last_day, "days": days}
    compared = {**window, "compared_last_day": last_day - timedelta(weeks=1)}
    by_platform = _by_platform(_rows(connection, "platform_by_day", last_day=week.sunday, days=CHART_DAYS))
    all_days = [row for rows in by_platform.values() for row in rows]
    now = rows_between(all_days, week.monday, last_day)
    before = rows_between(all_days, week.monday - timedelta(weeks=1), last_day - timedelta(weeks=1))
    figures = {name: WeekComparison(name, _total(now, key), _total(before, key)) for name, key in _COUNTERS.items()}
    published = _published(connection, last_day, days)
    published_before = _published(connection, last_day - timedelta(weeks=1), days)
    top_posts = _rows(connection, "top_posts", **window, row_limit=TOP_POSTS)
    return WeekReport(
        organization=organization,
        week=week,
        last_day=last_day,
        days_observed=observed["days_observed"],
        days_observed_before=len({row["activity_date"] for row in before if row["posts_observed"] is not None}),
        engagement=WeekComparison("Engagement", _total(now, "engagement_delta"), _total(before, "engagement_delta")),
        headline=[
            *(figures[name] for name in ("Reactions", "Comments", "Shares", "Views")),
            WeekComparison("Posts published", sum(published.values()), sum(published_before.values())),
        ],
        not_measured=[figure.name.lower() for figure in figures.values() if figure.now is None],
        platforms=sorted(
            (
                _platform_week(platform, rows, published.get(platform, 0), week, last_day)
                for platform, rows in by_platform.items()
            ),
            key=lambda platform: (-(platform.engagement.now or 0), platform.platform),
        ),
        platform_days=by_platform,
        top_posts=top_posts,
        top_posts_28=_rows(connection, "top_posts", last_day=last_day, days=28, row_limit=TOP_POSTS),
        top_post_history=_rows(
            connection, "post_history", post_id=top_posts[0]["post_id"], last_day=last_day, days=CHART_DAYS
        )
        if top_posts
        else [],
        profiles=_rows(connection, "profile_leaderboard", **compared, row_limit=TOP_PROFILES),
        hashtags=_rows(connection, "hashtag_trend", **compared, row_limit=TOP_HASHTAGS),
        cohorts=_cohorts(
            _rows(connection, "cohorts_at_equal_age", last_day=last_day, weeks=WEEKS_LOOKED_BACK + 1), week
        ),
        quality={row["platform"]: row for row in _rows(connection, "data_quality", **window)},
        quarantined=_rows(connection, "quarantined_items", last_day=week.sunday, days=7),
    )


def _rows(connection: Connection, query: str, **parameters: Any) -> list[Row]:
    cursor = connection.execute(load_sql(f"engagement/report/{query}.sql"), parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by_platform(rows: Iterable[Row]) -> dict[str, list[Row]]:
    platforms: dict[str, list[Row]] = {}
    for row in rows:
        platforms.setdefault(row["platform"], []).append(row)
    return platforms


def _published(connection: Connection, last_day: date, days: int) -> dict[str, int]:
    rows = _rows(connection, "published_posts", last_day=last_day, days=days)
    return {row["platform"]: row["posts_published"] for row in rows}


def _total(rows: Iterable[Row], key: str) -> int | None:
    """The sum of the measured values; None if none was measured."""
    values = [row[key] for row in rows if row[key] is not None]
    return sum(values) if values else None


def _platform_week(platform: str, rows: list[Row], posts_published: int, week: IsoWeek, last_day: date) -> PlatformWeek:
    now = rows_between(rows, week.monday, last_day)
    before = rows_between(rows, week.monday - timedelta(weeks=1), last_day - timedelta(weeks=1))
    kinds = {row["rate_denominator_kind"] for row in now if row["posts_observed"] is not None}
    # Rates with different denominators cannot be combined.
    kind = kinds.pop() if len(kinds) == 1 else None
    return PlatformWeek(
        platform=platform,
        engagement=WeekComparison("Engagement", _total(now, "engagement_delta"), _total(before, "engagement_delta")),
        counters={name: _total(now, key) for name, key in _COUNTERS.items()},
        is_observed=any(row["posts_observed"] is not None for row in now),
        posts_published=posts_published,
        rate=ratio(_total(now, "rate_numerator"), _total(now, "rate_denominator")) if kind else None,
        rate_denominator_kind=kind,
        days_without_observation=[row["activity_date"] for row in now if row["posts_observed"] is None],
    )


def _cohorts(rows: Sequence[Row], week: IsoWeek) -> list[Cohorts]:
    """By platform, a line for each week of publication, including weeks without posts."""
    cohorts = []
    for platform, own in _by_platform(rows).items():
        ages = [age for _, age in sorted({(row["age"], row["age_name"]) for row in own})]
        cells = {(IsoWeek.of(row["published_week"]), row["age_name"]): row for row in own}
        lines = []
        for back in range(WEEKS_LOOKED_BACK + 1):
            published = week.after(-back)
            line = [cells.get((published, age)) for age in ages]
            lines.append(
                (
                    published,
                    max((row["posts_published"] for row in line if row), default=0),
                    [
                        CohortCell(row["posts_of_age"], row["posts_measured"], row["median_engagement"])
                        if row
                        else CohortCell(0, 0, None)
                        for row in line
                    ],
                )
            )
        cohorts.append(Cohorts(platform, ages, lines))
    return cohorts
