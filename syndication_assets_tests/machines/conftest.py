"""The environment of a deployment: a database of its own for data and for Dagster, and Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.machines.services import Redis, redis
from syndication_assets_tests.servers import Server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Redis]:
    pytest.importorskip("dagster_celery")
    with redis(tmp_path) as started:
        yield started


@pytest.fixture
def environment(
    server: Server, database_url: str, broker: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Sets what every process of the deployment needs; the URL of the project's database."""
    with new_database(server, "template0") as dagster_url:
        variables = {
            "DAGSTER_HOME": str(tmp_path / "dagster"),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "SYNDICATION_DATABASE_URL": database_url,
            "SYNDICATION_DAGSTER_STORAGE_URL": dagster_url.replace("postgresql://", "postgresql+psycopg2://"),
            "SYNDICATION_DAGSTER_LOGS": str(tmp_path / "logs"),
            "SYNDICATION_LOCAL_DIR": str(tmp_path / "local"),
            "SYNDICATION_BROKER_URL": broker.url,
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield database_url
