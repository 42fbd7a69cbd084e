"""`syndication status` and `syndication metrics`: the state of the installation, for people and for monitoring."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import SECONDS_TO_WAIT, printable
from syndication_assets.cli.status_lines import backup_lines, left_lines, replica_lines, source_lines, waiting_lines
from syndication_assets.database.connection import database_url, transaction
from syndication_assets.database.migrating import migrations
from syndication_assets.database.sessions.locks import waiting_at_most
from syndication_assets.errors import SyndicationError
from syndication_assets.files.whole_files import EVERYBODY, replace_file
from syndication_assets.landing.zone.landing_zone import LandingZone
from syndication_assets.landing.zone.unread_files import UnreadFile, unread_files
from syndication_assets.operations.alerts.told_places import places_without_route
from syndication_assets.operations.conditions import Condition, find_conditions
from syndication_assets.operations.metrics import as_prometheus, read_metrics
from syndication_assets.operations.replica import lag_metrics
from syndication_assets.settings import Settings
from syndication_assets.settings.retired import retired_advice
from syndication_assets.tenancy.organizations import organization_ids

_SHOWN_UNREAD_FILES = 10
_ENDS_WITH_ERRORS = 2


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for other programs.")
@click.pass_context
@command
def status(context: click.Context, as_json: bool) -> None:
    """Shows migrations, problems, sources, what waits for people, budgets, schedules and files that no load reads.

    Exits with 2 if a problem of severity error or critical exists, with 1 if the state cannot be read or migrations are
    pending, else with 0.
    """
    settings = Settings.from_environment()
    url = database_url(settings)
    entries = migrations.status(url)
    applied = {entry.migration.name: entry.applied_at for entry in entries}
    if None in applied.values():
        _show_migrations(applied, as_json=as_json)
        raise SyndicationError(
            "Not all migrations are applied, so problems were not looked for. Run `syndication migrate`."
        )
    with waiting_at_most(SECONDS_TO_WAIT):
        state = _state(settings, url)
    if as_json:
        click.echo(json.dumps({"migrations": applied, **state}, default=str, ensure_ascii=True, indent=2))
    else:
        _show_migrations(applied, as_json=False)
        _show(state)
        if advice := retired_advice():
            click.echo(advice.strip())
    if any(problem["severity"] != "warning" for problem in state["problems"]):
        context.exit(_ENDS_WITH_ERRORS)


@click.command()
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write FILE at once instead of printing, for node_exporter's textfile collector.",
)
@command
def metrics(file: Path | None) -> None:
    """Prints the numbers for monitoring in Prometheus' text format."""
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    with transaction(url) as connection:
        text = as_prometheus(
            sorted([*read_metrics(connection), *lag_metrics(settings, url)], key=lambda metric: metric.name)
        )
    if file is None:
        click.echo(text, nl=False)
        return
    replace_file(file, text.encode(), EVERYBODY)
    # Whatever this process lets others read: node_exporter is another user.
    file.chmod(EVERYBODY)


def _state(settings: Settings, url: str) -> dict[str, Any]:
    """Everything that is shown, as JSON shows it."""
    import dagster as dg  # noqa: PLC0415 - it takes a second to import

    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415
    from syndication_assets.automation.schedule_states import schedule_states  # noqa: PLC0415
    from syndication_assets.automation.sensors.known_problems import finders  # noqa: PLC0415

    prepare_environment(settings, url)
    with dg.DagsterInstance.get() as instance, transaction(url) as connection:
        slugs = {identifier: slug for slug, identifier in organization_ids(connection).items()}
        found = find_conditions(connection, finders(settings, url, instance))
        numbers = [*read_metrics(connection), *lag_metrics(settings, url)]
        schedules = schedule_states(instance)
        without_route = places_without_route(connection)
    zone = LandingZone(settings.landing_url)
    unread = list(unread_files(zone, set(slugs.values()), settings.first_day, datetime.now(UTC).date()))
    return {
        "problems": [_problem(condition, slugs) for condition in found.conditions],
        "metrics": {
            metric.name: [{**sample.labels, "value": sample.value} for sample in metric.samples] for metric in numbers
        },
        "schedules": schedules,
        "without_alert_route": without_route,
        "landing_zone": zone.url,
        "unread_files": [_unread(file) for file in unread],
    }


def _problem(condition: Condition, slugs: dict[str, str]) -> dict[str, Any]:
    fields = condition._asdict()
    identifier = fields.pop("organization_id")
    return {"organization": slugs.get(identifier) if identifier else None, **fields}


def _unread(file: UnreadFile) -> dict[str, str]:
    return {"path": file.path, "reason": file.reason}


def _show_migrations(applied: dict[str, datetime | None], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"migrations": applied}, default=str, indent=2))
        return
    for name, applied_at in applied.items():
        click.echo(f"{name:40} {f'applied {applied_at:%Y-%m-%d %H:%M:%S} UTC' if applied_at else 'pending'}")


def _show(state: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    problems = sorted(
        state["problems"], key=lambda problem: ("critical", "error", "warning").index(problem["severity"])
    )
    click.echo(f"\n{len(problems) or 'No'} problem{'' if len(problems) == 1 else 's'}")
    for problem in problems:
        place = problem["organization"] or "installation"
        click.echo(
            printable(
                f"  {problem['severity']:8} {place:12} {problem['kind']} {problem['subject']}: {problem['message']}"
            )
        )
    if state["without_alert_route"]:
        places = ", ".join(state["without_alert_route"])
        click.echo(
            printable(f"  Nobody is told of problems of: {places}. Add a route: `syndication alert add --help`.")
        )
    click.echo("\nSources")
    for line in source_lines(state["metrics"], now):
        click.echo(printable(f"  {line}"))
    for line in backup_lines(state["metrics"], now):
        click.echo(f"  {line}")
    for line in replica_lines(state["metrics"]):
        click.echo(f"  {line}")
    click.echo("\nWaiting")
    for line in waiting_lines(state["metrics"]):
        click.echo(printable(f"  {line}"))
    click.echo("\nLeft")
    for line in left_lines(state["metrics"]):
        click.echo(printable(f"  {line}"))
    on = [name for name, is_on in state["schedules"].items() if is_on]
    off = [name for name, is_on in state["schedules"].items() if not is_on]
    click.echo(f"\nSchedules on: {', '.join(on) or 'none'}; off: {', '.join(off) or 'none'}")
    unread = state["unread_files"]
    click.echo(f"{len(unread):,} files in {state['landing_zone']} that no load reads")
    for file in unread[:_SHOWN_UNREAD_FILES]:
        click.echo(f"  {file['path']}: {file['reason']}")
