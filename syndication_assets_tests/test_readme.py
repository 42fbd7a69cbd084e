"""README and manual are true: their commands run, in the manual's order, as a new user would type them."""

import getpass
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
import psycopg
import pytest

from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.logins import login, url_as
from syndication_assets_tests.servers import Server

PROJECT = Path(__file__).resolve().parent.parent
README = (PROJECT / "README.md").read_text()
# Generated from the settings: it has no commands.
SETTINGS_PAGE = "docs/settings.md"
# The README's index is the order of the manual: pages build on the pages before them.
PAGES = re.findall(r"^\| \[[^]]+\]\((docs/[a-z-]+\.md)\) \|", README, flags=re.MULTILINE)
MANUAL = {page: (PROJECT / page).read_text() for page in PAGES if page != SETTINGS_PAGE}
# Has people and data of its own, so it runs on an empty database.
REHEARSAL = "docs/two-organizations.md"
SECTIONS = [section for page, text in MANUAL.items() if page != REHEARSAL for section in text.split("\n## ")]
TEXTS = {"README.md": README, **MANUAL, "CONTRIBUTING.md": (PROJECT / "CONTRIBUTING.md").read_text()}
EVERYTHING = "\n".join(TEXTS.values())
# Sections that do what others do, for other days: they need no other right.
LOADS_AGAIN = ("Withdraw a file", "Backfill a range of days", "Inspect quarantine and replay it")
# A backup needs a login that may read everything, which the page says; a superuser types these sections above.
READS_EVERYTHING = ("Take a backup", "Prove it")
# The days of the manual are past, which is a problem, and problems end with 2.
OR_PROBLEMS = r"\1 || [ $? = 2 ]"
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
            typed = block.replace(PLACEHOLDER_URL, database_url)
            lines.append(re.sub("^(syndication status.*)$", OR_PROBLEMS, typed, flags=re.MULTILINE))
        if "cd " in lines[-1]:
            raise AssertionError("a command of the manual leaves the project's folder")
    return "\n".join(lines)


def _run(text: str, database_url: str, directory: Path) -> str:
    """Types the commands of the text one after the other; returns what they print."""
    environment = os.environ | {"SYNDICATION_LOCAL_DIR": str(directory / "local")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    script = _script(text, database_url).replace('export PATH="$PWD/.venv/bin:$PATH"', "")
    done = subprocess.run(
        ["sh"], input=script, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_every_command_of_the_manual_works_in_its_order(server: Server, empty_database_url: str, tmp_path: Path):
    if server.name.startswith("debian"):
        pytest.skip("most of these commands run on it below, by a user who is no superuser")
    printed = _run("\n".join(SECTIONS), empty_database_url, tmp_path)
    assert "7399807615448305665" in printed
    assert "0 items are still in quarantine" in printed or "Nothing is in quarantine" in printed


@pytest.mark.slow
def test_two_organizations_are_set_up_archived_and_restored(server: Server, empty_database_url: str, tmp_path: Path):
    if server.name.startswith("debian"):
        pytest.skip("restores into an embedded server, which is of another version")
    printed = _run(MANUAL[REHEARSAL], empty_database_url, tmp_path)
    assert re.search(r"\| Una Loch +\| update +\| scraping\.profiles$", printed, flags=re.MULTILINE), (
        "she is in the log"
    )
    assert "warning  moor" in printed, "the half file is a problem"
    assert re.search(r'^"2024-03-06 06:00:00.000000Z","8"', printed, flags=re.MULTILINE), "read from the archive"
    restored = printed[printed.index("Restored ") :]
    assert re.search(r"^ loch +\| Loch Bakery$", restored, flags=re.MULTILINE)


@pytest.mark.slow
def test_the_manual_needs_no_superuser(server_without_roles: Server, tmp_path: Path):
    """The user of the manual: owns the database, and may create roles and databases."""
    if server_without_roles.name.startswith("embedded") and Path("/usr/lib/postgresql/15/bin").is_dir():
        pytest.skip("the superuser types the manual on PostgreSQL 18, and this user on 15")
    admin_url = server_without_roles.url("postgres")
    with (
        login(admin_url, "nosuperuser createrole createdb") as name,
        without_dagster_database(admin_url),
        new_database(server_without_roles, "template0") as url,
    ):
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(f"alter database {urlsplit(url).path[1:]} owner to {name}")
        sections = [section for section in SECTIONS if not section.startswith(LOADS_AGAIN + READS_EVERYTHING)]
        assert len(sections) == len(SECTIONS) - len(LOADS_AGAIN + READS_EVERYTHING)
        assert "7399807615448305665" in _run("\n".join(sections), url_as(name, url), tmp_path)
        with psycopg.connect(url) as connection:
            actors = connection.execute("select distinct actor from tenancy.audit_log").fetchall()
        # The runs of Dagster, approval rules and the users of the manual act as themselves, and what is configured by
        # nobody else is logged under the name of the person; everything else is the login's.
        others = {actor for (actor,) in actors if re.fullmatch("usr-[0-9a-f]{8}", actor) is None}
        assert others == {name, getpass.getuser(), "service:dagster", "content/approvals"}


def test_the_readme_stays_short():
    assert len(README.splitlines()) < 150


def test_the_readme_links_every_page_of_the_manual():
    pages = {str(file.relative_to(PROJECT)) for file in (PROJECT / "docs").rglob("*.md")}
    assert sorted(pages - set(re.findall(r"\]\((docs/[^)#]+)", README))) == []


def test_every_page_with_commands_has_its_place_in_the_order():
    files = (PROJECT / "docs").rglob("*.md")
    pages = [str(file.relative_to(PROJECT)) for file in files if _blocks(file.read_text())]
    assert sorted(set(pages) - set(MANUAL)) == []
    assert len(set(PAGES)) == len(PAGES)


def test_the_commands_of_the_readme_itself_are_make_targets():
    """They are run by the tests below; everything else is a command of the manual."""
    commands = [line for _, block in _blocks(README) for line in block.splitlines()]
    assert [line for line in commands if re.fullmatch(r"make [a-z]+", line) is None] == []


@pytest.mark.parametrize("page", TEXTS)
def test_every_code_block_is_of_a_known_language(page: str):
    """`sh` and `sql` run; `console` needs a server outside; `yaml` is read as a file; `json` and pictures are not."""
    fences = re.findall(r"^\s*(?:```|~~~)(.*)$", TEXTS[page], flags=re.MULTILINE)
    assert set(fences[::2]) <= {"sh", "sql", "console", "yaml", "json", ""}
    assert set(fences[1::2]) <= {""}


@pytest.mark.parametrize("page", [*TEXTS, "CHANGELOG.md"])
def test_every_link_leads_somewhere(page: str):
    for target in re.findall(r"\]\(([^)\s]+)\)", (PROJECT / page).read_text()):
        path, _, anchor = target.partition("#")
        file = (PROJECT / page).parent / path if path else PROJECT / page
        if "://" in target:
            continue
        assert file.exists(), target
        titles = re.findall(r"^#+ (.+)$", file.read_text(), flags=re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


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


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)", EVERYTHING))))
def test_every_make_target_that_is_named_is_there(target: str):
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
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
    totals = second.partition("Rows in the database")[2].partition("Expected: ")[0]
    rows = {
        name.strip(): (total.strip(), new.strip())
        for name, total, new in re.findall(r"│ ([a-z ]+) │ +([\d,]+) │ +([\d,]+) │", totals)
    }
    assert rows["posts"][1] == rows["snapshots"][1] == rows["quarantined items"][1] == "0"
    for name, (total, _) in rows.items():
        assert re.search(rf"│ {name} +│ +{total} │ +{total} │", first), name
    assert "Running 28 days of sample data through the whole pipeline, in about a minute." in first
    next_steps = first[first.index("What to do next") :]
    report = re.search(r"Read the weekly report: +(\S+index\.html)$", next_steps, re.MULTILINE)
    assert report is not None
    assert Path(report[1]).is_file()
    for command in (
        "make dev",
        "http://127.0.0.1:3000",
        ".venv/bin/syndication psql",
        "docs/land-and-load.md",
        "make stop",
    ):
        assert command in next_steps


def _commands(group: click.Group, name: str = "syndication") -> Iterator[str]:
    """Every command below the group, as a user types it."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{name} {command.name}")
        else:
            yield f"{name} {command.name}"


def test_every_command_line_command_is_documented():
    from syndication_assets.cli.main import main  # noqa: PLC0415

    assert [command for command in _commands(main) if command not in EVERYTHING] == []


def test_every_schedule_and_sensor_is_documented():
    from syndication_assets.definitions import defs  # noqa: PLC0415

    names = [automation.name for automation in (*(defs.schedules or ()), *(defs.sensors or ()))]
    assert names
    assert [name for name in names if f"`{name}`" not in EVERYTHING] == []


def test_every_setting_that_is_named_exists():
    settings = (PROJECT / SETTINGS_PAGE).read_text()
    name = r"\b(?:SYNDICATION|OPENAI)_[A-Z_]+"
    assert sorted(set(re.findall(name, EVERYTHING)) - set(re.findall(name, settings))) == []
