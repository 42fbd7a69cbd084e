"""What people have removed comes back as it was, whole or not at all, and says what is in the way."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.tenancy.removed_rows import RESTORABLE
from syndication_assets_tests.rows import DatabaseRows

pytestmark = pytest.mark.one_server

ADDED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "documents.feeds": (("feed", "add", "news", "--url", "https://blog.example/feed.xml"), ("feed", "remove", "news")),
    "operations.budgets": (
        ("budget", "add", "month", "--amount", "30", "--currency", "USD"),
        ("budget", "remove", "month"),
    ),
    "content.events": (
        *(("event", "add", "fair", "--title", "Fair", "--starts-at", "2027-03-13 10:00"), ("event", "remove", "fair")),
    ),
    "curation.tags": (("tag", "add", "kilts"), ("tag", "remove", "kilts")),
    "operations.alert_routes": (
        ("alert", "add", "ops", "--mail", "ops@acme.example", "--organization", "default"),
        ("alert", "remove", "ops"),
    ),
}
ADDED["content.events"] = ((*ADDED["content.events"][0], "--ends-at", "2027-03-14 17:00"), ADDED["content.events"][1])


class Rows(DatabaseRows):
    def __init__(self, url: str) -> None:
        self.url = url


@pytest.fixture
def rows(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    return Rows(database_url)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def ok(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    return result.output


def newest() -> str:
    return str(json.loads(ok("removed", "list", "--json"))[0]["audit_id"])


def content(rows: Rows, table: str) -> list[Any]:
    # A workflow counts its changes, those of its steps included.
    return rows.rows(f"select to_jsonb(t) - 'updated_at' - 'version' from {table} as t order by 1")


@pytest.mark.parametrize("table", ADDED)
def test_what_was_removed_comes_back_under_its_id(table: str, rows: Rows):
    add, remove = ADDED[table]
    ok(*add)
    before = content(rows, table)
    assert len(before) == 1
    ok(*remove, "--yes")
    assert content(rows, table) == []
    assert table in ok("removed", "list")
    assert f"{table}: a row is back." in ok("removed", "restore", newest())
    assert content(rows, table) == before
    log = rows.rows(
        "select action from tenancy.audit_log where table_name = %s order by occurred_at, audit_id", [table]
    )
    assert [action for (action,) in log] == ["insert", "delete", "insert"]


def test_what_went_in_one_step_comes_back_in_one_step(rows: Rows):
    ok("approval", "workflow", "add", "two-eyes")
    ok("approval", "step", "add", "two-eyes", "look", "--roles", "editor", "--order", "1")
    tables = ("approval.workflows", "approval.workflow_steps", "approval.step_approvers")
    before = [content(rows, table) for table in tables]
    with psycopg.connect(rows.url) as connection:
        for table in reversed(tables):
            connection.execute(f"delete from {table}")
    assert [content(rows, table) for table in tables] == [[], [], []]
    restored = ok("removed", "restore", newest())
    assert all(f"{table}: a row is back." in restored for table in tables)
    assert [content(rows, table) for table in tables] == before


def test_what_is_there_again_is_not_doubled(rows: Rows):
    add, remove = ADDED["documents.feeds"]
    ok(*add)
    ok(*remove, "--yes")
    audit_id = newest()
    ok(*add)
    assert "documents.feeds has such a row again" in refused("removed", "restore", audit_id)
    assert len(content(rows, "documents.feeds")) == 1


def test_what_refers_to_something_that_is_gone_waits_for_it(rows: Rows):
    ok("approval", "workflow", "add", "two-eyes")
    ok("approval", "step", "add", "two-eyes", "look", "--roles", "editor", "--order", "1")
    rows.execute("delete from approval.workflow_steps")
    step = newest()
    rows.execute("delete from approval.workflows")
    workflow = newest()
    assert "what it refers to is gone; restore or add that first" in refused("removed", "restore", step)
    ok("removed", "restore", workflow)
    ok("removed", "restore", step)
    assert rows.rows("select step_name from approval.workflow_steps") == [("look",)]


def test_another_organization_has_its_own_list(rows: Rows):
    add, remove = ADDED["documents.feeds"]
    ok(*add)
    ok(*remove, "--yes")
    audit_id = newest()
    ok("organization", "add", "acme", "--name", "Acme")
    assert ok("removed", "list", "--organization", "acme") == "Nothing was removed within 30 days.\n"
    assert "Nothing was removed by" in refused("removed", "restore", audit_id, "--organization", "acme")


def test_what_is_no_entry_does_not_come_back(rows: Rows):
    """Members and keys are given anew, by whoever may."""
    assert not [table for table in RESTORABLE if table.startswith("tenancy.")]
    rows.execute(
        "insert into tenancy.organization_limits (organization_id, tier)"
        " select organization_id, (select min(tier) from tenancy.tiers) from tenancy.organizations"
    )
    rows.execute("delete from tenancy.organization_limits")
    ((audit_id,),) = rows.rows("select audit_id from tenancy.audit_log where action = 'delete'")
    assert "Nothing was removed by" in refused("removed", "restore", audit_id)


def test_every_table_of_the_list_is_audited_whole(rows: Rows):
    """A column that the log leaves out could not come back."""
    found = rows.rows(
        "select tgrelid::regclass::text, tgnargs from pg_trigger"
        " where tgfoid = 'tenancy.write_audit_log'::regproc and not tgisinternal"
    )
    arguments = dict(found)
    assert {table: arguments.get(table) for table in RESTORABLE} == dict.fromkeys(RESTORABLE, 0)
