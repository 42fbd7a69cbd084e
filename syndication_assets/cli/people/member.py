"""`syndication member`: who belongs to an organization, and with which role."""

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.people.members import (
    ROLES,
    STATUSES,
    Member,
    add_member,
    change_member,
    list_members,
    remove_member,
)
from syndication_assets.tenancy.people.users import require_user


@click.group()
def member() -> None:
    """Adds, changes and removes members of an organization."""


@member.command()
@click.argument("name", metavar="USER")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the member may do.")
@organization_option
@command
@requires("members.edit", in_organization())
def add(name: str, role: str, organization: str) -> None:
    """Makes USER a member. The first member is the owner; from then on commands need an actor with the right."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        add_member(connection, organization_id, require_user(connection, name), role)
    click.echo(f"{name} is {role} of {organization}.")


@member.command()
@click.argument("name", metavar="USER")
@click.argument("role", type=click.Choice(ROLES), required=False)
@click.option("--status", type=click.Choice(STATUSES), help="A suspended or inactive member has no rights.")
@organization_option
@command
@requires("members.edit", in_organization())
def role(name: str, role: str | None, status: str | None, organization: str) -> None:
    """Changes the role of USER, or suspends them. The last owner keeps the role."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        change_member(connection, organization_id, require_user(connection, name), role=role, status=status)
    click.echo(f"{name} is {' and '.join(filter(None, (role, status))) or 'unchanged'} in {organization}.")


@member.command()
@click.argument("name", metavar="USER")
@organization_option
@command
@requires("members.edit", in_organization())
def remove(name: str, organization: str) -> None:
    """Ends the membership of USER; API keys of the membership end with it. The last owner stays."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        remove_member(connection, organization_id, require_user(connection, name))
    click.echo(f"{name} is no member of {organization} any more.")


@member.command("list")
@click.option("--organization", default=None, metavar="SLUG", help="Only the members of this organization.")
@json_option
@command
def list_all(organization: str | None, as_json: bool) -> None:
    """Lists members, the most powerful first, with the rights of their roles."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id if organization else None
    with transaction(url) as connection:
        members = list_members(connection, organization_id)
    empty = "There are no members, so whoever runs this may do everything: see `syndication member add --help`."
    show_rows(members, _line, empty, as_json=as_json)


def _line(listed: Member) -> str:
    name = f" ({listed.display_name})" if listed.display_name else ""
    status = "" if listed.status == "active" else f"  {listed.status}"
    rights = ", ".join(listed.permissions) or "no rights"
    return f"{listed.organization:16} {listed.role:8} {listed.name}{name}{status}\n    {rights}"


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
