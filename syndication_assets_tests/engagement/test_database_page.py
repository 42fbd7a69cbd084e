"""The page on the database: what it shows of a week, however hostile, and that nothing is cut."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.engagement.report.database_page import (
    DatabaseWeek,
    PageProblem,
    database_page_name,
    grown,
    render_database_page,
    size,
)
from syndication_assets.engagement.report.report_weeks import IsoWeek
from syndication_assets_tests.engagement.test_report_layout import CHROMIUM, CUT, FLAGS, WIDTHS

MONDAY = date(2025, 11, 10)
LONG = "a_table_with_a_very_long_name_that_somebody_has_thought_about_too_long"
HOSTILE = "<script>alert(1)</script>"


def database_week(*, problems: list[PageProblem] | None = None) -> DatabaseWeek:
    days = [
        {
            "measured_on": MONDAY + timedelta(days=number),
            "database_bytes": None if number == 0 else 10**12 + number,
            "bytes_grown": None if number < 2 else 1,
            "index_hit_ratio": None if number == 0 else 0.987,
            "most_connections": 150,
            "connections_limit": 197,
            "transaction_ids_used": 200_000_000,
            "event_log_rows": 12_345_678,
            "event_log_rows_grown": 1234,
            "event_log_bytes": 10**10,
            "not_measured": {"statements": HOSTILE},
        }
        for number in range(7)
    ]
    table = {
        "table_name": f"scraping.{LONG}",
        "partitions": 12,
        "total_bytes": 10**12,
        "bytes_grown": -(10**9),
        "live_rows": 10**10,
        "dead_rows": 10**9,
        "bloat_bytes": None,
        "analyzed_at": None,
    }
    index = {
        "index_name": f"scraping.{LONG}_index",
        "table_name": f"scraping.{LONG}",
        "index_bytes": 10**9,
        "scans": 0,
        "is_valid": True,
        "duplicate_of": None,
        "unused_since": MONDAY,
    }
    query = {
        "query": f"select {', '.join(f'{LONG}_{n}' for n in range(20))} from t where a = '{HOSTILE}'",
        "query_id": "0123456789abcdef",
        "role_name": None,
        "milliseconds": 12_345.6,
        "longest_milliseconds": 99_999_999,
        "calls": None,
        "times_seen": 3,
        "plan": f"Seq Scan on {LONG * 4}  (cost=0.00..1.00 rows=1 width=8)",
        "plan_missing": None,
    }
    week = IsoWeek.of(MONDAY)
    return DatabaseWeek(week, week.after(-1), days, [table], [index], [query], problems or [])


def test_the_page_shows_what_was_not_measured_as_such_and_no_markup_of_others():
    text = render_database_page(database_week(problems=[PageProblem("error", HOSTILE, HOSTILE)]))
    assert text == render_database_page(database_week(problems=[PageProblem("error", HOSTILE, HOSTILE)]))
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text
    assert "not measured" in text
    assert "The last measurement found none." not in text
    assert "The last measurement found none." in render_database_page(database_week())
    assert 'href="database-2025-W45.html"' in text
    assert database_page_name(IsoWeek.of(MONDAY)) == "database-2025-W46.html"


@pytest.mark.parametrize(
    ("value", "shown", "change"),
    [
        (None, None, None),
        (0, "0 bytes", "±0"),
        (1023, "1023 bytes", "+1023 bytes"),
        (-2048, None, "\N{MINUS SIGN}2.0 kB"),
        (5 * 1024**4, "5.0 TB", "+5.0 TB"),
    ],
)
def test_sizes_are_those_of_postgresql(value: int | None, shown: str | None, change: str | None):
    assert grown(value) == change
    if value is None or value >= 0:
        assert size(value) == shown


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium")
def test_nothing_is_cut_at_any_width(tmp_path: Path):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    page = tmp_path / "page.html"
    page.write_text(render_database_page(database_week(problems=[PageProblem("error", LONG, LONG * 4)])))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened: Any = browser.new_page()
        opened.goto(page.as_uri())
        opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for width in WIDTHS:
            opened.set_viewport_size({"width": width, "height": 900})
            assert opened.evaluate("() => document.documentElement.scrollWidth") <= width, width
            assert opened.evaluate(CUT) == [], width
        browser.close()
