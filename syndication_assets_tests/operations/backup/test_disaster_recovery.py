"""docs/disaster-recovery.md is followed to the letter, after the database and the place of its backups are gone."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from syndication_assets.database.connection import transaction
from syndication_assets.operations.backup.backup_store import BackupStore
from syndication_assets.operations.backup.copying import copy_backups
from syndication_assets.operations.backup.taking import take_backup
from syndication_assets.settings import PROJECT_DIRECTORY
from syndication_assets.tenancy.people.members import add_member
from syndication_assets.tenancy.people.users import add_user
from syndication_assets_tests.operations.backup.conftest import settings_of, silent
from syndication_assets_tests.servers import Server

PAGE = (PROJECT_DIRECTORY / "docs" / "disaster-recovery.md").read_text()
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
OWNER = "isla@acme.example"
DATABASE = "recovered_from_a_disaster"


def script(url: str, places: Path) -> str:
    """The commands of the page for these places. `status` exits with 2, because a restored database has problems."""
    commands = "\n".join(BLOCKS)
    assert f"export SYNDICATION_ACTOR={OWNER}\n" in commands
    for written, meant in (
        ("postgresql://postgres:password@host:5432/syndication", f"'{url}'"),
        ("=/backups", f"={places}/new"),
        ("/elsewhere/backups", f"{places}/elsewhere"),
    ):
        assert written in commands, written
        commands = commands.replace(written, meant)
    return re.sub("^(syndication status.*)$", r"\1 || [ $? = 2 ]", commands, flags=re.MULTILINE)


@pytest.mark.slow
def test_the_page_brings_back_what_the_second_place_has(database_url: str, server: Server, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    with transaction(database_url) as connection:
        user_id = add_user(connection, email=OWNER, service_name=None, display_name=None, database_login=None)
    with psycopg.connect(database_url) as connection:
        for (organization_id,) in connection.execute("select organization_id from tenancy.organizations").fetchall():
            add_member(connection, organization_id, user_id, "owner")
        connection.execute(
            "update tenancy.settings set value = to_jsonb(%s::text) where setting = 'backups.copy_url'",
            [str(elsewhere)],
        )
    # Without Dagster's database: other tests may have one on this server, which a restore would not replace.
    settings = settings_of(database_url, tmp_path / "local", database_url).model_copy(
        update={"backup_url": str(tmp_path / "lost")}
    )
    taken = take_backup(settings, BackupStore(settings.backup_url), silent)
    copy_backups(settings, silent)
    shutil.rmtree(tmp_path / "lost")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SYNDICATION_LOCAL_DIR": str(tmp_path / "local"),
        "SYNDICATION_LANDING_URL": settings.landing_url,
    }
    try:
        done = subprocess.run(
            ["sh", "-eu"],
            input=script(server.url(DATABASE), tmp_path),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        assert f"Restored {taken.manifest.rows:,} rows" in done.stdout
        assert "all of them are as they were backed up" in done.stdout
        newest = BackupStore(str(tmp_path / "new")).newest()
        assert newest > taken.manifest.name
        assert f"Copied {newest} to {elsewhere}" in done.stdout
        assert f"Proven: {newest}" in done.stdout
        with psycopg.connect(server.url(DATABASE)) as connection:
            held = connection.execute("select identity like 'restore of%' from publishing.home_server").fetchall()
        assert held == [(False,)], "it may publish again"
    finally:
        server.administer("drop database if exists {} with (force)", DATABASE)


def test_the_page_names_everything_that_no_backup_has():
    for name in ("SYNDICATION_SECRET_KEYS", "SYNDICATION_ERASURE_KEY", "SYNDICATION_SENT_URL", "backups.copy_url"):
        assert name in PAGE
