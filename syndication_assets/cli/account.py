"""`syndication account`: the pages and profiles that we may publish to."""

import getpass

import click

from syndication_assets.channels.accounts import PUBLISHERS, add_account, list_accounts, reconnect_account
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization


@click.group()
def account() -> None:
    """Adds, lists and reconnects social accounts: the pages and profiles to publish to."""


@account.command()
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@click.option("--platform", required=True, metavar="PLATFORM")
@click.option("--remote-id", required=True, metavar="ID", help="the platform's id of the page or profile")
@click.option("--name", required=True, metavar="NAME", help="what people call it")
@click.option(
    "--publisher",
    default="dry_run",
    show_default=True,
    type=click.Choice(PUBLISHERS),
    help="dry_run sends nothing, and marks what it does as simulated",
)
@click.option("--credential", default=None, metavar="NAME", help="the credential to publish with")
@command
def add(organization: str, platform: str, remote_id: str, name: str, publisher: str, credential: str | None) -> None:
    """Makes an account."""
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
    click.echo(f"added {name} ({account_id}), published to by {publisher}")


@account.command()
@click.argument("account_id")
@command
def reconnect(account_id: str) -> None:
    """Makes a disconnected account active again, once its new credential is stored. What waits for it is sent then."""
    settings = Settings.from_environment()
    with transaction(migrated_database_url(settings)) as connection:
        name = reconnect_account(connection, settings, account_id, getpass.getuser())
    click.echo(f"{name} ({account_id}) is active again: what is due for it goes out with the next publishing run.")


@account.command("list")
@command
def list_all() -> None:
    """Lists the accounts."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        accounts = list_accounts(connection)
    for one in accounts:
        credential = f" with {one.credential_name}" if one.credential_name else ""
        reason = f": {one.status_reason}" if one.status_reason else ""
        click.echo(
            f"{one.organization_slug:16} {one.account_id}  {one.platform:10} {one.remote_account_id:20} "
            f"{one.display_name}  {one.publisher}{credential} ({one.status}{reason})"
        )
    if not accounts:
        click.echo("There are no accounts: `syndication account add` makes one.")
