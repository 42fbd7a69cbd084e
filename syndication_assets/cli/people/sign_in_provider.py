"""`syndication sign-in-provider`: with which provider's accounts members sign in to the web page."""

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.entries.entry_commands import add_entry_commands
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.configuration.sections.sign_in import SIGN_IN
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.people.identities import bind_account, list_accounts, unbind_account
from syndication_assets.tenancy.people.users import require_user

sign_in_provider = click.Group("sign-in-provider", help="Says with which provider's accounts members sign in.")
add_entry_commands(sign_in_provider, SIGN_IN, "add", "list", "edit", "remove")


@sign_in_provider.command()
@organization_option
@command
def check(organization: str) -> None:
    """Asks the provider for its description and keys, and opens the stored secret."""
    from syndication_assets.web.provider.discovery import Discovery  # noqa: PLC0415 - other commands need no server
    from syndication_assets.web.provider.provider_rows import provider_of  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    require_organization(url, organization)
    with transaction(url) as connection:
        provider = provider_of(connection, organization)
        if provider is None:
            raise SyndicationError(f"{organization} has no provider: `syndication sign-in-provider add`.")
        provider.secret(connection, settings)
    discovery = Discovery()
    places = discovery.places(provider.issuer)
    keys = discovery.keys(provider.issuer, None)
    click.echo(f"{provider.label} answers, with {len(keys.keys)} keys. It signs in at {places.authorization_endpoint}.")
    address = settings.web_url or "http://127.0.0.1:8080"
    click.echo(f"It has to know this address: {address}/sign-in/with/{organization}/back")


@sign_in_provider.command()
@json_option
@command
def accounts(as_json: bool) -> None:
    """Lists the accounts at providers that belong to members."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        known = list_accounts(connection)
    show_rows(
        known,
        lambda each: f"{each.organization:16} {each.user:32} {each.subject}  {each.issuer}",
        "No account at a provider belongs to a member yet.",
        as_json=as_json,
    )


@sign_in_provider.command()
@click.argument("name", metavar="USER")
@click.argument("subject")
@organization_option
@command
@requires("identities.edit", in_organization())
def bind(name: str, subject: str, organization: str) -> None:
    """Lets USER sign in with the account whose id at the provider is SUBJECT, and with no other."""
    from syndication_assets.web.provider.provider_rows import provider_of  # noqa: PLC0415

    url = migrated_database_url(Settings.from_environment())
    require_organization(url, organization)
    with transaction(url) as connection:
        provider = provider_of(connection, organization)
        if provider is None:
            raise SyndicationError(f"{organization} has no provider: `syndication sign-in-provider add`.")
        bind_account(connection, provider.organization_id, provider.issuer, subject, require_user(connection, name))
    click.echo(f"{name} signs in with the account {subject}.")


@sign_in_provider.command()
@click.argument("name", metavar="USER")
@organization_option
@command
@requires("identities.edit", in_organization())
def unbind(name: str, organization: str) -> None:
    """Forgets the account of USER: the next one with their verified address is theirs."""
    url = migrated_database_url(Settings.from_environment())
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        unbind_account(connection, organization_id, require_user(connection, name))
    click.echo(f"{name} has no account at the provider any more.")


ENTRY_GROUPS = {"sign-in-provider": sign_in_provider}
