"""`syndication alert`: the commands for routes, which say who of an organization is told of its problems."""

from datetime import datetime, time
from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.operating.alert_route_options import changed_fields, route_options
from syndication_assets.cli.people.acting import in_organization, person_who_acts, requires
from syndication_assets.configuration.entries import change_entry
from syndication_assets.configuration.file.validation_messages import shown
from syndication_assets.configuration.sections.alert_routes import ALERT_ROUTES
from syndication_assets.database.acting import user_who_acts
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.alerts.alert_routes import (
    Route,
    add_route,
    list_routes,
    remove_route,
    set_active,
)
from syndication_assets.operations.alerts.delivery_channels import send
from syndication_assets.operations.alerts.messages import trial_message
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.preferences import Preferences, read_preferences


@click.command()
@json_option
@command
def routes(as_json: bool) -> None:
    """Lists who is told of problems."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        listed = list_routes(connection)
    show_rows(listed, _route_line, "Nobody is told: add a route with `syndication alert add`.", as_json=as_json)


def _route_line(route: Route) -> str:
    told = f"{route.kind or 'every kind'} from {route.minimum_severity} on"
    more = [
        f"daily at {route.digest_at:%H:%M} {route.time_zone}" if route.digest_at else "",
        f"quiet {route.quiet_from:%H:%M} to {route.quiet_until:%H:%M} {route.time_zone}"
        if route.quiet_from and route.quiet_until
        else "",
        "also of the installation" if route.tells_of_installation else "",
        "" if route.is_active else "paused",
    ]
    return (
        f"{route.organization:12} {route.route_name:16} {route.channel:8} {route.address:30} "
        f"{', '.join([told, *filter(None, more)])}"
    )


@click.command()
@click.argument("name")
@organization_option
@route_options
@command
@requires("alerts.edit", in_organization())
def add(
    name: str,
    organization: str,
    mail: str | None,
    slack: str | None,
    webhook: str | None,
    secret_name: str | None,
    kind: str | None,
    minimum_severity: str | None,
    tells_of_installation: bool | None,
    quiet: str | None,
    digest: str | None,
    time_zone: str | None,
) -> None:
    """Adds the route NAME: somebody who is told of an organization's problems.

    Without --mail, --slack and --webhook it is you, by mail, as you prefer (`syndication user prefer`).
    """
    channels = {"mail": mail, "slack": slack, "webhook": webhook}
    given = [(channel, address) for channel, address in channels.items() if address is not None]
    own = Preferences()
    if not given:
        address, own = _own_address()
        given = [("mail", address)]
    if len(given) != 1:
        raise SyndicationError("Give one of --mail, --slack and --webhook.")
    quiet_from, quiet_until = _span(quiet) if quiet else (None, None)
    route = Route(
        organization,
        name,
        *given[0],
        secret_name=secret_name,
        kind=kind,
        minimum_severity=minimum_severity or own.alerts_from or "warning",
        tells_of_installation=bool(tells_of_installation),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        digest_at=_time(digest) if digest else own.digest_at,
        time_zone=time_zone or own.time_zone or "UTC",
    )
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        add_route(connection, route)
    click.echo(f"Added {name}. Test it with: syndication alert test {name} --organization {organization}")


def _own_address() -> tuple[str, Preferences]:
    """The address of the acting user, and what they prefer."""
    user_id = user_who_acts()
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = connection.execute("select email from tenancy.users where user_id = %s", [user_id]).fetchall()
        if not rows or rows[0][0] is None:
            raise SyndicationError(
                "Give one of --mail, --slack and --webhook, or say who you are with --as or SYNDICATION_ACTOR to get "
                "the mails yourself."
            )
        return rows[0][0], read_preferences(connection, user_id)


@click.command()
@click.argument("name")
@organization_option
@route_options
@command
@requires("alerts.edit", in_organization())
def edit(name: str, organization: str, **given: Any) -> None:
    """Changes what is given of the route NAME, and leaves the rest. An empty text ("") removes a value.

    In a configuration file, it is an entry of `alert_routes`.
    """
    values = changed_fields(given)
    if not values:
        raise SyndicationError("Name what to change, such as --mail.")
    url = migrated_database_url(Settings.from_environment())
    changed = change_entry(url, organization, ALERT_ROUTES, (name,), values, person_who_acts())
    for field, (old, new) in changed.items():
        click.echo(f"{name}: {field}: {shown(old)} → {shown(new)}")
    if not changed:
        click.echo(f"{name} has these values already.")


def _span(text: str) -> tuple[time, time]:
    start, _, end = text.partition("-")
    return _time(start), _time(end)


def _time(text: str) -> time:
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a local time of day
    except ValueError:
        raise SyndicationError(
            f"{text!r} is no time of day: write it as 09:00, and quiet hours as 22:00-07:00."
        ) from None


@click.command()
@click.argument("name")
@organization_option
@command
@requires("alerts.edit", in_organization())
def test(name: str, organization: str) -> None:
    """Delivers a test message by the route NAME now. Exits with 1 and the reason if it is not accepted."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        found = [r for r in list_routes(connection) if (r.organization, r.route_name) == (organization, name)]
        if not found:
            raise SyndicationError(f"{organization} has no route {name!r}: see `syndication alert routes`.")
        send(connection, found[0].channel, found[0].address, found[0].secret_name, trial_message(organization, name))
    click.echo(f"{name} has accepted a test message.")


@click.command()
@click.argument("name")
@organization_option
@command
@requires("alerts.edit", in_organization())
def pause(name: str, organization: str) -> None:
    """Pauses the route NAME: what happens meanwhile is not told later."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        set_active(connection, organization, name, is_active=False)
    click.echo(f"{name} is paused.")


@click.command()
@click.argument("name")
@organization_option
@command
@requires("alerts.edit", in_organization())
def resume(name: str, organization: str) -> None:
    """Resumes the route NAME."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        set_active(connection, organization, name, is_active=True)
    click.echo(f"{name} is active.")


@click.command()
@click.argument("name")
@organization_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@requires("alerts.edit", in_organization())
def remove(name: str, organization: str, yes: bool) -> None:
    """Removes the route NAME and the record of its deliveries."""
    if not yes:
        click.confirm(f"Remove {name} of {organization}?", abort=True)
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        remove_route(connection, organization, name)
    click.echo(f"Removed {name}.")


COMMANDS = (routes, add, edit, test, pause, resume, remove)
