"""Rights of the commands of configuration: single entries and files obey the same ones, and name who acts."""

import getpass
from collections.abc import Callable
from pathlib import Path

import pytest

from syndication_assets_tests.cli.acting_people import EDITOR, OWNER, VIEWER, People

pytestmark = pytest.mark.one_server

HEAD = "organization: {slug: default, name: Default organization, description: Created by the first migration.}\n"
AS_OWNER, AS_EDITOR = ("--as", OWNER), ("--as", EDITOR)
BUDGET = "budgets: [{period: day, amount: 5, currency: GBP}]\n"
FEED = "feeds: [{name: blog, url: 'https://blog.example/'}]\n"
ADD_FEED = ("feed", "add", "blog", "--url", "https://blog.example/")
File = Callable[[str], str]


@pytest.fixture
def file(tmp_path: Path) -> File:
    def write(text: str) -> str:
        (tmp_path / "file.yaml").write_text(text)
        return str(tmp_path / "file.yaml")

    return write


def members(*roles: tuple[str, str]) -> str:
    return f"members: [{', '.join(f'{{email: {email}, role: {role}}}' for email, role in roles)}]\n"


def test_a_command_for_an_entry_needs_the_right_of_its_section_and_is_logged_as_its_actor(team: People):
    assert "needs the right feeds.edit" in team.error(*ADD_FEED)
    manager = team.add(EDITOR, "manager")
    team.ok(*AS_EDITOR, *ADD_FEED)
    assert team.actors("documents.feeds") == [manager]
    add_budget = ("budget", "add", "day", "--amount", "5", "--currency", "GBP")
    assert "lacks the right budgets.edit in default" in team.error(*AS_EDITOR, *add_budget)
    team.ok(*AS_OWNER, *add_budget)
    assert "lacks the right organizations.edit" in team.error(*AS_EDITOR, "organization", "pause", "default")


def test_an_entry_that_all_organizations_share_needs_the_right_in_each_that_has_members(team: People):
    team.ok(*AS_OWNER, "organization", "add", "acme", "--name", "Acme")
    team.ok(*AS_OWNER, "user", "add", EDITOR)
    team.ok("member", "add", EDITOR, "--role", "owner", "--organization", "acme")
    weigh = ("ranking", "edit", "recency", "--weight", "0.5")
    assert "lacks the right rules.edit in default" in team.error(*AS_EDITOR, *weigh)
    team.ok(*AS_OWNER, "member", "add", EDITOR, "--role", "manager")
    team.ok(*AS_EDITOR, *weigh)


def test_an_owner_cannot_raise_the_limits_of_the_own_organization_alone(team: People, file: File):
    team.ok(*AS_OWNER, "organization", "add", "acme", "--name", "Acme")
    team.ok(*AS_OWNER, "user", "add", EDITOR)
    team.ok("member", "add", EDITOR, "--role", "owner", "--organization", "acme")
    limit = ("limit", "add", "--tier", "pro", "--organization", "acme")
    assert "lacks the right limits.edit in default" in team.error(*AS_EDITOR, *limit)
    in_file = file("organization: {slug: acme, name: Acme}\nlimits: {tier: pro}\n")
    assert "lacks the right limits.edit in default" in team.error(*AS_EDITOR, "apply", in_file, "--yes")
    team.ok(*AS_OWNER, "member", "add", EDITOR, "--role", "owner")
    assert "Applied" in team.ok(*AS_EDITOR, "apply", in_file, "--yes")
    assert "pro          posts          0 of 100,000 (0.0 %)" in team.ok("organization", "limits")


def test_apply_needs_the_right_of_each_section_that_it_changes_and_of_no_other(team: People, file: File):
    manager = team.add(EDITOR, "manager")
    both = file(HEAD + FEED + BUDGET)
    assert team.run("plan", both).exit_code == 2  # reads
    assert "needs the right budgets.edit: say who you are" in team.error("apply", "--yes", both)
    refused = team.error(*AS_EDITOR, "apply", both)
    assert "lacks the right budgets.edit in default" in refused
    assert "Apply this?" not in refused
    assert team.value("select count(*) from documents.feeds") == 0
    team.ok(*AS_OWNER, "budget", "add", "day", "--amount", "5", "--currency", "GBP")
    team.ok(*AS_EDITOR, "apply", "--yes", both)  # the budget is as the file says
    assert team.actors("documents.feeds") == [manager]
    renamed = file(HEAD.replace("Default organization", "Bakery"))
    assert "lacks the right organizations.edit" in team.error(*AS_EDITOR, "apply", "--yes", renamed)
    added = file("organization: {slug: acme, name: Acme}\n")
    assert "lacks the right organizations.add" in team.error(*AS_EDITOR, "apply", "--yes", added)
    removed = (*AS_EDITOR, "apply", "--remove", "--yes", file(HEAD + "budgets: []\n"))
    assert "lacks the right budgets.edit" in team.error(*removed)


def test_an_api_key_applies_what_it_is_for(team: People, file: File, monkeypatch: pytest.MonkeyPatch):
    team.add(EDITOR, "admin")
    key = team.ok(*AS_OWNER, "key", "add", "files", "--user", EDITOR, "--permission", "feeds.edit").splitlines()[-1]
    monkeypatch.setenv("SYNDICATION_API_KEY", key)
    assert "is not for budgets.edit" in team.error("apply", "--yes", file(HEAD + FEED + BUDGET))
    team.ok("apply", "--yes", file(HEAD + FEED))


def test_a_file_gives_its_author_no_right_to_apply_it(team: People, file: File):
    team.add(EDITOR, "manager")
    promoted = file(HEAD + members((OWNER, "owner"), (EDITOR, "owner")))
    assert "lacks the right members.edit" in team.error(*AS_EDITOR, "apply", "--yes", promoted)
    team.ok(*AS_OWNER, "apply", "--yes", promoted)


def test_a_file_keeps_the_last_owner_as_commands_do_and_its_plan_says_so(team: People, file: File):
    demoted = HEAD + members((OWNER, "admin"))
    for command in (("plan",), ("apply", "--yes")):
        message = team.error(*AS_OWNER, *command, file(demoted))
        assert "members: It is the last owner of default: make somebody else an active owner." in message
    removed = file(HEAD + "members: []\n")
    assert "last owner" in team.error(*AS_OWNER, "apply", "--remove", "--yes", removed)
    team.ok(*AS_OWNER, "apply", "--yes", file(demoted.replace("]", f", {{email: {EDITOR}, role: owner}}]")))


def test_the_first_members_of_a_file_need_an_owner_among_them(people: People, file: File):
    refused = people.error("apply", "--yes", file(HEAD + members((EDITOR, "editor"), (VIEWER, "viewer"))))
    assert "members: the first members need an active owner among them" in refused
    assert people.value("select count(*) from tenancy.organization_members") == 0
    people.ok("apply", "--yes", file(HEAD + members((EDITOR, "editor"), (OWNER, "owner"))))
    people.ok(*AS_OWNER, "apply", "--yes", file(HEAD + members((VIEWER, "viewer"))))


def test_service_accounts_stay_members_whatever_a_file_says(team: People, file: File):
    team.ok(*AS_OWNER, "user", "add", "--service", "night-shift")
    team.ok(*AS_OWNER, "member", "add", "night-shift", "--role", "manager")
    assert "night-shift" not in team.ok("export", "default")
    team.ok(*AS_OWNER, "apply", "--remove", "--yes", file(HEAD + members((OWNER, "owner"))))
    assert "night-shift" in team.ok("member", "list")


def test_one_change_is_logged_once_and_without_anything_of_scraped_people(people: People):
    people.execute("insert into channels.platforms (platform, display_name) values ('linkedin', 'LinkedIn')")
    people.ok("profile", "add", "linkedin", "isla-crumb", "--notes", "Designer")
    people.ok("profile", "pause", "linkedin", "isla-crumb")
    people.ok("template", "add", "loom", "--kind", "story", "--body", "{product_name} {product_url}")
    people.execute("delete from scraping.profiles")
    logged = people.rows(
        "select table_name, action, count(*) from tenancy.audit_log"
        " where table_name like 'scraping.%' or table_name like 'content.%' group by 1, 2 order by 1, 2"
    )
    assert logged == [
        ("content.content_template_versions", "insert", 1),
        ("content.content_templates", "insert", 1),
        ("scraping.profiles", "delete", 1),
        ("scraping.profiles", "insert", 1),
        ("scraping.profiles", "update", 1),
    ]
    text = str(people.rows("select a::text from tenancy.audit_log as a where table_name = 'scraping.profiles'"))
    assert "crumb" not in text
    assert "Designer" not in text
    assert people.actors("scraping.profiles")[0] == getpass.getuser()


def test_alerts_and_accounts_need_their_rights(team: People):
    team.add(EDITOR, "editor")
    add = ("alert", "add", "ops", "--mail", "ops@bakery.example")
    assert "lacks the right alerts.edit" in team.error(*AS_EDITOR, *add)
    team.ok(*AS_OWNER, *add)
    for arguments in (("pause", "ops"), ("resume", "ops"), ("remove", "ops"), ("level", "backup_old", "error", "9")):
        assert "lacks the right alerts.edit" in team.error(*AS_EDITOR, "alert", *arguments)
    assert "lacks the right accounts.edit" in team.error(*AS_EDITOR, "account", "check")
    assert "There are no accounts to check" in team.ok(*AS_OWNER, "account", "check")
