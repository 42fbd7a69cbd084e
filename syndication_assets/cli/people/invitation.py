"""`syndication invitation`: people become members by a token that is shown once."""

from datetime import timedelta

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, of_rows, requires
from syndication_assets.cli.secret_input import read_secret
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.people import invitations
from syndication_assets.tenancy.people.invitations import Invitation
from syndication_assets.tenancy.people.members import ROLES


@click.group()
def invitation() -> None:
    """Invites people to an organization."""


@invitation.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(ROLES), help="Role of the membership.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90), help="How long it can be accepted.")
@organization_option
@command
@requires("members.edit", in_organization())
def create(email: str, role: str, days: int, organization: str) -> None:
    """Prints the token of a new invitation of EMAIL, once. An open one of the same address ends."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        invitation_id, token = invitations.invite(connection, organization_id, email, role, timedelta(days=days))
    click.echo(f"{invitation_id} invites {email} as {role} of {organization}, for {days} days. Send the person this:")
    click.echo(token)


@invitation.command()
@click.option("--name", "display_name", metavar="NAME", help="Display name of a person who is no user yet.")
@command
def accept(display_name: str | None) -> None:
    """Makes the invited person a member. Reads the token from stdin, or prompts for it."""
    token = read_secret("Token").get_secret_value()
    with transaction(_url()) as connection:
        accepted = invitations.accept(connection, token, display_name)
    click.echo(f"{accepted.email} is {accepted.role} of {accepted.organization}.")


@invitation.command()
@click.argument("invitation_id")
@command
@requires("members.edit", of_rows("tenancy.invitations", "invitation_id"))
def revoke(invitation_id: str) -> None:
    """Ends the open invitation INVITATION_ID."""
    with transaction(_url()) as connection:
        invitations.revoke(connection, invitation_id)
    click.echo(f"{invitation_id} cannot be accepted any more.")


@invitation.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the invitations without their tokens, the newest first."""
    with transaction(_url()) as connection:
        listed = invitations.list_invitations(connection)
    show_rows(listed, _line, "There are no invitations.", as_json=as_json)


def _line(listed: Invitation) -> str:
    return (
        f"{listed.invitation_id}  {listed.organization:16} {listed.role:8} {listed.email}  {listed.state}, "
        f"until {listed.expires_at:%Y-%m-%d %H:%M} UTC, by {listed.invited_by}"
    )


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
