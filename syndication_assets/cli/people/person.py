"""`syndication person`: what is stored about a user, and its erasure."""

import json

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.person import erase_person, export_person
from syndication_assets.tenancy.people.users import require_user


@click.group()
def person() -> None:
    """Exports and erases what is stored about a user."""


@person.command()
@click.argument("name", metavar="USER")
@command
@requires("people.export", everywhere)
def export(name: str) -> None:
    """Prints everything that is stored about USER as JSON, with each change that they made, without hashes."""
    with transaction(_url()) as connection:
        everything = export_person(connection, require_user(connection, name))
    click.echo(json.dumps(everything, indent=2))


@person.command()
@click.argument("name", metavar="USER")
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("people.erase", everywhere)
def erase(name: str, yes: bool) -> None:
    """Removes name, address, login, memberships, keys, password and invitations of USER for ever.

    The audit log keeps what they did, under an id that says nothing about them.
    """
    if not yes:
        click.confirm(f"Erase {name}? This cannot be undone", abort=True)
    with transaction(_url()) as connection:
        user_id = require_user(connection, name)
        erase_person(connection, user_id)
    click.echo(f"Erased; the logs keep {user_id}.")


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
