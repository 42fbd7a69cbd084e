"""`syndication migrate`, `rollback`, `url` and `psql`: the commands for the database itself."""

import os
import shutil
from typing import Any

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from syndication_assets.cli.command import command
from syndication_assets.cli.people.acting import everywhere, requires
from syndication_assets.database import embedded_postgres
from syndication_assets.database.acting import user_who_acts
from syndication_assets.database.connection import database_url
from syndication_assets.database.migrating import migrations
from syndication_assets.database.schema.schema_rights import require_rights
from syndication_assets.database.sessions.pooling import require_own_sessions


@click.command()
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


@click.command()
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


@click.command()
@command
def url() -> None:
    """Prints the URL of the database; starts the embedded server if it is in use."""
    click.echo(database_url())


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
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
