"""`syndication key`: API keys, with which programs act."""

from datetime import timedelta

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, of_rows, requires
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.api_keys import ApiKey, add_key, list_keys, revoke_key
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.people.users import require_user


@click.group()
def key() -> None:
    """Creates, lists and revokes API keys, with which programs act as a member."""


@key.command()
@click.argument("name")
@click.option("--user", "user_name", required=True, metavar="USER", help="The member as whom the program acts.")
@click.option(
    "--permission", "permissions", required=True, multiple=True, metavar="RIGHT", help="A right; repeat for several."
)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 730), help="How long it is accepted.")
@click.option(
    "--requests-per-day",
    default=None,
    type=click.IntRange(1),
    help="Requests of the API on a UTC day; default: no limit.",
)
@organization_option
@command
@requires("keys.edit", in_organization())
def add(
    name: str,
    user_name: str,
    permissions: tuple[str, ...],
    days: int,
    requests_per_day: int | None,
    organization: str,
) -> None:
    """Prints a new key for SYNDICATION_API_KEY, once. NAME says what uses it."""
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        user_id = require_user(connection, user_name)
        key_id, secret = add_key(
            connection, organization_id, user_id, name, list(permissions), timedelta(days=days), requests_per_day
        )
    click.echo(f"{key_id} acts as {user_name} in {organization}, for {days} days. Store it in your password manager:")
    click.echo(secret)


@key.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the keys by their first characters, the newest first."""
    with transaction(_url()) as connection:
        keys = list_keys(connection)
    show_rows(keys, _line, "There are no API keys.", as_json=as_json)


@key.command()
@click.argument("key_id")
@command
@requires("keys.edit", of_rows("tenancy.api_keys", "key_id"))
def revoke(key_id: str) -> None:
    """Ends the key KEY_ID at once."""
    with transaction(_url()) as connection:
        revoke_key(connection, key_id)
    click.echo(f"{key_id} is not accepted any more.")


def _line(listed: ApiKey) -> str:
    used = f"{listed.last_used_at:%Y-%m-%d %H:%M} UTC" if listed.last_used_at else "never"
    limit = "any number of" if listed.requests_per_day is None else f"{listed.requests_per_day:,}"
    return (
        f"{listed.key_id}  {listed.prefix}…  {listed.organization:16} {listed.name} as {listed.user}: "
        f"{', '.join(listed.permissions)}\n    {listed.state}, until {listed.expires_at:%Y-%m-%d %H:%M} UTC, last used "
        f"{used}, {listed.requests_today:,} of {limit} requests today"
    )


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
