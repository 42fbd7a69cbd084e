"""Who acts in a command, and the right that the command requires, which is named beside it.

A command without `requires` reads, or is for whoever runs the server: they have the URL of the database anyway.
"""

import getpass
from collections.abc import Callable, Collection, Iterable
from contextlib import nullcontext
from functools import wraps
from typing import Any

import click
from psycopg import sql

from syndication_assets.cli.command import PendingMigrationsError, migrated_database_url
from syndication_assets.database.acting import acting_as, user_who_acts
from syndication_assets.database.connection import Connection, DatabaseError, transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.actors import Actor, find_actor
from syndication_assets.tenancy.permission_checks import require_permission

Organizations = Callable[[Connection, dict[str, Any]], Iterable[str] | None]
"""The ids of the organizations that a command with these options concerns; None for all of them."""


def in_organization(option: str = "organization") -> Organizations:
    """That of an option, by its slug; all without it. An unknown one is reported by the command."""

    def organizations(connection: Connection, options: dict[str, Any]) -> Iterable[str] | None:
        slug = options[option]
        return None if slug is None else _ids_of_slugs(connection, [slug])

    return organizations


def everywhere(_connection: Connection, _options: dict[str, Any]) -> None:
    """All organizations."""


def of_paths(connection: Connection, options: dict[str, Any]) -> Iterable[str]:
    """Those whose landed files are named: a path begins with the slug."""
    return _ids_of_slugs(connection, [path.lstrip("/").partition("/")[0] for path in options["paths"]])


def of_rows(table: str, column: str, option: str | None = None) -> Organizations:
    """Those that own the rows that an argument gives by id; all without it. `option` names it, else the column."""
    schema, name = table.split(".")

    def organizations(connection: Connection, options: dict[str, Any]) -> Iterable[str] | None:
        value = options[option or column]
        if value is None:
            return None
        query = sql.SQL("select distinct organization_id from {} where {} = any(%s)").format(
            sql.Identifier(schema, name), sql.Identifier(column)
        )
        rows = connection.execute(query, [[value] if isinstance(value, str) else list(value)])
        return [organization_id for (organization_id,) in rows]

    return organizations


def requires(
    permission: str, organizations: Organizations, *, even_without_database: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Lets the command run as its actor, who must have the right in the organizations that it concerns.

    `permission` is a row of tenancy.permissions. PermissionDeniedError says who has it. `even_without_database` runs a
    command that repairs a database also where it cannot be reached or is not migrated.
    """

    def checked_actor(options: dict[str, Any]) -> Actor | None:
        with transaction(migrated_database_url(Settings.from_environment())) as connection:
            actor = actor_of_session(connection)
            require_permission(connection, actor, permission, _as_list(organizations(connection, options)))
        return actor

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def checked(**options: Any) -> Any:
            try:
                actor = checked_actor(options)
            except (DatabaseError, PendingMigrationsError):
                if not even_without_database:
                    raise
                actor = None
            with acting_as(actor.user_id) if actor is not None else nullcontext():
                return function(**options)

        checked.permission = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def asks_for_rights(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lets the command run as its actor, and hands it `require`, with which it asks for rights once it knows which."""

    @wraps(function)
    def asking(**options: Any) -> Any:
        with transaction(migrated_database_url(Settings.from_environment())) as connection:
            actor = actor_of_session(connection)

        def require(connection: Connection, permission: str, organizations: Collection[str] | None) -> None:
            require_permission(connection, actor, permission, organizations)

        with acting_as(actor.user_id) if actor is not None else nullcontext():
            return function(require=require, **options)

    return asking


def actor_of_session(connection: Connection) -> Actor | None:
    """The user of --as, SYNDICATION_API_KEY, SYNDICATION_ACTOR or the database login; None if nobody is named."""
    settings = Settings.from_environment()
    given = click.get_current_context().find_root().params.get("actor")
    key = settings.api_key.get_secret_value() if settings.api_key is not None and given is None else None
    return find_actor(connection, given or settings.actor, key)


def person_who_acts() -> str:
    """The id of the acting user, else the login of this machine, as decisions store it."""
    return user_who_acts() or getpass.getuser()


def _ids_of_slugs(connection: Connection, slugs: list[str]) -> list[str]:
    rows = connection.execute("select organization_id from tenancy.organizations where slug = any(%s)", [slugs])
    return [organization_id for (organization_id,) in rows]


def _as_list(organizations: Iterable[str] | None) -> list[str] | None:
    return None if organizations is None else list(organizations)
