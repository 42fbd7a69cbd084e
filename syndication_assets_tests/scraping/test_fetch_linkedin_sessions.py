"""Sessions of a fetch: one at a time, and one that failed, was killed or was cancelled is continued."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import connect
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.apify.actor_client import ApifyScraper
from syndication_assets.scraping.fetching.download_runs import run_session
from syndication_assets.scraping.fetching.fetch import active_organizations
from syndication_assets.scraping.fetching.fetch_assets import guard_of
from syndication_assets.sql_assets.forced_runs import FORCE_TAG
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.scraping.fake_apis import (
    FakeApify,
    landed,
    runs,
    track,
)
from syndication_assets_tests.scraping.linkedin_fetching import fetch

pytestmark = pytest.mark.one_server


def test_a_failed_fetch_is_continued(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    apify.statuses["bob"] = "FAILED"
    track(database_url, "ada", "bob")
    first, second = fetch(database_url, zone, apify), fetch(database_url, zone, apify)
    apify.statuses.clear()
    third, fourth = fetch(database_url, zone, apify), fetch(database_url, zone, apify)
    assert apify.runs == ["ada", "bob", "bob", "bob", "ada", "bob"]
    assert [report.skipped for report in (first, second, third, fourth)] == [0, 1, 1, 0]
    sessions = {(meta["run_id"], meta["fetch_session"]) for meta in landed(zone).values()}
    assert sessions == {(r.run_id, s.run_id) for r, s in ((first, first), (third, first), (fourth, fourth))}
    assert [status for _, status, *_ in runs(database_url)] == ["failed", "failed", "completed", "completed"]


def test_profiles_landed_by_an_earlier_session_are_fetched_again(
    database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    track(database_url, "ada", "bob")
    assert fetch(database_url, zone, apify).files_landed == 2
    apify.statuses["ada"] = "FAILED"
    assert list(fetch(database_url, zone, apify).failures) == ["ada"]
    apify.statuses.clear()
    assert fetch(database_url, zone, apify).files_landed == 1
    assert apify.runs == ["ada", "bob", "ada", "bob", "ada"]


def test_a_profile_that_landed_a_short_time_ago_is_not_paid_for_again_unless_the_run_is_forced(
    database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    track(database_url, "ada", "bob")
    (organization,) = active_organizations(database_url)
    guard = guard_of({}, database_url, organization.organization_id)
    apify.finished_at["bob"] = datetime.now(UTC) - timedelta(hours=2, minutes=1)
    assert fetch(database_url, zone, apify, guard=guard).files_landed == 2
    apify.finished_at.clear()
    second = fetch(database_url, zone, apify, guard=guard)
    assert (second.skipped, second.files_landed) == (1, 1)
    assert apify.runs == ["ada", "bob", "bob"]
    no_guard = guard_of({FORCE_TAG: "true"}, database_url, organization.organization_id)
    forced = fetch(database_url, zone, apify, guard=no_guard)
    assert (forced.skipped, forced.files_landed) == (0, 2)
    assert fetch(database_url, zone, apify, guard=guard).skipped == 2


def test_a_session_fetches_profiles_again_that_it_observed_long_ago(
    database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    apify.statuses["bob"] = "FAILED"
    apify.finished_at["ada"] = datetime.now(UTC) - timedelta(hours=5, minutes=1)
    track(database_url, "ada", "bob")
    fetch(database_url, zone, apify)
    apify.finished_at.clear()
    assert fetch(database_url, zone, apify).files_landed == 1
    assert apify.runs == ["ada", "bob", "ada", "bob"]


def test_an_old_failure_is_not_continued(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    apify.statuses["bob"] = "FAILED"
    track(database_url, "ada", "bob")
    fetch(database_url, zone, apify)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update scraping.download_runs set started_at = started_at - interval '6 hours',"
            " completed_at = completed_at - interval '6 hours'"
        )
    report = fetch(database_url, zone, apify)
    assert (report.skipped, report.files_landed) == (0, 1)


CHILD = """
import sys
from syndication_assets.scraping.fetching.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.scraping.apify.actor_client import ApifyScraper
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.fetch import active_organizations, fetch_organization
from syndication_assets.scraping.linkedin.assets import linkedin_source
url, zone, apify_url = sys.argv[1:]
source = linkedin_source(ApifyScraper("token", apify_url, "someone~actor", "ACTOR"))
fetch_organization(url, LandingZone(zone), active_organizations(url)[0], source)
"""


def test_a_killed_fetch_is_continued(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    track(database_url, "ada", "bob", "cleo")
    child: list[subprocess.Popen[bytes]] = []

    def kill_at_bob(username: str) -> None:
        if username == "bob" and child[0].poll() is None:
            os.kill(child[0].pid, signal.SIGKILL)

    apify.before_dataset = kill_at_bob
    child.append(subprocess.Popen([sys.executable, "-c", CHILD, database_url, zone.url, apify.url]))
    assert child[0].wait(timeout=60) == -signal.SIGKILL
    report = fetch(database_url, zone, apify)
    assert apify.runs == ["ada", "bob", "bob", "cleo"]
    assert (report.skipped, report.files_landed, len(landed(zone))) == (1, 2, 3)
    (dead, dead_status, *_, message), (continued, status, *_) = runs(database_url)
    assert (dead_status, status) == ("failed", "completed")
    assert message == f"The process ended without closing this run; {continued} closed it."
    assert {meta["fetch_session"] for meta in landed(zone).values()} == {dead}


def test_a_terminated_fetch_is_cancelled_and_continued(
    database_url: str, zone: LandingZone, apify: FakeApify, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(database_url, "ada", "bob")
    scrape = ApifyScraper.scrape

    def interrupted(self: ApifyScraper, run_input: dict[str, Any], items: int) -> Any:
        if run_input["username"] == "bob":
            raise KeyboardInterrupt
        return scrape(self, run_input, items)

    with monkeypatch.context() as patched:
        patched.setattr(ApifyScraper, "scrape", interrupted)
        with pytest.raises(KeyboardInterrupt):
            fetch(database_url, zone, apify)
    assert runs(database_url)[0][1:] == ("cancelled", 2, 0.25, "The fetch stopped: KeyboardInterrupt")
    assert fetch(database_url, zone, apify).skipped == 1


def test_a_concurrent_fetch_is_rejected(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    track(database_url, "ada")
    (organization,) = active_organizations(database_url)
    with connect(database_url, autocommit=True) as connection:
        lock = f"{organization.organization_id}/linkedin_apify"
        connection.execute("select pg_advisory_lock(hashtext('fetch'), hashtext(%s))", [lock])
        with pytest.raises(SyndicationError, match="Another fetch of linkedin_apify for default is running"):
            fetch(database_url, zone, apify)
    assert apify.requests == []


def test_a_run_left_open_by_a_dead_process_is_continued(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    track(database_url, "ada")
    (organization,) = active_organizations(database_url)
    day = datetime.now(UTC).date()
    with run_session(database_url, "a process that dies") as session:
        left_open = session.open(
            kind="fetch",
            organization_id=organization.organization_id,
            source="linkedin_apify",
            platform="linkedin",
            first_day=day,
            last_day=day,
        )
    fetch(database_url, zone, apify)
    ((_, meta),) = landed(zone).items()
    assert json.dumps(meta["fetch_session"]) == json.dumps(left_open.run_id)


def test_for_how_long_a_profile_is_not_fetched_again_is_a_setting_of_the_organization(database_url: str) -> None:
    (organization,) = active_organizations(database_url)
    give_setting(database_url, "scraping.fetch_guard_minutes", 30)
    assert guard_of({}, database_url, organization.organization_id) == timedelta(minutes=30)
    give_setting(database_url, "scraping.fetch_guard_minutes", 0, "default")
    assert guard_of({}, database_url, organization.organization_id) == timedelta(0)
