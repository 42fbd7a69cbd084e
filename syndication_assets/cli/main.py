"""`syndication`: the entry point, with the commands for the database, runs and the UI; other groups have modules."""

import os
import shutil
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from syndication_assets.cli.approval.decisions import approval
from syndication_assets.cli.approval.delegations import delegate
from syndication_assets.cli.approval.workflows import hours, step, workflow
from syndication_assets.cli.command import command
from syndication_assets.cli.configuration import apply, export, plan
from syndication_assets.cli.curation.actions import action
from syndication_assets.cli.curation.posts import posts
from syndication_assets.cli.development_server import dev, stop
from syndication_assets.cli.entries.sections import sections
from syndication_assets.cli.entry_groups import entry_groups
from syndication_assets.cli.landing import land, withdraw
from syndication_assets.cli.materialize import materialize
from syndication_assets.cli.media import media
from syndication_assets.cli.media_analysis import analyses, analyze, retry_analyses
from syndication_assets.cli.operating.alert import alert
from syndication_assets.cli.operating.announce import announce
from syndication_assets.cli.operating.archive import archive
from syndication_assets.cli.operating.backup import backup, restore
from syndication_assets.cli.operating.health import health
from syndication_assets.cli.operating.history import history
from syndication_assets.cli.operating.retention import retention
from syndication_assets.cli.operating.runs import runs
from syndication_assets.cli.operating.usage import usage
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.cli.people.invitation import invitation
from syndication_assets.cli.people.key import key
from syndication_assets.cli.people.member import member
from syndication_assets.cli.people.organization import organization
from syndication_assets.cli.people.person import person
from syndication_assets.cli.people.role import role
from syndication_assets.cli.people.user import user
from syndication_assets.cli.quarantine import quarantine
from syndication_assets.cli.social.account import account
from syndication_assets.cli.social.channels import channels
from syndication_assets.cli.social.credentials import credentials
from syndication_assets.cli.social.publishing import publish, targets
from syndication_assets.cli.social.review import review
from syndication_assets.cli.social.schedule import schedule
from syndication_assets.cli.status import metrics, status
from syndication_assets.cli.vendor import vendor
from syndication_assets.cli.web import web
from syndication_assets.database import embedded_postgres, migrations
from syndication_assets.database.acting import user_who_acts
from syndication_assets.database.connection import database_url
from syndication_assets.database.pooling import require_own_sessions
from syndication_assets.database.schema.schema_rights import require_rights
from syndication_assets.demo.sample_landing import FIRST_DAY, land_samples
from syndication_assets.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syndication-assets")
@click.option(
    "--as", "actor", metavar="USER", help="Who acts: an address or a service account; default: SYNDICATION_ACTOR."
)
def main(actor: str | None) -> None:
    """Social media as data you can trust: Dagster assets in PostgreSQL."""
    del actor  # read by `cli.acting` when a command needs it


@main.command()
@command
def migrate() -> None:
    """Applies all pending migrations."""
    url = database_url()
    require_own_sessions(url)
    applied = migrations.migrate(url)
    for migration in applied:
        click.echo(f"applied {migration.name}")
    require_rights(url)
    if not applied:
        click.echo("The database is up to date.")


@main.command()
@click.option(
    "--steps", default=1, show_default=True, type=click.IntRange(min=1), help="Number of migrations to roll back."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
def rollback(steps: int, yes: bool) -> None:
    """Rolls back the newest migration, or several. Their tables are dropped with their rows, which are counted first.

    Refused while the record of sent posts would go: without it they would be sent again.
    """
    url = database_url()
    lost = migrations.rows_lost_by_rollback(url, steps=steps)
    for table, rows in lost.items():
        click.echo(f"{rows:>12,} rows of {table} will be lost")
    if (steps > 1 or lost) and not yes:
        name = f"{steps} migrations" if steps > 1 else "the newest migration"
        click.confirm(f"Roll back {name} and drop their tables with all rows?", abort=True)
    undone = migrations.rollback(url, steps=steps)
    for migration in undone:
        click.echo(f"rolled back {migration.name}")
    if not undone:
        click.echo("There is nothing to roll back.")


@main.command()
@command
def url() -> None:
    """Prints the URL of the database; starts the embedded server if it is in use."""
    click.echo(database_url())


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@command
@requires("database.query", everywhere, even_without_database=True)
def psql(arguments: tuple[str, ...]) -> None:
    """Opens psql on the database, as the acting user, and passes ARGUMENTS on."""
    program = shutil.which("psql") or str(embedded_postgres.program("psql"))
    # Arguments are visible to everybody who lists processes: pass the password in the environment.
    parameters: dict[str, Any] = dict(conninfo_to_dict(database_url()))
    password = parameters.pop("password", None)
    environment = os.environ | ({"PGPASSWORD": password} if password is not None else {})
    if (user_id := user_who_acts()) is not None:
        # Options of the URL would replace those of the environment.
        options = parameters.get("options") or os.environ.get("PGOPTIONS", "")
        parameters["options"] = f"{options} -c app.actor={user_id}".strip()
    os.execve(program, [program, make_conninfo(**parameters), *arguments], environment)  # noqa: S606 - no shell


@main.command()
@command
def demo() -> None:
    """Runs 28 days of sample data through the whole pipeline, in the organization `demo`, and shows the results."""
    settings = Settings.from_environment()
    click.echo("Running 28 days of sample data through the whole pipeline, in about a minute. Starting PostgreSQL ...")
    # A forked process would share the sockets and the locks of this one.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, ThreadPoolExecutor(1) as thread:
        # Importing Dagster takes seconds, in which the samples land and a new server starts.
        landing = pool.submit(land_samples, settings.landing_url)
        server = thread.submit(database_url, settings)
        from syndication_assets.automation.dagster_instance import begin_partitions  # noqa: PLC0415

        begin_partitions(FIRST_DAY)
        from syndication_assets.demo.run import run_demo  # noqa: PLC0415

        run_demo(settings, server, landing)


for group in entry_groups():
    main.add_command(group)
main.add_command(plan)
main.add_command(apply)
main.add_command(export)
main.add_command(materialize)
main.add_command(dev)
main.add_command(stop)
main.add_command(quarantine)
main.add_command(land)
main.add_command(withdraw)
main.add_command(organization)
main.add_command(user)
main.add_command(member)
main.add_command(role)
main.add_command(invitation)
main.add_command(key)
main.add_command(person)
main.add_command(review)
for _group in (delegate, workflow, step, hours):
    approval.add_command(_group)
main.add_command(approval)
main.add_command(channels)
main.add_command(credentials)
main.add_command(account)
main.add_command(vendor)
main.add_command(schedule)
main.add_command(sections)
main.add_command(targets)
main.add_command(publish)
for _each in (analyze, analyses, retry_analyses):
    media.add_command(_each)
main.add_command(media)
main.add_command(announce)
main.add_command(history)
main.add_command(runs)
main.add_command(health)
main.add_command(status)
main.add_command(usage)
main.add_command(metrics)
main.add_command(alert)
main.add_command(backup)
main.add_command(restore)
main.add_command(retention)
main.add_command(archive)
main.add_command(posts)
main.add_command(action)
main.add_command(web)


if __name__ == "__main__":
    main(prog_name=shutil.which("syndication") or "syndication")
