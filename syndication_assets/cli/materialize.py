"""`syndication materialize`: one run for a day or a range of days. Dagster is imported by the command alone."""

from datetime import UTC, datetime

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings


@click.command()
@click.option(
    "--partitions",
    default=None,
    metavar="A[...B]",
    help="A day, or a range of days, both ends included; default: today (UTC).",
)
@click.option(
    "--select", "selection", multiple=True, metavar="SELECTION", help="Dagster asset selection, e.g. group:engagement."
)
@click.option("--force", is_flag=True, help="Fetch profiles again that landed a short time ago.")
@command
@requires("pipeline.run", everywhere)
def materialize(partitions: str | None, selection: tuple[str, ...], force: bool) -> None:
    """Runs the daily graph for a day or a range of days, as one Dagster run.

    Exits with 1 if the run or a check with severity ERROR fails.
    """
    from syndication_assets.automation.range_run import parse_range  # noqa: PLC0415 - Dagster takes a second to import

    first_day, last_day = parse_range(partitions or datetime.now(UTC).date().isoformat())
    materialize_days(first_day, last_day, selection, is_forced=force)


def materialize_days(
    first_day: str, last_day: str, selection: tuple[str, ...] = (), *, is_forced: bool = False
) -> None:
    """Runs the daily graph, or the selected assets, for the days from first to last, and prints the outcome."""
    import dagster as dg  # noqa: PLC0415

    from syndication_assets.automation.dagster_instance import prepare_environment  # noqa: PLC0415

    settings = Settings.from_environment()
    prepare_environment(settings, migrated_database_url(settings))
    from syndication_assets.automation.range_run import materialize_range  # noqa: PLC0415
    from syndication_assets.definitions import defs  # noqa: PLC0415

    started_at = datetime.now(UTC)
    with dg.DagsterInstance.get() as instance:
        run = materialize_range(defs, instance, first_day, last_day, selection, is_forced=is_forced)
    for check in run.failed_checks:
        click.echo(check.summary, err=True)
    if run.failure is not None:
        raise SyndicationError(f"run {run.run_id} failed: {run.failure}")
    if run.has_errors:
        raise SyndicationError(f"run {run.run_id} ended with failed checks: see above, and the UI (`syndication dev`).")
    seconds = (datetime.now(UTC) - started_at).total_seconds()
    click.echo(f"Materialized {first_day} to {last_day} in {seconds:.1f} s (run {run.run_id}).")
