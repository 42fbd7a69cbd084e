"""`syndication user activity`: who changed what, and when."""

from datetime import UTC, datetime, timedelta

import click

from syndication_assets.cli.command import command, migrated_database_url
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.database.connection import transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.people.activity import DayOfActivity, list_activity
from syndication_assets.tenancy.people.users import require_user


@click.command()
@click.argument("name", metavar="[USER]", required=False)
@click.option("--organization", metavar="SLUG", help="Only this organization; default: all.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 3650), help="How many days back.")
@json_option
@command
def activity(name: str | None, organization: str | None, days: int, as_json: bool) -> None:
    """Lists what people, services and logins have changed, by day and table; with USER, what this user has."""
    since = datetime.now(UTC) - timedelta(days=days)
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        user_id = None if name is None else require_user(connection, name)
        rows = list_activity(connection, since, organization=organization, user_id=user_id)
    show_rows(rows, _line, f"Nobody has changed anything within {days} days.", as_json=as_json)


def _line(row: DayOfActivity) -> str:
    return (
        f"{row.day}  {row.organization:12} {row.who:24} {row.kind:8} {row.changes:>6,} {row.action:7} {row.resource}, "
        f"last at {row.last_at.astimezone(UTC):%H:%M} UTC"
    )
