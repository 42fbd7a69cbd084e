"""`syndication account`: the pages and profiles to publish to."""

import click

from syndication_assets.channels.accounts import PUBLISHERS, Account, add_account, list_accounts, reconnect_account
from syndication_assets.cli.acting import in_organization, of_rows, person_who_acts, requires
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def account() -> None:
    """Adds, lists and reconnects social accounts: the pages and profiles to publish to."""


@account.command()
@click.option("--organization", default="default", show_default=True, metavar="SLUG", help="Slug of the organization.")
@click.option("--platform", required=True, metavar="PLATFORM", help="Name of the platform, e.g. facebook.")
@click.option("--remote-id", required=True, metavar="ID", help="The platform's id of the page or profile.")
@click.option("--name", required=True, metavar="NAME", help="Display name.")
@click.option(
    "--publisher",
    default="dry_run",
    show_default=True,
    type=click.Choice(PUBLISHERS),
    help="dry_run sends nothing and marks its targets as simulated.",
)
@click.option(
    "--credential",
    default=None,
    metavar="NAME",
    help="Credential to publish with; required for every publisher but dry_run.",
)
@command
@requires("accounts.edit", in_organization())
def add(organization: str, platform: str, remote_id: str, name: str, publisher: str, credential: str | None) -> None:
    """Adds an account."""
    url = migrated_database_url(Settings.from_environment())
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        account_id = add_account(
            connection,
            organization_id,
            platform=platform,
            remote_account_id=remote_id,
            display_name=name,
            publisher=publisher,
            credential_name=credential,
        )
    click.echo(f"Added {name} ({account_id}) with the publisher {publisher}.")


@account.command()
@click.argument("account_id")
@command
@requires("accounts.edit", of_rows("channels.social_accounts", "account_id"))
def reconnect(account_id: str) -> None:
    """Reactivates the disconnected account ACCOUNT_ID after its new credential was stored.

    Its due targets are published with the next run.
    """
    settings = Settings.from_environment()
    with transaction(migrated_database_url(settings)) as connection:
        name = reconnect_account(connection, settings, account_id, person_who_acts())
    click.echo(f"{name} ({account_id}) is active again; its due targets are published with the next run.")


@account.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the accounts."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        accounts = list_accounts(connection)
    show_rows(accounts, _line, "There are no accounts: add one with `syndication account add`.", as_json=as_json)


def _line(listed: Account) -> str:
    credential = f" with {listed.credential_name}" if listed.credential_name else ""
    reason = f": {listed.status_reason}" if listed.status_reason else ""
    return (
        f"{listed.organization_slug:16} {listed.account_id}  {listed.platform:10} {listed.remote_account_id:20} "
        f"{listed.display_name}  {listed.publisher}{credential} ({listed.status}{reason})"
    )
