"""The weekly page in headless Chromium: nothing is cut at the widths of a telephone, a tablet and a desktop screen."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.engagement.report.report_files import render_range
from syndication_assets_tests.engagement.report_database import ReportDatabase
from syndication_assets_tests.servers import Server

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
MONDAY = date(2025, 11, 10)
WIDTHS = (390, 768, 1010, 1024, 1440)
# Elements that reach beyond the screen, and boxes that hide a part of their content.
CUT = """() => [...document.body.querySelectorAll('*')].filter(element => {
    const box = element.getBoundingClientRect();
    return !element.closest('svg') && box.width > 0 && (
        box.right > document.documentElement.clientWidth + 0.5 || element.scrollWidth > element.clientWidth + 1
            && getComputedStyle(element).display !== 'inline');
}).map(element => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 40)}`)"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium"),
]


@pytest.fixture
def page(server: Server, database_url: str, tmp_path: Path) -> Iterator[Any]:
    """A page with long names, long words, large numbers and every table."""
    if server.name.startswith("debian"):
        pytest.skip("once is enough: the page is the same on every server")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    rows = ReportDatabase(database_url)
    organization = rows.organization()
    for number, platform in enumerate(("linkedin", "youtube", "facebook")):
        for author in ("ada", "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"):
            text = f"{'A sentence of a post. ' * 12} https://example.org/{'a' * 200}"
            post = rows.post(
                organization, platform=platform, text=text, author=author, published=MONDAY - timedelta(days=number)
            )
            rows.hashtag(organization, post, f"{author}{number}")
            for day in range(-7, 7):
                total = 1_234_567 * (day + 8)
                counters = {"reactions": total, "comments": total, "shares": total, "views": 9 * total}
                rows.observe(organization, post, MONDAY + timedelta(days=day), **counters)
    rows.quarantine(organization, MONDAY, f"$.{'x' * 150}: not a number", items=12_345)
    rows.execute("insert into channels.platforms (platform, display_name) values ('linkedin', 'LinkedIn')")
    rows.execute(
        "insert into channels.social_accounts (organization_id, platform, remote_account_id, display_name)"
        " values (%s, 'linkedin', 'ada', 'Ada')",
        [organization.organization_id],
    )
    rows.roll_up()
    render_range(database_url, tmp_path, MONDAY, MONDAY + timedelta(days=7))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = browser.new_page()
        opened.goto((tmp_path / "default/2025-W46.html").as_uri())
        yield opened
        browser.close()


def test_nothing_is_cut_at_any_width(page: Any):
    assert page.locator("table").count() >= 10
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, width
        assert page.evaluate(CUT) == [], width
    # A4 paper lies on its side: 297 mm without the margins.
    page.set_viewport_size({"width": 1024, "height": 700})
    page.emulate_media(media="print")
    assert page.evaluate(CUT) == []
    # The measurement finds a table that does not fit.
    page.add_style_tag(content="td.number { white-space: nowrap; min-width: 12rem; }")
    assert page.evaluate(CUT) != []


def test_on_a_narrow_screen_every_value_has_its_label(page: Any):
    page.set_viewport_size({"width": 390, "height": 900})
    unlabelled = """() => [...document.querySelectorAll('td')].filter(cell => cell.offsetWidth > 0
        && !cell.matches('.wide, [colspan]') && !cell.dataset.label).map(cell => cell.outerHTML)"""
    assert page.evaluate(unlabelled) == []
    assert page.locator("thead").first.is_hidden()
    page.set_viewport_size({"width": 1024, "height": 900})
    assert page.locator("thead").first.is_visible()
