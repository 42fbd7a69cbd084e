"""Where partitions begin, and which database Dagster gets."""

import os
from pathlib import Path

import psycopg
import pytest

from syndication_assets.automation.dagster_instance import begin_partitions_with_samples, prepare_environment
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.rows import DatabaseRows
from syndication_assets_tests.servers import Server

FIRST_DAY = "SYNDICATION_FIRST_DAY"


class LandedFiles(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url

    def add(self, landed_on: str, slug: str = "default") -> None:
        self.execute(
            "insert into landing.files (organization_id, source_file_path, source, landed_on, content_hash, size_bytes)"
            " select organization_id, slug || %s, 'test', %s, '', 0 from tenancy.organizations where slug = %s",
            [landed_on, landed_on, slug],
        )

    def add_sample_organization(self) -> None:
        self.execute(
            "insert into tenancy.organizations (slug, name, settings) values ('demo', 'Demo', '{\"is_sample\": true}')"
        )


@pytest.fixture
def landed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> LandedFiles:
    # Set first, so that it is restored whatever the test does.
    monkeypatch.setenv(FIRST_DAY, "")
    return LandedFiles(database_url)


def test_beside_samples_partitions_begin_on_the_oldest_loaded_day_of_all_organizations(landed: LandedFiles):
    landed.add_sample_organization()
    landed.add("2025-11-03", "demo")
    begin_partitions_with_samples(landed.url)
    assert os.environ[FIRST_DAY] == "2025-11-03"
    os.environ[FIRST_DAY] = ""
    landed.add("2024-05-01")
    begin_partitions_with_samples(landed.url)
    assert os.environ[FIRST_DAY] == "2024-05-01"


def test_without_samples_or_without_a_loaded_day_nothing_changes(landed: LandedFiles):
    landed.add("2025-11-03")
    begin_partitions_with_samples(landed.url)
    assert os.environ[FIRST_DAY] == ""
    landed.execute("delete from landing.files")
    landed.add_sample_organization()
    begin_partitions_with_samples(landed.url)
    assert os.environ[FIRST_DAY] == ""


def test_the_setting_of_a_person_wins(landed: LandedFiles):
    landed.add_sample_organization()
    landed.add("2025-11-03", "demo")
    os.environ[FIRST_DAY] = "2020-01-01"
    begin_partitions_with_samples(landed.url)
    assert os.environ[FIRST_DAY] == "2020-01-01"


@pytest.mark.both_servers
def test_a_database_of_another_user_is_refused_with_what_an_administrator_has_to_run(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    for name in ("DAGSTER_HOME", "DAGSTER_DISABLE_TELEMETRY", "SYNDICATION_DAGSTER_LOGS", "DAGSTER_EVENT_BATCH_SIZE"):
        monkeypatch.setenv(name, "restored")  # what is set below is taken back
    monkeypatch.delenv("DAGSTER_HOME")
    with login(server.url("postgres"), "nosuperuser") as user, new_database(server, "template0") as url:
        name = url.partition("?")[0].rpartition("/")[2]
        monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
        monkeypatch.setenv("SYNDICATION_DAGSTER_STORAGE_URL", url_as(user, url))
        settings = Settings.from_environment()
        with pytest.raises(SyndicationError, match=f"alter database {name} owner to {user}"):
            prepare_environment(settings, url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"alter database {name} owner to {user}")
        assert prepare_environment(settings, url) == tmp_path / "dagster"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"alter database {name} owner to current_user")
