"""`syndication role`: what each role may do, in every organization."""

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people import rights_of_roles
from syndication_assets.tenancy.people.members import ROLES
from syndication_assets.tenancy.people.rights_of_roles import Right, list_rights


@click.group()
def role() -> None:
    """Says what each role may do, in every organization."""


@role.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the rights, with the roles that have each."""
    with transaction(_url()) as connection:
        rights = list_rights(connection)
    show_rows(rights, _line, "There are no rights.", as_json=as_json)


def _line(right: Right) -> str:
    return f"{right.permission:20} {', '.join(right.roles) or 'no role':48} {right.description}"


@role.command()
@click.argument("role", type=click.Choice(ROLES))
@click.argument("permission")
@command
@requires("roles.edit", everywhere)
def allow(role: str, permission: str) -> None:
    """Gives members with ROLE the right PERMISSION, such as vendors.edit, in every organization.

    In a configuration file, it is an entry of `role_permissions`.
    """
    with transaction(_url()) as connection:
        is_new = rights_of_roles.allow(connection, role, permission)
    click.echo(f"{role} has {permission} {'from now on' if is_new else 'already'}.")


@role.command()
@click.argument("role", type=click.Choice(ROLES))
@click.argument("permission")
@command
@requires("roles.edit", everywhere)
def forbid(role: str, permission: str) -> None:
    """Takes the right PERMISSION from members with ROLE, in every organization."""
    with transaction(_url()) as connection:
        had_it = rights_of_roles.forbid(connection, role, permission)
    click.echo(f"{role} does not have {permission}{' any more' if had_it else ''}.")


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
