"""`syndication quarantine`: what a person sees of items that could not be loaded, and what closing one does."""

import getpass
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.scraping.conftest import desk
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk, activity_id, post

pytestmark = pytest.mark.one_server

__all__ = ["desk"]


@pytest.fixture
def loaded(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A day of two posts, of which the second has a time that does not exist."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", desk.url)
    monkeypatch.setenv("SYNDICATION_LANDING_URL", desk.zone.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path / "local"))
    desk.land(MONDAY, 9, post(activity_id(1)), _bad("first"))
    desk.load(MONDAY)
    return desk


def _bad(text: str) -> dict[str, object]:
    return {**post(activity_id(2), text=text), "posted_at": {"timestamp": -1}}


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["quarantine", *arguments])


def _only_id() -> str:
    (item,) = json.loads(_run("list", "--json").output)
    return item["quarantine_id"]


def test_open_items_of_every_day_are_listed_with_file_position_and_reason(loaded: Desk):
    loaded.land(TUESDAY, 9, post(activity_id(3)))
    loaded.load(TUESDAY)
    output = _run("list").output
    assert f"{MONDAY}  " in output
    assert " [1]\n    $.posted_at.timestamp" in output
    (item,) = json.loads(_run("list", "--json", "--organization", "default").output)
    assert (item["landed_on"], item["position"]) == (str(MONDAY), 1)


def test_an_unknown_organization_is_named(loaded: Desk):
    for command in ("list", "replay"):
        result = _run(command, "--organization", "nope")
        assert result.exit_code == 1
        assert "nope" in result.output


def test_an_item_is_shown_with_its_content_and_without_terminal_controls(loaded: Desk):
    loaded.land(TUESDAY, 9, _bad("\x1b[2Jsecond"))
    loaded.load(TUESDAY)
    newest = json.loads(_run("list", "--json").output)[0]["quarantine_id"]
    shown = _run("show", newest).output
    assert "open: fix the file or the adapter, and run `syndication quarantine replay`" in shown
    assert "second" in shown
    assert "\x1b" not in shown
    assert "There is no item qrt-00000000" in _run("show", "qrt-00000000").output


def test_a_closed_item_stays_closed_until_its_content_changes(loaded: Desk):
    quarantine_id = _only_id()
    assert _run("close", quarantine_id, "--reason", " ").exit_code == 1
    closed = _run("close", quarantine_id, "--reason", "a test export")
    assert closed.output == f"{quarantine_id} is closed\n"
    assert _run("close", quarantine_id, "--reason", "again").output == f"{quarantine_id} was not open\n"
    assert _run("list").output == "Nothing is in quarantine.\n"
    assert _run("replay").output == "Nothing is in quarantine.\n"
    assert f"by {getpass.getuser()}: a test export" in _run("show", quarantine_id).output
    audited = "select actor, action from tenancy.audit_log where table_name = 'landing.quarantine'"
    assert loaded.rows(audited) == [(getpass.getuser(), "update")]

    loaded.load(MONDAY)
    assert _run("list").output == "Nothing is in quarantine.\n"

    loaded.execute("update landing.quarantine set payload = 'what the file contained before'")
    loaded.load(MONDAY)
    assert _only_id() == quarantine_id


def test_an_unknown_id_closes_nothing(loaded: Desk):
    quarantine_id = _only_id()
    result = _run("close", quarantine_id, "qrt-00000000", "--reason", "a test export")
    assert "There is no item qrt-00000000" in result.output
    assert _only_id() == quarantine_id
