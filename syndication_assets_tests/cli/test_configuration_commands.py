"""The commands of configuration: plan, apply, export, and those for single entries of every section."""

import getpass
import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import new_key
from syndication_assets_tests.configuration.conftest import Desk, module_desk

pytestmark = pytest.mark.one_server

__all__ = ["module_desk"]

FILE = "organization: {slug: acme, name: Acme}\nbudgets: [{period: day, amount: 5, currency: GBP}]\n"


@pytest.fixture
def desk(module_desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", module_desk.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    with transaction(module_desk.url) as connection:
        connection.execute("delete from tenancy.organizations where slug <> 'default'")
    return module_desk


def run(*arguments: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], input=answer)


def ok(*arguments: object, answer: str | None = None) -> str:
    result = run(*arguments, answer=answer)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_exit_code_of_a_plan_tells_an_error_a_difference_and_none(desk: Desk):
    file = desk.file(FILE)
    difference = run("plan", file)
    assert (difference.exit_code, "+ budgets/day: amount 5, currency 'GBP'" in difference.output) == (2, True)
    ok("apply", "--yes", file)
    assert "No difference" in ok("plan", file)
    error = run("plan", desk.file(FILE.replace("day", "week"), "wrong.yaml"))
    assert (error.exit_code, "wrong.yaml:2:20: `period` is 'week'" in error.output) == (1, True)
    assert "Traceback" not in error.output


def test_profiles_are_listed_by_their_tags(desk: Desk):
    for username in ("ada", "bob", "cleo"):
        ok("profile", "add", "linkedin", username)
    for tag in ("wool", "rival"):
        ok("tag", "add", tag)
    for username, tag in (("ada", "wool"), ("ada", "rival"), ("bob", "wool")):
        ok("profile-tag", "add", "linkedin", username, tag)

    def listed(*options: str) -> list[str]:
        return [profile["username"] for profile in json.loads(ok("profile", "list", "--json", *options))]

    assert listed() == ["ada", "bob", "cleo"]
    assert listed("--tag", "wool") == ["ada", "bob"]
    assert listed("--tag", "Wool", "--tag", "rival") == ["ada"]
    assert ok("profile", "list", "--tag", "silk") == "There are no profiles yet.\n"


def test_apply_asks_and_a_no_changes_nothing(desk: Desk):
    file = desk.file(FILE)
    refused = run("apply", file, answer="n\n")
    assert (refused.exit_code, "Apply this? [y/N]: n" in refused.output) == (1, True)
    assert desk.rows("select count(*) from tenancy.organizations where slug = 'acme'") == [(0,)]
    assert ok("apply", file, answer="y\n").endswith("Applied.\n")
    assert "Apply this?" not in ok("apply", file)
    assert desk.rows("select actor from tenancy.audit_log where table_name = 'operations.budgets'")[-1:] == [
        (getpass.getuser(),)
    ]


def test_export_writes_a_file_that_names_its_schema_and_changes_nothing(desk: Desk, tmp_path: Path):
    ok("apply", "--yes", desk.file(FILE))
    ok("export", "acme", "--output", tmp_path / "acme.yaml")
    first_line = (tmp_path / "acme.yaml").read_text().splitlines()[0]
    assert (tmp_path / first_line.removeprefix("# yaml-language-server: $schema=")).resolve().is_file()
    assert "No difference" in ok("plan", tmp_path / "acme.yaml")
    assert ok("export", "--shared").splitlines()[1] == "shared: true"
    assert "Name either an organization" in run("export").output
    assert "There is no organization 'nobody'" in run("export", "nobody").output


VENDOR = ("--source", "shopify_products", "--currency", "GBP", "--shop-url", "https://tweed.example")
TEMPLATE = ("--kind", "story", "--body", "{product_name} {product_url}")
PRICE = ("--currency", "USD", "--input-price", "0.15", "--cached-input-price", "0", "--output-price", "0.6")
SCHEDULE = ("--account", "facebook/1", "--channel", "feed_post", "--rule", "FREQ=DAILY;BYHOUR=9", "--time-zone",
            "Europe/London", "--starts-on", "2026-01-01")  # fmt: skip
# Group, key, options of `add`, options of `edit`, and what `edit` says. A list without options is added otherwise.
GROUPS: list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], str]] = [
    ("profile", ("linkedin", "jane"), ("--notes", "Designer"), ("--notes", ""), "notes: 'Designer' → not set"),
    ("vendor", ("tweed",), VENDOR, ("--maximum-shrinkage", "0.5"), "maximum_shrinkage: 0.2 → 0.5"),
    ("feed", ("blog",), ("--url", "https://blog.example/"), ("--url", "https://b.example/"), "url: 'https://blog"),
    ("approval-rule", ("facebook", "feed_post"), (), ("--generators", "llm", "--generators", "person"),
     "generators: ['template'] → ['llm', 'person']"),
    ("budget", ("month",), ("--amount", "20", "--currency", "USD"), ("--amount", "30.5"), "amount: 20 → 30.5"),
    ("template", ("loom",), TEMPLATE, ("--call-to-action", "Look"), "call_to_action: not set → 'Look'"),
    ("channel-rule", ("facebook", "feed_post", "content", "variations"), ("--value", "2"), ("--value", "3"),
     "value: 2 → 3"),
    ("process", ("facebook", "feed_post", "product_post"), ("--display-name", "Products"), ("--priority", "3"),
     "priority: 0 → 3"),
    ("price", ("llm.example", "small", "2025-01-01"), PRICE, ("--checked-on", "2025-01-02"),
     "checked_on: not set → 2025-01-02"),
    ("writing", (), ("--when-model-is-down", "template"), ("--when-model-is-down", "wait"), "'template' → 'wait'"),
    ("ranking", ("recency",), (), ("--weight", "0.5"), "→ 0.5"),
    ("sections", ("linkedin", "feed_post"), ("--starts-on", "2026-01-01"), ("--instead-of-products",),
     "instead_of_products: false → true"),
    ("schedule", ("daily",), SCHEDULE, ("--jitter-minutes", "5"), "jitter_minutes: 0 → 5"),
    ("account", ("facebook", "7"), (), ("--name", "Weavers"), "name: 'Acme' → 'Weavers'"),
]  # fmt: skip
ADDED_OTHERWISE = {"ranking", "account"}


@pytest.mark.parametrize(("name", "key", "add", "edit", "shown"), GROUPS, ids=[group[0] for group in GROUPS])
def test_an_entry_is_added_edited_paused_resumed_and_removed(
    desk: Desk, name: str, key: tuple[str, ...], add: tuple[str, ...], edit: tuple[str, ...], shown: str
):
    group: Any = main.commands[name]
    for remote_id in ("1", "7"):
        run("account", "add", "--platform", "facebook", "--remote-id", remote_id, "--name", "Acme")
    if name not in ADDED_OTHERWISE:
        ok(name, "add", *key, *add)
    assert shown in ok(name, "edit", *key, *edit)
    rows = json.loads(ok(name, "list", "--json"))
    assert rows
    assert ok(name, "list").count("\n") == len(rows)
    if "pause" in group.commands:
        assert "is paused." in ok(name, "pause", *key)
        assert "was already paused." in ok(name, "pause", *key)
    if "resume" in group.commands:
        assert "is active again." in ok(name, "resume", *key)
        assert "was already active." in ok(name, "resume", *key)
    if "remove" in group.commands:
        if key:
            assert run(name, "remove", *key, answer="n\n").exit_code == 1
        ok(name, "remove", "--yes", *key)
        gone = run(name, "edit", *key, *edit)
        assert (gone.exit_code, " has no " in gone.output) == (1, True)


CHANGES = {"edit", "role"}
ENDS = {"remove", "pause", "deactivate", "revoke", "cancel"}
UNCHANGED = {"brief", "key", "profile-tag", "stock"}
"""API keys, tags of profiles and briefs are ended, and others added in their place; a photo stays as it is."""
ENDLESS = {"price", "stock"}
"""A price is history, and another one follows it; a photo stays with its licence, because visuals may show it."""


def test_every_group_that_adds_can_edit_and_end_what_it_added():
    for name, group in main.commands.items():
        commands = set(getattr(group, "commands", {}))
        if "add" in commands:
            assert commands & CHANGES or name in UNCHANGED, name
            assert commands & ENDS or name in ENDLESS, name


def test_an_organization_is_edited_paused_and_resumed(desk: Desk):
    ok("organization", "add", "acme", "--name", "Acme")
    assert "name: 'Acme' → 'Weavers'" in ok("organization", "edit", "acme", "--name", "Weavers")
    assert "is_active: true → false" in ok("organization", "pause", "acme")
    assert "(not active)" in ok("organization", "list")
    assert "acme is as it was" in ok("organization", "pause", "acme")
    assert "is_active: false → true" in ok("organization", "resume", "acme")
    assert "There is no organization 'nobody'" in run("organization", "pause", "nobody").output


def test_a_credential_that_is_used_is_not_removed(desk: Desk):
    ok("credentials", "set", "page", "--platform", "facebook", answer="token")
    ok("account", "add", "--platform", "facebook", "--remote-id", "9", "--name", "A", "--publisher", "facebook_graph",
       "--credential", "page")  # fmt: skip
    refused = run("credentials", "remove", "--yes", "page")
    assert "credentials/page cannot be removed, because an account or a feed uses it." in refused.output
    ok("account", "remove", "--yes", "facebook", "9")
    ok("credentials", "remove", "--yes", "page")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("profile", "add", "linkedn", "jane"), "there is no platform 'linkedn'"),
        (("profile", "pause", "linkedin", "nobody"), "default has no profiles/linkedin/nobody; there are"),
        (("budget", "add", "week", "--amount", "1", "--currency", "USD"), "`period` is 'week': choose from"),
        (("budget", "add", "day", "--amount", "x", "--currency", "USD"), "`amount` is 'x': write a number"),
        (("feed", "add", "blog", "--url", "http://blog.example/"), "url: it does not begin with https://"),
        (("feed", "add", "b", "--url", "https://b.example/", "--organization", "nobody"), "There is no organization"),
        (("feed", "add", "b", "--url", "https://b.example/?token=canary"), "`url` looks like a secret"),
        (("vendor", "edit", "nobody"), "Name what to change"),
        (("ranking", "edit", "luck", "--weight", "1"), "has no priority_factors/luck"),
    ],
)
def test_a_mistake_ends_with_a_sentence_that_says_what_to_do(desk: Desk, arguments: tuple[str, ...], message: str):
    result = run(*arguments)
    assert result.exit_code == 1
    assert message in result.output
    assert "canary" not in result.output
    assert "Traceback" not in result.output


def test_profiles_are_imported_all_or_none(desk: Desk, tmp_path: Path):
    file = tmp_path / "profiles.csv"
    file.write_text("platform;username\nlinkedin;a\nlinkedin;b\n", encoding="utf-8-sig")
    assert ok("profile", "import", file) == "2 profiles added, 0 changed, 0 as they were.\n"
    file.write_text("platform;username;notes\nlinkedin;A;x\nlinkedin;b;\nlinkedin;c;\n", encoding="utf-16")
    assert ok("profile", "import", file) == "1 profiles added, 1 changed, 1 as they were.\n"
    file.write_text("platform,username\nlinkedin,d\nlinkdin,e\n")
    result = run("profile", "import", file)
    assert (result.exit_code, "profiles.csv:3:1: profiles/linkdin/e: there is no platform" in result.output) == (
        1,
        True,
    )
    assert desk.rows("select count(*) from scraping.profiles where username = 'd'") == [(0,)]


def test_every_option_has_a_meaning():
    """Commands are made from models: a field without a description would be an option that says nothing."""
    for name in (group[0] for group in GROUPS):
        edit: Any = main.commands[name].commands["edit"]  # type: ignore[attr-defined]
        for parameter in edit.params:
            assert not isinstance(parameter, click.Option) or parameter.help, (name, parameter.name)
