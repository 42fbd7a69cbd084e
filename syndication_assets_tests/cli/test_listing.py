"""What every list has in common: `--json`, a sentence instead of nothing, no terminal controls."""

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.listing import printable
from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction

pytestmark = pytest.mark.one_server

LISTS = [
    "account", "action", "alert", "analyzer", "approval-rule", "archive", "backup", "brand", "brief", "budget",
    "channel-rule", "compliance-rule", "credentials",
    "event", "feed", "invitation", "key", "limit", "media", "media-host", "member", "organization", "posts", "price",
    "process",
    "profile", "profile-tag", "provider-budget", "quarantine", "quota", "ranking", "removed",
    "retention", "review", "role",
    "schedule", "sections", "settings", "sign-in-provider", "snapshot-interval", "stock", "stock-source", "tag",
    "tag-rule", "tagging", "targets",
    "template", "tier", "unit-price", "user", "vendor", "webhook", "writing",
]  # fmt: skip
FILLED_BY_MIGRATIONS = {
    "compliance-rule",
    "media-host",
    "organization",
    "quota",
    "ranking",
    "role",
    "settings",
    "stock-source",
    "tier",
}


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    with transaction(database_url) as connection:
        connection.execute("delete from channels.social_accounts")
        connection.execute("delete from catalogue.vendors")
    return database_url


def _list(group: str, *options: str) -> Result:
    return CliRunner().invoke(main, [group, "list", *options])


def test_every_group_with_a_list_is_tested():
    assert [name for name, group in sorted(main.commands.items()) if "list" in getattr(group, "commands", {})] == LISTS


@pytest.mark.parametrize("group", [group for group in LISTS if group not in FILLED_BY_MIGRATIONS])
@pytest.mark.usefixtures("url")
def test_an_empty_list_is_a_sentence_or_an_empty_json_list(group: str):
    shown, as_json = _list(group), _list(group, "--json")
    assert shown.exit_code == as_json.exit_code == 0, shown.output + as_json.output
    assert shown.output.endswith(".\n")
    assert json.loads(as_json.output) == []


@pytest.mark.usefixtures("url")
def test_a_list_is_json_with_the_names_of_its_values():
    (row,) = json.loads(_list("organization", "--json").output)
    assert (row["slug"], row["is_active"]) == ("default", True)


def test_a_name_cannot_control_the_terminal(url: str):
    with psycopg.connect(url) as connection:
        connection.execute("update tenancy.organizations set name = %s", ["Shop\x1b[2J\x9b31m\u202etxt"])
    output = _list("organization").output
    assert "Shop\ufffd[2J\ufffd31m\ufffdtxt" in output


def test_lines_and_tabs_stay():
    assert printable("a\tb\nc — é 🙂") == "a\tb\nc — é 🙂"
