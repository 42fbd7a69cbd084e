"""The values of a weekly page: every query of `sql/engagement/report/`, read as an analyst would read them.

Reading happens as `syndication_reader` with `app.organization_id` set, so row-level security decides what a page holds.
All queries of a page see one moment of the database. A page depends on its week and the weeks before it, never on later
days, so that the order in which days are loaded does not matter.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.engagement.report_weeks import WEEKS_LOOKED_BACK, IsoWeek

Row = dict[str, Any]

CHART_DAYS = 28
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


@dataclass(frozen=True, slots=True)
class Organization:
    """A tenant, as the pages name it."""

    organization_id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the week beside that of the same days of the week before. None is "not measured"."""

    name: str
    now: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class PlatformWeek:
    """One platform in the week."""

    platform: str
    engagement: Compared
    counters: dict[str, int | None]
    is_observed: bool
    posts_published: int
    rate: float | None
    rate_denominator_kind: str | None
    days_without_observation: list[date]


@dataclass(frozen=True, slots=True)
class CohortCell:
    """The posts of one platform and week of publication at one age."""

    posts_of_age: int
    posts_measured: int
    median_engagement: float | None


@dataclass(frozen=True, slots=True)
class Cohorts:
    """One platform's posts at equal ages, the newest week of publication first."""

    platform: str
    ages: list[str]
    weeks: list[tuple[IsoWeek, int, list[CohortCell]]]
    """(week, posts published, a cell an age)."""


@dataclass(frozen=True, slots=True)
class WeekReport:
    """Everything that a page shows."""

    organization: Organization
    week: IsoWeek
    last_day: date
    """The last day of the week with an observation; what is shown ends with it."""
    days_observed: int
    days_observed_before: int
    """Of the same days of the week before."""
    engagement: Compared
    headline: list[Compared]
    not_measured: list[str]
    """The counters that no platform measured in the week."""
    platforms: list[PlatformWeek]
    platform_days: dict[str, list[Row]]
    """Of each platform, one row a day of the 28 days to the week's Sunday (platform_by_day.sql)."""
    top_posts: list[Row]
    top_posts_28: list[Row]
    top_post_history: list[Row]
    profiles: list[Row]
    hashtags: list[Row]
    cohorts: list[Cohorts]
    quality: dict[str, Row]
    """Of each platform observed in the week (data_quality.sql)."""
    quarantined: list[Row]

    @property
    def is_partial(self) -> bool:
        return self.last_day < self.week.sunday

    @property
    def days(self) -> int:
        """From Monday to the last observed day."""
        return (self.last_day - self.week.monday).days + 1

    @property
    def posts_observed(self) -> int:
        """On the day with most of them."""
        days: dict[date, int] = {}
        for row in _between(
            (row for rows in self.platform_days.values() for row in rows), self.week.monday, self.last_day
        ):
            days[row["activity_date"]] = days.get(row["activity_date"], 0) + (row["posts_observed"] or 0)
        return max(days.values(), default=0)


@contextmanager
def reader(url: str, organization: Organization) -> Iterator[Connection]:
    """A read-only transaction that sees one organization, at one moment."""
    with transaction(url, role="syndication_reader") as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute("select set_config('app.organization_id', %s, true)", [organization.organization_id])
        yield connection


def observed_weeks(connection: Connection, first: IsoWeek, last: IsoWeek) -> dict[IsoWeek, Row]:
    """The weeks with any observation, from `first` to `last`, with their totals."""
    rows = _rows(connection, "observed_weeks", first_day=first.monday, last_day=last.sunday)
    return {IsoWeek.of(row["monday"]): row for row in rows}


def read_week(connection: Connection, organization: Organization, week: IsoWeek) -> WeekReport | None:
    """The values of one page; None if nothing was observed in the week."""
    observed = observed_weeks(connection, week, week).get(week)
    if observed is None:
        return None
    last_day: date = observed["last_observed_day"]
    # An unfinished week is compared with as many days of the week before.
    days = (last_day - week.monday).days + 1
    window = {"last_day": last_day, "days": days}
    compared = {**window, "compared_last_day": last_day - timedelta(weeks=1)}
    by_platform = _by_platform(_rows(connection, "platform_by_day", last_day=week.sunday, days=CHART_DAYS))
    all_days = [row for rows in by_platform.values() for row in rows]
    now = _between(all_days, week.monday, last_day)
    before = _between(all_days, week.monday - timedelta(weeks=1), last_day - timedelta(weeks=1))
    figures = {name: Compared(name, _total(now, key), _total(before, key)) for name, key in _COUNTERS.items()}
    published = _published(connection, last_day, days)
    published_before = _published(connection, last_day - timedelta(weeks=1), days)
    top_posts = _rows(connection, "top_posts", **window, row_limit=TOP_POSTS)
    return WeekReport(
        organization=organization,
        week=week,
        last_day=last_day,
        days_observed=observed["days_observed"],
        days_observed_before=len({row["activity_date"] for row in before if row["posts_observed"] is not None}),
        engagement=Compared("Engagement", _total(now, "engagement_delta"), _total(before, "engagement_delta")),
        headline=[
            *(figures[name] for name in ("Reactions", "Comments", "Shares", "Views")),
            Compared("Posts published", sum(published.values()), sum(published_before.values())),
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


def ratio(numerator: int | None, denominator: int | None) -> float | None:
    """None where either is not measured, or the denominator is 0."""
    return None if numerator is None or not denominator else numerator / denominator


def _rows(connection: Connection, query: str, **parameters: Any) -> list[Row]:
    cursor = connection.execute(load_sql(f"engagement/report/{query}.sql"), parameters)
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by_platform(rows: Iterable[Row]) -> dict[str, list[Row]]:
    platforms: dict[str, list[Row]] = {}
    for row in rows:
        platforms.setdefault(row["platform"], []).append(row)
    return platforms


def _between(rows: Iterable[Row], first_day: date, last_day: date) -> list[Row]:
    return [row for row in rows if first_day <= row["activity_date"] <= last_day]


def _total(rows: Iterable[Row], key: str) -> int | None:
    """The sum of what was measured; None if nothing was."""
    values = [row[key] for row in rows if row[key] is not None]
    return sum(values) if values else None


def _published(connection: Connection, last_day: date, days: int) -> dict[str, int]:
    rows = _rows(connection, "published_posts", last_day=last_day, days=days)
    return {row["platform"]: row["posts_published"] for row in rows}


def _platform_week(platform: str, rows: list[Row], posts_published: int, week: IsoWeek, last_day: date) -> PlatformWeek:
    now = _between(rows, week.monday, last_day)
    before = _between(rows, week.monday - timedelta(weeks=1), last_day - timedelta(weeks=1))
    kinds = {row["rate_denominator_kind"] for row in now if row["posts_observed"] is not None}
    # Rates over different denominators do not add up to one.
    kind = kinds.pop() if len(kinds) == 1 else None
    return PlatformWeek(
        platform=platform,
        engagement=Compared("Engagement", _total(now, "engagement_delta"), _total(before, "engagement_delta")),
        counters={name: _total(now, key) for name, key in _COUNTERS.items()},
        is_observed=any(row["posts_observed"] is not None for row in now),
        posts_published=posts_published,
        rate=ratio(_total(now, "rate_numerator"), _total(now, "rate_denominator")) if kind else None,
        rate_denominator_kind=kind,
        days_without_observation=[row["activity_date"] for row in now if row["posts_observed"] is None],
    )


def _cohorts(rows: Sequence[Row], week: IsoWeek) -> list[Cohorts]:
    """The lines of each platform: a week of publication each, also weeks without posts."""
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
