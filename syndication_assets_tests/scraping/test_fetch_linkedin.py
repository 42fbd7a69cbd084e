"""Fetching LinkedIn profiles: sessions, resumption, retries and secrecy of the token."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from syndication_assets.database.connection import connect
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.scraping.download_runs import run_session
from syndication_assets.scraping.fetch import FetchReport, active_organizations, fetch_organization
from syndication_assets.scraping.fetch_assets import CHECK_NAME
from syndication_assets.scraping.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.scraping.linkedin.apify_client import ApifyScraper
from syndication_assets.scraping.linkedin.assets import linkedin_apify_files, linkedin_source
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    FakeApify,
    failure_of,
    landed,
    materialize,
    runs,
    serve,
    today,
    track,
)

TOKEN = "apify_api_CANARY7f3e9"
ADA = b'[ {"urn": {"activity_urn": "7399000000000000001"}, "text": "caf\\u00e9"},{"urn": null} ]'


@pytest.fixture
def apify() -> Iterator[FakeApify]:
    api = FakeApify(posts={"ada": ADA})
    with serve(api):
        yield api


def scraper(apify: FakeApify, **settings: Any) -> ApifyScraper:
    quick = {"retry_delay": timedelta(milliseconds=1), "maximum_retries": 2, "request_timeout": timedelta(seconds=5)}
    return ApifyScraper(TOKEN, apify.url, "someone~actor", **(quick | settings))


def fetch(url: str, zone: LandingZone, apify: FakeApify, slug: str = "default", **settings: Any) -> FetchReport:
    (organization,) = (candidate for candidate in active_organizations(url) if candidate.slug == slug)
    return fetch_organization(url, zone, organization, linkedin_source(scraper(apify, **settings)))


def test_a_profile_lands_byte_for_byte_with_its_meta(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    apify.finished_at["ada"] = datetime.now(UTC).replace(microsecond=7000)
    track(database_url, "ada")
    report = fetch(database_url, zone, apify)
    ((path, meta),) = landed(zone).items()
    stamp = apify.finished_at["ada"]
    assert path == f"default/linkedin_apify/{stamp:%Y-%m-%d}/dataset_ada_{stamp:%Y-%m-%d_%H-%M-%S}-007.json"
    assert zone.read(path, 10_000) == ADA
    assert datetime.fromisoformat(meta["observed_at"]) == stamp
    assert (meta["actor_run_id"], meta["cost_usd"]) == ("actorRun0", 0.25)
    assert meta["fetch_session"] == meta["run_id"] == report.run_id
    assert runs(database_url) == [(report.run_id, "completed", 2, 0.25, None)]
    (start,) = (request for request in apify.requests if request.method == "POST")
    assert start.body == {"username": "ada", "page_number": 1, "limit": 10}


def test_one_profiles_failure_does_not_stop_the_others(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    apify.statuses["bob"] = "FAILED"
    track(database_url, "ada", "bob", "cleo")
    report = fetch(database_url, zone, apify)
    assert (report.files_landed, report.skipped, list(report.failures)) == (2, 0, ["bob"])
    ((_, status, posts, cost, message),) = runs(database_url)
    assert (status, posts, cost) == ("failed", 2, 0.75), "the cost of a failed scrape counts too"
    assert message.startswith("1 of 3 profiles could not be fetched.\nbob: Apify's actor run actorRun1 ended as FAILED")


@pytest.mark.parametrize("status", ["FAILED", "TIMED-OUT", "ABORTED"])
def test_an_unsuccessful_actor_run_is_named(apify: FakeApify, status: str) -> None:
    apify.statuses["ada"] = status
    with pytest.raises(FetchError, match=f"actorRun0 ended as {status}: It is {status}"):
        scraper(apify).scrape_profile("ada")


def test_an_actor_run_that_exceeds_its_time_limit_is_aborted(apify: FakeApify) -> None:
    apify.statuses["ada"] = "RUNNING"
    with pytest.raises(FetchError, match=r"actorRun0 did not finish within 0\.3 seconds and was aborted"):
        scraper(apify, actor_timeout=timedelta(seconds=0.3)).scrape_profile("ada")
    assert apify.aborted == ["ada"]


@pytest.mark.parametrize("fault", [Answer(500, b"oops"), Answer(429, {"error": {"type": "rate-limit-exceeded"}})])
def test_a_temporary_error_is_retried(apify: FakeApify, fault: Answer) -> None:
    apify.fail_next("/items", fault, fault)
    assert scraper(apify).scrape_profile("ada").content == ADA


def starts(apify: FakeApify) -> int:
    return sum(request.method == "POST" and request.path.endswith("/runs") for request in apify.requests)


@pytest.mark.parametrize(
    "fault",
    [Answer(500, b"oops"), Answer(502, b"<html>"), Answer(201, b'{"data": {"id": "actor'), Answer(201, b"", delay=0.6)],
    ids=["500", "502", "truncated", "timeout"],
)
def test_a_start_that_may_have_succeeded_is_never_repeated(apify: FakeApify, fault: Answer) -> None:
    """The actor may be running: a second start would be a second paid run."""
    apify.fail_next("/runs", fault)
    with pytest.raises(FetchError, match=r"may have started.*console\.apify\.com/actors/runs"):
        scraper(apify, request_timeout=timedelta(seconds=0.3)).scrape_profile("ada")
    assert starts(apify) == 1


def test_a_start_that_hits_a_rate_limit_is_repeated_up_to_the_limit(apify: FakeApify) -> None:
    rate_limit = Answer(429, {"error": {"type": "rate-limit-exceeded", "message": "Slow down."}})
    apify.fail_next("/runs", rate_limit, rate_limit)
    assert scraper(apify).scrape_profile("ada").content == ADA
    assert (starts(apify), apify.runs) == (3, ["ada"])
    apify.fail_next("/runs", rate_limit, rate_limit, rate_limit)
    with pytest.raises(FetchError, match=r"429 rate-limit-exceeded Slow down\. Fetch again later"):
        scraper(apify).scrape_profile("ada")
    assert starts(apify) == 6


def test_a_server_that_does_not_respond_fails_the_profile(apify: FakeApify) -> None:
    apify.fail_next("/items", *[Answer(200, ADA, delay=0.6)] * 3)
    with pytest.raises(FetchError, match="could not be reached for reading the dataset of actor run actorRun0"):
        scraper(apify, request_timeout=timedelta(seconds=0.1)).scrape_profile("ada")


@pytest.mark.parametrize("body", [b"<html>502</html>", b'{"error": "no"}', b'[{"text": "cut of'])
def test_a_response_that_is_not_a_dataset_is_not_landed(apify: FakeApify, body: bytes) -> None:
    apify.posts["ada"] = body
    with pytest.raises(FetchError, match="actorRun0 came as something else than a JSON list") as raised:
        scraper(apify).scrape_profile("ada")
    assert raised.value.cost_usd == 0.25


def test_a_rejected_account_ends_the_fetch(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    apify.fail_next("/runs", *[Answer(402, {"error": {"type": "not-enough-usage", "message": "No credit."}})] * 3)
    track(database_url, "ada", "bob", "cleo")
    report = fetch(database_url, zone, apify)
    assert (report.not_tried, len(apify.requests), landed(zone)) == (2, 1, {})
    assert "402 not-enough-usage No credit. Check SYNDICATION_APIFY_TOKEN" in runs(database_url)[0][4]


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
from syndication_assets.scraping.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.scraping.linkedin.apify_client import ApifyScraper
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.scraping.fetch import active_organizations, fetch_organization
from syndication_assets.scraping.linkedin.assets import linkedin_source
url, zone, apify_url = sys.argv[1:]
source = linkedin_source(ApifyScraper("token", apify_url, "someone~actor"))
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
    scrape = ApifyScraper.scrape_profile

    def interrupted(self: ApifyScraper, username: str, limit: int = 10) -> Any:
        if username == "bob":
            raise KeyboardInterrupt
        return scrape(self, username, limit)

    with monkeypatch.context() as patched:
        patched.setattr(ApifyScraper, "scrape_profile", interrupted)
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


def test_a_file_lands_on_the_day_of_its_observation(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    apify.finished_at |= {"ada": midnight - timedelta(milliseconds=1), "bob": midnight}
    track(database_url, "ada", "bob")
    fetch(database_url, zone, apify)
    before = midnight - timedelta(days=1)
    assert sorted(landed(zone)) == [
        f"default/linkedin_apify/{before:%Y-%m-%d}/dataset_ada_{before:%Y-%m-%d}_23-59-59-999.json",
        f"default/linkedin_apify/{midnight:%Y-%m-%d}/dataset_bob_{midnight:%Y-%m-%d}_00-00-00-000.json",
    ]


def test_a_username_that_is_not_a_valid_file_name_is_percent_encoded(
    database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    track(database_url, "josé/..")
    fetch(database_url, zone, apify)
    ((path, meta),) = landed(zone).items()
    assert "/dataset_jos%C3%A9%2F.._" in path
    assert meta["tracked_username"] == "josé/.."


@pytest.fixture
def environment(database_url: str, zone: LandingZone, apify: FakeApify) -> dict[str, str]:
    return {
        "SYNDICATION_DATABASE_URL": database_url,
        "SYNDICATION_LANDING_URL": zone.url,
        "SYNDICATION_APIFY_URL": apify.url,
        "SYNDICATION_APIFY_TOKEN": TOKEN,
    }


def test_the_asset_fetches_only_the_current_day(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    failure = failure_of(materialize(linkedin_apify_files, monkeypatch, "2024-03-01", **environment))
    assert "scraping/linkedin_apify_files cannot fetch 2024-03-01: sources only return their current state" in failure
    assert "select the load assets without it" in failure


def test_the_asset_names_the_missing_token(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = failure_of(materialize(linkedin_apify_files, monkeypatch, today()))
    assert "SYNDICATION_APIFY_TOKEN is not set" in failure


def test_the_asset_explains_how_to_track_a_profile(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], database_url: str
) -> None:
    result = materialize(linkedin_apify_files, monkeypatch, today(), **environment)
    (materialization,) = result.asset_materializations_for_node("scraping__linkedin_apify_files")
    metadata = materialization.metadata
    assert (metadata["dagster/partition_row_count"].value, metadata["profiles"].value) == (0, 0)
    how_to = str(metadata["how_to_track_a_profile"].value).split("```sql")[1].split("```")[0]
    with psycopg.connect(database_url) as connection:
        for _ in range(2):
            connection.execute(how_to)
    assert materialize(linkedin_apify_files, monkeypatch, today(), **environment).success
    with psycopg.connect(database_url) as connection:
        ((dagster_run_id,),) = connection.execute("select dagster_run_id from scraping.download_runs").fetchall()
    assert dagster_run_id is not None


def test_an_organization_with_sample_data_is_never_fetched(database_url: str) -> None:
    """`make demo` adds invented people: scraping them would cost money and mix real data with the samples."""
    track(database_url, "ada", slug="demo")
    with psycopg.connect(database_url) as connection:
        connection.execute("""update tenancy.organizations set settings = '{"is_sample": true}' where slug = 'demo'""")
    assert [organization.slug for organization in active_organizations(database_url)] == ["default"]


def test_the_asset_fetches_every_active_organization(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    track(database_url, "ada", "bob")
    track(database_url, "ada", slug="second")
    track(database_url, "cleo", slug="closed")
    with psycopg.connect(database_url) as connection:
        connection.execute("update tenancy.organizations set is_active = false where slug = 'closed'")
        connection.execute("update scraping.profiles set is_active = false where username = 'bob'")
    apify.fail_next("/actor-runs/actorRun1", Answer(400, {"error": {"type": "bad", "message": "no"}}))
    result = materialize(linkedin_apify_files, monkeypatch, today(), **environment)
    assert result.success
    (materialization,) = result.asset_materializations_for_node("scraping__linkedin_apify_files")
    values = {name: value.value for name, value in materialization.metadata.items()}
    expected = {"profiles": 2, "files_landed": 1, "skipped": 0, "failed": 1, "cost_usd": 0.25, "posts_fetched": 2}
    assert values | expected == values
    assert values["run_id"] == ", ".join(run_id for run_id, *_ in runs(database_url))
    assert [path.split("/")[0] for path in landed(zone)] == ["default"]
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == (CHECK_NAME, False)
    assert "second: 1 of 1 profiles could not be fetched" in str(check.description)


def test_the_token_is_never_written_anywhere(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    database_url: str,
    zone: LandingZone,
    apify: FakeApify,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    track(database_url, "ada", "bob", "cleo", "dora")
    echo = {"error": {"type": "bad", "message": f"the token {TOKEN} is bad"}}
    apify.fail_next("/datasets/dataset1/", Answer(400, echo))
    apify.fail_next("/datasets/dataset2/", Answer(200, b"<html>", {"X-Echo": TOKEN}))
    apify.fail_next("/actor-runs/actorRun3", Answer(200, {"data": {"status": TOKEN}}))
    first = materialize(linkedin_apify_files, monkeypatch, today(), **environment)
    apify.fail_next("/runs", Answer(401, echo))
    second = materialize(linkedin_apify_files, monkeypatch, today(), **environment)
    third = materialize(
        linkedin_apify_files, monkeypatch, today(), **(environment | {"SYNDICATION_APIFY_TOKEN": f"{TOKEN}\n{TOKEN}"})
    )
    assert "contains a character that no token has" in failure_of(third)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select r::text from scraping.download_runs r").fetchall()
    events = [repr(event) for result in (first, second, third) for event in result.all_events]
    files = [path.read_text() for path in Path(zone.url).rglob("*") if path.is_file()]
    assert any(TOKEN in request.headers.get("authorization", "") for request in apify.requests), "the token was sent"
    assert "the token [token] is bad" in str(rows)
    written = [caplog.text, str([vars(record) for record in caplog.records]), *capfd.readouterr(), str(rows)]
    assert not [text for text in (*written, *events, *files) if "CANARY" in text]


@pytest.mark.parametrize("answer", [Answer(400, {"error": {"message": TOKEN}}), Answer(200, {"data": {"id": TOKEN}})])
def test_errors_do_not_reveal_the_token_in_their_cause_or_context(apify: FakeApify, answer: Answer) -> None:
    apify.fail_next("/runs", answer)
    with pytest.raises(FetchError) as raised:
        scraper(apify).scrape_profile("ada")
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert TOKEN not in str(raised.value)
    assert TOKEN not in repr(scraper(apify))
    with pytest.raises(AccountRejectedError):
        ApifyScraper(f"{TOKEN} ", apify.url, "actor")


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
