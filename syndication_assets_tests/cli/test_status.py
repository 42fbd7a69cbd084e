"""`status`, `metrics` and `alert`: what is wrong, who is told, and exit codes for monitoring."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.operations.mail_server import mail_server

pytestmark = pytest.mark.one_server


@pytest.fixture
def environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path / "local"))
    yield database_url
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop database if exists dagster with (force)")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def quarantine(url: str, items: int = 1) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into landing.quarantine (organization_id, source, landed_on, source_file_path, position, reason,"
            " payload_bytes) select organization_id, 'linkedin_apify', '2026-03-02', 'a.json', number,"
            " 'bad' || chr(27) || '[31m', 1 from tenancy.organizations, generate_series(1, %s) as number",
            [items],
        )


def test_status_ends_with_0_without_errors_and_with_2_with_one(environment: str):
    assert run("status").exit_code == 0
    quarantine(environment)
    warned = run("status")
    assert (warned.exit_code, "1 problem" in warned.output) == (0, True)
    assert "\x1b" not in warned.output
    quarantine_more = 120
    with psycopg.connect(environment) as connection:
        connection.execute("delete from landing.quarantine")
    quarantine(environment, quarantine_more)
    failing = run("status")
    assert failing.exit_code == 2, failing.output
    assert "error    default      quarantine_open linkedin_apify: 120 open items" in failing.output


def test_status_as_json_has_everything_that_is_shown(environment: str):
    quarantine(environment)
    state = json.loads(run("status", "--json").output)
    assert state.keys() == {
        "migrations",
        "problems",
        "metrics",
        "schedules",
        "without_alert_route",
        "landing_zone",
        "unread_files",
    }
    assert [problem["kind"] for problem in state["problems"]] == ["quarantine_open"]
    assert state["problems"][0]["organization"] == "default"
    assert state["schedules"]["daily_schedule"] is True
    assert state["schedules"]["publish_schedule"] is False


def test_status_says_who_is_told_of_nothing_and_that_no_backup_was_taken(environment: str):
    shown = run("status").output
    assert "Nobody is told of problems of: default, installation." in shown
    assert "backup: none was ever taken" in shown
    for name, *options in (("own",), ("all", "--installation")):
        assert run("alert", "add", name, "--mail", "ops@acme.example", *options).exit_code == 0
    assert json.loads(run("status", "--json").output)["without_alert_route"] == []
    assert run("alert", "pause", "all").exit_code == 0
    assert "Nobody is told of problems of: installation." in run("status").output


def test_status_shows_what_is_left_of_budgets_and_quotas(environment: str):
    assert "There are no budgets, and no quota is in use." in run("status").output
    with psycopg.connect(environment) as connection:
        connection.execute(
            "insert into operations.budgets (organization_id, period, provider, amount, currency)"
            " select organization_id, 'month', 'openai', 20, 'USD' from tenancy.organizations"
        )
        connection.execute(
            "insert into operations.api_usage"
            " (organization_id, provider, operation, cost, currency, price_version, quota_units)"
            " select organization_id, provider, 'call', cost, currency, version, units from tenancy.organizations"
            " cross join (values ('openai', 15.5, 'USD', 1, 1), ('youtube', null, null, null, 2500))"
            " as calls (provider, cost, currency, version, units)"
        )
    shown = run("status").output
    assert "default      4.50 USD of the budget for the month for openai are left, 78% are used" in shown
    assert "installation 7,500 units of youtube in 86,400 seconds are left, 25% are used" in shown


def test_status_ends_with_1_before_it_has_looked_for_problems(environment: str):
    with psycopg.connect(environment) as connection:
        connection.execute(
            "delete from public.syndication_migrations"
            " where revision = (select max(revision) from public.syndication_migrations)"
        )
    for arguments in (("status",), ("status", "--json")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "pending" in result.output or "null" in result.output
        assert "Run `syndication migrate`" in result.output


def test_metrics_are_printed_or_written_at_once(environment: str, tmp_path: Path):
    quarantine(environment)
    printed = run("metrics").output
    assert 'syndication_landing_quarantine_open_items{organization="default",source="linkedin_apify"} 1.0' in printed
    target = tmp_path / "syndication.prom"
    assert run("metrics", "--to", str(target)).exit_code == 0
    assert target.read_text() == printed
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".prom")] == ["syndication.prom"]


def test_a_route_is_added_tested_paused_and_removed(environment: str, monkeypatch: pytest.MonkeyPatch):
    assert environment
    added = run("alert", "add", "ops", "--mail", "ops@acme.example", "--quiet", "22:00-07:00", "--installation")
    assert added.exit_code == 0, added.output
    assert "quiet 22:00 to 07:00 UTC, also of the installation" in run("alert", "routes").output
    refused = run("alert", "test", "ops")
    assert refused.exit_code == 1
    assert "SYNDICATION_SMTP_URL" in refused.output
    with mail_server() as mails:
        monkeypatch.setenv("SYNDICATION_SMTP_URL", mails.url)
        monkeypatch.setenv("SYNDICATION_MAIL_FROM", "syndication@acme.example")
        assert run("alert", "test", "ops").exit_code == 0
    assert len(mails.mails) == 1
    assert run("alert", "pause", "ops").exit_code == 0
    assert "paused" in run("alert", "routes").output
    assert run("alert", "resume", "ops").exit_code == 0
    kept = CliRunner().invoke(main, ["alert", "remove", "ops"], input="n\n")
    assert (kept.exit_code, "Remove ops of default? [y/N]: n" in kept.output) == (1, True)
    assert "ops" in run("alert", "routes").output
    assert run("alert", "remove", "ops", "--yes").exit_code == 0
    assert "Nobody is told" in run("alert", "routes").output


@pytest.mark.one_server
def test_a_route_is_edited_in_the_words_of_a_configuration_file(environment: str):
    assert environment
    assert run("alert", "add", "ops", "--webhook", "OPS_URL", "--key", "OPS_KEY", "--digest", "09:00").exit_code == 0
    edited = run("alert", "edit", "ops", "--mail", "ops@acme.example", "--digest", "", "--quiet", "22:00-07:00")
    assert "ops: mail: not set → 'ops@acme.example'" in edited.output
    assert "ops: key_variable: 'OPS_KEY' → not set" in edited.output
    assert "ops: digest_at: '09:00' → not set" in edited.output
    assert "quiet 22:00 to 07:00 UTC" in run("alert", "routes").output
    assert "has these values already" in run("alert", "edit", "ops", "--no-installation").output
    for arguments, advice in (
        (("--slack", "https://hooks.example"), "slack_variable"),
        (("--webhook", "OPS_URL"), "give it with webhook_variable"),
        (("--quiet", "09:00-09:00"), "begin when they end"),
        (("--kind", "weather"), "no kind of problem 'weather'"),
        (("--time-zone", "London"), "no time zone 'London'"),
        ((), "Name what to change"),
    ):
        refused = run("alert", "edit", "ops", *arguments)
        assert refused.exit_code == 1
        assert advice in refused.output


def test_watch_opens_an_alert_and_list_shows_it(environment: str):
    quarantine(environment)
    watched = run("alert", "watch")
    assert "1 alerts are open (1 new)" in watched.output, watched.output
    listed = run("alert", "list").output
    assert "quarantine_open linkedin_apify" in listed
    with psycopg.connect(environment) as connection:
        connection.execute("delete from landing.quarantine")
    run("alert", "watch")
    assert "No alert is open." in run("alert", "list").output
    assert "quarantine_open" in run("alert", "list", "--closed").output


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("alert", "add", "ops"), "Give one of --mail, --slack and --webhook"),
        (("alert", "add", "ops", "--mail", "a@b.c", "--digest", "nine"), "write it as 09:00"),
        (("alert", "pause", "nobody"), "syndication alert routes"),
        (("alert", "level", "weather", "error", "3"), "syndication alert kinds"),
        (("alert", "level", "run_failed", "error"), "either a threshold or --remove"),
        (("alert", "level", "run_failed", "error", "nan"), "either a threshold or --remove"),
        (("alert", "remind", "weather", "3"), "syndication alert kinds"),
    ],
)
def test_a_mistake_says_what_to_do(arguments: tuple[str, ...], advice: str, environment: str):
    assert environment
    result = run(*arguments)
    assert result.exit_code == 1
    assert advice in result.output


def test_a_level_is_set_and_removed(environment: str):
    assert environment
    assert run("alert", "level", "quarantine_open", "critical", "1000").exit_code == 0
    assert "critical from 1000" in run("alert", "kinds").output
    assert run("alert", "level", "quarantine_open", "critical", "--remove").exit_code == 0
    assert "critical from 1000" not in run("alert", "kinds").output
    assert (
        "critical of quarantine_open has to begin above error"
        in run("alert", "level", "quarantine_open", "critical", "100").output
    )
    assert run("alert", "remind", "quarantine_open", "72").exit_code == 0
    assert "told again after 72 h" in run("alert", "kinds").output
