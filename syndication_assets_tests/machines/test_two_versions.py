"""Two versions of the project beside each other: the old one answers until the new one does (docs/environments.md).

The new version is this one with a migration that expands and, later, one that contracts.
"""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import psycopg
import pytest

from syndication_assets.database.migrating.migrations import find_migrations, migrate
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets_tests.machines.web_processes import wait_until_answered, web_process

pytestmark = [pytest.mark.one_server, pytest.mark.slow]

_ADDRESS = "http://desk.example.org"
EXPAND = """
set local role syndication_owner;
alter table tenancy.organizations add column nickname text not null default '';
"""
CONTRACT = """
set local role syndication_owner;
alter table tenancy.organizations drop column settings cascade;
"""


@pytest.fixture
def new_version(tmp_path: Path) -> Path:
    directory = tmp_path / "new"
    for folder in ("syndication_assets", "sql"):
        shutil.copytree(
            PROJECT_DIRECTORY / folder, directory / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    write(directory, "9998_tenancy_nickname", EXPAND)
    return directory


def write(directory: Path, name: str, up: str) -> None:
    (directory / "sql" / "migrations" / f"{name}.up.sql").write_text(up)
    (directory / "sql" / "migrations" / f"{name}.down.sql").write_text("select 1;\n")


class Asked:
    """Asks for a page again and again, in a thread, until the block ends."""

    def __init__(self, port: int) -> None:
        self.statuses: list[int] = []
        self._url = f"http://127.0.0.1:{port}/sign-in"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Asked":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.wait(0.02):
            self.statuses.append(httpx2.get(self._url, headers={"Host": "desk.example.org"}).status_code)


def test_the_old_version_answers_while_the_new_one_starts_and_refuses_to_start_after_the_contraction(
    database_url: str, new_version: Path, tmp_path: Path
):
    migrations = new_version / "sql" / "migrations"
    with web_process(tmp_path, database_url, _ADDRESS) as (old, old_process):
        with Asked(old) as asked:
            assert [one.name for one in migrate(database_url, find_migrations(migrations))] == ["9998_tenancy_nickname"]
            with web_process(tmp_path, database_url, _ADDRESS, sources=new_version) as (new, _):
                wait_until_answered_as(new)
                with web_process(tmp_path, database_url, _ADDRESS) as (again, _):
                    wait_until_answered_as(again)
        assert len(asked.statuses) > 20
        assert set(asked.statuses) == {200}
        old_process.terminate()
        old_process.wait()
    write(new_version, "9999_tenancy_contract_settings", CONTRACT)
    migrate(database_url, find_migrations(migrations))
    done = subprocess.run(
        [sys.executable, "-m", "syndication_assets.cli.main", "web", "--port", "1"],
        env={"SYNDICATION_DATABASE_URL": database_url, "SYNDICATION_LOCAL_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        cwd=PROJECT_DIRECTORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "9999_tenancy_contract_settings, which is not among the files" in done.stderr


def test_the_old_version_neither_migrates_nor_rolls_back_what_the_new_one_made(
    database_url: str, new_version: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    migrate(database_url, find_migrations(new_version / "sql" / "migrations"))
    environment = {"SYNDICATION_DATABASE_URL": database_url, "SYNDICATION_LOCAL_DIR": str(tmp_path), "PATH": "/usr/bin"}
    for arguments in (["migrate"], ["rollback", "--yes"]):
        done = subprocess.run(
            [sys.executable, "-m", "syndication_assets.cli.main", *arguments],
            env=environment,
            cwd=PROJECT_DIRECTORY,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, arguments
        assert "9998_tenancy_nickname, which is not among the files" in done.stderr
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(nickname) from tenancy.organizations").fetchone() == (1,)


def wait_until_answered_as(port: int) -> None:
    wait_until_answered(f"http://127.0.0.1:{port}/sign-in", {"Host": "desk.example.org"})
