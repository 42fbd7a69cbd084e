"""`syndication user sign-in-link`: into the web page without a password."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.users import require_user
from syndication_assets.tenancy.people.web_sessions import begin_link, link_valid_for

_OWN_ADDRESS = "http://127.0.0.1:8080"


@click.command("sign-in-link")
@click.argument("name", metavar="USER")
@command
@requires("users.edit", everywhere)
def sign_in_link(name: str) -> None:
    """Prints a link that signs USER in to the web page, once and within minutes."""
    settings = Settings.from_environment()
    with transaction(migrated_database_url(settings)) as connection:
        token = begin_link(connection, user_id=require_user(connection, name), login=None)
        minutes = link_valid_for(connection).seconds // 60
    address = settings.web_url or _OWN_ADDRESS
    click.echo(f"{address}/sign-in/{token}")
    click.echo(f"It works once, for {minutes} minutes.", err=True)
