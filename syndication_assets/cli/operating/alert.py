"""`syndication alert`: open problems, and who is told of them."""

from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.operating.alert_routes import COMMANDS
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.alerts.alert_routes import SEVERITIES
from syndication_assets.operations.alerts.levels import Kind, list_kinds, remove_level, set_level, set_reminder
from syndication_assets.operations.alerts.recorded_alerts import RecordedAlert, list_alerts
from syndication_assets.settings import Settings


@click.group()
def alert() -> None:
    """Lists problems, and sets who is told of them and from which value on."""


for _route_command in COMMANDS:
    alert.add_command(_route_command)


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
    again = f"told again after {kind.remind_after_hours} h"
    return f"{kind.kind:24} {levels or 'not looked for'} ({kind.unit}), {again}. {kind.description}"


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
    if remove == (threshold is not None) or (threshold is not None and not isfinite(threshold)):
        raise SyndicationError("Give either a threshold or --remove.")
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        if threshold is None:
            remove_level(connection, kind, severity)
            click.echo(f"{kind} has no severity {severity} any more.")
        else:
            set_level(connection, kind, severity, Decimal(str(threshold)))
            click.echo(f"{kind} has the severity {severity} from {threshold:g} on.")


@alert.command()
@click.argument("kind")
@click.argument("hours", type=click.IntRange(1, 8760))
@command
@requires("alerts.edit", everywhere)
def remind(kind: str, hours: int) -> None:
    """Sets after how many HOURS a problem of a KIND that is still there is told again."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        set_reminder(connection, kind, hours)
    click.echo(f"{kind} is told again after {hours} h.")


@alert.command()
@command
def watch() -> None:
    """Looks for problems once, and delivers what is due: what the sensor `alert_sensor` does every minute."""
    import dagster as dg  # noqa: PLC0415 - it takes a second to import

    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415
    from syndication_assets.automation.sensors.alert_watch import watch as watch_once  # noqa: PLC0415

    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    prepare_environment(settings, url)
    with dg.DagsterInstance.get() as instance:
        click.echo(f"{datetime.now(UTC):%H:%M:%S} UTC: {watch_once(settings, url, instance)}.")
