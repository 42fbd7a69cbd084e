"""`syndication account`: the pages and profiles to publish to."""

import click

from syndication_assets.channels.accounts.accounts import Account, add_account, list_accounts, reconnect_account
from syndication_assets.cli.command import command, migrated_database_url, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, of_rows, person_who_acts, requires
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings


@click.group()
def account() -> None:
    """Manages social accounts, the pages and profiles to publish to."""


@account.command()
@organization_option
@click.option("--platform", required=True, metavar="PLATFORM", help="Name of the platform, e.g. facebook.")
@click.option("--remote-id", required=True, metavar="ID", help="The platform's id of the page or profile.")
@click.option("--name", required=True, metavar="NAME", help="Display name.")
@click.option(
    "--publisher",
    default="dry_run",
    show_default=True,
    metavar="NAME",
    help="dry_run sends nothing and marks its targets as simulated; facebook_graph, instagram_graph, linkedin, "
    "mastodon and bluesky send.",
)
@click.option(
    "--credential",
    default=None,
    metavar="NAME",
    help="Credential to publish with; required for every publisher but dry_run.",
)
@click.option(
    "--server",
    default=None,
    metavar="URL",
    help="The account's server, on a network of many; needed for mastodon. Without it, bluesky uses https://bsky.social.",
)
@command
@requires("accounts.edit", in_organization())
def add(
    organization: str,
    platform: str,
    remote_id: str,
    name: str,
    publisher: str,
    credential: str | None,
    server: str | None,
) -> None:
    """Adds an account."""
    from syndication_assets.publishing.publishers import registration_of  # noqa: PLC0415 - slow to import

    registration = registration_of(publisher)
    if registration.needs_server and server is None:
        raise SyndicationError(f"{publisher} needs the account's server: pass it with --server https://….")
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        account_id = add_account(
            connection,
            organization_id,
            platform=platform,
            remote_account_id=remote_id,
            display_name=name,
            publisher=publisher,
            credential_name=credential,
            server_url=server or registration.server_url,
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


@account.command()
@click.argument("account_id", required=False)
@command
@requires("accounts.edit", of_rows("channels.social_accounts", "account_id"))
def check(account_id: str | None) -> None:
    """Asks the platform of every account, or of ACCOUNT_ID, whether it accepts the credential.

    Exits with 1 if an account is not connected. Accounts with the publisher dry_run are not checked.
    """
    from syndication_assets.publishing.account_checks import check_accounts  # noqa: PLC0415 - slow to import
    from syndication_assets.publishing.publishers import open_publishers  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    with open_publishers(settings) as publishers:
        checked = check_accounts(url, settings, publishers, account_id)
    if not checked and account_id is not None:
        raise SyndicationError(f"There is no account {account_id} to check: `syndication account list` shows them.")
    for account in checked:
        click.echo(account.sentence)
    if not checked:
        click.echo("There are no accounts to check: those of the publisher dry_run send nothing.")
    if any(account.needs_attention for account in checked):
        raise click.exceptions.Exit(1)


@account.command()
@click.argument("account_id")
@click.option("--with", "source", required=True, metavar="NAME", help="Credential of a person who manages the account.")
@command
@requires("accounts.edit", of_rows("channels.social_accounts", "account_id"))
def connect(account_id: str, source: str) -> None:
    """Makes a token for ACCOUNT_ID from a person's, which is prolonged; both are renewed before they expire."""
    from syndication_assets.publishing.credential_renewal import connect_account  # noqa: PLC0415 - slow to import
    from syndication_assets.publishing.publishers import open_publishers  # noqa: PLC0415

    settings = Settings.from_environment()
    with open_publishers(settings) as publishers:
        name = connect_account(
            migrated_database_url(settings), settings, publishers, account_id, source, person_who_acts()
        )
    click.echo(f"{name} ({account_id}) has a token of its own, which is renewed with {source}.")


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
    server = f" on {listed.server_url}" if listed.server_url else ""
    health = f"; {listed.health} at {listed.checked_at:%Y-%m-%d %H:%M} UTC" if listed.checked_at else ""
    return (
        f"{listed.organization_slug:16} {listed.account_id}  {listed.platform:10} {listed.remote_account_id:20} "
        f"{listed.display_name}  {listed.publisher}{credential}{server} ({listed.status}{reason}{health})"
    )
