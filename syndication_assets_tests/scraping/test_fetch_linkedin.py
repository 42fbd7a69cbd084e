"""Fetching LinkedIn profiles: sessions, resumption, retries and secrecy of the token."""

from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.scraping.linkedin.assets import scrape_profile
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    FakeApify,
    landed,
    runs,
    track,
)
from syndication_assets_tests.scraping.linkedin_fetching import ADA, fetch, scraper

pytestmark = pytest.mark.one_server


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
        scrape_profile(scraper(apify), "ada", 10)


def test_an_actor_run_that_exceeds_its_time_limit_is_aborted(apify: FakeApify) -> None:
    apify.statuses["ada"] = "RUNNING"
    with pytest.raises(FetchError, match=r"actorRun0 did not finish within 0\.3 seconds and was aborted"):
        scrape_profile(scraper(apify, actor_timeout=timedelta(seconds=0.3)), "ada", 10)
    assert apify.aborted == ["ada"]


@pytest.mark.parametrize("fault", [Answer(500, b"oops"), Answer(429, {"error": {"type": "rate-limit-exceeded"}})])
def test_a_temporary_error_is_retried(apify: FakeApify, fault: Answer) -> None:
    apify.fail_next("/items", fault, fault)
    assert scrape_profile(scraper(apify), "ada", 10).content == ADA


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
        scrape_profile(scraper(apify, request_timeout=timedelta(seconds=0.3)), "ada", 10)
    assert starts(apify) == 1


def test_a_start_that_hits_a_rate_limit_is_repeated_up_to_the_limit(apify: FakeApify) -> None:
    rate_limit = Answer(429, {"error": {"type": "rate-limit-exceeded", "message": "Slow down."}})
    apify.fail_next("/runs", rate_limit, rate_limit)
    assert scrape_profile(scraper(apify), "ada", 10).content == ADA
    assert (starts(apify), apify.runs) == (3, ["ada"])
    apify.fail_next("/runs", rate_limit, rate_limit, rate_limit)
    with pytest.raises(FetchError, match=r"429 rate-limit-exceeded Slow down\. Fetch again later"):
        scrape_profile(scraper(apify), "ada", 10)
    assert starts(apify) == 6


def test_a_server_that_does_not_respond_fails_the_profile(apify: FakeApify) -> None:
    apify.fail_next("/items", *[Answer(200, ADA, delay=0.6)] * 3)
    with pytest.raises(FetchError, match="could not be reached for reading the dataset of actor run actorRun0"):
        scrape_profile(scraper(apify, request_timeout=timedelta(seconds=0.1)), "ada", 10)


@pytest.mark.parametrize("body", [b"<html>502</html>", b'{"error": "no"}', b'[{"text": "cut of'])
def test_a_response_that_is_not_a_dataset_is_not_landed(apify: FakeApify, body: bytes) -> None:
    apify.posts["ada"] = body
    with pytest.raises(FetchError, match="actorRun0 came as something else than a JSON list") as raised:
        scrape_profile(scraper(apify), "ada", 10)
    assert raised.value.cost_usd == 0.25


def test_a_rejected_account_ends_the_fetch(database_url: str, zone: LandingZone, apify: FakeApify) -> None:
    apify.fail_next("/runs", *[Answer(402, {"error": {"type": "not-enough-usage", "message": "No credit."}})] * 3)
    track(database_url, "ada", "bob", "cleo")
    report = fetch(database_url, zone, apify)
    assert (report.not_tried, len(apify.requests), landed(zone)) == (2, 1, {})
    assert "402 not-enough-usage No credit. Check SYNDICATION_APIFY_TOKEN" in runs(database_url)[0][4]


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
