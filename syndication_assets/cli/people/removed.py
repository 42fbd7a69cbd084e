"""`syndication removed`: what people have removed, and its way back."""

from datetime import UTC, datetime, timedelta

import click

from syndication_assets.cli.command import command, organization_option, url_and_organization
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.tenancy.removed_rows import RemovedRow, list_removed, restore_removed

_NAMES = ("name", "label", "title", "period", "subject")
"""Columns whose names end so tell people which row it is."""


@click.group()
def removed() -> None:
    """Lists what was removed from an organization, and brings it back."""


@removed.command("list")
@organization_option
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3650), help="How many days back.")
@json_option
@command
def list_all(organization: str, days: int, as_json: bool) -> None:
    """Lists the rows that were removed, the newest first, with all that they had."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        rows = list_removed(connection, organization_id, datetime.now(UTC) - timedelta(days=days))
    show_rows(rows, _line, f"Nothing was removed within {days} days.", as_json=as_json)


@removed.command()
@click.argument("audit_id", metavar="ID")
@organization_option
@command
@requires("settings.edit", in_organization())
def restore(audit_id: str, organization: str) -> None:
    """Brings back what the change ID has removed, with what went in the same step, under the same ids."""
    url, organization_id = url_and_organization(organization)
    with transaction(url) as connection:
        restored = restore_removed(connection, organization_id, audit_id)
    for table in restored:
        click.echo(f"{table}: a row is back.")


def _line(row: RemovedRow) -> str:
    shown = [str(value) for column, value in row.values.items() if column.endswith(_NAMES) and value is not None]
    return (
        f"{row.audit_id}  {row.removed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC  {row.table}  {', '.join(shown)}  "
        f"by {row.removed_by}"
    )
