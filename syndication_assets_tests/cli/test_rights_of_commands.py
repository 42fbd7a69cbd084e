"""Which command needs which right, and what a change of a role's rights does."""

import json

import click
import pytest

from syndication_assets.cli.main import main
from syndication_assets.configuration.sections import OF_ORGANIZATIONS, SHARED
from syndication_assets_tests.cli.acting_people import ADD_VENDOR, EDITOR, OWNER, People

pytestmark = pytest.mark.one_server


def test_every_right_is_required_by_a_command_and_every_command_with_a_right_has_a_row(people: People):
    required = {getattr(command.callback, "permission", None) for command in _commands(main)} - {None}
    assert {section.permission for section in (*OF_ORGANIZATIONS, *SHARED)} <= required
    known = {permission for (permission,) in people.rows("select permission from tenancy.permissions")}
    assert required == known


def test_a_command_without_a_right_reads_or_is_for_whoever_runs_the_server():
    without = {name for name, command in _named_commands(main) if not hasattr(command.callback, "permission")}
    readers = {name for name in without if name.split()[-1] in {"list", "show", "preview", "check"}}
    assert without - readers == {
        *("channels", "status", "metrics", "usage", "url", "plan", "export", "alert kinds", "alert routes"),  # read
        "user activity",  # reads, too
        *("history", "webhook log", "posts export", "tag agreement", "tag-rule history"),  # read
        "organization limits",  # reads, too
        *("runs", "tag parked", "tag suggestions"),  # read
        *("migrate", "rollback", "dev", "web", "stop", "demo", "credentials key"),  # run the server
        *(
            "backup copy",
            "backup prove",
            "backup verify",
            "restore",
            "alert watch",
            "webhook deliver",
        ),  # run the server, too
        *("media analyses", "media shared", "media status", "media verify"),  # read
        *("health tables", "health indexes", "health queries", "health query"),  # read
        *("brand history", "sign-in-provider accounts"),  # read
        "health measure",  # measures as the schedule does
        *("archive plan", "archive read", "archive verify", "retention holds"),  # read
        "retention plan-files",  # read
        *("posts due", "profile followers", "approval history", "approval inbox"),  # read
        "apply",  # the rights of the sections that it changes
        *("invitation accept", "user set-password"),  # their tokens are the right
        "user prefer",  # one's own
    }


def test_a_change_of_what_a_role_may_do_takes_effect_at_once_and_is_logged(team: People):
    team.add(EDITOR, "editor")
    allow = ("role", "allow", "editor", "vendors.edit")
    assert "lacks the right roles.edit" in team.error("--as", EDITOR, *allow)
    assert "editor has vendors.edit from now on." in team.ok("--as", OWNER, *allow)
    assert "editor has vendors.edit already." in team.ok("--as", OWNER, *allow)
    rights = {right["permission"]: right["roles"] for right in json.loads(team.ok("role", "list", "--json"))}
    assert rights["vendors.edit"] == ["editor", "manager", "admin", "owner"]
    team.ok("--as", EDITOR, *ADD_VENDOR)
    team.ok("--as", OWNER, "role", "forbid", "editor", "vendors.edit")
    assert "lacks the right vendors.edit" in team.error("--as", EDITOR, "vendor", "pause", "bakery")
    assert "Owners keep roles.edit" in team.error("--as", OWNER, "role", "forbid", "owner", "roles.edit")
    assert "no right 'vendors.bake'" in team.error("--as", OWNER, "role", "allow", "editor", "vendors.bake")
    log = team.rows("select action, new_values ->> 'role' from channels.rule_changes where table_name like 'tenancy.%'")
    assert ("insert", "editor") in log


def _commands(group: click.Group) -> list[click.Command]:
    return [command for _, command in _named_commands(group)]


def _named_commands(group: click.Group, prefix: str = "") -> list[tuple[str, click.Command]]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += _named_commands(command, f"{prefix}{name} ")
        else:
            found.append((f"{prefix}{name}", command))
    return found
