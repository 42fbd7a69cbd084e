"""The README is true: its commands run, in its order, as a new user would type them."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from syndication_assets_tests.cli.test_cli import POST
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.servers import Server

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text()
DAY_ONE = README[README.index("## Day one") :]
# Sections that do what others do, for other days: they need no other right.
LOADS_AGAIN = ("Take a file back", "Backfill a month", "Look at quarantine")
# What stands for something of the reader's own.
PLACEHOLDER_URL = "postgresql://user:password@host:5432/syndication"


def _blocks(text: str) -> list[tuple[str, str]]:
    """The code blocks as (language, text), in order."""
    return re.findall(r"^```(sh|sql)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def _script(text: str, database_url: str) -> str:
    lines = ["set -eu", f"cd {PROJECT}"]
    for language, block in _blocks(text):
        if language == "sql":
            lines.append(f"syndication psql -v ON_ERROR_STOP=1 <<'END'\n{block}\nEND")
        else:
            lines.append(block.replace(PLACEHOLDER_URL, database_url).replace(" dataset_jane", " $FILES/dataset_jane"))
        if "cd " in lines[-1]:
            raise AssertionError("a command of the README leaves the project's folder")
    return "\n".join(lines)


def _run(text: str, database_url: str, directory: Path) -> str:
    """Types the commands of the text one after the other; returns what they print."""
    (directory / "dataset_jane-doe_2025-11-25_06-00-00-000.json").write_bytes(POST)
    environment = os.environ | {"SYNDICATION_LOCAL_DIR": str(directory / "local"), "FILES": str(directory)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    script = _script(text, database_url).replace('export PATH="$PWD/.venv/bin:$PATH"', "")
    done = subprocess.run(
        ["sh"], input=script, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_command_of_day_one_works_in_its_order(server: Server, empty_database_url: str, tmp_path: Path):
    if server.name.startswith("debian"):
        pytest.skip("most of these commands run on it below, by a user who is no superuser")
    printed = _run(DAY_ONE, empty_database_url, tmp_path)
    assert "7399807615448305665" in printed
    assert "0 items are still in quarantine" in printed or "Nothing is in quarantine" in printed


def test_day_one_needs_no_superuser(server_without_roles: Server, tmp_path: Path):
    """The user of the README: owns the database, and may create roles and databases."""
    admin_url = server_without_roles.url("postgres")
    with (
        login(admin_url, "nosuperuser createrole createdb") as name,
        without_dagster_database(admin_url),
        new_database(server_without_roles, "template0") as url,
    ):
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(f"alter database {urlsplit(url).path[1:]} owner to {name}")
        sections = [section for section in DAY_ONE.split("\n### ") if not section.startswith(LOADS_AGAIN)]
        assert len(sections) == len(DAY_ONE.split("\n### ")) - len(LOADS_AGAIN)
        assert "7399807615448305665" in _run("\n### ".join(sections), url_as(name, url), tmp_path)
        with psycopg.connect(url) as connection:
            actors = connection.execute("select distinct actor from tenancy.audit_log").fetchall()
        assert actors == [(name,)]


@contextmanager
def without_dagster_database(admin_url: str) -> Iterator[None]:
    """A server on which nobody has run Dagster yet, and which keeps nothing of it."""
    drop = "drop database if exists dagster with (force)"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(drop)
        try:
            yield
        finally:
            connection.execute(drop)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)", README))))
def test_every_make_target_of_the_readme_is_there(target: str):
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_make_demo_runs_and_a_second_time_says_zero_new(tmp_path: Path):
    environment = os.environ | {"SYNDICATION_LOCAL_DIR": str(tmp_path / "local")}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False, timeout=500
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    try:
        first, second = run("make", "demo"), run("make", "demo")
    finally:
        run("make", "stop")
    rows = {
        name.strip(): (total.strip(), new.strip())
        for name, total, new in re.findall(r"│ ([a-z ]+) │ +([\d,]+) │ +([\d,]+) │", second)
    }
    assert rows["posts"][1] == rows["snapshots"][1] == rows["quarantined items"][1] == "0"
    for name, (total, _) in rows.items():
        assert re.search(rf"│ {name} +│ +{total} │ +{total} │", first), name


def test_every_command_line_command_is_documented():
    from syndication_assets.cli.main import main  # noqa: PLC0415

    documented = README + (PROJECT / "CHANGELOG.md").read_text()
    assert [name for name in main.commands if f"syndication {name}" not in README and name not in documented] == []


def test_every_setting_of_the_readme_exists():
    settings = (PROJECT / "syndication_assets/settings.py").read_text()
    settings += (PROJECT / "syndication_assets/dagster_instance.py").read_text()
    assert [name for name in set(re.findall(r"SYNDICATION_[A-Z_]+", README)) if name not in settings] == []
