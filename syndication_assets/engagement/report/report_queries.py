"""Reads the values of a weekly page from the views `engagement.report_…`, with the queries of `sql/engagement/report/`.

They run as `syndication_reader` with `app.organization_id` set, so that row-level security decides what a page shows,
and all queries of a page share one snapshot of the database. A page depends on its week and the weeks before it, never
on later days, so the order in which days are loaded does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.engagement.report.report_values import (
    COMPARED_AGE,
    BestTimes,
    CohortCell,
    Cohorts,
    Organization,
    PlatformWeek,
    Row,
    WeekComparison,
    WeekReport,
    rows_between,
)
from syndication_assets.engagement.report.report_weeks import WEEKS_LOOKED_BACK, IsoWeek
from syndication_assets.tenancy import own_rows

TOP_POSTS = 10
TOP_PROFILES = 10
TOP_HASHTAGS = 12
BEST_HOURS = 3

_COUNTERS = ("Reactions", "Comments", "Shares", "Saves", "Clicks", "Views", "Impressions")


@contextmanager
def reader(url: str, organization: Organization) -> Iterator[Connection]:
    """A read-only, repeatable-read transaction that sees one organization only."""
    with own_rows.reading(url, organization.organization_id) as connection:
        yield connection


def observed_weeks(connection: Connection, first: IsoWeek, last: IsoWeek) -> dict[IsoWeek, Row]:
    """The weeks from `first` to `last` with an observation, each with its totals."""
    rows = _rows(connection, "observed_weeks", first_week=first.monday, last_week=last.monday)
    return {IsoWeek.of(row["week_start"]): row for row in rows}


def read_week(connection: Connection, organization: Organization, week: IsoWeek) -> WeekReport | None:
    """The values of one page; None if the week has no observation."""
    observed = observed_weeks(connection, week, week).get(week)
    if observed is None:
        return None
    # An incomplete week ends with its last observed day, and is compared with the same days of the week before.
    last_day: date = observed["last_observed_day"]
    of_week = {"week_start": week.monday}
    tables = {
        "platforms": _rows(connection, "platforms", **of_week),
        "platforms_by_day": _rows(connection, "platform_by_day", **of_week),
        "own_and_watched": _rows(connection, "ownership", **of_week),
        "followers": _rows(connection, "followers", **of_week, row_limit=TOP_PROFILES),
        "top_posts": _rows(connection, "top_posts", **of_week, period="week", row_limit=TOP_POSTS),
        "top_posts_of_28_days": _rows(connection, "top_posts", **of_week, period="four weeks", row_limit=TOP_POSTS),
        "profiles": _rows(connection, "profile_leaderboard", **of_week, row_limit=TOP_PROFILES),
        "hashtags": _rows(connection, "hashtag_trend", **of_week, row_limit=TOP_HASHTAGS),
        "equal_age": _rows(connection, "cohorts_at_equal_age", **of_week),
        "weekdays_hours_and_formats": _rows(connection, "publications", **of_week, age_name=COMPARED_AGE),
        "expected_engagement": _rows(connection, "expected_engagement", **of_week),
        "planned_posts": _rows(connection, "planned_posts", **of_week),
        "quarantine": _rows(connection, "quarantined_items", **of_week),
    }
    days, platforms = _by_platform(tables["platforms_by_day"]), tables["platforms"]
    publications, top_posts = tables["weekdays_hours_and_formats"], tables["top_posts"]
    figures = {name: _compared(platforms, name) for name in _COUNTERS}
    return WeekReport(
        organization=organization,
        week=week,
        last_day=last_day,
        days_observed=observed["days_observed"],
        days_observed_before=_days_observed(days, observed["compared_first_day"], observed["compared_last_day"]),
        engagement=_compared(platforms, "Engagement"),
        headline=[
            *(figures[name] for name in ("Reactions", "Comments", "Shares", "Views")),
            WeekComparison(
                "Posts published",
                sum(row["posts_published"] for row in platforms),
                sum(row["compared_posts_published"] for row in platforms),
            ),
        ],
        not_measured=[figure.name.lower() for figure in figures.values() if figure.now is None],
        platforms=sorted(
            (
                _platform_week(row, rows_between(days[row["platform"]], week.monday, last_day))
                for row in platforms
                if row["platform"] in days
            ),
            key=lambda platform: (-(platform.engagement.now or 0), platform.platform),
        ),
        platform_days=days,
        top_posts=top_posts,
        top_posts_28=tables["top_posts_of_28_days"],
        top_post_history=_rows(connection, "post_history", **of_week, post_id=top_posts[0]["post_id"])
        if top_posts
        else [],
        profiles=tables["profiles"],
        hashtags=tables["hashtags"],
        cohorts=_cohorts(tables["equal_age"], week),
        quality={row["platform"]: row for row in platforms if row["days_observed"]},
        quarantined=tables["quarantine"],
        ownership=tables["own_and_watched"],
        followers=tables["followers"],
        best_times=_best_times(publications),
        formats=[row for row in publications if row["trait"] == "format"],
        expected_engagement=tables["expected_engagement"],
        planned_posts=tables["planned_posts"],
        tables=tables,
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


def _total(rows: Iterable[Row], key: str) -> int | None:
    """The sum of the measured values; None if none was measured."""
    values = [row[key] for row in rows if row[key] is not None]
    return sum(values) if values else None


def _compared(platforms: Sequence[Row], name: str) -> WeekComparison:
    """The total of a number over platforms, such as Reactions."""
    key = name.lower()
    return WeekComparison(name, _total(platforms, key), _total(platforms, f"compared_{key}"))


def _days_observed(days: Mapping[str, Sequence[Row]], first_day: date, last_day: date) -> int:
    rows = [row for platform in days.values() for row in rows_between(platform, first_day, last_day)]
    return len({row["activity_date"] for row in rows if row["posts_observed"] is not None})


def _platform_week(row: Row, days: Sequence[Row]) -> PlatformWeek:
    return PlatformWeek(
        platform=row["platform"],
        engagement=_compared([row], "Engagement"),
        counters={name: row[name.lower()] for name in _COUNTERS},
        is_observed=row["days_observed"] > 0,
        posts_published=row["posts_published"],
        rate=row["engagement_rate"],
        rate_denominator_kind=row["rate_denominator_kind"],
        days_without_observation=[day["activity_date"] for day in days if day["posts_observed"] is None],
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


def _best_times(publications: Sequence[Row]) -> list[BestTimes]:
    """A line for each platform and ownership with posts, our own first."""
    kinds: dict[tuple[bool, str], dict[str, list[Row]]] = {}
    for row in publications:
        traits = kinds.setdefault((not row["is_own"], row["platform"]), {})
        traits.setdefault(row["trait"], []).append(row)
    lines = []
    for (is_watched, platform), traits in sorted(kinds.items()):
        weekdays = {row["trait_order"]: row for row in traits.get("weekday", ())}
        ranked = [row for row in traits.get("hour", ()) if row["place"] is not None]
        lines.append(
            BestTimes(
                platform,
                is_own=not is_watched,
                weekdays=[weekdays.get(number) for number in range(1, 8)],
                hours=sorted(ranked, key=lambda row: row["place"])[:BEST_HOURS],
            )
        )
    return lines
