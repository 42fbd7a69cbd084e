"""The values of a weekly page, without a database: what `report` reads and `report_page` renders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from syndication_assets.engagement.report.report_weeks import IsoWeek

Row = dict[str, Any]

CHART_DAYS = 28
COMPARED_AGE = "24 hours"
"""The age at which weekdays, hours and formats are compared: a row of engagement.cohort_ages."""


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization with the names that its pages show."""

    organization_id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class WeekComparison:
    """A number of the week, and that of the same days of the week before; None is "not measured"."""

    name: str
    now: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class PlatformWeek:
    """The totals of one platform in the week."""

    platform: str
    engagement: WeekComparison
    counters: dict[str, int | None]
    is_observed: bool
    posts_published: int
    rate: float | None
    rate_denominator_kind: str | None
    days_without_observation: list[date]


@dataclass(frozen=True, slots=True)
class CohortCell:
    """The posts of one platform and one week of publication, at one age."""

    posts_of_age: int
    posts_measured: int
    median_engagement: float | None


@dataclass(frozen=True, slots=True)
class Cohorts:
    """The posts of one platform at equal ages, the newest week of publication first."""

    platform: str
    ages: list[str]
    weeks: list[tuple[IsoWeek, int, list[CohortCell]]]
    """(week of publication, number of posts, one cell for each of `ages`)."""


@dataclass(frozen=True, slots=True)
class BestTimes:
    """When the posts of one platform, our own or watched ones, do best: by weekday and by hour."""

    platform: str
    is_own: bool
    weekdays: list[Row | None]
    """From Monday to Sunday; None without a post (engagement.report_publications_weekly)."""
    hours: list[Row]
    """The best hours, the best first."""


@dataclass(frozen=True, slots=True)
class WeekReport:
    """All values of one page."""

    organization: Organization
    week: IsoWeek
    last_day: date
    """The last observed day of the week, with which the page ends."""
    days_observed: int
    days_observed_before: int
    """Observed days among the same days of the week before."""
    engagement: WeekComparison
    headline: list[WeekComparison]
    not_measured: list[str]
    """Names of the counters that no platform measured in the week."""
    platforms: list[PlatformWeek]
    platform_days: dict[str, list[Row]]
    """By platform: one row per day of the 28 days up to Sunday (engagement.report_platforms_by_day)."""
    top_posts: list[Row]
    top_posts_28: list[Row]
    top_post_history: list[Row]
    profiles: list[Row]
    hashtags: list[Row]
    cohorts: list[Cohorts]
    quality: dict[str, Row]
    """By platform observed in the week (engagement.report_platforms_weekly)."""
    quarantined: list[Row]
    ownership: list[Row]
    """Our own and watched posts by platform (engagement.report_ownership_weekly)."""
    followers: list[Row]
    """Profiles whose followers were measured (engagement.report_followers_weekly)."""
    best_times: list[BestTimes]
    formats: list[Row]
    """By platform and ownership (engagement.report_publications_weekly)."""
    expected_engagement: list[Row]
    """By own profile and age (engagement.report_expected_engagement_weekly)."""
    planned_posts: list[Row]
    """What became of our posts for the week (engagement.report_planned_posts_weekly)."""
    tables: dict[str, list[Row]]
    """The rows behind each table of the page, with the columns of their view, under the name of their CSV file."""

    @property
    def is_partial(self) -> bool:
        return self.last_day < self.week.sunday

    @property
    def days(self) -> int:
        """The number of days from Monday to the last observed day."""
        return (self.last_day - self.week.monday).days + 1

    @property
    def posts_observed(self) -> int:
        """The number of posts on the day with the most observed posts."""
        days: dict[date, int] = {}
        for row in rows_between(
            (row for rows in self.platform_days.values() for row in rows), self.week.monday, self.last_day
        ):
            days[row["activity_date"]] = days.get(row["activity_date"], 0) + (row["posts_observed"] or 0)
        return max(days.values(), default=0)


def ratio(numerator: int | None, denominator: int | None) -> float | None:
    """The quotient; None if either value is not measured or the denominator is 0."""
    return None if numerator is None or not denominator else numerator / denominator


def rows_between(rows: Iterable[Row], first_day: date, last_day: date) -> list[Row]:
    """The rows of the days from `first_day` to `last_day`, both included."""
    return [row for row in rows if first_day <= row["activity_date"] <= last_day]
