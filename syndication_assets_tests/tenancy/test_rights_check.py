"""The check `rights_are_complete`, which runs every day."""

import dagster as dg
import psycopg

from syndication_assets.automation.jobs import daily_job
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.definitions import defs
from syndication_assets.tenancy.rights import rights_are_complete


class Postgres(PostgresResource):
    """The database of a test."""

    test_url: str

    def url(self) -> str:
        return self.test_url


def check(url: str) -> dg.AssetCheckResult:
    result = rights_are_complete(postgres=Postgres(test_url=url))
    assert isinstance(result, dg.AssetCheckResult)
    return result


def test_it_passes_until_a_policy_and_a_grant_are_lost(database_url: str):
    assert check(database_url).passed
    with psycopg.connect(database_url) as connection:
        connection.execute("drop policy reader_own_organization on scraping.profiles")
        connection.execute("revoke select on scraping.profiles from syndication_reader")
    result = check(database_url)
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.ERROR
    assert result.metadata["missing"].value == 2
    assert "scraping.profiles: row-level security by organization_id" in str(result.description)


def test_the_daily_job_runs_it():
    (key,) = (key for key in defs.resolve_asset_graph().asset_check_keys if key.name == "rights_are_complete")
    assert key in defs.resolve_job_def(daily_job.name).asset_layer.asset_graph.asset_check_keys
