"""`syndication channels`, `credentials` and `account`, from the user's point of view."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import SecretBox, new_key

pytestmark = pytest.mark.one_server

TOKEN = "EAAB-a-page-token"
SET = ("credentials", "set", "page", "--platform", "facebook")


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def test_the_list_of_channels_shows_status_and_number_of_rules(reference_url: str):
    with transaction(reference_url) as connection:
        connection.execute("update channels.platforms set status = 'inactive' where platform = 'tiktok'")
    lines = run("channels").output.splitlines()
    assert any("facebook" in line and "feed_post" in line and "active" in line and " 16 " in line for line in lines)
    assert any("mastodon" in line and "not_implemented" in line and " 0 " in line for line in lines)
    assert sum("platform inactive" in line for line in lines) == 2


def test_the_rules_of_a_channel_are_shown_in_a_table(reference_url: str):
    result = run("channels", "facebook", "feed_post")
    assert result.exit_code == 0, result.output
    rows = [line for line in result.output.splitlines() if line.startswith("│")]
    names = [line.split("│")[1].strip() for line in rows]
    assert names == ["content"] * 12 + ["engagement"] * 3 + ["media"] + ["link", "square"]
    for shown in (
        "80 to 400",
        "│ 3 ",
        "at most 0.92",
        "delve",
        "true",
        "house rule",
        "at most 1",
        "characters",
        "hard",
        "1200 by 630",
        "JPEG or PNG, at most 4,000,000 bytes",
    ):
        assert shown in result.output, shown


def test_the_rules_of_a_channel_are_shown_with_their_sources_and_what_the_channel_is(reference_url: str):
    with transaction(reference_url) as connection:
        connection.execute(
            "update channels.channel_requirements set source_url = 'https://example.org/limits',"
            " checked_on = case when channel_type = 'feed_post' then date '2025-11-25' end"
            " where platform = 'facebook' and requirement_key = 'text_length'"
        )
    shown = " ".join(run("channels", "facebook", "feed_post").output.split())
    assert "https://example.org/limits (checked on 2025-11-25)" in shown
    for text in (
        "Facebook feed post",
        "Pages with text",
        "A post in followers' feeds.",
        "Published by facebook_graph.",
    ):
        assert text in shown, text
    assert "https://example.org/limits (not checked)" in " ".join(run("channels", "facebook", "reel").output.split())


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["myspace"], "choose from facebook, instagram"),
        (["facebook"], "Name a channel: choose from feed_post"),
        (["facebook", "pin"], "facebook has no channel 'pin': choose from feed_post"),
    ],
)
def test_the_error_for_an_unknown_channel_lists_the_channels(reference_url: str, arguments: list[str], hint: str):
    result = run("channels", *arguments)
    assert result.exit_code == 1
    assert hint in result.output


def test_without_a_reference_the_message_says_how_to_load_it(database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    for arguments in (["channels"], ["account", "add", "--platform", "facebook", "--remote-id", "1", "--name", "N"]):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "group:channels" in result.output


def test_a_secret_is_stored_from_stdin_and_no_command_shows_it(reference_url: str, secret_keys: str):
    expires_at = in_days(60.5)
    stored = run(*SET, "--expires-at", expires_at, stdin=f"{TOKEN}\n")
    assert stored.exit_code == 0, stored.output
    listed = run("credentials", "list")
    key_id = secret_keys.partition(":")[0]
    for part in ("default", "page", "facebook", key_id, "in 60 days"):
        assert part in listed.output
    checked = run("credentials", "check")
    assert checked.exit_code == 0, checked.output
    assert "All 1 credentials can be opened" in checked.output
    for result in (stored, listed, checked):
        assert TOKEN not in result.output
        assert secret_keys.split(":")[1] not in result.output


@pytest.mark.parametrize(("stdin", "kept"), [("a\n", "a"), ("a\r\n", "a"), ("a", "a"), (" a\nb \n", " a\nb ")])
def test_only_the_line_end_is_taken_off_a_secret(reference_url: str, secret_keys: str, stdin: str, kept: str):
    run(*SET, stdin=stdin.encode())
    with transaction(reference_url) as connection:
        row = connection.execute("select organization_id, credential_id, secret from channels.credentials").fetchall()[
            0
        ]
    assert (
        SecretBox(SecretStr(secret_keys)).open(row[2], organization_id=row[0], row_id=row[1]).get_secret_value() == kept
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "hint"),
    [
        (SET, "", "There is no secret on stdin"),
        (SET, " \n", "There is no secret on stdin"),
        (SET, b"\xff\xfe", "not UTF-8"),
        ((*SET, "--expires-at", "soon"), TOKEN, "2026-01-31T12:00:00Z"),
        ((*SET, "--expires-at", "2001-01-01"), TOKEN, "is in the past"),
        ((*SET, "--organization", "nobody"), TOKEN, "there are default"),
        (("credentials", "set", "Page Token"), TOKEN, "is not a valid name"),
        (("credentials", "set", "page", "--platform", "myspace"), TOKEN, "choose from facebook"),
    ],
)
def test_a_mistake_stores_nothing_and_says_what_to_do(
    reference_url: str, secret_keys: str, arguments: tuple[str, ...], stdin: str, hint: str
):
    result = run(*arguments, stdin=stdin)
    assert result.exit_code == 1
    assert hint in result.output
    assert TOKEN not in result.output
    assert "There are no credentials" in run("credentials", "list").output


def test_a_secret_is_not_accepted_as_an_argument(reference_url: str, secret_keys: str):
    assert run(*SET, TOKEN).exit_code == 2


@pytest.mark.parametrize("arguments", [SET, ("credentials", "rotate")])
def test_without_a_key_the_message_names_the_command_that_creates_it(reference_url: str, arguments: tuple[str, ...]):
    result = run(*arguments, stdin=TOKEN)
    assert result.exit_code == 1
    assert "syndication credentials key" in result.output


def test_a_printed_key_can_be_used_as_it_is(reference_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", run("credentials", "key").output)
    assert run(*SET, stdin=TOKEN).exit_code == 0


def test_rotation_and_check_end_to_end(reference_url: str, secret_keys: str, monkeypatch: pytest.MonkeyPatch):
    new = new_key()
    run(*SET, stdin=TOKEN)
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", f"{new},{secret_keys}")
    rotated = run("credentials", "rotate")
    assert f"Re-encrypted 1 credentials with the key {new.split(':')[0]}; 0 already had it" in rotated.output
    assert "Re-encrypted 0 credentials" in run("credentials", "rotate").output
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new)
    assert run("credentials", "check").exit_code == 0
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", secret_keys)
    lost = run("credentials", "check")
    assert lost.exit_code == 1
    assert "PROBLEM" in lost.output
    assert "cannot be opened" in lost.output
    assert run("credentials", "rotate").exit_code == 1


@pytest.mark.parametrize(("days", "exit_code", "word"), [(15.5, 0, "ok"), (13.5, 1, "PROBLEM")])
def test_the_check_fails_for_a_credential_that_expires_soon(
    reference_url: str, secret_keys: str, days: float, exit_code: int, word: str
):
    run(*SET, "--expires-at", in_days(days), stdin=TOKEN)
    result = run("credentials", "check")
    assert result.exit_code == exit_code
    assert result.output.startswith(word)


def test_the_check_fails_for_an_expired_credential(reference_url: str, secret_keys: str):
    run(*SET, stdin=TOKEN)
    with transaction(reference_url) as connection:
        connection.execute("update channels.credentials set expires_at = now() - interval '1 day'")
    result = run("credentials", "check")
    assert result.exit_code == 1
    assert "expired 2" in result.output


ADD = ("account", "add", "--platform", "facebook", "--remote-id", "123", "--name", "Kilts and more")


def test_an_account_is_added_for_a_dry_run_and_listed(reference_url: str):
    added = run(*ADD)
    assert added.exit_code == 0, added.output
    assert "dry_run" in added.output
    listed = run("account", "list").output
    for part in ("default", "acc-", "facebook", "123", "Kilts and more", "dry_run", "active"):
        assert part in listed
    again = run(*ADD)
    assert again.exit_code == 1
    assert "already exists" in again.output


def test_an_account_that_is_not_simulated_names_its_credential(reference_url: str, secret_keys: str):
    run(*SET, stdin=TOKEN)
    added = run(*ADD, "--publisher", "facebook_graph", "--credential", "page")
    assert added.exit_code == 0, added.output
    assert "facebook_graph with page (active)" in run("account", "list").output


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ([*ADD, "--publisher", "facebook_graph"], "facebook_graph needs a credential"),
        ([*ADD, "--credential", "nothing"], "no credential 'nothing'"),
        ([*ADD, "--organization", "nobody"], "there are default"),
        ([*ADD, "--platform", "myspace"], "choose from facebook"),
        ([*ADD, "--platform", "linkedin", "--credential", "page"], "belongs to facebook, not to linkedin"),
        (
            [*ADD, "--platform", "linkedin", "--publisher", "facebook_graph", "--credential", "page"],
            "facebook_graph publishes to facebook",
        ),
        (
            [*ADD, "--publisher", "myspace"],
            "choose from bluesky, dry_run, facebook_graph, instagram_graph, linkedin, mastodon",
        ),
        ([*ADD, "--publisher", "mastodon"], "needs the account's server"),
        ([*ADD, "--publisher", "mastodon", "--server", "https://m.example"], "mastodon publishes to mastodon"),
        ([*ADD, "--server", "http://m.example"], "write https://"),
        ([*ADD, "--server", "https://m.example/@kilts"], "write https://"),
    ],
)
def test_an_invalid_account_is_rejected(reference_url: str, secret_keys: str, arguments: list[str], hint: str):
    run(*SET, stdin=TOKEN)
    result = run(*arguments)
    assert result.exit_code == 1
    assert hint in result.output
    assert "There are no accounts" in run("account", "list").output


@pytest.mark.parametrize(
    ("platform", "arguments", "expected"),
    [
        ("mastodon", ["--server", "https://Mastodon.Example/"], "https://mastodon.example"),
        ("bluesky", [], "https://bsky.social"),
        ("bluesky", ["--server", "https://pds.example"], "https://pds.example"),
    ],
)
def test_an_account_on_a_network_of_servers_names_its_server(
    platform: str, arguments: list[str], expected: str, reference_url: str, secret_keys: str
):
    run("credentials", "set", "social", "--platform", platform, stdin=TOKEN)
    added = run(
        "account", "add", "--platform", platform, "--remote-id", "109", "--name", "Kilts", "--publisher", platform,
        "--credential", "social", *arguments,
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    assert f"{platform} with social on {expected} (active)" in run("account", "list").output


def test_simulated_accounts_are_not_checked(reference_url: str, secret_keys: str):
    run(*ADD)
    result = run("account", "check")
    assert (result.exit_code, "no accounts to check" in result.output) == (0, True)
