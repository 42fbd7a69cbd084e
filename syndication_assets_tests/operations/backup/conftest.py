"""One backup of a database with a row in every table, which the tests of this folder copy, restore and damage."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.manifest import Manifest
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.operations.database_health.health_measuring import measure
from syndication_assets.settings import Settings
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.tenancy.conftest import TwoOrganizations, organizations, template_of_organizations

__all__ = ["organizations", "template_of_organizations"]
CANARY = "canary-password"


def silent(_: str) -> None:
    """No progress."""


def settings_of(url: str, local_directory: Path, dagster_url: str) -> Settings:
    """The settings of a project whose database is at `url`."""
    return Settings.from_environment().model_copy(
        update={
            "database_url": SecretStr(url),
            "dagster_storage_url": SecretStr(dagster_url),
            "local_directory": local_directory,
            "backup_url": str(local_directory / "backups"),
            "landing_url": str(local_directory / "landing"),
            "sent_url": f"sftp://somebody:{CANARY}@host/sent",
        }
    )


@dataclass(frozen=True)
class MadeBackup:
    """A complete backup, and the database that it is of."""

    url: str
    dagster_url: str
    store: BackupStore
    manifest: Manifest
    settings: Settings

    @property
    def folder(self) -> Path:
        return Path(self.store.url) / self.manifest.name

    def copy_to(self, directory: Path) -> "MadeBackup":
        """The same backup in another place, to be damaged."""
        shutil.copytree(self.store.url, directory)
        return MadeBackup(self.url, self.dagster_url, BackupStore(str(directory)), self.manifest, self.settings)


@pytest.fixture(scope="module")
def made(
    organizations: TwoOrganizations, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MadeBackup]:
    url = organizations.admin_url
    with new_database(server, "template0") as dagster_url:
        with psycopg.connect(dagster_url) as connection:
            connection.execute("create table runs (id serial primary key, run_id text)")
            connection.execute("insert into runs (run_id) values ('one'), ('two')")
        settings = settings_of(url, tmp_path_factory.mktemp("local"), dagster_url)
        store = BackupStore(settings.backup_url)
        measure(settings, url)
        with psycopg.connect(url) as connection:
            connection.execute(
                "insert into operations.query_statistics_daily (measured_on, query_id, source, query,"
                " longest_milliseconds, times_seen) values (current_date, repeat('a', 16), 'sampled', 'select', 1, 1)"
            )
            connection.execute(
                "insert into tenancy.request_rates values ('a limit', sha256('who'), date_trunc('minute', now()), 1, 0)"
            )
        taken = take_backup(settings, store, silent)
        yield MadeBackup(url, dagster_url, store, taken.manifest, settings)


@pytest.fixture
def empty_databases(server: Server) -> Iterator[dict[str, str]]:
    """Two databases to restore into."""
    with new_database(server, "template0") as url, new_database(server, "template0") as dagster_url:
        yield {"syndication": url, "dagster": dagster_url}
