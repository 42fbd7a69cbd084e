"""`syndication action`: things to do with posts, one after the other."""

from datetime import UTC, datetime
from typing import Literal

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, printable, show_rows
from syndication_assets.cli.people.acting import in_organization, of_rows, person_who_acts, requires
from syndication_assets.curation.actions.action_queue import (
    Action,
    end_action,
    list_actions,
    queue_action,
    start_action,
)
from syndication_assets.curation.actions.consents import give_consent, withdraw_consent
from syndication_assets.curation.actions.executors import EXECUTORS
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_OF_ACTION = of_rows("curation.actions", "action_id")


@click.group()
def action() -> None:
    """Queues things to do with posts, such as a comment; a person does them and says what came of it."""


@action.command()
@click.argument("post_id", metavar="POST")
@click.argument("action_type", metavar="TYPE")
@click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Such as text='Well said'.")
@click.option("--account", "account_id", default=None, metavar="ID", help="As which account of the organization.")
@click.option("--executor", type=click.Choice(sorted(EXECUTORS)), default="manual", show_default=True)
@click.option("--priority", default=0, show_default=True, type=int, help="The highest comes first.")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), metavar="TIME", help="Not before this time (UTC).")
@click.option("--why", default=None, metavar="TEXT", help="The reason, for whoever does it.")
@organization_option
@command
@requires("actions.edit", in_organization())
def queue(
    post_id: str,
    action_type: str,
    parameters: tuple[str, ...],
    account_id: str | None,
    executor: str,
    priority: int,
    at: datetime | None,
    why: str | None,
    organization: str,
) -> None:
    """Queues an action on a POST. TYPE is autoreact, comment, save, bookmark, share or repost."""
    named = [parameter.partition("=") for parameter in parameters]
    if unnamed := [name for name, sign, _ in named if not sign]:
        raise SyndicationError(f"Write the parameter {unnamed[0]!r} as NAME=VALUE, such as text='Well said'.")
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        action_id = queue_action(
            connection,
            organization_id,
            post_id,
            action_type,
            {name: value for name, _, value in named},
            account_id=account_id,
            executor=executor,
            priority=priority,
            scheduled_for=at.replace(tzinfo=UTC) if at else None,
            notes=why,
            person=person_who_acts(),
        )
    click.echo(f"{action_id} is queued.")


@action.command("list")
@click.option("--all", "with_ended", is_flag=True, help="With actions that have ended.")
@json_option
@command
def list_all(with_ended: bool, as_json: bool) -> None:
    """Lists what is in progress, and the queue in its order."""
    with transaction(_url()) as connection:
        listed = list_actions(connection, with_ended=with_ended)
    show_rows(listed, _line, "No action waits.", as_json=as_json)


def _line(listed: Action) -> str:
    when = f" not before {listed.scheduled_for:%Y-%m-%d %H:%M} UTC" if listed.scheduled_for else ""
    notes = f"  {listed.system_notes or listed.user_notes}" if listed.system_notes or listed.user_notes else ""
    return (
        f"{listed.action_id}  {listed.organization:12} {listed.state:11} {listed.action_type:9} priority "
        f"{listed.priority}  {listed.post_id} on {listed.platform}{when}{notes}"
    )


@action.command()
@click.argument("action_id", metavar="ID", required=False)
@command
@requires("actions.edit", _OF_ACTION)
def start(action_id: str | None) -> None:
    """Starts an action, without ID the next one that is due, and says what to do."""
    started = start_action(_url(), action_id, datetime.now(UTC))
    lines = [f"{started.action_id}: {started.action_type} {started.url or started.post_id}"]
    if started.account:
        lines.append(f"as {started.account}")
    lines += [f"{name}: {value}" for name, value in started.parameters.items()]
    if started.user_notes:
        lines.append(f"why: {started.user_notes}")
    if started.state == "completed":
        lines.append(started.system_notes or "It is done.")
    else:
        lines.append(f"Then: syndication action complete {started.action_id}, or fail, or cancel if you did not do it.")
    click.echo(printable("\n".join(lines)))


def _end_command(name: str, state: Literal["completed", "failed", "cancelled"], help_text: str) -> click.Command:
    @click.argument("action_id", metavar="ID")
    @click.option("--note", default=None, metavar="TEXT", help="What came of it.")
    @command
    @requires("actions.edit", _OF_ACTION)
    def end(action_id: str, note: str | None) -> None:
        with transaction(_url()) as connection:
            end_action(connection, action_id, state, note)
        click.echo(f"{action_id} is {state}.")

    return click.command(name, help=help_text)(end)


action.add_command(_end_command("complete", "completed", "Says that a started action had its effect."))
action.add_command(_end_command("fail", "failed", "Says that a started action had no effect."))
action.add_command(_end_command("cancel", "cancelled", "Cancels an action: nobody does it."))


@action.command()
@click.argument("executor")
@click.option("--why", default=None, metavar="TEXT", help="Why you may, such as a contract with the platform.")
@click.option("--withdraw", is_flag=True, help="Take it back.")
@organization_option
@command
@requires("executors.edit", in_organization())
def allow(executor: str, why: str | None, withdraw: bool, organization: str) -> None:
    """Lets an EXECUTOR act on a platform for the organization. The platform's terms may forbid it: say why you may."""
    if (why is None) != withdraw:
        raise SyndicationError("Give either --why or --withdraw.")
    url = _url()
    organization_id = require_organization(url, organization).organization_id
    with transaction(url) as connection:
        if why is None:
            withdraw_consent(connection, organization_id, executor)
        else:
            give_consent(connection, organization_id, executor, why, person_who_acts())
    click.echo(f"{executor} {'no longer acts' if withdraw else 'may act'} for {organization}.")


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
