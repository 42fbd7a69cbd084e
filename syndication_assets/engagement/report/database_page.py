"""Renders the page on the database of a week. Pure: the same values give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from syndication_assets.engagement.report.report_page import MINUS, environment
from syndication_assets.engagement.report.report_values import Row
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets.text.sizes import size_of


@dataclass(frozen=True, slots=True)
class PageProblem:
    """One problem at the last measurement, with what to do."""

    severity: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class DatabaseWeek:
    """What the page of one week shows; the rows are those of `sql/engagement/database_report/`."""

    week: IsoWeek
    previous: IsoWeek | None
    """The week before that has a page."""
    days: Sequence[Row]
    """At least one."""
    tables: Sequence[Row]
    indexes: Sequence[Row]
    queries: Sequence[Row]
    problems: Sequence[PageProblem]
    """Those of the newest measurement."""


def render_database_page(report: DatabaseWeek) -> str:
    """The page of one week."""
    return environment.get_template("report_database.html.jinja").render(
        report=report, last=report.days[-1], reasons=_reasons(report.days), size=size, grown=grown
    )


def database_page_name(week: IsoWeek) -> str:
    """The name of its file, which no folder of an organization can have."""
    return f"database-{week.name}.html"


def size(value: float | Decimal | None) -> str | None:
    """`12.3 MB`; None for None."""
    return None if value is None else size_of(value)


def grown(value: float | Decimal | None) -> str | None:
    """`+12.3 MB`, `±0`, or with a real minus; None for None."""
    if value is None:
        return None
    if value == 0:
        return "±0"
    return f"{'+' if value > 0 else MINUS}{size_of(value if value > 0 else -value)}"


def _reasons(days: Sequence[Row]) -> list[tuple[str, str]]:
    """What the last day could not measure, with the reasons."""
    return sorted(days[-1]["not_measured"].items())
