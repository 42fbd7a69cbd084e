"""`syndication`: the entry point, with the commands for the database, runs and the UI; other groups have modules."""

import os
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from syndication_assets.cli.account import account
from syndication_assets.cli.channels import channels
from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.credentials import credentials
from syndication_assets.cli.landing import land, withdraw
from syndication_assets.cli.organization import organization
from syndication_assets.cli.publishing import publish, targets
from syndication_assets.cli.review import review
from syndication_assets.cli.schedule import schedule
from syndication_assets.cli.sections import sections
from syndication_assets.cli.vendor import vendor
from syndication_assets.database import embedded_postgres, migrations
from syndication_assets.database.connection import database_url
from syndication_assets.demo.sample_landing import land_samples
from syndication_assets.errors import SyndicationError
from syndication_assets.landing import drop_in
from syndication_assets.landing.landing_zone import LandingZone
from syndication_assets.landing.unread_files import unread_files
from syndication_assets.settings import PROJECT_DIRECTORY, Settings
from syndication_assets.tenancy.organizations import list_organizations, require_organization

_SHOWN_UNREAD_FILES = 10


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syndication-assets")
def main() -> None:
    """Social media as data you can trust: Dagster assets in PostgreSQL."""


@main.command()
@command
def migrate() -> None:
    """Applies all pending migrations."""
    applied = migrations.migrate(database_url())
    for migration in applied:
        click.echo(f"applied {migration.name}")
    if not applied:
        click.echo("The database is up to date.")


@main.command()
@click.option(
    "--steps", default=1, show_default=True, type=click.IntRange(min=1), help="Number of migrations to roll back."
)
@click.option("--yes", is_flag=True, help="Do not ask before several migrations are rolled back.")
@command
def rollback(steps: int, yes: bool) -> None:
    """Rolls back the newest migration, or several. Its tables are dropped with their rows."""
    if steps > 1 and not yes:
        click.confirm(f"Roll back {steps} migrations and drop their tables with all rows?", abort=True)
    undone = migrations.rollback(database_url(), steps=steps)
    for migration in undone:
        click.echo(f"rolled back {migration.name}")
    if not undone:
        click.echo("There is nothing to roll back.")


@main.command()
@command
def status() -> None:
    """Shows which migrations are applied, and landed files that no load reads."""
    settings = Settings.from_environment()
    url = database_url(settings)
    entries = migrations.status(url)
    for entry in entries:
        applied = f"applied {entry.applied_at:%Y-%m-%d %H:%M:%S} UTC" if entry.applied_at else "pending"
        click.echo(f"{entry.migration.name:40} {applied}")
    if all(entry.applied_at for entry in entries):
        slugs = {organization.slug for organization in list_organizations(url)}
        zone = LandingZone(settings.landing_url)
        unread = list(unread_files(zone, slugs, settings.first_day, datetime.now(UTC).date()))
        click.echo(f"{len(unread):,} files in {zone.url} that no load reads")
        for file in unread[:_SHOWN_UNREAD_FILES]:
            click.echo(f"  {file.path}: {file.reason}")


@main.command()
@command
def url() -> None:
    """Prints the URL of the database; starts the embedded server if it is in use."""
    click.echo(database_url())


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@command
def psql(arguments: tuple[str, ...]) -> None:
    """Opens psql on the database and passes ARGUMENTS on."""
    program = shutil.which("psql") or str(embedded_postgres.program("psql"))
    # Arguments are visible to everybody who lists processes: pass the password in the environment.
    parameters: dict[str, Any] = dict(conninfo_to_dict(database_url()))
    password = parameters.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": password} if password is not None else {})
    os.execve(program, [program, make_conninfo(**parameters), *arguments], environment)  # noqa: S606 - no shell


@main.command()
@click.option(
    "--partitions",
    default=None,
    metavar="A[...B]",
    help="A day, or a range of days, both ends included; default: today (UTC).",
)
@click.option(
    "--select", "selection", multiple=True, metavar="SELECTION", help="Dagster asset selection, e.g. group:engagement."
)
@command
def materialize(partitions: str | None, selection: tuple[str, ...]) -> None:
    """Runs the daily graph for a day or a range of days, as one Dagster run.

    Exits with 1 if the run or a check with severity ERROR fails.
    """
    from syndication_assets.automation.range_run import parse_range  # noqa: PLC0415 - Dagster takes a second to import

    first_day, last_day = parse_range(partitions or datetime.now(UTC).date().isoformat())
    _materialize(first_day, last_day, selection)


@main.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only the quarantine of this organization.")
@command
def replay(organization: str | None) -> None:
    """Loads all days with open quarantine entries again, for example after an adapter was fixed."""
    settings = Settings.from_environment()
    url = migrated_database_url(settings)
    if organization is not None:
        require_organization(url, organization)
    ranges = drop_in.days_in_quarantine(url, organization)
    if not ranges:
        click.echo("Nothing is in quarantine.")
        return
    for first_day, last_day in ranges:
        _materialize(first_day.isoformat(), last_day.isoformat(), ())
    remaining = drop_in.open_quarantine(url, organization)
    click.echo(f"{remaining:,} items are still in quarantine.")


@main.command()
@command
def demo() -> None:
    """Runs 28 days of sample data through the whole pipeline, in the organization `demo`, and shows the results."""
    settings = Settings.from_environment()
    click.echo("Running 28 days of sample data through the whole pipeline, in about a minute. Starting PostgreSQL ...")
    # A forked process would share the sockets and the locks of this one.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        # Importing Dagster and starting a new server take seconds, in which the samples land.
        landing = pool.submit(land_samples, settings.landing_url)
        from syndication_assets.demo.run import run_demo  # noqa: PLC0415

        run_demo(settings, landing)


@main.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
@command
def dev(port: int) -> None:
    """Runs the Dagster UI with schedules and sensors on 127.0.0.1."""
    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415

    settings = Settings.from_environment()
    prepare_environment(settings, migrated_database_url(settings))
    # Dagster's own command would greet with the advice to use another program, which is not installed.
    quietly = ["-W", "ignore:Function `dev_command` is superseded"]
    workspace = PROJECT_DIRECTORY / "workspace.yaml"
    dagster = [sys.executable, *quietly, "-m", "dagster"]
    command = [*dagster, "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    click.echo(f"Starting the UI at http://127.0.0.1:{port}; press Ctrl-C to stop it.")
    os.execv(command[0], command)  # noqa: S606 - a fixed program, no shell


@main.command()
@command
def stop() -> None:
    """Stops the embedded PostgreSQL server. Its data is kept."""
    stopped = embedded_postgres.stop(Settings.from_environment().local_directory)
    click.echo(
        "The embedded PostgreSQL server has stopped." if stopped else "No embedded PostgreSQL server was running."
    )


def _materialize(first_day: str, last_day: str, selection: tuple[str, ...]) -> None:
    import dagster as dg  # noqa: PLC0415

    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415

    settings = Settings.from_environment()
    prepare_environment(settings, migrated_database_url(settings))
    from syndication_assets.automation.range_run import materialize_range  # noqa: PLC0415
    from syndication_assets.definitions import defs  # noqa: PLC0415

    started_at = datetime.now(UTC)
    with dg.DagsterInstance.get() as instance:
        run = materialize_range(defs, instance, first_day, last_day, selection)
    for check in run.failed_checks:
        click.echo(check.summary, err=True)
    if run.failure is not None:
        raise SyndicationError(f"run {run.run_id} failed: {run.failure}")
    if run.has_errors:
        raise SyndicationError(f"run {run.run_id} ended with failed checks: see above, and the UI (`syndication dev`).")
    seconds = (datetime.now(UTC) - started_at).total_seconds()
    click.echo(f"Materialized {first_day} to {last_day} in {seconds:.1f} s (run {run.run_id}).")


main.add_command(land)
main.add_command(withdraw)
main.add_command(organization)
main.add_command(review)
main.add_command(channels)
main.add_command(credentials)
main.add_command(account)
main.add_command(vendor)
main.add_command(schedule)
main.add_command(sections)
main.add_command(targets)
main.add_command(publish)


if __name__ == "__main__":
    main(prog_name=shutil.which("syndication") or "syndication")
