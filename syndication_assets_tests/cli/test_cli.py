"""The command line from the user's point of view: output, exit codes, and what to do after a mistake."""

import os
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli import quarantine
from syndication_assets.cli.main import main
from syndication_assets.cli.materialize import materialize_days
from syndication_assets.database.connection import transaction
from syndication_assets.database.migrating.migrations import find_migrations

pytestmark = pytest.mark.one_server

POST = (
    b'[{"urn": {"activity_urn": "7399807615448305665"}, "full_urn": "urn:li:activity:7399807615448305665",'
    b' "posted_at": {"timestamp": 1764234000000}, "text": "Shortbread", "post_type": "regular",'
    b' "author": {"first_name": "Isla", "username": "isla-crumb"}, "stats": {"total_reactions": 3, "like": 3}}]'
)
NAME = "dataset_isla-crumb_2025-11-25_06-00-00-000.json"


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path / "local"))
    (tmp_path / NAME).write_bytes(POST)
    return tmp_path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_land_copies_the_file_under_organization_source_and_day(environment: Path):
    result = _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    assert result.exit_code == 0, result.output
    landed = environment / "local/landing/default/linkedin_apify/2025-11-25" / NAME
    assert landed.read_bytes() == POST
    assert "syndication materialize --partitions 2025-11-25" in result.output


def test_landing_the_same_file_twice_succeeds_and_says_so(environment: Path):
    _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    result = _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    assert result.exit_code == 0
    assert "already landed" in result.output


def test_a_landed_file_is_never_overwritten_with_different_content(environment: Path):
    _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    (environment / NAME).write_bytes(b"[]")
    result = _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    assert result.exit_code == 1
    assert "never overwritten" in result.output
    assert (environment / "local/landing/default/linkedin_apify/2025-11-25" / NAME).read_bytes() == POST


def test_a_companion_file_lands_with_its_file(environment: Path):
    (environment / "export.json").write_bytes(POST)
    (environment / "export.json.meta.json").write_text('{"observed_at": "2025-11-25T07:30:00Z"}')
    assert _run("land", "linkedin_apify", "2025-11-25", environment / "export.json").exit_code == 0
    folder = environment / "local/landing/default/linkedin_apify/2025-11-25"
    assert sorted(path.name for path in folder.iterdir()) == ["export.json", "export.json.meta.json"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["land", "myspace", "2025-11-25", NAME], "linkedin_apify"),
        (["land", "../../etc", "2025-11-25", NAME], "Unknown source"),
        (["land", "linkedin_apify", "25.11.2025", NAME], "2025-11-25"),
        (["land", "linkedin_apify", "2999-01-01", NAME], "future"),
        (["land", "linkedin_apify", "2025-11-24", NAME], "land it under 2025-11-25"),
        (["land", "linkedin_apify", "2025-11-25", NAME, "--organization", "nobody"], "there are default"),
        (["land", "linkedin_apify", "2025-11-25", NAME, "--organization", "../default"], "There is no organization"),
        (["withdraw", f"default/linkedin_apify/2025-11-25/{NAME}", "--reason", "wrong"], "is neither in"),
        (["withdraw", NAME, "--reason", "wrong"], "default/linkedin_apify/2025-11-25/dataset.json"),
        (["organization", "add", "default", "--name", "Default"], "already"),
        (["organization", "add", "Acme Bakery", "--name", "Acme"], "is not a valid slug"),
        (["organization", "add", "acme", "--name", " "], "The name is empty"),
        (["quarantine", "replay", "--organization", "nobody"], "there are default"),
        (["materialize", "--partitions", "tomorrow"], "2025-11-25...2025-11-26"),
        (["materialize", "--partitions", "2025-11-25", "--select", "group:nothing"], "group:nothing"),
    ],
)
def test_a_mistake_ends_with_a_sentence_that_says_what_to_do(environment: Path, arguments: list[str], hint: str):
    result = _run(*[environment / NAME if argument == NAME else argument for argument in arguments])
    assert result.exit_code == 1
    assert hint in result.output
    assert "Traceback" not in result.output
    assert not (environment / "local/landing").exists()


def test_commands_that_need_tables_say_to_migrate_first(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    (tmp_path / NAME).write_bytes(POST)
    result = _run("land", "linkedin_apify", "2025-11-25", tmp_path / NAME)
    assert result.exit_code == 1
    assert "syndication migrate" in result.output


def test_the_error_for_an_unreachable_server_hides_the_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", "postgresql://somebody:canary-of-a-password@127.0.0.1:1/nothing")
    result = _run("status")
    assert result.exit_code == 1
    assert "SYNDICATION_DATABASE_URL" in result.output
    assert "canary-of-a-password" not in result.output


@pytest.mark.parametrize(
    "url",
    [
        "mysql://somebody:canary-of-a-password@127.0.0.1/nothing",
        "canary-of-a-password",
        "host=127.0.0.1 password=canary-of-a-password",
        "postgresql://somebody:canary-of-a-password%zz@127.0.0.1/nothing",
        "postgresql://somebody:canary-of-a-password@127.0.0.1/nothing?connect_timeout=soon",
        "postgresql://somebody:canary-of-a-password@127.0.0.1/nothing?no_such_option=1",
    ],
)
@pytest.mark.parametrize("command", ["status", "psql", "dev"])
def test_an_invalid_database_url_is_named_and_never_shown(
    command: str, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setattr(os, "execve", lambda *_: pytest.fail("psql started"))
    if command == "psql" and "connect_timeout" in url:
        pytest.skip("psql itself reads the options")
    result = _run(command)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.exception
    assert result.output.startswith("Error: SYNDICATION_DATABASE_URL is not the URL of a PostgreSQL database: set it")
    assert "canary-of-a-password" not in result.output


@pytest.mark.parametrize(
    "url", ["postgresql://somebody@127.0.0.1/here", "postgres://127.0.0.1/here", "postgresql+psycopg2://127.0.0.1/here"]
)
def test_the_url_of_a_database_is_accepted_with_or_without_a_driver(url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", url)
    result = _run("url")
    assert (result.exit_code, result.output.startswith("postgresql://")) == (0, True)


def test_the_error_for_an_unreachable_server_is_two_sentences(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", "postgresql://somebody@127.0.0.1:1/nothing")
    assert "Connection refused. Check SYNDICATION_DATABASE_URL, or unset it" in _run("status").output


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nosuchscheme://somewhere/landing", "begins with nosuchscheme://, which fsspec does not support: set it to"),
        ("s3://bucket/landing", "begins with s3://, for which a Python package is missing (Install s3fs to access S3)"),
        ("ftp://127.0.0.1:1/landing", "names a ftp:// store that cannot be opened (ConnectionRefusedError): check its"),
        (
            "zip::/nowhere.zip",
            "names a zip::/nowhere.zip:// store that cannot be opened (FileNotFoundError): check its",
        ),
    ],
)
def test_a_landing_zone_that_cannot_be_opened_is_a_sentence(
    environment: Path, url: str, message: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_LANDING_URL", url)
    result = _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.exception
    assert f"SYNDICATION_LANDING_URL {message}" in result.output


def test_migrate_status_and_rollback_agree(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    assert "pending" in _run("status").output
    assert "applied 0001" in _run("migrate").output
    assert "up to date" in _run("migrate").output
    assert "pending" not in _run("status").output
    assert f"rolled back {find_migrations()[-1].name}" in _run("rollback").output
    assert _run("status").output.count("pending") == 1
    assert _run("migrate").exit_code == 0
    asked = CliRunner().invoke(main, ["rollback", "--steps", "99"], input="n\n")
    assert asked.exit_code == 1
    assert "drop their tables with all rows? [y/N]" in asked.output
    assert "pending" not in _run("status").output
    agreed = CliRunner().invoke(main, ["rollback", "--steps", "2"], input="y\n")
    assert (agreed.exit_code, agreed.output.count("rolled back")) == (0, 2)
    assert _run("rollback", "--steps", 99, "--yes").output.count("rolled back") == len(find_migrations()) - 2


def test_status_counts_the_files_that_no_load_reads(environment: Path):
    assert "0 files in" in _run("status").output
    lost = environment / "local/landing/default/linkedin_apify/2025-13-01"
    lost.mkdir(parents=True)
    (lost / NAME).write_bytes(POST)
    output = _run("status").output
    assert "1 files in" in output
    assert f"default/linkedin_apify/2025-13-01/{NAME}: '2025-13-01' is not a day: rename the folder" in output


def test_replay_loads_fixed_files_and_counts_what_remains(
    environment: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    """A file that was truncated while it was copied is complete now, so its item is loaded."""
    # Without the rollups, which take most of the time of a run.
    posts = partial(materialize_days, selection=("key:scraping/posts",))
    monkeypatch.setattr(quarantine, "materialize_days", posts)
    _run("migrate")
    folder = environment / "local/landing/default/linkedin_apify/2025-11-25"
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(POST[:-30])
    assert _run("materialize", "--partitions", "2025-11-25", "--select", "key:scraping/posts").exit_code == 0
    assert "1 items are still in quarantine" in _run("quarantine", "replay").output
    (folder / NAME).write_bytes(POST)
    assert "0 items are still in quarantine" in _run("quarantine", "replay").output
    with transaction(database_url) as connection:
        assert connection.execute("select count(*) from scraping.posts").fetchone() == (1,)
        assert connection.execute("select count(*) from landing.quarantine where replayed_at is null").fetchone() == (
            0,
        )


@pytest.mark.slow
def test_the_printed_command_removes_the_rows_of_a_withdrawn_file(environment: Path, database_url: str):
    _run("land", "linkedin_apify", "2025-11-25", environment / NAME)
    rows = "key:scraping/posts or key:engagement/post_engagement_daily"
    assert _run("materialize", "--partitions", "2025-11-25", "--select", rows).exit_code == 0
    path = f"default/linkedin_apify/2025-11-25/{NAME}"
    result = _run("withdraw", path, path, "--reason", "the wrong profile")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        f"withdrawn {path}",
        "Remove their rows with: syndication materialize --partitions 2025-11-25",
    ]
    assert f"already withdrawn: {path}" in _run("withdraw", path, "--reason", "again").output
    assert _run("materialize", "--partitions", "2025-11-25").exit_code == 0
    with transaction(database_url) as connection:
        for table in ("scraping.data_downloads", "engagement.post_engagement_daily"):
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,), table


@pytest.mark.usefixtures("environment")
def test_an_organization_is_added_listed_and_logged(database_url: str):
    result = _run("organization", "add", "acme", "--name", "Acme Bakery")
    assert result.exit_code == 0, result.output
    listed = _run("organization", "list").output.splitlines()
    assert [line.split()[0] for line in listed] == ["acme", "default"]
    assert listed[0].endswith("Acme Bakery")
    with transaction(database_url) as connection:
        logged = connection.execute(
            "select l.action, l.new_values ->> 'slug' from tenancy.audit_log l join tenancy.organizations o"
            " using (organization_id) where o.slug = 'acme' and l.row_key ->> 'organization_id' = o.organization_id"
        ).fetchall()
    assert logged == [("insert", "acme")]


def test_stop_without_a_running_server_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    assert "No embedded PostgreSQL server was running" in _run("stop").output
