"""Checks as Dagster runs them: in a step after the tables, for the days of the run, blocking downstream assets."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import dagster as dg
import psycopg
import pytest

from syndication_assets.automation.run_tags import range_tags
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.engagement import assets as engagement
from syndication_assets.engagement.checks import CHECKS as ENGAGEMENT_CHECKS
from syndication_assets.engagement.checks import engagement_checks
from syndication_assets.landing import checks as landing_checks_module
from syndication_assets.landing.assets import files, quarantine
from syndication_assets.landing.checks import CHECKS as LANDING_CHECKS
from syndication_assets.landing.checks import landing_checks, landing_zone_has_no_unread_files, quarantine_checks
from syndication_assets.scraping import assets as scraping
from syndication_assets.scraping.checks import (
    CHECKS as SCRAPING_CHECKS,
)
from syndication_assets.scraping.checks import (
    freshness_check,
    scraping_checks,
)
from syndication_assets.scraping.linkedin.assets import linkedin_apify_files
from syndication_assets.scraping.youtube.assets import youtube_data_api_files
from syndication_assets.sql_assets.checks import check_window, days_of
from syndication_assets.text.markdown import markdown_table
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.sample_database import FIRST_DAY, land_sample
from syndication_assets_tests.servers import Server

pytestmark = pytest.mark.one_server

LAST_DAY = FIRST_DAY + timedelta(1)
SharedRun = tuple[dg.DagsterInstance, dg.ExecuteInProcessResult]
# metric_definitions is no table that a run fills, so a selection of groups leaves its checks out.
DAILY_JOB = dg.define_asset_job(
    "daily_with_all_checks",
    selection=(
        dg.AssetSelection.groups("scraping", "engagement")
        - dg.AssetSelection.assets(linkedin_apify_files, youtube_data_api_files)
    )
    | dg.AssetSelection.checks(engagement_checks, landing_checks, quarantine_checks, landing_zone_has_no_unread_files),
    executor_def=dg.in_process_executor,
)
DEFINITIONS = dg.Definitions(
    assets=[
        linkedin_apify_files,
        youtube_data_api_files,
        files,
        quarantine,
        scraping.load_landed_files,
        engagement.metric_definitions,
        engagement.post_engagement_daily,
        engagement.profile_engagement_daily,
        engagement.platform_engagement_daily,
        engagement.hashtag_engagement_daily,
        engagement.post_cohorts,
    ],
    asset_checks=[
        scraping_checks,
        freshness_check,
        landing_checks,
        quarantine_checks,
        landing_zone_has_no_unread_files,
        engagement_checks,
    ],
    jobs=[DAILY_JOB],
    resources={"postgres": PostgresResource()},
    executor=dg.in_process_executor,
)


@pytest.fixture
def instance(database_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", str(tmp_path / "landing"))
    land_sample(tmp_path / "landing", days=2)
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture(scope="module")
def shared_run(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedRun]:
    """A finished run of both days, and its instance, for tests that change neither; the environment names them."""
    landing = tmp_path_factory.mktemp("landing")
    land_sample(landing, days=2)
    with pytest.MonkeyPatch.context() as monkeypatch, dg.DagsterInstance.ephemeral() as ephemeral:
        monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
        monkeypatch.setenv("SYNDICATION_LANDING_URL", str(landing))
        yield ephemeral, run_range(ephemeral)


@pytest.fixture
def loaded_url(
    shared_run: SharedRun, shared_database: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A copy of the database after the finished run, for a test that damages it; the environment names it."""
    assert shared_run[1].success
    with new_database(server, urlsplit(shared_database).path[1:]) as url:
        monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
        yield url


@pytest.fixture
def another_instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def run_range(instance: dg.DagsterInstance, job: str = DAILY_JOB.name, **selection) -> dg.ExecuteInProcessResult:
    return DEFINITIONS.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags=range_tags(FIRST_DAY.isoformat(), LAST_DAY.isoformat()),
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        **selection,
    )


def evaluations(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], dg.AssetCheckEvaluation]:
    return {
        (evaluation.asset_key.path[-1], evaluation.check_name): evaluation
        for evaluation in result.get_asset_check_evaluations()
    }


def test_a_range_run_evaluates_every_check_once_for_its_days(
    shared_run: SharedRun,
):
    _, result = shared_run
    assert result.success
    found = evaluations(result)
    expected = {(check.table, check.name) for check in (*LANDING_CHECKS, *SCRAPING_CHECKS, *ENGAGEMENT_CHECKS)}
    assert found.keys() == expected | {
        ("data_downloads", "is_fresh"),
        ("files", "landing_zone_has_no_unread_files"),
    }
    assert len(result.get_asset_check_evaluations()) == len(found)
    assert {key for key, evaluation in found.items() if not evaluation.passed} == set()
    add_up = found["post_engagement_daily", "deltas_add_up"]
    assert add_up.metadata["first_day"].value == "2025-11-03"
    assert add_up.metadata["last_day"].value == "2025-11-04"
    assert add_up.description == (
        "The deltas of a post add up: the last value known before these days plus all of their deltas is the last"
        " closing value. Checked for 2025-11-03 to 2025-11-04."
    )
    assert found["data_downloads", "is_fresh"].description.startswith("Not evaluated: 2025-11-03 to 2025-11-04")


def test_a_blocking_failure_stops_engagement_but_not_the_other_checks(
    another_instance: dg.DagsterInstance, loaded_url: str
):
    with psycopg.connect(loaded_url) as connection:
        connection.execute(
            "update scraping.snapshots set download_id = 'dl-12345678' where download_id in"
            " (select download_id from scraping.data_downloads order by download_id limit 2)"
        )
    result = run_range(another_instance)
    assert not result.success
    found = evaluations(result)
    failed = {key for key, evaluation in found.items() if not evaluation.passed}
    assert failed == {("data_downloads", "download_id_is_unique")}
    assert {(check.table, check.name) for check in SCRAPING_CHECKS} <= found.keys()
    assert result.asset_materializations_for_node("load_landed_files")
    done = {event.step_key for event in result.all_events if event.is_step_success}
    assert not any(step.startswith("engagement") for step in done)
    unique = found["data_downloads", "download_id_is_unique"]
    assert unique.severity == dg.AssetCheckSeverity.ERROR
    assert unique.metadata["offenders"].value == 1
    assert "| dl-12345678 |" in unique.metadata["first_offenders"].value
    assert unique.description.startswith(
        "Broken once in 2025-11-03 to 2025-11-04: A download id is unique across organizations"
    )
    assert "download_id dl-12345678" in unique.description


def test_engagement_runs_after_an_error_that_does_not_block(another_instance: dg.DagsterInstance, loaded_url: str):
    with psycopg.connect(loaded_url) as connection:
        connection.execute(
            "with second as (insert into tenancy.organizations (slug, name) values ('second', 'Second')"
            " returning organization_id) insert into scraping.download_runs (organization_id, run_id, kind, source,"
            " partition_from, partition_to, status, completed_at, script_name) select second.organization_id, run_id,"
            " kind, source, partition_from, partition_to, status, completed_at, script_name"
            " from scraping.download_runs, second limit 1"
        )
    result = run_range(another_instance)
    assert result.success
    found = evaluations(result)
    assert {key for key, evaluation in found.items() if not evaluation.passed} == {
        ("download_runs", "run_id_is_unique")
    }
    assert result.asset_materializations_for_node("engagement__post_cohorts")


def test_the_quarantine_is_checked_after_the_load_of_its_run(instance: dg.DagsterInstance, tmp_path):
    half = tmp_path / "landing" / "default" / "linkedin_apify" / "2025-11-03" / "half_2025-11-03_06-00-00-000.json"
    half.write_bytes(b'[{"urn"')
    check = dg.AssetCheckKey(dg.AssetKey(["landing", "quarantine"]), "has_no_open_items")
    posts = dg.AssetKey(["scraping", "posts"])
    job = DEFINITIONS.resolve_job_def("__ASSET_JOB").get_subset(
        asset_selection=scraping.load_landed_files.keys, asset_check_selection={check}
    )
    result = job.execute_in_process(instance=instance, tags=range_tags("2025-11-03", "2025-11-03"))
    assert posts in DEFINITIONS.resolve_asset_graph().get(check).parent_entity_keys
    assert [evaluation.passed for evaluation in result.get_asset_check_evaluations()] == [False]


def test_a_selection_of_assets_runs_its_own_checks_only(
    shared_run: SharedRun,
):
    instance, first = shared_run
    assert first.success
    result = run_range(instance, job="__ASSET_JOB", asset_selection=[dg.AssetKey(["engagement", "post_cohorts"])])
    assert result.success
    assert {table for table, _ in evaluations(result)} == {"post_cohorts"}


def test_one_check_runs_alone_over_the_last_28_days(
    shared_run: SharedRun,
):
    instance, _ = shared_run
    key = dg.AssetCheckKey(dg.AssetKey(["engagement", "post_engagement_daily"]), "deltas_add_up")
    job = DEFINITIONS.resolve_job_def("__ASSET_JOB").get_subset(asset_check_selection={key})
    result = job.execute_in_process(instance=instance)
    (evaluation,) = result.get_asset_check_evaluations()
    today = datetime.now(UTC).date()
    assert evaluation.check_name == "deltas_add_up"
    assert evaluation.metadata["first_day"].value == str(today - timedelta(27))
    assert evaluation.metadata["last_day"].value == str(today)


ZONE_CHECK = ("files", "landing_zone_has_no_unread_files")


def run_zone_check(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run of this check only, which is in the daily job too."""
    check = dg.AssetCheckKey(dg.AssetKey(["landing", "files"]), ZONE_CHECK[1])
    job = DEFINITIONS.resolve_job_def("__ASSET_JOB").get_subset(asset_check_selection={check})
    return job.execute_in_process(
        instance=instance, tags=range_tags(FIRST_DAY.isoformat(), LAST_DAY.isoformat()), raise_on_error=False
    )


def test_a_folder_without_an_organization_is_an_error_that_names_it(instance: dg.DagsterInstance, tmp_path):
    stranger = tmp_path / "landing" / "stranger" / "linkedin_apify" / "2025-11-03"
    stranger.mkdir(parents=True)
    (stranger / "a.json").write_bytes(b"[]")
    result = run_zone_check(instance)
    evaluation = evaluations(result)[ZONE_CHECK]
    assert result.success
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    assert "'stranger'" in evaluation.description


def test_a_file_that_no_load_reads_is_a_warning_that_names_it(
    instance: dg.DagsterInstance, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(landing_checks_module, "_MAXIMUM_UNREAD_FILES", 3)
    for number in range(5):
        (tmp_path / "landing" / "default" / "linkedin_apify" / f"{number}.json").write_bytes(b"[]")
    result = run_zone_check(instance)
    evaluation = evaluations(result)[ZONE_CHECK]
    assert result.success
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert evaluation.description.startswith("No load reads at least 3 file(s)")
    assert "default/linkedin_apify/0.json: it is outside of" in evaluation.description
    assert evaluation.metadata["offenders"].value == 3
    assert "2.json" in evaluation.metadata["first_offenders"].value
    assert "3.json" not in evaluation.metadata["first_offenders"].value


def test_freshness_is_checked_from_yesterday_on(
    shared_run: SharedRun,
):
    instance, first = shared_run
    assert first.success
    today = datetime.now(UTC).date()
    job = DEFINITIONS.resolve_job_def("__ASSET_JOB").get_subset(
        asset_check_selection={dg.AssetCheckKey(dg.AssetKey(["scraping", "data_downloads"]), "is_fresh")}
    )

    def judge(day: date) -> dg.AssetCheckEvaluation:
        (evaluation,) = job.execute_in_process(
            instance=instance, tags=range_tags(day.isoformat(), day.isoformat())
        ).get_asset_check_evaluations()
        return evaluation

    yesterday = judge(today - timedelta(1))
    assert not yesterday.passed
    assert yesterday.severity == dg.AssetCheckSeverity.WARN
    assert yesterday.metadata["offenders"].value == 2
    assert judge(today - timedelta(2)).passed


@pytest.mark.parametrize(
    ("tags", "days"),
    [
        (range_tags("2025-11-03", "2025-11-05"), "2025-11-03 to 2025-11-05"),
        ({"dagster/partition": "2025-11-04"}, "2025-11-04"),
    ],
)
def test_the_window_comes_from_the_tags_of_the_run(tags: dict[str, str], days: str):
    class Run:
        def __init__(self) -> None:
            self.tags = tags

    class Context:
        run = Run()

    assert days_of(check_window(Context())) == days  # type: ignore[arg-type]


def test_a_cell_escapes_any_text():
    table = markdown_table(["reason"], [["a|b\n<img src=x> [link](http://x) `code` \\"], [None], ["x" * 300]])
    header, _, first, second, third = table.splitlines()
    assert header == "| reason |"
    assert first == r"| a\|b \<img src=x\> \[link\](http://x) \`code\` \\ |"
    assert second == "| NULL |"
    assert third == f"| {'x' * 200}… |"
