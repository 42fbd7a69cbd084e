"""Reports are read from a replica that has what was written. One that lags is a problem, and is not read from."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.engagement.report.report_files import render_range
from syndication_assets.operations import replica as reading
from syndication_assets.operations.alerts.levels import set_level
from syndication_assets.settings import Settings
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.machines.replica import Replica, streaming_replica
from syndication_assets_tests.sample_database import END_DAY, FIRST_DAY
from syndication_assets_tests.servers import Server

HAS_EVERYTHING = "Read from SYNDICATION_READING_URL, which has everything that was written."


@pytest.fixture(scope="module")
def loaded(server: Server, sample_template: str) -> Iterator[str]:
    with new_database(server, sample_template) as url:
        yield url


@pytest.fixture(scope="module")
def replica(server: Server, loaded: str) -> Iterator[Replica]:
    if server.name == "given":
        pytest.skip("copies the files of a server of its own")
    with streaming_replica(server) as made:
        yield made


@pytest.fixture
def settings(loaded: str, replica: Replica) -> Settings:
    return reading_from(replica.url(loaded))


def reading_from(url: str) -> Settings:
    return Settings.from_environment().model_copy(update={"reading_url": SecretStr(url)})


def wait(url: str, seconds: float) -> None:
    with transaction(url) as connection:
        set_level(connection, "replica_lag", "warning", Decimal(str(seconds)))


@pytest.fixture
def paused(loaded: str, replica: Replica) -> Iterator[None]:
    """The replica has stopped replaying, and something was written since."""
    wait(loaded, 0.2)
    with psycopg.connect(replica.url(loaded), autocommit=True) as connection:
        connection.execute("select pg_wal_replay_pause()")
        while connection.execute("select pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
            pass
        with psycopg.connect(loaded) as writer:
            writer.execute("update tenancy.organizations set description = 'written while the replica slept'")
        yield
        connection.execute("select pg_wal_replay_resume()")


def test_a_report_from_the_replica_has_the_bytes_of_one_from_the_primary(
    loaded: str, replica: Replica, settings: Settings, server: Server, tmp_path: Path
):
    with login(server.url("postgres"), member_of="syndication_reader") as name:
        settings = reading_from(url_as(name, replica.url(loaded)))
        with psycopg.connect(replica.url(loaded), autocommit=True) as connection:
            while connection.execute("select from pg_roles where rolname = %s", [name]).fetchone() is None:
                pass
        place = reading.current_place(settings, loaded)
        assert place.sentence == HAS_EVERYTHING
        render_range(loaded, tmp_path / "replica", FIRST_DAY, END_DAY, reading_url=place.url)
    render_range(loaded, tmp_path / "primary", FIRST_DAY, END_DAY)
    pages = {
        directory: {path.name: path.read_bytes() for path in (tmp_path / directory).rglob("*") if path.is_file()}
        for directory in ("replica", "primary")
    }
    assert len(pages["primary"]) > 2
    assert pages["replica"] == pages["primary"]


def test_what_was_just_written_is_waited_for(loaded: str, settings: Settings):
    for number in range(5):
        with psycopg.connect(loaded) as connection:
            connection.execute("update tenancy.organizations set description = %s", [f"number {number}"])
        place = reading.current_place(settings, loaded)
        assert place.sentence == HAS_EVERYTHING
        with psycopg.connect(place.url) as connection:
            found = connection.execute("select distinct description from tenancy.organizations").fetchall()
        assert found == [(f"number {number}",)]


def test_a_lagging_replica_is_not_read_from_and_the_report_says_so(loaded: str, settings: Settings, paused: None):
    place = reading.current_place(settings, loaded)
    assert place.url == loaded
    assert place.sentence.startswith(
        "Read from SYNDICATION_DATABASE_URL: after 0.2 seconds, SYNDICATION_READING_URL was"
    )
    # The negative control: the replica itself has not got it.
    assert settings.reading_url is not None
    with psycopg.connect(settings.reading_url.get_secret_value()) as connection:
        statement = "select count(*) from tenancy.organizations where description like 'written while%'"
        assert connection.execute(statement).fetchall() == [(0,)]


def test_a_lagging_replica_is_a_problem_from_its_row_on(loaded: str, settings: Settings, paused: None):
    lag = reading.read_lag(settings, loaded)
    assert lag is not None
    assert lag.seconds > 0
    assert lag.bytes > 0
    [problem] = reading.lag_problems(settings, loaded, Decimal(0))
    assert "so reports are read from SYNDICATION_DATABASE_URL" in problem.message
    assert list(reading.lag_problems(settings, loaded, Decimal(10**6))) == []
    assert {metric.name: bool(metric.samples) for metric in reading.lag_metrics(settings, loaded)} == {
        "syndication_operations_replica_lag_bytes": True,
        "syndication_operations_replica_lag_seconds": True,
    }


def test_status_and_metrics_show_the_lag(
    loaded: str, settings: Settings, paused: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    assert settings.reading_url is not None
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", loaded)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_READING_URL", settings.reading_url.get_secret_value())
    shown = CliRunner().invoke(main, ["status"]).output
    assert "SYNDICATION_READING_URL: " in shown
    assert "bytes) behind" in shown
    assert "replica_lag the replica: SYNDICATION_READING_URL is" in shown
    printed = CliRunner().invoke(main, ["metrics"]).output
    assert "\nsyndication_operations_replica_lag_seconds " in printed
    state = json.loads(CliRunner().invoke(main, ["status", "--json"]).output)
    assert state["metrics"]["syndication_operations_replica_lag_bytes"][0]["value"] > 0


def test_a_current_replica_is_no_problem(loaded: str, settings: Settings):
    wait(loaded, 10)
    assert reading.current_place(settings, loaded).sentence == HAS_EVERYTHING
    lag = reading.read_lag(settings, loaded)
    assert lag == reading.Lag(0.0, 0)
    assert list(reading.lag_problems(settings, loaded, Decimal(0))) == []


def test_another_database_or_no_server_is_not_read_from(
    loaded: str, replica: Replica, server: Server, template_database: str, tmp_path: Path
):
    with new_database(server, template_database) as other:
        place = reading.current_place(reading_from(other), loaded)
    assert place.url == loaded
    assert "SYNDICATION_READING_URL leads to another database" in place.sentence
    gone = reading_from(f"postgresql://postgres:canary@/postgres?host={tmp_path}")
    place = reading.current_place(gone, loaded)
    assert place.url == loaded
    assert "Check SYNDICATION_READING_URL." in place.sentence
    assert "canary" not in place.sentence
    assert all(metric.samples == [] for metric in reading.lag_metrics(gone, loaded))


def test_without_the_setting_everything_is_read_from_the_primary(loaded: str):
    settings = Settings.from_environment()
    assert reading.current_place(settings, loaded).url == loaded
    assert reading.read_lag(settings, loaded) is None
