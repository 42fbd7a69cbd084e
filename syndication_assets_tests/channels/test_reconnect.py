"""`syndication account reconnect`: when a disconnected account becomes active again, and the audit log of it."""

import getpass

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets.database.connection import transaction
from syndication_assets.database.secret_box import new_key

pytestmark = pytest.mark.one_server

TOKEN = "EAAB-a-page-token"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=stdin)


def store_token() -> None:
    assert run("credentials", "set", "page", "--platform", "facebook", stdin=TOKEN).exit_code == 0


def change(url: str, statement: str) -> None:
    """Runs a statement in a separate transaction, with its own timestamp."""
    with transaction(url) as connection:
        connection.execute(statement)


def account_of(url: str) -> tuple[str, str, str | None]:
    with transaction(url) as connection:
        return connection.execute(
            "select account_id, status::text, status_reason from channels.social_accounts"
        ).fetchall()[0]


@pytest.fixture
def disconnected(reference_url: str, secret_keys: str) -> str:
    """The id of an account whose credential the platform has rejected."""
    store_token()
    added = run(
        "account", "add", "--platform", "facebook", "--remote-id", "1", "--name", "Kilts", "--publisher",
        "facebook_graph", "--credential", "page",
    )  # fmt: skip
    assert added.exit_code == 0, added.output
    disconnect(reference_url)
    return account_of(reference_url)[0]


def disconnect(url: str) -> None:
    change(url, "update channels.social_accounts set status = 'disconnected', status_reason = 'Rejected.'")


def test_with_a_new_credential_the_account_is_active_again_and_the_audit_log_names_the_actor(
    reference_url: str, disconnected: str
):
    store_token()
    result = run("account", "reconnect", disconnected)
    assert result.exit_code == 0, result.output
    assert "Kilts" in result.output
    assert account_of(reference_url)[1:] == ("active", None)
    with transaction(reference_url) as connection:
        assert connection.execute(
            "select actor, old_values ->> 'status_reason' from tenancy.audit_log"
            " where table_name = 'channels.social_accounts' and new_values ->> 'status' = 'active'"
            " and action = 'update'"
        ).fetchall() == [(getpass.getuser(), "Rejected.")]


def test_the_rejected_credential_is_not_tried_again(reference_url: str, disconnected: str):
    result = run("account", "reconnect", disconnected)
    assert result.exit_code == 1
    assert "The platform rejected the credential 'page'" in result.output
    assert "syndication credentials set page" in result.output
    assert account_of(reference_url)[1] == "disconnected"


def test_a_credential_that_is_rejected_again_does_not_count_as_new(reference_url: str, disconnected: str):
    store_token()
    assert run("account", "reconnect", disconnected).exit_code == 0
    disconnect(reference_url)
    assert "The platform rejected the credential 'page'" in run("account", "reconnect", disconnected).output


def test_a_later_edit_of_the_account_does_not_make_its_new_credential_old(reference_url: str, disconnected: str):
    store_token()
    change(reference_url, "update channels.social_accounts set display_name = 'Kilts and more'")
    assert run("account", "reconnect", disconnected).exit_code == 0


def test_an_expired_credential_does_not_reconnect_the_account(reference_url: str, disconnected: str):
    store_token()
    change(reference_url, "update channels.credentials set expires_at = now() - interval '1 second'")
    result = run("account", "reconnect", disconnected)
    assert result.exit_code == 1
    assert "has expired" in result.output
    assert account_of(reference_url)[1] == "disconnected"


def test_a_credential_that_cannot_be_opened_does_not_reconnect_the_account(
    reference_url: str, disconnected: str, monkeypatch: pytest.MonkeyPatch
):
    store_token()
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", new_key())
    result = run("account", "reconnect", disconnected)
    assert result.exit_code == 1
    assert "cannot be opened" in result.output
    assert TOKEN not in result.output
    assert account_of(reference_url)[1] == "disconnected"


def test_a_simulated_account_needs_no_credential(reference_url: str):
    run("account", "add", "--platform", "facebook", "--remote-id", "1", "--name", "Kilts")
    disconnect(reference_url)
    assert run("account", "reconnect", account_of(reference_url)[0]).exit_code == 0


@pytest.mark.parametrize("status", ["active", "paused"])
def test_only_a_disconnected_account_is_reconnected(reference_url: str, disconnected: str, status: str):
    store_token()
    change(reference_url, f"update channels.social_accounts set status = '{status}'")
    result = run("account", "reconnect", disconnected)
    assert result.exit_code == 1
    assert f"Kilts is {status}" in result.output
    assert account_of(reference_url)[1] == status


def test_the_error_for_an_unknown_account_names_the_list_command(reference_url: str):
    result = run("account", "reconnect", "acc-00000000")
    assert result.exit_code == 1
    assert "syndication account list" in result.output
