"""What all commands share: error reporting, and the check for pending migrations."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import click

from syndication_assets.database.connection import database_url
from syndication_assets.database.migrating import migrations
from syndication_assets.database.sessions.pooling import require_own_sessions
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

DAY = click.DateTime(["%Y-%m-%d"])
"""The type of an option that is a day."""


def month_of(text: str) -> date:
    """The first day of the month that was typed. SyndicationError if it is none."""
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        raise SyndicationError(f"{text!r} is no month: write it as 2026-01.") from None


class _Month(click.ParamType[date]):
    name = "month"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return month_of(value)
        except SyndicationError as error:
            self.fail(str(error), param, ctx)


MONTH = _Month()
"""The type of an option that is a month, given as its first day."""

organization_option = click.option(
    "--organization", default="default", show_default=True, metavar="SLUG", help="Slug of the organization."
)
"""Whose rows a command changes."""


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Reports a SyndicationError as its message on stderr and exit code 1, without a traceback."""

    @wraps(function)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except SyndicationError as error:
            raise click.ClickException(str(error)) from None
        except UnicodeEncodeError as error:
            # Python reads bytes of an argument that are no UTF-8 as halves of surrogate pairs.
            if error.encoding != "utf-8":
                raise
            raise click.ClickException(f"{error.object!a:.100} is no UTF-8 text: type it again.") from None

    return wrapped


class PendingMigrationsError(SyndicationError):
    """The database is not of this version."""


def migrated_database_url(settings: Settings) -> str:
    """The URL of the database; PendingMigrationsError if a migration is pending.

    SharedSessionError if it leads through a pooler that shares sessions.
    """
    url = database_url(settings)
    require_own_sessions(url)
    if any(entry.applied_at is None for entry in migrations.status(url)):
        raise PendingMigrationsError("The database has pending migrations: run `syndication migrate` first.")
    return url


def url_and_organization(slug: str) -> tuple[str, str]:
    """The URL of the database and the id of an organization in it, for a command about one organization.

    SyndicationError if a migration is pending, or if there is no organization with this slug.
    """
    url = migrated_database_url(Settings.from_environment())
    return url, require_organization(url, slug).organization_id
