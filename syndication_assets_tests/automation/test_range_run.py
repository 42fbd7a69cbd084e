"""A range of days as one Dagster run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.storage.tags import REPOSITORY_LABEL_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from psycopg.errors import UndefinedTable

from syndication_assets.automation.progress_logger import progress_logger
from syndication_assets.automation.range_run import RangeRun, _select, materialize_range, parse_range, run_job
from syndication_assets.database.connection import transaction
from syndication_assets.definitions import defs
from syndication_assets.errors import SyndicationError
from syndication_assets.landing.zone.landing_zone import LandedFilesMissingError, LandingZone
from syndication_assets_tests.sample_landing import land_samples

pytestmark = pytest.mark.one_server

FIRST_DAY = date(2025, 11, 3)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def landed(database_url: str, zone: LandingZone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Three days of samples in the landing zone that the environment names; the URL of the database."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", zone.url)
    monkeypatch.setenv("SYNDICATION_REPORTS_DIR", str(tmp_path / "reports"))
    land_samples(zone, first_day=FIRST_DAY, days=3)
    return database_url


@dataclass(frozen=True)
class SharedRun:
    """Three days of samples that one run has materialized, for tests that only read."""

    url: str
    zone: LandingZone
    instance: dg.DagsterInstance
    run: RangeRun


@pytest.fixture(scope="module")
def shared_run(shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedRun]:
    zone = LandingZone(str(tmp_path_factory.mktemp("landing")))
    land_samples(zone, first_day=FIRST_DAY, days=3)
    with dg.DagsterInstance.ephemeral() as ephemeral:
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
            monkeypatch.setenv("SYNDICATION_LANDING_URL", zone.url)
            monkeypatch.setenv("SYNDICATION_REPORTS_DIR", str(tmp_path_factory.mktemp("reports")))
            run = materialize_range(defs, ephemeral, "2025-11-03", "2025-11-05")
        yield SharedRun(shared_database, zone, ephemeral, run)


def _count(url: str, table: str) -> int:
    with transaction(url) as connection:
        return connection.execute(f"select count(*) from {table}").fetchone()[0]


def test_a_range_is_one_run_that_materializes_every_day_of_every_asset(shared_run: SharedRun):
    run, instance = shared_run.run, shared_run.instance
    assert run.is_success, run.failure
    assert not run.has_errors, run.failed_checks
    assert len(instance.get_run_ids()) == 1
    for key in (["scraping", "posts"], ["engagement", "post_engagement_daily"], ["engagement", "post_cohorts"]):
        assert instance.get_materialized_partitions(dg.AssetKey(key)) == {"2025-11-03", "2025-11-04", "2025-11-05"}
    assert _count(shared_run.url, "engagement.post_engagement_daily") > 0


def test_the_row_count_of_each_partition_is_what_the_table_has(shared_run: SharedRun):
    with transaction(shared_run.url) as connection:
        expected = dict(
            connection.execute(
                "select activity_date::text, count(*) from engagement.post_engagement_daily group by 1"
            ).fetchall()
        )
    table = dg.AssetKey(["engagement", "post_engagement_daily"])
    records = shared_run.instance.fetch_materializations(table, limit=10).records
    reported = {
        record.partition_key: record.asset_materialization.metadata["dagster/partition_row_count"].value
        for record in records
    }
    assert reported == expected


def test_metadata_of_the_whole_run_is_attached_to_its_last_day_only(shared_run: SharedRun):
    for key in (["scraping", "posts"], ["engagement", "post_engagement_daily"]):
        records = shared_run.instance.fetch_materializations(dg.AssetKey(key), limit=10).records
        described_days = {
            record.partition_key
            for record in records
            if "dagster/column_schema" in record.asset_materialization.metadata
        }
        assert (len(records), described_days) == (3, {"2025-11-05"})


@pytest.mark.slow
def test_the_same_range_again_adds_nothing(
    shared_run: SharedRun, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tables = ("scraping.posts", "scraping.data_downloads", "scraping.raw_payloads", "engagement.post_engagement_daily")
    before = [_count(shared_run.url, table) for table in tables]
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_run.url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", shared_run.zone.url)
    monkeypatch.setenv("SYNDICATION_REPORTS_DIR", str(tmp_path / "reports"))
    assert materialize_range(defs, instance, "2025-11-03", "2025-11-05").is_success
    assert [_count(shared_run.url, table) for table in tables] == before
    assert min(before) > 0


def test_the_run_has_the_tag_by_which_the_ui_finds_it(shared_run: SharedRun):
    """As Dagster itself tags the runs that the UI starts, for the code location of workspace.yaml."""
    workspace = yaml.safe_load(Path("workspace.yaml").read_text())["load_from"][0]["python_module"]
    origin = ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name=workspace["module_name"]), workspace["location_name"]
    )
    repository = RemoteRepositoryOrigin(origin, defs.get_repository_def().name)
    tags = {REPOSITORY_LABEL_TAG: repository.get_label()}
    (run,) = shared_run.instance.get_runs(dg.RunsFilter(tags=tags))
    assert run.run_id == shared_run.run.run_id


def test_a_selection_may_be_combined(landed: str, instance: dg.DagsterInstance):
    selections = [
        ["key:scraping/posts or key:engagement/post_cohorts"],
        ["key:scraping/posts", "key:engagement/post_cohorts"],
        ["(key:scraping/posts or key:engagement/post_cohorts) and not group:content", "key:engagement/post_cohorts"],
    ]
    first, *others = [_select(defs, selection) for selection in selections]
    assert others == [first, first]
    assert materialize_range(defs, instance, "2025-11-03", "2025-11-03", selections[-1]).is_success
    for key in (["scraping", "posts"], ["engagement", "post_cohorts"]):
        assert instance.get_materialized_partitions(dg.AssetKey(key)) == {"2025-11-03"}


def test_an_old_day_of_a_fetch_is_refused_by_its_name(landed: str, instance: dg.DagsterInstance):
    selection = ["key:scraping/youtube_data_api_files or key:scraping/posts"]
    run = materialize_range(defs, instance, "2025-11-03", "2025-11-03", selection)
    assert run.failure is not None
    assert run.failure.startswith("scraping/youtube_data_api_files cannot fetch 2025-11-03: sources only return")


def test_selecting_one_loaded_table_runs_the_whole_load(landed: str, instance: dg.DagsterInstance):
    run = materialize_range(defs, instance, "2025-11-03", "2025-11-03", ["key:scraping/posts"])
    assert run.is_success
    assert instance.get_materialized_partitions(dg.AssetKey(["scraping", "data_downloads"])) == {"2025-11-03"}
    assert instance.get_materialized_partitions(dg.AssetKey(["engagement", "post_cohorts"])) == set()


def test_a_failed_run_reports_what_failed_and_what_to_do(landed: str, zone: LandingZone, instance: dg.DagsterInstance):
    load = ["key:scraping/posts"]
    materialize_range(defs, instance, "2025-11-03", "2025-11-03", load)
    lost = next(iter(zone.files(FIRST_DAY)))
    (Path(zone.url) / lost.path).unlink()
    run = materialize_range(defs, instance, "2025-11-03", "2025-11-03", load)
    assert run.has_errors
    assert lost.path in run.failure
    assert run.failure.startswith("1 loaded file(s) of 2025-11-03 are missing")
    assert "Restore" in run.failure


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (dg.Failure("The shop does not answer. Fetch again."), "The shop does not answer. Fetch again."),
        (LandedFilesMissingError("2 files are missing."), "2 files are missing."),
        (SyndicationError("Note: this."), "Note: this."),
        (ValueError("note: this"), "ValueError: note: this"),
        (UndefinedTable("relation"), "UndefinedTable: relation"),
    ],
)
def test_a_failure_is_shown_without_the_path_of_its_class(error: Exception, failure: str, instance: dg.DagsterInstance):
    @dg.asset
    def failing() -> None:
        raise error

    definitions = dg.Definitions([failing], loggers={"progress": progress_logger})
    assert run_job(definitions, instance, "__ASSET_JOB", {}).failure == failure


def test_a_warning_that_is_expected_says_so(instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]):
    @dg.asset
    def logging(context: dg.AssetExecutionContext) -> None:
        context.log.error("page_2.json was cut off")
        context.log.error("page_3.json was cut off")

    definitions = dg.Definitions([logging], loggers={"progress": progress_logger})
    run_job(definitions, instance, "__ASSET_JOB", {}, expected=["page_2.json"])
    printed = capsys.readouterr().err
    assert "expected: page_2.json was cut off" in printed
    assert "ERROR: page_3.json was cut off" in printed


def test_a_day_without_files_succeeds_and_a_folder_of_an_unknown_organization_is_an_error_that_names_it(
    landed: str, zone: LandingZone, instance: dg.DagsterInstance
):
    land_samples(zone, "nobody", first_day=FIRST_DAY, days=1, profiles=1)
    run = materialize_range(defs, instance, "2024-02-29", "2024-02-29")
    assert run.is_success
    assert _count(landed, "scraping.posts") == 0
    assert run.has_errors
    assert ["nobody" in check.description for check in run.failed_checks] == [True]
    assert materialize_range(defs, instance, "2025-11-03", "2025-11-03", ["key:scraping/posts"]).is_success
    assert _count(landed, "scraping.posts") > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2025-11-25", ("2025-11-25", "2025-11-25")), ("2025-11-25...2025-11-26", ("2025-11-25", "2025-11-26"))],
)
def test_a_day_and_a_range_are_parsed(text: str, expected: tuple[str, str]):
    assert parse_range(text) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("yesterday", "write 2025-11-25"),
        ("2025-11-25..2025-11-26", "write 2025-11-25"),
        ("2025-13-01", "not a calendar day"),
        ("2014-12-31", "SYNDICATION_FIRST_DAY"),
        ("2999-01-01", "no partition"),
        ("2025-11-26...2025-11-25", "before it begins"),
        ("2025-11-25; drop table scraping.posts", "write 2025-11-25"),
    ],
)
def test_an_invalid_range_is_rejected_with_a_hint(text: str, hint: str):
    with pytest.raises(SyndicationError, match=hint):
        parse_range(text)


@pytest.mark.parametrize("selection", ["group:nothing", "key:scraping/nothing", "((("])
def test_a_selection_without_assets_is_rejected_and_named(instance: dg.DagsterInstance, selection: str):
    with pytest.raises(SyndicationError, match=re.escape(f"--select {selection}")):
        materialize_range(defs, instance, "2025-11-03", "2025-11-03", [selection])
