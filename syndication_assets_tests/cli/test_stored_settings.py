"""`syndication settings`: values are listed, set and reset with a right, and a secret is typed and never shown."""

import json

import pytest

from syndication_assets.database.secret_box import new_key
from syndication_assets_tests.cli.acting_people import EDITOR, OWNER, People

pytestmark = pytest.mark.one_server
SERVER = "smtp://mailer:canary-password@mail.example:587"


@pytest.fixture
def team(database_url: str, monkeypatch: pytest.MonkeyPatch) -> People:
    """The organization default with an owner and an editor; the key of secrets is in the environment."""
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    people = People(database_url)
    people.ok("user", "add", OWNER)
    people.ok("member", "add", OWNER, "--role", "owner")
    people.add(EDITOR, "editor")
    return people


def test_a_value_is_set_shown_and_reset_for_an_organization_and_the_installation(team: People):
    as_owner = ("--as", OWNER, "settings")
    of_default = ("--organization", "default")
    assert team.ok(*as_owner, "set", "selecting.no_repeat_days", "45", *of_default) == (
        "selecting.no_repeat_days of default is 45.\n"
    )
    team.ok(*as_owner, "set", "selecting.no_repeat_days", "7", *of_default)
    team.ok(*as_owner, "set", "selecting.no_repeat_days", "60")
    assert "60 [set]" in team.ok("settings", "show", "selecting.no_repeat_days")
    shown = team.ok("settings", "show", "selecting.no_repeat_days", *of_default)
    assert "7 [set]" in shown
    assert "a whole number from 0 to 3,650. Default: 30." in shown
    assert "of default is 60 again" in team.ok(*as_owner, "reset", "selecting.no_repeat_days", *of_default)
    assert "of the installation is 30 again" in team.ok(*as_owner, "reset", "selecting.no_repeat_days")
    assert "has no settings/selecting" in team.error(*as_owner, "reset", "selecting.no_repeat_days", *of_default)


def test_only_what_exists_fits_and_may_change_is_set(team: People):
    as_owner = ("--as", OWNER, "settings", "set")
    assert "choose from api.requests_per_day" in team.error(*as_owner, "selecting.nothing", "1")
    assert "write a whole number from 1 to 100" in team.error(*as_owner, "people.failed_sign_ins", "0")
    assert "write a whole number from 1 to 100" in team.error(*as_owner, "people.failed_sign_ins", "five")
    assert "choose from en, de, ar" in team.error(*as_owner, "web.language", "fr")
    assert "read-only" in team.error(*as_owner, "people.link_minutes", "30")
    assert "an organization has no setting" in team.error(
        *as_owner, "people.session_hours", "3", "--organization", "default"
    )
    assert "Give studio.tone a value" in team.error(*as_owner, "studio.tone")
    assert team.rows("select setting from tenancy.settings where value is not null") == []


def test_a_setting_needs_its_right(team: People):
    for where in ((), ("--organization", "default")):
        assert "lacks the right settings.edit" in team.error(
            "--as", EDITOR, "settings", "set", "studio.tone", "dry", *where
        )
    assert "lacks the right settings.edit" in team.error("--as", EDITOR, "settings", "reset", "studio.tone")
    team.ok("--as", OWNER, "settings", "set", "studio.tone", "dry", "--organization", "default")
    assert team.actors("tenancy.organization_settings") == [
        team.value("select user_id from tenancy.users where email = %s", [OWNER])
    ]


def test_a_secret_is_typed_checked_and_never_shown(team: People):
    as_owner = ("--as", OWNER, "settings")
    assert "leave it out" in team.error(*as_owner, "set", "mail.server", SERVER)
    refused = team.error(*as_owner, "set", "mail.server", stdin="canary-password")
    assert "^smtps?://" in refused
    stored = team.ok(*as_owner, "set", "mail.server", stdin=SERVER)
    assert "mail.server is stored, encrypted with the key" in stored
    (row,) = [each for each in json.loads(team.ok("settings", "list", "--json")) if each["setting"] == "mail.server"]
    assert (row["value"], row["is_own"], row["is_secret"]) == (None, True, True)
    outputs = [refused, stored, team.ok("settings", "list"), team.ok("settings", "show", "mail.server")]
    outputs += [team.ok("export", "--shared"), team.ok("--as", OWNER, "credentials", "check")]
    assert not any("canary" in output for output in outputs)
    assert "Re-encrypted 0 settings with it; 1 already had it." in team.ok("--as", OWNER, "credentials", "rotate")
    assert "mail.server of the installation is none again" in team.ok(*as_owner, "reset", "mail.server")


def test_a_secret_that_cannot_be_opened_is_a_problem(team: People, monkeypatch: pytest.MonkeyPatch):
    team.ok("--as", OWNER, "settings", "set", "mail.server", stdin=SERVER)
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    answer = team.error("credentials", "check")
    assert "PROBLEM  The setting mail.server cannot be opened" in answer
    assert "store it again with `syndication settings set`" in answer


def test_a_file_stores_a_secret_from_a_variable_once(team: People, tmp_path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "shared.yaml"
    file.write_text(
        "shared: true\ninstallation_settings:\n  - setting: mail.server\n    environment: MAIL_SERVER\n"
        "  - setting: mail.sender\n    value: desk@mill.example\n"
    )
    apply = ("--as", OWNER, "apply", str(file), "--yes")
    assert "MAIL_SERVER is not set" in team.error(*apply)
    monkeypatch.setenv("MAIL_SERVER", "canary-password")
    assert "does not fit" in (refused := team.error(*apply))
    assert "canary" not in refused
    monkeypatch.setenv("MAIL_SERVER", SERVER)
    team.ok(*apply)
    monkeypatch.delenv("MAIL_SERVER")
    assert "No difference" in team.ok("plan", str(file))
    exported = team.ok("export", "--shared")
    assert "setting: mail.server" in exported
    assert "canary" not in exported
    file.write_text("shared: true\ninstallation_settings:\n  - setting: mail.server\n    value: smtp://a.example\n")
    assert "is a secret: leave the value out" in team.error(*apply)
    file.write_text("shared: true\ninstallation_settings:\n  - setting: people.link_minutes\n    value: 5\n")
    assert "read-only" in team.error(*apply)
    file.write_text("shared: true\ninstallation_settings: []\n")
    team.ok(*apply, "--remove")
    assert team.value("select secret from tenancy.settings where setting = 'mail.server'") is None
