"""`syndication plan`, `apply` and `export`: the configuration of an organization as one file."""

import os
import sys
from pathlib import Path

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import printable
from syndication_assets.cli.people.acting import asks_for_rights, person_who_acts
from syndication_assets.configuration.configuration_document import Document, read_document
from syndication_assets.configuration.export import export_organization, export_shared
from syndication_assets.configuration.plan import Plan, Require
from syndication_assets.configuration.plan import apply as apply_document
from syndication_assets.configuration.plan import plan as plan_document
from syndication_assets.configuration.plan_text import plan_lines
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import PROJECT_DIRECTORY, Settings

DIFFERENCE = 2
"""Exit code of a plan with a difference: as terraform's `plan -detailed-exitcode`."""

_file = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
_remove = click.option(
    "--remove", "removes", is_flag=True, help="Remove what the file does not have, in the sections that it has."
)


@click.command()
@_file
@_remove
@command
def plan(file: Path, removes: bool) -> None:
    """Shows what applying FILE would change: added, changed, removed, kept.

    Exits with 0 if the database is as the file says, with 2 if there is a difference, and with 1 if the file or the
    database has an error. What is only in the database counts as a difference with --remove.
    """
    document = read_document(file)
    planned = plan_document(_url(), document, actor=person_who_acts(), removes=removes)
    _show(planned, document)
    if not planned.is_empty:
        sys.exit(DIFFERENCE)


@click.command()
@_file
@_remove
@click.option("--yes", is_flag=True, help="Do not ask.")
@command
@asks_for_rights
def apply(file: Path, removes: bool, yes: bool, require: Require) -> None:
    """Shows what FILE changes, asks, and writes all of it in one transaction.

    It needs the right of every section that it changes, as the commands for single entries do. Each change is in the
    audit log under your name. What the file does not have is kept, unless you say --remove.
    """
    document = read_document(file)
    url = _url()
    actor = person_who_acts()
    planned = plan_document(url, document, actor=actor, removes=removes, require=require)
    _show(planned, document)
    if planned.is_empty:
        return
    if not yes:
        click.confirm("Apply this?", abort=True)
    apply_document(url, document, actor=actor, removes=removes, expected=planned, require=require)
    click.echo("Applied.")


@click.command()
@click.argument("slug", required=False)
@click.option("--shared", "is_shared", is_flag=True, help="Write what all organizations share instead.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Default: standard output."
)
@command
def export(slug: str | None, is_shared: bool, output: Path | None) -> None:
    """Writes the file of the organization SLUG from the database. Applying it changes nothing.

    Secrets are not in it, only the names of stored credentials.
    """
    if is_shared == (slug is not None):
        raise SyndicationError("Name either an organization, as in `syndication export acme`, or say --shared.")
    schema = _schema("shared" if is_shared else "organization", output)
    text = export_organization(_url(), slug, schema) if slug is not None else export_shared(_url(), schema)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SyndicationError(f"{output} cannot be written: {error.strerror}. Choose another file.") from None
    click.echo(f"Wrote {output}.")


def _schema(name: str, output: Path | None) -> str:
    """The path of the schema as an editor finds it from the file."""
    schema = PROJECT_DIRECTORY / "docs" / f"{name}.schema.json"
    directory = output.absolute().parent if output is not None else Path.cwd()
    return Path(os.path.relpath(schema, directory)).as_posix()


def _show(planned: Plan, document: Document) -> None:
    sections = {section.name: section for section in document.sections}
    for line in plan_lines(planned, sections):
        click.echo(printable(line))


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
