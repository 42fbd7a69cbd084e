"""Where partitions begin."""

import os

import pytest

from syndication_assets.automation.dagster_instance import begin_partitions_with_samples
from syndication_assets_tests.rows import DatabaseRows

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
