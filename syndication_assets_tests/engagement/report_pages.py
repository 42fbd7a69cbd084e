"""Renders and reads the pages of the weekly report."""

import csv
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

from syndication_assets.engagement.report.report_files import RenderedPages, render_range
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets_tests.engagement.report_database import ReportDatabase

MONDAY = date(2025, 11, 10)

WEEK = IsoWeek(2025, 46)


class PageReader(HTMLParser):
    """Tags, addresses and the text without styles of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self._is_style = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._is_style = tag == "style"
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]

    def handle_endtag(self, tag):  # noqa: ARG002
        self._is_style = False

    def handle_data(self, data):
        if not self._is_style:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", " ".join(self.texts))


def render(rows: ReportDatabase, directory: Path, first_day: date = MONDAY, days: int = 7) -> RenderedPages:
    rows.roll_up()
    return render_range(rows.url, directory, first_day, first_day + timedelta(days=days))


def page(directory: Path, week: str = "2025-W46", organization: str = "default") -> str:
    return (directory / organization / f"{week}.html").read_text(encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def table(directory: Path, name: str, week: str = "2025-W46") -> list[dict[str, str]]:
    with (directory / "default" / week / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def two_weeks(rows: ReportDatabase, days: int = 14, **post: object) -> None:
    """One LinkedIn post: 10 reactions a day and 1 comment a day, from the Monday before; shares stay 0."""
    organization = rows.organization()
    post_id = rows.post(organization, **post)
    for day in range(days):
        counters = {"reactions": 100 + 10 * day, "comments": day, "shares": 0}
        rows.observe(organization, post_id, MONDAY + timedelta(days=day - 7), **counters)
