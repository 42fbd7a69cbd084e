"""The real UI in headless Chromium: it lists the assets, materializes a day by clicking, and shows the chart."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.sample_landing import land_samples
from syndication_assets_tests.servers import Server

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 120
_UNWANTED = r"SupersessionWarning|dagster\.yaml.* will not be used"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium"),
]


@pytest.fixture
def landed_url(server: Server, template_database: str, tmp_path: Path) -> Iterator[str]:
    """A database without posts, with one day of samples in the landing zone."""
    if server.name.startswith("debian"):
        pytest.skip("testing the UI once is enough: it is the same on every server")
    land_samples(LandingZone(str(tmp_path / "landing")), first_day=date(2025, 11, 3), days=1)
    with new_database(server, template_database) as url:
        yield url


@pytest.fixture
def ui(landed_url: str, server: Server, template_database: str, tmp_path: Path) -> Iterator[str]:
    """Runs `syndication dev` on a free loopback port; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with new_database(server, "template0") as storage:
        environment = os.environ | {
            "SYNDICATION_DATABASE_URL": landed_url,
            "SYNDICATION_DAGSTER_STORAGE_URL": storage.replace("postgresql://", "postgresql+psycopg2://"),
            "SYNDICATION_LOCAL_DIR": str(tmp_path / "local"),
            "SYNDICATION_LANDING_URL": str(tmp_path / "landing"),
        }
        with (tmp_path / "dev.log").open("w") as log:
            process = subprocess.Popen(
                [Path(sys.executable).with_name("syndication"), "dev", "--port", str(port)],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process, tmp_path / "dev.log")
            yield address
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the UI with its server, daemon and code location, separate processes in its group.

    On SIGTERM they sometimes wait for each other; SIGKILL ends them then.
    """
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal_number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
    process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the UI did not start: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}/server_info", timeout=5):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(f"the UI did not answer in {SECONDS} s: {log.read_text()[-2000:]}")


def test_a_user_finds_the_assets_materializes_a_day_and_sees_the_chart(ui: str, landed_url: str, tmp_path: Path):
    from playwright.sync_api import TimeoutError, sync_playwright  # noqa: A004, PLC0415

    # Dagster would warn about its own command, and about a dagster.yaml in the current folder.
    assert not [line for line in (tmp_path / "dev.log").read_text().splitlines() if re.search(_UNWANTED, line)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1500, "height": 4000})
        page.set_default_timeout(SECONDS * 1000)

        page.goto(f"{ui}/assets")
        # The list renders visible rows only, so the window is as tall as all of them.
        page.set_viewport_size({"width": 1500, "height": 20_000})
        for asset in ("scraping/data_downloads", "engagement/post_engagement_daily", "engagement/engagement_report"):
            page.locator(f'a[href*="/assets/{asset}"]').first.wait_for()
        assert page.get_by_text("Welcome to Dagster").count() == 0
        page.set_viewport_size({"width": 1500, "height": 4000})

        page.goto(f"{ui}/asset-groups")
        for room in ("scraping", "engagement", "catalogue", "content", "publishing"):
            page.get_by_text(room, exact=True).first.wait_for()

        page.goto(f"{ui}/locations/syndication/jobs/daily_graph")
        page.get_by_role("button", name="Materialize").first.click()
        # Dagster asks for confirmation, because no catalogue was ever fetched here.
        page.get_by_role("button", name="Confirm").click()
        show_all = page.get_by_role("button", name="Show all partitions")
        show_all.click()
        partitions = page.locator('input[placeholder^="ex:"]')
        partitions.fill("2025-11-03")
        partitions.press("Enter")
        page.get_by_role("button", name="Launch 1 run").click()
        _wait_until_rolled_up(landed_url)
        _wait_until_rendered(tmp_path / "local/reports/default/2025-W45.html")

        shown = page.get_by_text("[Show Markdown]")
        for _ in range(SECONDS // 5):
            # The page does not refresh itself, and the last event of the run is stored shortly after the file.
            page.goto(f"{ui}/assets/engagement/engagement_report")
            with suppress(TimeoutError):
                shown.wait_for(timeout=5000)
                break
        shown.click()
        chart = page.locator('img[alt*="public engagement by platform and day"]')
        chart.wait_for()
        assert chart.evaluate("image => image.complete && image.naturalWidth") > 300
        browser.close()


def _wait_until_rendered(page: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not page.exists():
        if time.monotonic() > deadline:
            raise AssertionError(f"clicking Materialize did not render {page.name}")
        time.sleep(0.5)


def _wait_until_rolled_up(url: str) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with transaction(url) as connection:
            rows = connection.execute("select count(*) from engagement.hashtag_engagement_daily").fetchone()
        if rows is not None and rows[0] > 0:
            return
        time.sleep(0.5)
    raise AssertionError("clicking Materialize did not fill the rollups")
