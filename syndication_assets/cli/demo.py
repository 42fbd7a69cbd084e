"""`syndication demo`: the command behind `make demo`."""

from concurrent.futures import ThreadPoolExecutor

import click

from syndication_assets.cli.command import command
from syndication_assets.database.connection import database_url
from syndication_assets.demo.sample_landing import FIRST_DAY, land_samples
from syndication_assets.operations.child_processes import started_pool
from syndication_assets.settings import Settings


@click.command()
@command
def demo() -> None:
    """Runs 28 days of sample data through the whole pipeline, in the organization `demo`, and shows the results."""
    settings = Settings.from_environment()
    click.echo("Running 28 days of sample data through the whole pipeline, in about a minute. Starting PostgreSQL ...")
    with started_pool(1) as pool, ThreadPoolExecutor(1) as thread:
        # Importing Dagster takes seconds, in which the samples land and a new server starts.
        landing = pool.submit(land_samples, settings.landing_url)
        server = thread.submit(database_url, settings)
        from syndication_assets.automation.dagster_instance import begin_partitions  # noqa: PLC0415

        begin_partitions(FIRST_DAY)
        from syndication_assets.demo.run import run_demo  # noqa: PLC0415

        run_demo(settings, server, landing)
