"""The asset of a fetch of LinkedIn: whose profiles, which days, and a token that nobody sees."""

import logging
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import dagster as dg
import psycopg
import pytest

from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.scraping.apify.actor_client import ApifyScraper
from syndication_assets.scraping.fetching.fetch import active_organizations
from syndication_assets.scraping.fetching.fetch_assets import CHECK_NAME, GAP_CHECK_NAME
from syndication_assets.scraping.fetching.fetch_errors import AccountRejectedError, FetchError
from syndication_assets.scraping.linkedin.assets import linkedin_apify_files, scrape_profile
from syndication_assets.sql_assets import partitions
from syndication_assets_tests.scraping.fake_apis import (
    Answer,
    FakeApify,
    failure_of,
    landed,
    materialize,
    runs,
    track,
)
from syndication_assets_tests.scraping.linkedin_fetching import TOKEN, scraper
from syndication_assets_tests.today import today

pytestmark = pytest.mark.one_server


@pytest.fixture
def environment(database_url: str, zone: LandingZone, apify: FakeApify) -> dict[str, str]:
    return {
        "SYNDICATION_DATABASE_URL": database_url,
        "SYNDICATION_LANDING_URL": zone.url,
        "SYNDICATION_APIFY_URL": apify.url,
        "SYNDICATION_APIFY_TOKEN": TOKEN,
    }


def test_the_asset_fetches_only_the_current_day(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    failure = failure_of(materialize(linkedin_apify_files, monkeypatch, date(2024, 3, 1), **environment))
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
    with psycopg.connect(database_url) as connection:
        executions = connection.execute(
            "select o.slug, h.status::text, h.cost::float, h.currency from operations.execution_history as h"
            " join tenancy.organizations as o using (organization_id) order by 1"
        ).fetchall()
        ((recorded_cost,),) = connection.execute("select sum(cost)::float from operations.api_usage").fetchall()
    assert executions == [("default", "success", recorded_cost, "USD"), ("second", "failed", None, None)]
    assert [path.split("/")[0] for path in landed(zone)] == ["default"]
    check, gap_check = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed) == (CHECK_NAME, False)
    assert (gap_check.check_name, gap_check.passed) == (GAP_CHECK_NAME, True)
    assert "second: 1 of 1 profiles could not be fetched" in str(check.description)


def test_a_fetch_that_ends_after_midnight_counts_the_files_of_its_day(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    track(database_url, "ada", "bob", "cleo")
    midnight = datetime.combine(today(), datetime.min.time(), UTC)
    apify.finished_at = {"ada": midnight - timedelta(seconds=2), "bob": midnight - timedelta(seconds=1)}

    class BeforeMidnight(datetime):
        @classmethod
        def now(cls, _: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return midnight - timedelta(seconds=3)

    monkeypatch.setattr(partitions, "datetime", BeforeMidnight)
    result = materialize(linkedin_apify_files, monkeypatch, midnight.date() - timedelta(days=1), **environment)
    (materialization,) = result.asset_materializations_for_node("scraping__linkedin_apify_files")
    metadata = materialization.metadata
    assert (metadata["dagster/partition_row_count"].value, metadata["files_landed"].value) == (2, 3)


def test_an_organization_at_its_limit_is_not_fetched_and_the_check_says_so(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], database_url: str, zone: LandingZone, apify: FakeApify
) -> None:
    track(database_url, "ada")
    track(database_url, "bob", slug="second")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into tenancy.organization_limits (organization_id, tier, posts)"
            " select organization_id, 'free', case slug when 'default' then 1 else 2 end from tenancy.organizations"
        )
        connection.execute(
            "insert into scraping.post_records (organization_id, platform, urn, urn_kind, first_seen_at, last_seen_at)"
            " select organization_id, 'linkedin', '1', 'activity', now(), now() from tenancy.organizations"
        )
    result = materialize(linkedin_apify_files, monkeypatch, today(), **environment)
    assert result.success
    assert [path.split("/")[0] for path in landed(zone)] == ["second"]
    assert not [request for request in apify.requests if "ada" in str(request.body)]
    check, _ = result.get_asset_check_evaluations()
    assert not check.passed
    assert "default uses 1 of the 1 posts that it may use in the tier free" in str(check.description)


def test_a_scheduled_run_fetches_what_is_due_and_a_person_fetches_everything(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], database_url: str, apify: FakeApify
) -> None:
    track(database_url, "ada")
    by_the_clock = {"dagster/schedule_name": "fetch_schedule"}
    fetched = []
    for tags in (by_the_clock, by_the_clock, {}):
        result = materialize(linkedin_apify_files, monkeypatch, today(), tags=tags, **environment)
        (materialization,) = result.asset_materializations_for_node("scraping__linkedin_apify_files")
        assert "how_to_track_a_profile" not in materialization.metadata
        fetched.append(materialization.metadata["profiles"].value)
    assert fetched == [1, 0, 1]


def test_a_gap_is_a_warning_of_the_run(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], database_url: str, apify: FakeApify
) -> None:
    track(database_url, "ada")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into scraping.profile_fetches select organization_id, profile_id, now(), null, '2024-01-01'"
            " from scraping.profiles"
        )
    apify.before_dataset = lambda _: apify.fail_next("/runs", Answer(402, {"error": {"message": "No credit."}}))
    result = materialize(linkedin_apify_files, monkeypatch, today(), **environment)
    _, check = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed, check.severity) == (GAP_CHECK_NAME, False, dg.AssetCheckSeverity.WARN)
    assert "default: ada: posts that were published between 2024-01-01 00:00" in str(check.description)
    (materialization,) = result.asset_materializations_for_node("scraping__linkedin_apify_files")
    assert materialization.metadata["gaps"].value == 1


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
        scrape_profile(scraper(apify), "ada", 10)
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert TOKEN not in str(raised.value)
    assert TOKEN not in repr(scraper(apify))
    with pytest.raises(AccountRejectedError):
        ApifyScraper(f"{TOKEN} ", apify.url, "actor", "ACTOR")
