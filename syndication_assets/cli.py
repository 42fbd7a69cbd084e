"""`syndication`: the command line."""

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from syndication_assets import landing, migrations
from syndication_assets.errors import SyndicationError
from syndication_assets.resources import embedded_postgres
from syndication_assets.resources.database import database_url
from syndication_assets.resources.landing_zone import LandingZone
from syndication_assets.settings import PROJECT_DIRECTORY, Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syndication-assets")
def main() -> None:
    """Social media as data you can trust: Dagster assets in PostgreSQL."""


def _command(function: Callable[..., Any]) -> Callable[..., Any]:
    """A user's mistake is one sentence on stderr and exit code 1, not a traceback."""

    @wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except SyndicationError as error:
            raise click.ClickException(str(error)) from None

    return wrapped


@main.command()
@_command
def migrate() -> None:
    """Brings the database to the newest migration."""
    applied = migrations.migrate(database_url())
    for migration in applied:
        click.echo(f"applied {migration.name}")
    if not applied:
        click.echo("The database is up to date.")


@main.command()
@click.option("--steps", default=1, show_default=True, type=click.IntRange(min=1), help="how many migrations to undo")
@_command
def rollback(steps: int) -> None:
    """Undoes the newest applied migration. Its tables go, with their rows."""
    undone = migrations.rollback(database_url(), steps=steps)
    for migration in undone:
        click.echo(f"rolled back {migration.name}")
    if not undone:
        click.echo("There is nothing to roll back.")


@main.command()
@_command
def status() -> None:
    """Says which migrations are applied."""
    for entry in migrations.status(database_url()):
        applied = f"applied {entry.applied_at:%Y-%m-%d %H:%M:%S} UTC" if entry.applied_at else "pending"
        click.echo(f"{entry.migration.name:40} {applied}")


@main.command()
@_command
def url() -> None:
    """Prints the URL of the database, starting the embedded server if it is the one in use."""
    click.echo(database_url())


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@_command
def psql(arguments: tuple[str, ...]) -> None:
    """Opens psql on the database, with ARGUMENTS of psql, e.g. -c "select …"."""
    program = shutil.which("psql") or str(embedded_postgres.program("psql"))
    os.execv(program, [program, database_url(), *arguments])  # noqa: S606 - psql's own arguments, no shell


@main.command()
@click.argument("source")
@click.argument("day", metavar="DATE")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", default="default", show_default=True, metavar="SLUG")
@_command
def land(source: str, day: str, files: tuple[Path, ...], organization: str) -> None:
    """Copies FILES into the landing zone, under SOURCE and DATE (UTC, the day of observation).

    Nothing is loaded yet: materialize the day, or let the landing zone's sensor notice. A landed file is never
    overwritten by another content.
    """
    settings = Settings.from_environment()
    landing.require_organization(_migrated_database_url(settings), organization)
    landed = landing.land_files(LandingZone(settings.landing_url), organization, source, _parse_day(day), files)
    for path, is_new in landed:
        click.echo(f"{'landed' if is_new else 'already there:'} {path}")
    click.echo(f"Load it with: syndication materialize --partitions {day}")


@main.command()
@click.option(
    "--partitions", required=True, metavar="A[...B]", help="a day, or a range of days with both ends included"
)
@click.option(
    "--select", "selection", multiple=True, metavar="SELECTION", help="Dagster's asset selection, e.g. group:engagement"
)
@_command
def materialize(partitions: str, selection: tuple[str, ...]) -> None:
    """Runs the daily graph for a range of days, as one Dagster run.

    Exits with 1 if the run fails, or a check of ERROR severity does.
    """
    from syndication_assets.range_run import parse_range  # noqa: PLC0415 - Dagster takes a second to import

    first_day, last_day = parse_range(partitions)
    _materialize(first_day, last_day, selection)


@main.command()
@click.option("--organization", default=None, metavar="SLUG", help="only what this organization has in quarantine")
@_command
def replay(organization: str | None) -> None:
    """Loads the days with open quarantine again: after an adapter was mended, items go where they belong."""
    settings = Settings.from_environment()
    ranges = landing.days_in_quarantine(_migrated_database_url(settings), organization)
    if not ranges:
        click.echo("Nothing is in quarantine.")
        return
    for first_day, last_day in ranges:
        _materialize(first_day.isoformat(), last_day.isoformat(), ())
    remaining = landing.open_quarantine(database_url(settings), organization)
    click.echo(f"{remaining:,} items are still in quarantine.")


@main.command()
@_command
def demo() -> None:
    """Lands 28 days of sample data in the organization `demo`, materializes them, and shows what came of it."""
    from syndication_assets.demo import run_demo  # noqa: PLC0415

    settings = Settings.from_environment()
    run_demo(settings, database_url(settings))


@main.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535))
@_command
def dev(port: int) -> None:
    """Opens the Dagster UI with schedules and sensors on 127.0.0.1."""
    from syndication_assets.dagster_instance import prepare_environment  # noqa: PLC0415

    settings = Settings.from_environment()
    prepare_environment(settings, _migrated_database_url(settings))
    dagster = Path(sys.executable).with_name("dagster")
    workspace = PROJECT_DIRECTORY / "workspace.yaml"
    command = [str(dagster), "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    click.echo(f"The UI comes up at http://127.0.0.1:{port}; Ctrl-C ends it.")
    os.execv(command[0], command)  # noqa: S606 - a fixed program, no shell


@main.command()
@_command
def stop() -> None:
    """Stops the embedded PostgreSQL server. Its data stays."""
    stopped = embedded_postgres.stop(Settings.from_environment().local_directory)
    click.echo(
        "The embedded PostgreSQL server has stopped." if stopped else "No embedded PostgreSQL server was running."
    )


def _migrated_database_url(settings: Settings) -> str:
    url = database_url(settings)
    if any(entry.applied_at is None for entry in migrations.status(url)):
        raise SyndicationError("The database lacks migrations: run `syndication migrate` first.")
    return url


def _materialize(first_day: str, last_day: str, selection: tuple[str, ...]) -> None:
    import dagster as dg  # noqa: PLC0415

    from syndication_assets.dagster_instance import prepare_environment  # noqa: PLC0415

    settings = Settings.from_environment()
    prepare_environment(settings, _migrated_database_url(settings))
    from syndication_assets.definitions import defs  # noqa: PLC0415
    from syndication_assets.range_run import materialize_range  # noqa: PLC0415

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


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SyndicationError(f"{text!r} is no day: write it as 2025-11-25.") from None


if __name__ == "__main__":
    main(prog_name=shutil.which("syndication") or "syndication")
