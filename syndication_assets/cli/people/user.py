"""`syndication user`: persons and service accounts."""

from datetime import datetime

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import actor_of_session, everywhere, requires
from syndication_assets.cli.people.activity import activity
from syndication_assets.cli.people.sign_in_link import sign_in_link
from syndication_assets.cli.secret_input import read_secrets
from syndication_assets.database.acting import acting_as
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.alerts.alert_routes import SEVERITIES
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.preferences import Preferences
from syndication_assets.tenancy.people.preferences import prefer as set_preferences
from syndication_assets.tenancy.people.sign_in import begin_reset, set_password
from syndication_assets.tenancy.people.users import User, add_user, edit_user, list_users, require_user


@click.group()
def user() -> None:
    """Adds, lists, edits and deactivates the people and programs that act."""


user.add_command(activity)
user.add_command(sign_in_link)


@user.command()
@click.argument("email", required=False)
@click.option("--service", "service_name", metavar="NAME", help="Add a service account of this name instead.")
@click.option("--name", "display_name", metavar="NAME", help="Display name.")
@click.option("--login", "database_login", metavar="LOGIN", help="PostgreSQL login that belongs to the user.")
@command
@requires("users.edit", everywhere)
def add(email: str | None, service_name: str | None, display_name: str | None, database_login: str | None) -> None:
    """Adds the person with the address EMAIL, or a service account. `syndication member add` gives a role."""
    with transaction(_url()) as connection:
        user_id = add_user(
            connection,
            email=email,
            service_name=service_name,
            display_name=display_name,
            database_login=database_login,
        )
    click.echo(f"Added {email or service_name} ({user_id}).")


@user.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the users with their memberships."""
    with transaction(_url()) as connection:
        users = list_users(connection)
    show_rows(users, _line, "There are no users: add one with `syndication user add`.", as_json=as_json)


@user.command()
@click.argument("name", metavar="USER")
@click.option("--email", metavar="EMAIL", help="New address.")
@click.option("--name", "display_name", metavar="NAME", help="Display name; '' removes it.")
@click.option("--login", "database_login", metavar="LOGIN", help="PostgreSQL login of the user; '' removes it.")
@click.option("--active", "is_active", is_flag=True, default=None, help="Reactivate the account.")
@command
@requires("users.edit", everywhere)
def edit(
    name: str, email: str | None, display_name: str | None, database_login: str | None, is_active: bool | None
) -> None:
    """Changes USER, an address or the name of a service account."""
    with transaction(_url()) as connection:
        user_id = edit_user(
            connection,
            name,
            email=email,
            display_name=display_name,
            database_login=database_login,
            is_active=is_active,
        )
    click.echo(f"Changed {name} ({user_id}).")


@user.command()
@click.argument("name", metavar="USER")
@command
@requires("users.edit", everywhere)
def deactivate(name: str) -> None:
    """Locks the account of USER: no rights anywhere, no API key, no sign-in. The last owner stays."""
    with transaction(_url()) as connection:
        user_id = edit_user(connection, name, is_active=False)
    click.echo(f"{name} ({user_id}) is not active any more.")


@user.command()
@click.option("--time-zone", metavar="ZONE", help="Zone of the schedules that you add, e.g. Europe/London.")
@click.option("--time", "posting_time", type=click.DateTime(["%H:%M"]), metavar="HH:MM", help="Their time of day.")
@click.option("--digest", type=click.DateTime(["%H:%M"]), metavar="HH:MM", help="Time of your daily mail of alerts.")
@click.option("--alerts-from", type=click.Choice(SEVERITIES), help="Severity from which on you get mails of alerts.")
@click.option("--tone", metavar="TEXT", help='How the texts of your briefs speak; "" for the tone of the organization.')
@command
def prefer(
    time_zone: str | None,
    posting_time: datetime | None,
    digest: datetime | None,
    alerts_from: str | None,
    tone: str | None,
) -> None:
    """Sets and shows defaults of the acting user for schedules, briefs, and `alert add` without an address."""
    given = Preferences(
        time_zone,
        None if posting_time is None else posting_time.time(),
        None if digest is None else digest.time(),
        alerts_from,
        tone if tone is None else tone.strip(),
    )
    with transaction(_url()) as connection:
        actor = actor_of_session(connection)
    if actor is None:
        raise SyndicationError("Preferences belong to a user: say who you are with --as or SYNDICATION_ACTOR.")
    with acting_as(actor.user_id), transaction(_url()) as connection:
        preferences = set_preferences(connection, actor.user_id, given)
    click.echo(
        f"{actor.name} prefers the time zone {preferences.time_zone or '-'} and the time "
        f"{preferences.posting_time or '-'}; of alerts the digest at {preferences.digest_at or '-'} and those from "
        f"{preferences.alerts_from or 'warning'} on; texts that speak like this: {preferences.tone or '-'}."
    )


@user.command("reset-password")
@click.argument("name", metavar="USER")
@command
@requires("users.edit", everywhere)
def reset_password(name: str) -> None:
    """Prints a token, once, with which USER sets a password within an hour. It ends earlier ones."""
    with transaction(_url()) as connection:
        token = begin_reset(connection, require_user(connection, name))
    click.echo(f"{name} can set a password with `syndication user set-password` and this token, for an hour:")
    click.echo(token)


@user.command("set-password")
@command
def set_own_password() -> None:
    """Sets a password with a token. Reads the token and the password from stdin, a line each, or prompts for them."""
    token, password = read_secrets("Token", "New password")
    with transaction(_url()) as connection:
        name = set_password(connection, token.get_secret_value(), password.get_secret_value())
    click.echo(f"The password of {name} is set.")


def _line(listed: User) -> str:
    name = f" ({listed.display_name})" if listed.display_name else ""
    login = f"  login {listed.database_login}" if listed.database_login else ""
    state = "" if listed.is_active else "  not active"
    memberships = ", ".join(listed.memberships) or "no organization"
    return f"{listed.user_id}  {listed.kind:8} {listed.name}{name}  {memberships}{login}{state}"


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
