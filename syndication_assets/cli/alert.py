"""`syndication alert`: open problems, and who is told of them."""

from datetime import UTC, datetime, time

import click

from syndication_assets.cli.acting import everywhere, in_organization, requires
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.alerts.channels import send
from syndication_assets.operations.alerts.levels import Kind, list_kinds, remove_level, set_level
from syndication_assets.operations.alerts.messages import trial_message
from syndication_assets.operations.alerts.recorded_alerts import RecordedAlert, list_alerts
from syndication_assets.operations.alerts.routes import (
    SEVERITIES,
    Route,
    add_route,
    list_routes,
    remove_route,
    set_active,
)
from syndication_assets.settings import Settings

_organization = click.option(
    "--organization", default="default", show_default=True, metavar="SLUG", help="Slug of the organization."
)


@click.group()
def alert() -> None:
    """Lists problems, and sets who is told of them and from which value on."""


@alert.command("list")
@click.option("--closed", is_flag=True, help="The last 100 closed alerts instead of the open ones.")
@json_option
@command
def list_all(closed: bool, as_json: bool) -> None:
    """Lists the open alerts, as the last look for problems found them. `syndication status` looks for them now."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        alerts = list_alerts(connection, closed=closed)
    show_rows(alerts, _alert_line, "No alert is closed." if closed else "No alert is open.", as_json=as_json)


def _alert_line(listed: RecordedAlert) -> str:
    until = f" until {listed.closed_at:%Y-%m-%d %H:%M}" if listed.closed_at else ""
    return (
        f"{listed.alert_id}  {listed.severity:8} {listed.organization or 'installation':12} since "
        f"{listed.since:%Y-%m-%d %H:%M}{until} UTC  {listed.kind} {listed.subject}: {listed.message}"
    )


@alert.command()
@json_option
@command
def kinds(as_json: bool) -> None:
    """Lists the kinds of problems with the values from which on each severity begins."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        listed = list_kinds(connection)
    show_rows(listed, _kind_line, "There are no kinds of problems.", as_json=as_json)


def _kind_line(kind: Kind) -> str:
    levels = ", ".join(f"{severity} from {threshold}" for severity, threshold in kind.levels.items())
    return f"{kind.kind:24} {levels or 'not looked for'} ({kind.unit}). {kind.description}"


@alert.command()
@click.argument("kind")
@click.argument("severity", type=click.Choice(SEVERITIES))
@click.argument("threshold", type=float, required=False)
@click.option("--remove", is_flag=True, help="Remove the severity from the kind.")
@command
@requires("alerts.edit", everywhere)
def level(kind: str, severity: str, threshold: float | None, remove: bool) -> None:
    """Sets the THRESHOLD from which on problems of a KIND have a SEVERITY; `syndication alert kinds` lists them.

    A kind without any severity is not looked for.
    """
    if remove == (threshold is not None):
        raise SyndicationError("Give either a threshold or --remove.")
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        if threshold is None:
            remove_level(connection, kind, severity)
            click.echo(f"{kind} has no severity {severity} any more.")
        else:
            set_level(connection, kind, severity, threshold)
            click.echo(f"{kind} has the severity {severity} from {threshold:g} on.")


@alert.command()
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


@alert.command()
@click.argument("name")
@_organization
@click.option("--mail", metavar="ADDRESS", help="Tell by mail to ADDRESS.")
@click.option("--slack", metavar="VARIABLE", help="Tell an incoming webhook whose URL is in the environment VARIABLE.")
@click.option("--webhook", metavar="VARIABLE", help="Post signed JSON to the URL in the environment VARIABLE.")
@click.option("--key", "secret_name", metavar="VARIABLE", help="Environment variable with the key that signs webhooks.")
@click.option("--kind", metavar="KIND", help="Only this kind of problem; default: every kind.")
@click.option(
    "--from", "minimum_severity", type=click.Choice(SEVERITIES), default="warning", show_default=True, help="Severity."
)
@click.option(
    "--installation",
    "tells_of_installation",
    is_flag=True,
    help="Tell also of problems of no organization: failed runs and checks.",
)
@click.option("--quiet", metavar="HH:MM-HH:MM", help="Hours in which nothing below critical is told.")
@click.option("--digest", metavar="HH:MM", help="One message a day instead of one for each event.")
@click.option("--time-zone", default="UTC", show_default=True, metavar="ZONE", help="IANA name, e.g. Europe/London.")
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
    minimum_severity: str,
    tells_of_installation: bool,
    quiet: str | None,
    digest: str | None,
    time_zone: str,
) -> None:
    """Adds the route NAME: somebody who is told of an organization's problems."""
    channels = {"mail": mail, "slack": slack, "webhook": webhook}
    given = [(channel, address) for channel, address in channels.items() if address is not None]
    if len(given) != 1:
        raise SyndicationError("Give one of --mail, --slack and --webhook.")
    quiet_from, quiet_until = _span(quiet) if quiet else (None, None)
    route = Route(
        organization,
        name,
        *given[0],
        secret_name=secret_name,
        kind=kind,
        minimum_severity=minimum_severity,
        tells_of_installation=tells_of_installation,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        digest_at=_time(digest) if digest else None,
        time_zone=time_zone,
    )
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        add_route(connection, route)
    click.echo(f"Added {name}. Test it with: syndication alert test {name} --organization {organization}")


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


@alert.command()
@click.argument("name")
@_organization
@command
@requires("alerts.edit", in_organization())
def test(name: str, organization: str) -> None:
    """Delivers a test message by the route NAME now. Exits with 1 and the reason if it is not accepted."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        found = [r for r in list_routes(connection) if (r.organization, r.route_name) == (organization, name)]
    if not found:
        raise SyndicationError(f"{organization} has no route {name!r}: see `syndication alert routes`.")
    send(found[0].channel, found[0].address, found[0].secret_name, trial_message(organization, name))
    click.echo(f"{name} has accepted a test message.")


@alert.command()
@click.argument("name")
@_organization
@command
@requires("alerts.edit", in_organization())
def pause(name: str, organization: str) -> None:
    """Pauses the route NAME: what happens meanwhile is not told later."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        set_active(connection, organization, name, is_active=False)
    click.echo(f"{name} is paused.")


@alert.command()
@click.argument("name")
@_organization
@command
@requires("alerts.edit", in_organization())
def resume(name: str, organization: str) -> None:
    """Resumes the route NAME."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        set_active(connection, organization, name, is_active=True)
    click.echo(f"{name} is active.")


@alert.command()
@click.argument("name")
@_organization
@command
@requires("alerts.edit", in_organization())
def remove(name: str, organization: str) -> None:
    """Removes the route NAME and the record of its deliveries."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        remove_route(connection, organization, name)
    click.echo(f"Removed {name}.")


@alert.command()
@command
def watch() -> None:
    """Looks for problems once, and delivers what is due: what the sensor `alert_sensor` does every minute."""
    import dagster as dg  # noqa: PLC0415 - it takes a second to import

    from syndication_assets.automation.alert_watch import watch as watch_once  # noqa: PLC0415
    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    prepare_environment(settings, url)
    with dg.DagsterInstance.get() as instance:
        click.echo(f"{datetime.now(UTC):%H:%M:%S} UTC: {watch_once(settings, url, instance)}.")
