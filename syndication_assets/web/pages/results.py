"""What came of our posts in a week, and its tables as files."""

from datetime import timedelta

from starlette.responses import Response

from syndication_assets.engagement.report.report_csv import to_csv
from syndication_assets.engagement.report.report_values import COMPARED_AGE
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute
from syndication_assets.web.week_results import read_results, weeks_with_results

_WEEKS_OFFERED = 12


def show_results(page: Page) -> Response:
    """The week that is asked for, else the newest with an observation."""
    with page.reading() as connection:
        weeks = weeks_with_results(connection)
        week = _week(page.request.query_params.get("week"), weeks)
        results = None if week is None else read_results(connection, page.organization, week)
    if week is None or results is None:
        return page.render("results.html", report=None, weeks=weeks[:_WEEKS_OFFERED], week=week)
    return page.render(
        "results.html",
        report=results.report,
        weeks=weeks[:_WEEKS_OFFERED],
        week=week,
        weekdays=[week.monday + timedelta(days=number) for number in range(7)],
        compared_age=COMPARED_AGE,
        products=results.products,
        variations=results.variations,
        costs=results.costs,
        tables=sorted(name for name, rows in results.tables().items() if rows),
    )


def send_table(page: Page) -> Response:
    """One table of a week for a spreadsheet."""
    week = _week(str(page.request.path_params["week"]), [])
    name = str(page.request.path_params["table"])
    with page.reading() as connection:
        results = None if week is None else read_results(connection, page.organization, week)
    rows = None if results is None else results.tables().get(name)
    if week is None or not rows:
        raise NotFoundError("There is no such table.")
    headers = {"Content-Disposition": f'attachment; filename="{name}-{week.name}.csv"'}
    return Response(to_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _week(typed: str | None, weeks: list[IsoWeek]) -> IsoWeek | None:
    if typed is None:
        return weeks[0] if weeks else None
    try:
        return IsoWeek.parse(typed)
    except ValueError:
        raise NotFoundError("This is no week: write it as 2026-W01.") from None


ROUTES = (
    PageRoute("GET", "/results", show_results),
    PageRoute("GET", "/results/{week}/{table}.csv", send_table),
)
