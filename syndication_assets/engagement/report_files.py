"""Weekly pages as files: `<directory>/<organization slug>/<ISO year>-W<week>.html`, and an index beside them."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from syndication_assets.database.connection import Connection, transaction
from syndication_assets.engagement.report import Organization, WeekReport, observed_weeks, read_week, reader
from syndication_assets.engagement.report_page import IndexLine, render_index, render_page
from syndication_assets.engagement.report_weeks import WEEKS_LOOKED_BACK, IsoWeek, weeks_touched


@dataclass(slots=True)
class RenderedPages:
    """What rendering a range of days did."""

    pages: list[Path] = field(default_factory=list)
    pages_changed: int = 0
    """Pages that are new or have other bytes than before; the index is not counted."""
    weeks: set[IsoWeek] = field(default_factory=set)
    newest: list[tuple[Path, WeekReport]] = field(default_factory=list)
    """Of each organization with a page, the newest one of this range."""
    skipped: list[str] = field(default_factory=list)
    """A sentence for each organization and touched week without observations."""


def render_range(
    url: str, directory: Path, first_day: date, end_day: date, *, say: Callable[[str], object] = lambda _: None
) -> RenderedPages:
    """Renders, for each organization, the ISO weeks of the days from `first_day` to before `end_day`, and those of the
    four weeks after that were observed: their pages look back on these days.

    The same data gives the same bytes, and an unchanged file is not written again. An organization's page of a week
    without observations is skipped, with a sentence to `say` if an older page is there.
    """
    rendered = RenderedPages()
    touched = weeks_touched(first_day, end_day)
    if not touched:
        return rendered
    for organization in organizations(url):
        folder = directory / organization.slug
        with reader(url, organization) as connection:
            observed = observed_weeks(connection, touched[0], touched[-1].after(WEEKS_LOOKED_BACK))
            unobserved = [week for week in touched if week not in observed]
            if unobserved:
                rendered.skipped.append(_skipped(organization, unobserved))
            for week in unobserved:
                if _page(folder, week).exists():
                    say(
                        f"{_page(folder, week)} is out of date: nothing is observed in {week.name} any more. Delete it."
                    )
            for week in sorted(observed):
                _render_week(connection, organization, week, folder, rendered)
            if observed:
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
    """Writes a file whole or not at all; False, without touching it, if it says this already."""
    content = text.encode("utf-8")
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return True


def _render_week(
    connection: Connection, organization: Organization, week: IsoWeek, folder: Path, rendered: RenderedPages
) -> None:
    report = read_week(connection, organization, week)
    if report is None:
        return
    path = _page(folder, week)
    rendered.pages_changed += write_if_changed(path, render_page(report))
    rendered.pages.append(path)
    rendered.weeks.add(week)
    rendered.newest = [
        *((page, other) for page, other in rendered.newest if other.organization != organization),
        (path, report),
    ]


def _write_index(connection: Connection, organization: Organization, folder: Path) -> None:
    """The index lists the pages that are there, with the totals of today."""
    weeks = []
    for path in folder.glob("*.html"):
        with suppress(ValueError):
            weeks.append(IsoWeek.parse(path.stem))
    if not weeks:
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
        return f"{organization.slug}: nothing was observed in {weeks[0].name}"
    return f"{organization.slug}: nothing was observed in {len(weeks)} weeks from {weeks[0].name} to {weeks[-1].name}"
