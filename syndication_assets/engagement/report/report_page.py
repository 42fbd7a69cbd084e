"""Renders HTML: one page per week and an index, self-contained and without scripts.

Pure: the same values give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from syndication_assets.engagement.report import report_charts
from syndication_assets.engagement.report.report_charts import DayBar, Panel
from syndication_assets.engagement.report.report_values import (
    CHART_DAYS,
    COMPARED_AGE,
    Organization,
    Row,
    WeekComparison,
    WeekReport,
    ratio,
)
from syndication_assets.engagement.report.report_weeks import IsoWeek

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PLATFORM_NAMES = {"linkedin": "LinkedIn", "youtube": "YouTube", "tiktok": "TikTok", "x": "X"}

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"
_NOT_MEASURED = Markup('<span class="not-measured">not measured</span>')
_FIRST_LINE_LENGTH = 150
_CHARTED_PLATFORMS = 6
_SHOWN_REASONS = 12


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One week in the index, with its totals; None is "not measured"."""

    week: IsoWeek
    days_observed: int
    engagement: int | None


def render_page(report: WeekReport) -> str:
    """The page of one organization and week."""
    week = report.week.name
    charts = {
        "platforms": Markup(report_charts.svg(platform_chart(report), f"Engagement by platform and day, {week}")),  # noqa: S704
        "top_post": _top_post_chart(report),
    }
    return environment.get_template("report_page.html.jinja").render(
        report=report,
        charts=charts,
        shown_reasons=_SHOWN_REASONS,
        chart_days=CHART_DAYS,
        compared_age=COMPARED_AGE,
        weekday_names=_WEEKDAYS,
    )


def render_index(organization: Organization, lines: Sequence[IndexLine]) -> str:
    """The index of an organization's pages, in the order of `lines`."""
    return environment.get_template("report_index.html.jinja").render(
        organization=organization,
        lines=lines,
        most=max((line.engagement for line in lines if line.engagement is not None), default=None),
    )


def platform_chart(report: WeekReport, title: str = "") -> Figure:
    """The main chart: engagement by day of the platforms with the most engagement in the week."""
    panels = [
        Panel(
            platform_name(platform.platform),
            [
                DayBar(
                    row["activity_date"],
                    row["posts_observed"] is not None,
                    row["engagement_delta"],
                    covers_more_days=2 * (row["posts_with_gap"] or 0) >= (row["posts_observed"] or 1),
                )
                for row in report.platform_days[platform.platform]
            ],
        )
        for platform in report.platforms[:_CHARTED_PLATFORMS]
    ]
    return report_charts.day_chart(panels, report.week.monday, title)


def platform_name(platform: str) -> str:
    """The name of the platform as it is written, such as LinkedIn."""
    return _PLATFORM_NAMES.get(platform, platform.capitalize())


def is_web_link(url: str | None) -> bool:
    """Whether the URL may become a link: http or https with a host, and nothing that a browser runs or repairs."""
    if not url or not url.isprintable() or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def number(value: float | None) -> str | Markup:
    """`12,345`, `-7` (with a real minus), `0`; "not measured" for None."""
    return _NOT_MEASURED if value is None else f"{value:,.0f}".replace("-", MINUS)


def median(value: float | None) -> str | Markup:
    """Like `number`, with one decimal for a median between two integers."""
    return number(value) if value is None or value == int(value) else f"{value:,.1f}".replace("-", MINUS)


def percent(value: float | None) -> str | Markup:
    """A fraction as `7.45 %`; "not measured" for None."""
    return _NOT_MEASURED if value is None else f"{100 * value:,.2f}\u202f%".replace("-", MINUS)


def change(now: int | None, before: int | None) -> str:
    """`+345 (+12 %)`; no percentage if `before` is not positive; empty if either value is not measured."""
    if now is None or before is None:
        return ""
    difference = f"{now - before:+,}".replace("-", MINUS) if now != before else "±0"
    if before <= 0:
        return difference
    return f"{difference} ({100 * (now - before) / before:+,.0f}\u202f%)".replace("-", MINUS).replace(
        "(+0\u202f", "(0\u202f"
    )


def direction(now: int | None, before: int | None) -> str:
    """The CSS class of a change: up, down or level."""
    if now is None or before is None or now == before:
        return "level"
    return "up" if now > before else "down"


def share(value: int | None, of: int | None) -> float:
    """The width of a bar in per cent, from 0 to 100."""
    return round(max(0.0, min(1.0, ratio(value, of) or 0.0)) * 100, 1)


def day(value: date) -> str:
    """`3 November`."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def weekday(value: date) -> str:
    return _WEEKDAYS[value.weekday()]


def week_days(week: IsoWeek) -> str:
    """`10-16 November 2025`, without repeating an equal month or year."""
    first, last = week.monday, week.sunday
    if first.year != last.year:
        return f"{day(first)} {first.year} {DASH} {day(last)} {last.year}"
    if first.month != last.month:
        return f"{day(first)} {DASH} {day(last)} {last.year}"
    return f"{first.day}{DASH}{day(last)} {last.year}"


def first_line(row: Row) -> str:
    """The first line of a post, shortened at a word boundary."""
    text = " ".join((row["first_line"] or "").split())
    if len(text) <= _FIRST_LINE_LENGTH:
        return text
    return text[:_FIRST_LINE_LENGTH].rsplit(" ", 1)[0] + " …"


def published(moment: datetime | None) -> str:
    return f"{day(moment)} {moment.year}" if moment else "publication date unknown"


def _top_post_chart(report: WeekReport) -> Markup | None:
    observed = {row["activity_date"]: row for row in report.top_post_history}
    if not observed:
        return None
    posted_at: datetime | None = report.top_posts[0]["posted_at"]
    first_day = report.week.sunday - timedelta(days=CHART_DAYS - 1)
    if posted_at is not None:
        # From the week of publication, but at least two weeks and at most 28 days.
        latest = report.week.monday - timedelta(weeks=1)
        first_day = max(first_day, min(latest, IsoWeek.of(posted_at.date()).monday))
    bars = []
    for offset in range((report.week.sunday - first_day).days + 1):
        row = observed.get(first_day + timedelta(days=offset))
        bars.append(
            DayBar(
                first_day + timedelta(days=offset),
                row is not None,
                row["engagement_delta"] if row else None,
                covers_more_days=bool(row and row["is_gap"]),
                is_expected=posted_at is None or first_day + timedelta(days=offset) >= posted_at.date(),
            )
        )
    chart = report_charts.day_chart([Panel("Engagement of this post by day", bars)], report.week.monday)
    return Markup(report_charts.svg(chart, f"Engagement of the top post by day, {report.week.name}"))  # noqa: S704


def _compared(figure: WeekComparison) -> str:
    return change(figure.now, figure.before)


environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
environment.filters |= {
    "number": number,
    "median": median,
    "percent": percent,
    "compared": _compared,
    "day": day,
    "weekday": weekday,
    "week_days": week_days,
    "first_line": first_line,
    "published": published,
    "platform_name": platform_name,
}
environment.globals |= {"change": change, "direction": direction, "share": share, "ratio": ratio}
environment.tests["web_link"] = is_web_link
