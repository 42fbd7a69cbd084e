"""Legal holds stop removal, deletion and erasure; what may be deleted is, and nothing else."""

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.archive.deleting import delete_due, delete_events
from syndication_assets.operations.archive.legal_holds import place_hold, release_hold
from syndication_assets.settings import Settings
from syndication_assets.tenancy.erasure import erase_organization
from syndication_assets_tests.operations.archive.archived_history import SNAPSHOTS, ArchivedHistory

AUDIT_LOG = "tenancy.audit_log"


@pytest.fixture
def commands(archive: ArchivedHistory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", archive.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def hold(archive: ArchivedHistory, **options: object) -> str:
    with transaction(archive.url) as connection:
        return place_hold(connection, "default", "case 12", **options)  # type: ignore[arg-type]


def test_a_hold_stops_the_removal_and_not_the_file(archive: ArchivedHistory):
    held = hold(archive, held_from=date(2025, 1, 31), held_to=date(2025, 1, 31))
    archive.keep(SNAPSHOTS)
    ((_, reason),) = archive.run().waiting
    assert held in reason
    assert "case 12" in reason
    assert (archive.archives()[0].state, archive.count(SNAPSHOTS)) == ("written", 21)
    with transaction(archive.url) as connection:
        release_hold(connection, held)
    archive.run()
    assert (archive.archives()[0].state, archive.count(SNAPSHOTS)) == ("archived", 15)


def test_a_hold_of_other_days_holds_nothing(archive: ArchivedHistory):
    hold(archive, held_from=date(2025, 2, 1))
    archive.keep(SNAPSHOTS)
    archive.run()
    assert archive.archives()[0].state == "archived"


def test_a_held_organization_is_not_erased_not_even_past_the_command(archive: ArchivedHistory):
    held = hold(archive)
    with pytest.raises(SyndicationError, match=f"{held} keeps 'default'"):
        erase_organization(archive.url, "default")
    with psycopg.connect(archive.url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("delete from operations.legal_holds")


@pytest.mark.usefixtures("commands")
def test_erasing_an_organization_removes_its_files_and_counts_them(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.run()
    assert len(archive.files()) == 1
    erased = run("organization", "erase", "default", "--yes")
    assert erased.exit_code == 0, erased.output
    assert "1 archive files will be erased" in erased.output
    assert "1 archive files, 0 media files." in erased.output
    assert archive.files() == []


@pytest.mark.usefixtures("commands")
def test_commands_set_list_hold_and_release(archive: ArchivedHistory):
    assert run("retention", "set", SNAPSHOTS, "--keep-months", "6").exit_code == 0
    assert "6" in run("retention", "list").output
    assert run("retention", "set", SNAPSHOTS, "--keep-months", "7", "--grace-days", "0").exit_code == 0
    assert archive.count("operations.retention_policies", "keep_months = 7 and grace_days = 0") == 1
    refused = run("retention", "set", SNAPSHOTS, "--keep-days", "7", "--action", "delete")
    assert "cannot be deleted" in refused.output
    assert "choose from" in run("retention", "set", "scraping.nothing", "--keep-months", "7").output
    held = run("retention", "hold", "--reason", "case 12").output.split()[0]
    assert "case 12" in run("retention", "holds").output
    assert "is released" in run("retention", "release", held).output
    assert "No legal hold" in run("retention", "release", held).output
    assert "SCRAPING" in run("archive", "plan").output.upper()
    assert archive.count(AUDIT_LOG, "table_name like 'operations.%'") == 4, "every change is logged"


@pytest.mark.usefixtures("commands")
def test_a_month_is_read_as_csv_and_an_unknown_one_is_named(archive: ArchivedHistory):
    archive.keep(SNAPSHOTS)
    archive.run()
    lines = run("archive", "read", "2025-01", "--table", SNAPSHOTS).output.splitlines()
    assert lines[0].startswith('"downloaded_at","reactions"')
    assert sum(line.startswith('"2025-01-3') for line in lines) == 6
    assert "is not archived" in run("archive", "read", "2025-03", "--table", SNAPSHOTS).output
    assert "Restored scraping.snapshots 2025-01 of default: 6 rows" in run("archive", "restore", "2025-01").output
    assert "is restored already" in run("archive", "restore", "2025-01").output
    assert archive.count(SNAPSHOTS) == 21
    again = run("archive", "run", "--again")
    assert again.exit_code == 0, again.output
    assert "Archived: scraping.snapshots 2025-01 of default: 6 rows" in again.output
    assert "archives are as they were written" in run("archive", "verify").output


def test_the_audit_log_goes_only_with_its_whole_month(archive: ArchivedHistory):
    """Its triggers refuse to delete single entries."""
    archive.history.execute("insert into tenancy.organizations (slug, name) values ('other', 'Other') returning 1")
    with psycopg.connect(archive.url) as connection:
        connection.execute("select operations.ensure_month_partitions('tenancy.audit_log', '2025-01-01', '2025-01-01')")
        connection.execute(
            "insert into tenancy.audit_log (organization_id, occurred_at, actor, action, table_name, row_key)"
            " select organization_id, '2025-01-10 12:00+00', 'ada', 'insert', 'a.b', '{\"a\": \"é, \\\"q\\\"\"}'"
            " from tenancy.organizations"
        )
    archive.keep(AUDIT_LOG)
    assert "other organizations keep the month" in archive.run().waiting[-1][1]
    assert archive.count(AUDIT_LOG, "occurred_at < '2025-02-01'") == 2
    archive.history.execute(
        "insert into operations.retention_policies (organization_id, subject, keep_months, action, grace_days)"
        " select organization_id, 'tenancy.audit_log', 1, 'archive', 0 from tenancy.organizations where slug = 'other'"
    )
    assert archive.run().failed == []
    assert archive.count(AUDIT_LOG, "occurred_at < '2025-02-01'") == 0
    assert {(each.slug, each.state) for each in archive.archives()} == {("default", "archived"), ("other", "archived")}


def test_prompts_go_and_their_calls_stay(archive: ArchivedHistory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndication_assets.operations.archive.deleting.BATCH_ROWS", 2)
    for called_at in ("2025-01-01", "2025-01-02", "2025-01-03", "2025-03-01"):
        archive.history.execute(
            "insert into ai.llm_calls (organization_id, attempt, model, prompt, response, called_at)"
            " values (%s, 1, 'm', 'the prompt', 'the answer', %s)",
            [archive.history.organization_id, f"{called_at} 12:00+00"],
        )
    archive.history.execute(
        "insert into operations.retention_policies (organization_id, subject, keep_days, action)"
        " values (%s, 'ai.prompts', 30, 'delete')",
        [archive.history.organization_id],
    )
    settings = Settings.from_environment()
    held = hold(archive)
    (deletion,) = delete_due(settings, archive.url, today=date(2025, 3, 2))
    assert (deletion.rows, held in str(deletion.kept_because)) == (0, True)
    with transaction(archive.url) as connection:
        release_hold(connection, held)
    (deletion,) = delete_due(settings, archive.url, today=date(2025, 3, 2))
    assert deletion.rows == 3
    assert archive.count("ai.llm_calls") == archive.count("ai.llm_calls", "response = 'the answer'") == 4
    assert archive.count("ai.llm_calls", "prompt is null") == 3


def test_events_of_webhooks_go_with_their_deliveries_unless_a_webhook_waits_for_them(archive: ArchivedHistory):
    organization_id = archive.history.organization_id
    webhook_id = archive.history.insert(
        "operations.webhooks", "webhook_id", webhook_name="shop", events=["published"], url_name="U", secret_name="K"
    )
    for occurred_at, state in (("2025-01-01", "delivered"), ("2025-01-02", "pending"), ("2025-03-01", "delivered")):
        event_id = archive.history.insert(
            "operations.webhook_events", "event_id", event="published", data="{}", occurred_at=f"{occurred_at} 12:00+00"
        )
        archive.history.execute(
            "insert into operations.webhook_deliveries (organization_id, event_id, webhook_id, state, delivered_at)"
            " values (%(id)s, %(event)s, %(hook)s, %(state)s, case when %(state)s = 'delivered' then now() end)",
            {"id": organization_id, "event": event_id, "hook": webhook_id, "state": state},
        )
    archive.history.execute(
        "insert into operations.retention_policies (organization_id, subject, keep_days, action)"
        " values (%s, 'operations.webhook_events', 30, 'delete')",
        [organization_id],
    )
    (deletion,) = delete_due(Settings.from_environment(), archive.url, today=date(2025, 3, 2))
    assert deletion.rows == 1
    assert archive.count("operations.webhook_events") == archive.count("operations.webhook_deliveries") == 2
    assert archive.count("operations.webhook_deliveries", "state = 'pending'") == 1


def test_only_dagster_events_about_no_asset_go(archive: ArchivedHistory):
    old, new = date(2025, 1, 5), date(2025, 3, 1)
    with psycopg.connect(archive.url, autocommit=True) as connection:
        connection.execute(
            "create table public.event_logs (id bigserial primary key, run_id text, dagster_event_type text,"
            " timestamp timestamp, asset_key text)"
        )
        connection.execute("create table public.runs (run_id text, status text)")
        connection.execute("insert into public.runs values ('ended', 'SUCCESS'), ('lives', 'STARTED')")
        for run_id, kind, asset, day in [
            ("ended", "STEP_START", None, old),
            ("ended", None, None, old),
            ("ended", "ASSET_MATERIALIZATION", '["a"]', old),
            ("ended", "ASSET_CHECK_EVALUATION", None, old),
            ("ended", "PIPELINE_SUCCESS", None, old),
            ("ended", "STEP_START", None, new),
            ("lives", "STEP_START", None, old),
        ]:
            connection.execute(
                "insert into public.event_logs (run_id, dagster_event_type, asset_key, timestamp)"
                " values (%s, %s, %s, %s)",
                [run_id, kind, asset, day],
            )
    assert delete_events(archive.url, old + timedelta(days=10), batch=1) == 2
    assert archive.count("public.event_logs") == 5
    assert archive.count("public.event_logs", "asset_key is not null") == 1
