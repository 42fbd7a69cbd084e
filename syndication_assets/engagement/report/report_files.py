"""Weekly pages as files: `<directory>/<organization slug>/<ISO year>-W<week>.html`, and an index in each folder.

The tables of a page are CSV files in a folder of the page's name.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.engagement.report.report_csv import csv_tables
from syndication_assets.engagement.report.report_page import IndexLine, render_index, render_page
from syndication_assets.engagement.report.report_queries import observed_weeks, read_week, reader
from syndication_assets.engagement.report.report_values import Organization, WeekReport
from syndication_assets.engagement.report.report_weeks import WEEKS_LOOKED_BACK, IsoWeek, weeks_touched
from syndication_assets.files.whole_files import OWNER_AND_GROUP, replace_file


@dataclass(slots=True)
class RenderedPages:
    """The outcome of rendering a range of days."""

    pages: list[Path] = field(default_factory=list)
    pages_changed: int = 0
    """New pages and pages with changed bytes, without the index."""
    pages_removed: list[Path] = field(default_factory=list)
    """Pages of weeks that have no observations any more."""
    weeks: set[IsoWeek] = field(default_factory=set)
    newest: list[tuple[Path, WeekReport]] = field(default_factory=list)
    """The newest page of this range, for each organization with a page."""
    skipped: list[str] = field(default_factory=list)
    """One sentence per organization with weeks without observations."""


def render_range(
    url: str, directory: Path, first_day: date, end_day: date, *, reading_url: str | None = None
) -> RenderedPages:
    """Renders, for each organization, the ISO weeks of the days from `first_day` up to, not including, `end_day`, and
    the observed ones among the four weeks after them, whose pages show these days too.

    The same data gives the same bytes, and an unchanged file is not written again. A week of these days without
    observations has no page: one that was rendered before is removed, with its tables and its line in the index.
    `reading_url` leads to a copy of the database that has all that was written, or through a pooler.
    """
    rendered = RenderedPages()
    touched = weeks_touched(first_day, end_day)
    if not touched:
        return rendered
    for organization in organizations(url):
        folder = directory / organization.slug
        with reader(reading_url or url, organization) as connection:
            observed = observed_weeks(connection, touched[0], touched[-1].after(WEEKS_LOOKED_BACK))
            unobserved = [week for week in touched if week not in observed]
            if unobserved:
                rendered.skipped.append(_skipped(organization, unobserved))
            for week in unobserved:
                _remove_week(folder, week, rendered)
            for week in sorted(observed):
                _render_week(connection, organization, week, folder, rendered)
            _write_index(connection, organization, folder)
    return rendered


def organizations(url: str) -> list[Organization]:
    """The active organizations, by slug."""
    with transaction(url) as connection:
        rows = connection.execute(
            "select organization_id, slug, name from tenancy.organizations where is_active order by slug"
        ).fetchall()
    return [Organization(*row) for row in rows]


def write_if_changed(path: Path, text: str) -> bool:
    """Writes a file atomically; returns False, and leaves the file untouched, if it has this content already."""
    content = text.encode("utf-8")
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    # For the owner and the group: numbers of an organization are not for everybody on the machine.
    replace_file(path, content, OWNER_AND_GROUP)
    return True


def _render_week(
    connection: Connection, organization: Organization, week: IsoWeek, folder: Path, rendered: RenderedPages
) -> None:
    report = read_week(connection, organization, week)
    if report is None:
        return
    path = _page(folder, week)
    _write_tables(folder / week.name, csv_tables(report))
    rendered.pages_changed += write_if_changed(path, render_page(report))
    rendered.pages.append(path)
    rendered.weeks.add(week)
    rendered.newest = [
        *((newest_path, newest) for newest_path, newest in rendered.newest if newest.organization != organization),
        (path, report),
    ]


def _write_tables(folder: Path, tables: dict[str, str]) -> None:
    """Makes the CSV files of a page these tables: the file of a table that is empty now is removed."""
    for name, text in tables.items():
        write_if_changed(folder / f"{name}.csv", text)
    for path in folder.glob("*.csv"):
        if path.stem not in tables:
            path.unlink()


def _remove_week(folder: Path, week: IsoWeek, rendered: RenderedPages) -> None:
    page, tables = _page(folder, week), folder / week.name
    if page.exists():
        page.unlink()
        rendered.pages_removed.append(page)
    if tables.is_dir():
        _write_tables(tables, {})
        with suppress(OSError):  # a person has put other files there
            tables.rmdir()


def _write_index(connection: Connection, organization: Organization, folder: Path) -> None:
    """Writes the index of all existing pages, with their current totals; without a page, there is no index."""
    weeks = []
    for path in folder.glob("*.html"):
        with suppress(ValueError):
            weeks.append(IsoWeek.parse(path.stem))
    if not weeks:
        (folder / "index.html").unlink(missing_ok=True)
        return
    observed = observed_weeks(connection, min(weeks), max(weeks))
    lines = [
        IndexLine(week, observed[week]["days_observed"], observed[week]["engagement"])
        for week in sorted(weeks, reverse=True)
        if week in observed
    ]
    write_if_changed(folder / "index.html", render_index(organization, lines))


def _page(folder: Path, week: IsoWeek) -> Path:
    return folder / f"{week.name}.html"


def _skipped(organization: Organization, weeks: list[IsoWeek]) -> str:
    if len(weeks) == 1:
        return f"{organization.slug}: no observations in {weeks[0].name}"
    return f"{organization.slug}: no observations in {len(weeks)} weeks from {weeks[0].name} to {weeks[-1].name}"
