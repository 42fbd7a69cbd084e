"""Users, members, invitations and API keys from the user's point of view: who may do what, and who did it."""

import json

import psycopg
import pytest

from syndication_assets_tests.canaries import everything_in
from syndication_assets_tests.cli.acting_people import ADD_VENDOR, EDITOR, OWNER, VIEWER, People

pytestmark = pytest.mark.one_server


def test_without_members_everybody_may_do_everything_and_the_first_member_is_the_owner(people: People):
    people.ok(*ADD_VENDOR)
    people.ok("user", "add", EDITOR)
    assert "first member of an organization is its owner" in people.error("member", "add", EDITOR, "--role", "editor")
    people.ok("member", "add", EDITOR, "--role", "owner")


def test_with_members_a_change_needs_an_actor_with_the_right_and_the_refusal_says_who_has_it(team: People):
    message = team.error(*ADD_VENDOR)
    assert "needs the right vendors.edit: say who you are with --as" in message
    assert f"manager, admin, owner have it: {OWNER}" in message
    team.add(EDITOR, "editor")
    message = team.error("--as", EDITOR, *ADD_VENDOR)
    assert f"{EDITOR} lacks the right vendors.edit in default" in message
    assert OWNER in message
    assert team.value("select count(*) from catalogue.vendors") == 0
    team.ok("--as", OWNER, "member", "role", EDITOR, "manager")
    team.ok("--as", EDITOR, *ADD_VENDOR)
    editor = team.value("select user_id from tenancy.users where email = %s", [EDITOR])
    assert team.actors("catalogue.vendors") == [editor]


def test_sample_data_with_members_stays_open_to_whoever_runs_the_commands(team: People):
    team.execute("insert into tenancy.organizations (slug, name) values ('demo', 'Demo')")
    team.ok("--as", OWNER, "user", "add", "ada@demo.example")
    team.ok("--as", OWNER, "member", "add", "ada@demo.example", "--role", "owner", "--organization", "demo")
    vendor = ("vendor", "add", "shop", "--source", "clan_catalogue", "--currency", "GBP", "--organization", "demo")
    assert "needs the right vendors.edit" in team.error(*vendor)
    everywhere = ("user", "add", "--service")
    assert "lacks the right users.edit in demo" in team.error("--as", OWNER, *everywhere, "day-shift")
    team.execute("update tenancy.organizations set settings = '{\"is_sample\": true}' where slug = 'demo'")
    team.ok(*vendor)
    team.ok("--as", OWNER, *everywhere, "day-shift")
    assert "lacks the right vendors.edit in demo" in team.error("--as", OWNER, *vendor), "users have their rights there"


def test_the_actor_comes_from_the_environment_too_and_must_be_an_active_user(
    team: People, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SYNDICATION_ACTOR", "nobody@bakery.example")
    assert "There is no user 'nobody@bakery.example'" in team.error(*ADD_VENDOR)
    monkeypatch.setenv("SYNDICATION_ACTOR", OWNER.upper())
    team.ok(*ADD_VENDOR)
    team.ok("user", "add", "--service", "night-shift")
    team.ok("member", "add", "night-shift", "--role", "manager")
    team.ok("--as", "night-shift", "vendor", "add", "shop", "--source", "clan_catalogue", "--currency", "GBP")
    team.ok("user", "deactivate", "night-shift")
    assert "night-shift is not active" in team.error("--as", "night-shift", *ADD_VENDOR)
    service = team.value("select user_id from tenancy.users where service_name = 'night-shift'")
    assert team.actors("catalogue.vendors")[-1] == service


def test_a_suspended_member_has_no_rights_until_they_are_active_again(team: People):
    team.add(EDITOR, "manager")
    team.ok("--as", OWNER, "member", "role", EDITOR, "--status", "suspended")
    assert "lacks the right" in team.error("--as", EDITOR, *ADD_VENDOR)
    team.ok("--as", OWNER, "member", "role", EDITOR, "--status", "active")
    team.ok("--as", EDITOR, *ADD_VENDOR)


def test_what_concerns_all_organizations_needs_the_right_in_each_that_has_members(team: People):
    team.add(EDITOR, "owner")
    team.ok("--as", OWNER, "organization", "add", "acme", "--name", "Acme")
    team.ok("--as", OWNER, "member", "add", OWNER, "--role", "owner", "--organization", "acme")
    message = team.error("--as", EDITOR, "organization", "add", "third", "--name", "Third")
    assert "lacks the right organizations.add in acme" in message
    team.ok("--as", OWNER, "organization", "add", "third", "--name", "Third")


def test_a_row_of_another_organization_cannot_be_changed_by_its_id(team: People):
    team.ok("--as", OWNER, "organization", "add", "acme", "--name", "Acme")
    team.ok("--as", OWNER, "user", "add", EDITOR)
    team.ok("member", "add", EDITOR, "--role", "owner", "--organization", "acme")
    invited = team.ok("--as", OWNER, "invitation", "create", VIEWER, "--role", "viewer")
    invitation_id = invited.split()[0]
    assert "lacks the right members.edit in default" in team.error(
        "--as", EDITOR, "invitation", "revoke", invitation_id
    )
    team.ok("--as", OWNER, "invitation", "revoke", invitation_id)


def test_the_last_owner_can_neither_be_removed_nor_demoted_nor_suspended_nor_deactivated(team: People):
    for arguments in (
        ("member", "remove", OWNER),
        ("member", "role", OWNER, "admin"),
        ("member", "role", OWNER, "--status", "suspended"),
        ("user", "deactivate", OWNER),
    ):
        message = team.error("--as", OWNER, *arguments)
        assert "the last owner of default: make somebody else owner first" in message
    team.add(EDITOR, "owner")
    team.ok("--as", OWNER, "user", "deactivate", EDITOR)
    assert "last owner" in team.error("--as", OWNER, "member", "remove", OWNER)  # the other one is not active
    team.ok("--as", OWNER, "user", "edit", EDITOR, "--active")
    team.ok("--as", OWNER, "member", "remove", OWNER)
    assert "lacks the right" in team.error("--as", OWNER, "member", "add", OWNER, "--role", "owner")


def test_two_owners_who_remove_each_other_leave_one(team: People):
    team.add(EDITOR, "owner")
    remove = (
        "delete from tenancy.organization_members where user_id = (select user_id from tenancy.users where email = %s)"
    )
    with psycopg.connect(team.url) as first, psycopg.connect(team.url) as second:
        first.execute(remove, [OWNER])
        second.execute(remove, [EDITOR])
        first.commit()
        with pytest.raises(psycopg.errors.RestrictViolation, match="last owner of default"):
            second.commit()


def test_an_organization_with_an_owner_can_still_be_erased(team: People):
    team.ok("--as", OWNER, "organization", "add", "acme", "--name", "Acme")
    team.ok("--as", OWNER, "member", "add", OWNER, "--role", "owner", "--organization", "acme")
    team.add(VIEWER, "viewer")
    assert "lacks the right organizations.erase" in team.error("--as", VIEWER, "organization", "erase", "acme", "--yes")
    team.ok("--as", OWNER, "organization", "erase", "acme", "--yes")
    assert team.value("select count(*) from tenancy.organization_members") == 2  # those of default


def test_an_invitation_makes_a_member_once_and_its_token_is_stored_nowhere(team: People):
    output = team.ok("--as", OWNER, "invitation", "create", VIEWER, "--role", "viewer")
    token = output.splitlines()[-1]
    assert token.startswith("inv_")
    assert f"{VIEWER} is viewer of default" in team.ok("invitation", "accept", "--name", "Vera", stdin=token + "\n")
    assert "is accepted: ask for a new one" in team.error("invitation", "accept", stdin=token)
    assert "is unknown" in team.error("invitation", "accept", stdin=token[:-1])
    assert "viewer" in team.ok("member", "list")
    viewer = team.value("select user_id from tenancy.users where email = %s", [VIEWER])
    assert team.actors("tenancy.invitations")[-1] == viewer
    assert team.actors("tenancy.organization_members")[-1] == viewer
    stored = team.rows("select i::text from tenancy.invitations i union all select a::text from tenancy.audit_log a")
    assert not any(token in text for (text,) in stored)
    assert token not in team.ok("invitation", "list", "--json")


def test_an_invitation_ends_by_time_by_a_newer_one_and_by_revocation(team: People):
    tokens = [
        team.ok("--as", OWNER, "invitation", "create", VIEWER, "--role", role).splitlines()[-1]
        for role in ("admin", "viewer")
    ]
    assert "is revoked" in team.error("invitation", "accept", stdin=tokens[0])
    team.execute("update tenancy.invitations set expires_at = now() - interval '1 second' where revoked_at is null")
    assert "is expired" in team.error("invitation", "accept", stdin=tokens[1])
    assert "expired" in team.ok("invitation", "list")


def test_an_api_key_acts_as_its_member_with_its_own_rights_only(team: People, monkeypatch: pytest.MonkeyPatch):
    manager = team.add(EDITOR, "manager")
    add_key = ("--as", OWNER, "key", "add", "shop import", "--user", EDITOR, "--permission")
    assert "does not have accounts.edit" in team.error(*add_key, "accounts.edit")
    output = team.ok(*add_key, "vendors.edit")
    key_id, key = output.split()[0], output.splitlines()[-1]
    monkeypatch.setenv("SYNDICATION_API_KEY", key)
    team.ok(*ADD_VENDOR)
    assert team.actors("catalogue.vendors") == [manager]
    assert "is not for organizations.add" in team.error("organization", "add", "acme", "--name", "Acme")
    (listed, prefix, used) = team.rows("select key_id, key_prefix, last_used_at is not null from tenancy.api_keys")[0]
    assert (listed, used) == (key_id, True)
    assert key.startswith(prefix)
    assert key not in team.ok("key", "list", "--json")
    stored = team.rows("select k::text from tenancy.api_keys k union all select a::text from tenancy.audit_log a")
    assert not any(key in text for (text,) in stored)

    def is_refused() -> bool:
        return "is not a key that is accepted" in team.error(*ADD_VENDOR)

    team.execute("update tenancy.organization_members set status = 'suspended' where user_id = %s", [manager])
    assert is_refused()
    team.execute("update tenancy.organization_members set status = 'active'")
    team.execute("update tenancy.api_keys set expires_at = now()")
    assert is_refused()
    team.execute("update tenancy.api_keys set expires_at = now() + interval '1 day'")
    assert not is_refused()
    monkeypatch.delenv("SYNDICATION_API_KEY")
    team.ok("--as", OWNER, "key", "revoke", key_id)
    monkeypatch.setenv("SYNDICATION_API_KEY", key)
    assert is_refused()


def test_a_schedule_takes_time_and_zone_from_the_preferences_of_the_actor(team: People):
    team.execute("insert into channels.platforms (platform, display_name) values ('facebook', 'Facebook')")
    team.execute("insert into channels.channel_types (channel_type, display_name) values ('feed_post', 'Feed')")
    team.execute("insert into channels.platform_channels (platform, channel_type) values ('facebook', 'feed_post')")
    as_owner = ("--as", OWNER)
    team.ok(*as_owner, "account", "add", "--platform", "facebook", "--remote-id", "page", "--name", "Page")
    add = (*as_owner, "schedule", "add", "daily", "--account", "page", "--channel", "feed_post")
    assert "Give --rule, or act as a user (--as) who prefers one" in team.error(*add)
    assert "is not a time zone" in team.error(*as_owner, "user", "prefer", "--time-zone", "London")
    assert "say who you are" in team.error("user", "prefer", "--time", "17:30")
    team.ok(*as_owner, "user", "prefer", "--time", "17:30")
    assert "Give --time-zone" in team.error(*add)
    assert "Olga prefers the time zone Europe/London and the time 17:30" in team.ok(
        *as_owner, "user", "prefer", "--time-zone", "Europe/London"
    )
    team.ok(*add)
    assert "FREQ=DAILY;BYHOUR=17;BYMINUTE=30, Europe/London" in team.ok("schedule", "list")


def test_a_user_gets_mails_of_alerts_as_they_prefer_until_they_are_erased(team: People):
    team.add(EDITOR, "manager")
    as_editor = ("--as", EDITOR)
    add = ("alert", "add", "me")
    assert "say who you are" in team.error(*add)
    team.ok(*as_editor, "user", "prefer", "--digest", "09:00", "--alerts-from", "error")
    team.ok(*as_editor, "user", "prefer", "--time-zone", "Europe/London")
    team.ok(*as_editor, *add)
    team.ok(*as_editor, "alert", "add", "also", "--digest", "17:00", "--from", "critical")
    team.ok(*as_editor, "alert", "add", "team", "--mail", "team@bakery.example")
    told = (
        "select route_name, address, digest_at::text, minimum_severity::text, time_zone from operations.alert_routes"
        " order by route_name"
    )
    assert team.rows(told) == [
        ("also", EDITOR, "17:00:00", "critical", "Europe/London"),
        ("me", EDITOR, "09:00:00", "error", "Europe/London"),
        ("team", "team@bakery.example", None, "warning", "UTC"),
    ]
    assert len(json.loads(team.ok("--as", OWNER, "person", "export", EDITOR))["alert_routes"]) == 2
    team.ok("--as", OWNER, "person", "erase", EDITOR, "--yes")
    assert [name for name, *_ in team.rows(told)] == ["team"]


def test_a_person_is_exported_and_erased_and_the_log_keeps_what_they_did(team: People):
    editor = team.add(EDITOR, "manager")
    team.ok("--as", OWNER, "user", "edit", EDITOR, "--name", "Edi Crumb", "--login", "edi_login")
    team.ok("--as", OWNER, "invitation", "create", EDITOR, "--role", "viewer")
    team.ok("--as", EDITOR, *ADD_VENDOR)
    team.ok("--as", EDITOR, "user", "prefer", "--time", "09:00")
    assert "lacks the right people.export" in team.error("--as", EDITOR, "person", "export", EDITOR)
    exported = json.loads(team.ok("--as", OWNER, "person", "export", EDITOR))
    assert (exported["user"]["email"], exported["database_login"]) == (EDITOR, "edi_login")
    assert [change["table_name"] for change in exported["changes"]] == ["catalogue.vendors", "tenancy.user_preferences"]
    assert [invitation["email"] for invitation in exported["invitations"]] == [EDITOR]
    assert "hash" not in json.dumps(exported)
    assert "last owner" in team.error("--as", OWNER, "person", "erase", OWNER, "--yes")
    # The server does so at any time.
    team.execute("analyze tenancy.users, tenancy.invitations, tenancy.database_logins")
    team.ok("--as", OWNER, "person", "erase", EDITOR, "--yes")
    everything = everything_in(team.url).lower()
    assert OWNER.encode() in everything
    for trace in (EDITOR, "crumb", "edi_login"):
        assert trace.encode() not in everything
    assert team.actors("catalogue.vendors") == [editor]
    assert team.value("select tenancy.actor_name(%s)", [editor]) == "a person who was erased"
    assert "There is no user" in team.error("--as", OWNER, "user", "edit", EDITOR, "--active")
    team.ok("--as", OWNER, "user", "add", EDITOR)  # another account, with nothing of the old one


def test_the_activity_of_users_is_listed_by_day_and_read_by_bi_tools_of_their_organization_only(team: People):
    editor = team.add(EDITOR, "manager")
    team.ok("--as", EDITOR, *ADD_VENDOR)
    team.ok("--as", EDITOR, "vendor", "pause", "bakery")
    team.ok("--as", EDITOR, "vendor", "resume", "bakery")
    rows = json.loads(team.ok("user", "activity", EDITOR, "--json"))
    assert [(row["who"], row["kind"], row["action"], row["resource"], row["changes"]) for row in rows] == [
        (EDITOR, "person", "insert", "catalogue.vendors", 1),
        (EDITOR, "person", "update", "catalogue.vendors", 2),
    ]
    assert "catalogue.vendors" in team.ok("user", "activity", "--organization", "default")
    assert "There is no user" in team.error("user", "activity", "nobody@bakery.example")
    own = "(select organization_id from tenancy.organizations where slug = 'default')"
    for organization, seen in ((own, 3), ("'org-00000000'", 0)):
        with psycopg.connect(team.url) as connection:
            ((organization_id,),) = connection.execute(f"select {organization}").fetchall()
            connection.execute("set role syndication_reader")
            connection.execute("select set_config('app.organization_id', %s, false)", [organization_id])
            found = connection.execute("select who from tenancy.user_activity where actor = %s", [editor]).fetchall()
        assert len(found) == seen
