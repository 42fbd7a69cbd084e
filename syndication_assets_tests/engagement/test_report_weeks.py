"""The weeks of the report: which are rendered, compared, marked as incomplete, and gone."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from syndication_assets.engagement.report.report_queries import read_week, reader
from syndication_assets.engagement.report.report_weeks import IsoWeek, weeks_touched
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.engagement.report_pages import MONDAY, WEEK, PageReader, names, page, render, two_weeks


def test_a_week_without_data_has_no_page_and_is_reported(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    rendered = render(rows, tmp_path, MONDAY + timedelta(weeks=1))
    assert (rendered.pages, rendered.newest) == ([], [])
    assert rendered.skipped == ["default: no observations in 2025-W47"]
    assert not (tmp_path / "default").exists()
    rendered = render(rows, tmp_path, MONDAY - timedelta(weeks=3), 42)
    assert [path.name for path in rendered.pages] == ["2025-W45.html", "2025-W46.html"]
    assert rendered.skipped == ["default: no observations in 4 weeks from 2025-W43 to 2025-W48"]


def test_a_week_whose_files_are_gone_loses_its_page_its_tables_and_its_index_entry(
    rows: ReportDatabase, tmp_path: Path
):
    two_weeks(rows)
    render(rows, tmp_path, MONDAY - timedelta(days=7), 14)
    folder = tmp_path / "default"
    assert names(folder) == ["2025-W45", "2025-W45.html", "2025-W46", "2025-W46.html", "index.html"]
    rows.execute("delete from engagement.platform_engagement_daily where activity_date >= %s", [MONDAY])
    rendered = render(rows, tmp_path, MONDAY, 1)
    assert rendered.pages_removed == [folder / "2025-W46.html"]
    assert names(folder) == ["2025-W45", "2025-W45.html", "index.html"]
    assert PageReader(page(tmp_path, "index")).addresses == ["2025-W45.html"]
    assert render(rows, tmp_path, MONDAY, 1).pages_removed == []


def test_the_last_week_that_is_gone_takes_the_index_along_but_no_file_of_a_person(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, days=1)
    render(rows, tmp_path, MONDAY - timedelta(days=7), 7)
    (tmp_path / "default/2025-W45/notes.txt").write_text("a person's")
    (tmp_path / "default/2025-W44.html").write_text("of a week that the run does not touch")
    rows.execute("delete from engagement.platform_engagement_daily")
    render(rows, tmp_path, MONDAY - timedelta(days=7), 7)
    assert names(tmp_path / "default") == ["2025-W44.html", "2025-W45", "index.html"]
    assert names(tmp_path / "default/2025-W45") == ["notes.txt"]
    (tmp_path / "default/2025-W44.html").unlink()
    render(rows, tmp_path, MONDAY - timedelta(days=7), 7)
    assert names(tmp_path / "default") == ["2025-W45"]


def test_a_day_belongs_to_the_week_of_its_iso_year(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    post_id = rows.post(organization, published=date(2025, 12, 1))
    for day in (date(2025, 12, 28), date(2025, 12, 29), date(2025, 12, 31), date(2026, 1, 1)):
        rows.observe(organization, post_id, day, reactions=day.day)
    rendered = render(rows, tmp_path, date(2025, 12, 29), 1)
    assert [path.name for path in rendered.pages] == ["2026-W01.html"]
    assert "29 December 2025 – 4 January 2026" in page(tmp_path, "2026-W01")  # noqa: RUF001
    rendered = render(rows, tmp_path, date(2025, 12, 28), 5)
    assert [path.name for path in rendered.pages] == ["2025-W52.html", "2026-W01.html"]


def test_each_week_of_a_range_is_listed_once():
    assert weeks_touched(date(2025, 12, 28), date(2025, 12, 30)) == [IsoWeek(2025, 52), IsoWeek(2026, 1)]
    assert weeks_touched(date(2020, 12, 31), date(2021, 1, 5)) == [IsoWeek(2020, 53), IsoWeek(2021, 1)]
    assert weeks_touched(MONDAY, MONDAY + timedelta(days=7)) == [WEEK]
    assert weeks_touched(MONDAY, MONDAY) == []
    assert IsoWeek(2025, 52).after(1) == IsoWeek(2026, 1)
    assert IsoWeek.parse("2026-W01") == IsoWeek(2026, 1)
    for name in ("index", "2026-W1", "2026-01", "2025-W53x"):
        with pytest.raises(ValueError, match=r"ISO week|literal"):
            IsoWeek.parse(name)


def test_an_incomplete_week_is_marked_and_compared_with_the_same_days(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows, days=10)
    render(rows, tmp_path, MONDAY, 1)
    text = PageReader(page(tmp_path)).text
    assert "There are no observations after Wednesday, 12 November. This page covers 3 days" in text
    # 3 days of 11, compared with 2 of the same days of the week before, whose first day adds nothing.
    assert "Public engagement 33 +11 (+50\u202f%)" in text
    two_weeks(rows)
    render(rows, tmp_path, MONDAY, 1)
    assert "Incomplete week" not in page(tmp_path)


def test_a_day_without_observation_is_named_and_the_next_day_counts_as_over_a_gap(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    post_id = rows.post(organization)
    for day in (0, 1, 3, 4, 5, 6):
        rows.observe(organization, post_id, MONDAY + timedelta(days=day), reactions=100 + 10 * day - 30 * (day == 6))
    render(rows, tmp_path)
    with reader(rows.url, organization) as connection:
        report = read_week(connection, organization, WEEK)
    (platform,) = report.platforms
    assert platform.days_without_observation == [date(2025, 11, 12)]
    assert [row["engagement_delta"] for row in report.platform_days["linkedin"][-7:]] == [
        None,
        10,
        None,
        20,
        10,
        10,
        -20,
    ]
    text = PageReader(page(tmp_path)).text
    assert "LinkedIn Wednesday, 12 November 6 1 1 1" in text
    assert "6 of 7 days were observed this week, 0 the week before" in text


def test_the_quarantine_of_the_week_is_counted_by_reason(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    rows.quarantine(rows.organization(), MONDAY, "no id", items=3)
    rows.quarantine(rows.organization(), MONDAY + timedelta(days=6), "a file of the source's error page")
    rows.quarantine(rows.organization(), MONDAY - timedelta(days=1), "the week before")
    rows.quarantine(rows.organization(), MONDAY, "replayed since")
    rows.execute("update landing.quarantine set replayed_at = now() where reason = %s", ["replayed since"])
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    assert "4 items that landed this week could not be loaded" in text
    assert "3 no id linkedin_apify 1 a file of the source's error page" in text
    assert "the week before linkedin_apify" not in text
    assert "replayed since" not in text


@pytest.mark.both_servers
def test_posts_are_compared_at_ages_that_they_have_reached(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    for reactions in (10, 30):
        post_id = rows.post(organization, published=MONDAY)
        rows.observe(organization, post_id, MONDAY, reactions=1)
        rows.observe(organization, post_id, MONDAY + timedelta(days=1), reactions=reactions)
    render(rows, tmp_path)
    text = PageReader(page(tmp_path)).text
    # Published at 11:00, observed at 12:00: the second snapshot is 25 hours old, so that 24 hours are not measured.
    assert "2025-W46 from 10 November 2 1 (2) not measured too young too young" in text
    assert "2025-W45 from 3 November 0 no posts" in text


def test_a_late_file_renders_every_page_that_shows_its_day(rows: ReportDatabase, tmp_path: Path):
    two_weeks(rows)
    render(rows, tmp_path)
    organization = rows.organization()
    late = rows.post(organization)
    for day in (-6, -5):
        rows.observe(organization, late, MONDAY + timedelta(days=day), reactions=100 + day)
    rendered = render(rows, tmp_path, MONDAY - timedelta(days=6), 2)
    assert [path.name for path in rendered.pages] == ["2025-W45.html", "2025-W46.html"]
    assert "Public engagement 77 +10 (+15\u202f%)" in PageReader(page(tmp_path)).text


def test_later_days_do_not_change_a_page(rows: ReportDatabase, tmp_path: Path):
    organization = rows.organization()
    post_id = rows.post(organization, published=MONDAY + timedelta(days=6))
    for day in (5, 6):
        rows.observe(organization, rows.post(organization), MONDAY + timedelta(days=day), reactions=day)
    rows.observe(organization, post_id, MONDAY + timedelta(days=6), reactions=1)
    render(rows, tmp_path)
    before = page(tmp_path)
    for day in (7, 8, 13, 34):
        rows.observe(organization, post_id, MONDAY + timedelta(days=day), reactions=100 * day)
    assert len(render(rows, tmp_path).pages) == 3
    assert page(tmp_path) == before
