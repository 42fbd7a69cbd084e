"""`syndication approval delegate`: one person decides for another in a period."""

from datetime import UTC, datetime

import click

from syndication_assets.approval.workflows import delegations
from syndication_assets.approval.workflows.delegations import Delegation
from syndication_assets.cli.command import DAY, command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import actor_of_session, in_organization, person_who_acts, requires
from syndication_assets.database.connection import Connection, transaction
from syndication_assets.settings import Settings
from syndication_assets.tenancy.actors import find_actor
from syndication_assets.tenancy.organizations import require_organization
from syndication_assets.tenancy.permission_checks import require_permission


@click.group()
def delegate() -> None:
    """Lets one person decide for another in a period; approvals find it by themselves."""


@delegate.command()
@click.argument("to", metavar="USER")
@click.option("--until", required=True, type=DAY, help="The day on which it ends, at 0 o'clock UTC.")
@click.option("--from", "starts_on", default=None, type=DAY, help="The day on which it begins; default: now.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, such as a holiday.")
@click.option("--for", "delegator", default=None, metavar="USER", help="Who delegates; default: you.")
@organization_option
@command
@requires("approvals.decide", in_organization())
def add(
    to: str, until: datetime, starts_on: datetime | None, reason: str, delegator: str | None, organization: str
) -> None:
    """Lets USER decide what waits for you, or, with --for, for somebody else."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        to_user = _user(connection, to)
        from_user = person_who_acts() if delegator is None else _user(connection, delegator)
        _require_own(connection, organization_id, from_user)
        delegation_id = delegations.delegate(
            connection,
            organization_id,
            from_user,
            to_user,
            reason,
            datetime.now(UTC) if starts_on is None else starts_on.replace(tzinfo=UTC),
            until.replace(tzinfo=UTC),
        )
    click.echo(f"Added {delegation_id}.")


@delegate.command("list")
@json_option
@command
def list_all(as_json: bool) -> None:
    """Lists the delegations that have not ended, the next to end first."""
    with transaction(migrated_database_url(Settings.from_environment())) as connection:
        rows = delegations.delegations_of(connection)
    show_rows(rows, _line, "Nobody decides for anybody else.", as_json=as_json)


def _line(row: Delegation) -> str:
    return (
        f"{row.delegation_id}  {row.organization:16} {row.from_user} → {row.to_user}  "
        f"{row.starts_at:%Y-%m-%d %H:%M} to {row.ends_at:%Y-%m-%d %H:%M} UTC  {row.reason}"
    )


@delegate.command()
@click.argument("delegation_id", metavar="ID")
@organization_option
@command
@requires("approvals.decide", in_organization())
def remove(delegation_id: str, organization: str) -> None:
    """Ends the delegation ID now; what was decided by it stays decided."""
    url, organization_id = _organization(organization)
    with transaction(url) as connection:
        _require_own(connection, organization_id, delegations.delegator_of(connection, organization_id, delegation_id))
        delegations.end_delegation(connection, organization_id, delegation_id)
    click.echo(f"Removed {delegation_id}.")


def _require_own(connection: Connection, organization_id: str, delegator: str) -> None:
    """Whoever delegates for somebody else needs the right to change workflows."""
    actor = actor_of_session(connection)
    if actor is None or actor.user_id != delegator:
        require_permission(connection, actor, "workflows.edit", [organization_id])


def _user(connection: Connection, name: str) -> str:
    actor = find_actor(connection, name)
    assert actor is not None  # noqa: S101 - a name was given
    return actor.user_id


def _organization(slug: str) -> tuple[str, str]:
    url = migrated_database_url(Settings.from_environment())
    return url, require_organization(url, slug).organization_id
