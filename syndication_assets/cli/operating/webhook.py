"""`syndication webhook`: the programs that are told of approved, published and failed posts."""

from datetime import UTC, datetime
from typing import get_args

import click

from syndication_assets.cli.command import command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.people.acting import in_organization, requires
from syndication_assets.configuration.entries import list_entries
from syndication_assets.configuration.sections.webhooks import WEBHOOKS, Webhook
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.operations.webhooks.delivery_log import LoggedDelivery, State, list_deliveries
from syndication_assets.settings import Settings


@click.group()
def webhook() -> None:
    """Manages webhooks: programs that are told of approved, published and failed posts."""


@webhook.command()
@click.argument("name", required=False)
@click.option("--organization", default=None, metavar="SLUG", help="Only webhooks of this organization.")
@click.option("--state", type=click.Choice(get_args(State)), default=None, help="Only events in this state.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def log(name: str | None, organization: str | None, state: State | None, limit: int, as_json: bool) -> None:
    """Lists the events with what became of them, of all webhooks or of NAME."""
    with transaction(_url()) as connection:
        rows = list_deliveries(connection, organization=organization, webhook_name=name, state=state, maximum=limit)
    show_rows(rows, _line, "No event has happened that a webhook is told of.", as_json=as_json)


def _line(row: LoggedDelivery) -> str:
    tried = f" after {row.attempts} attempts" if row.attempts > 1 else ""
    waits = f", next attempt {row.next_attempt_at:%H:%M} UTC" if row.next_attempt_at and row.attempts else ""
    error = f"\n    {row.error_message}" if row.error_message else ""
    subject = row.data.get("target_id") or row.data.get("content_id")
    return (
        f"{row.event_id}  {row.occurred_at:%Y-%m-%d %H:%M} UTC  {row.organization} {row.webhook}: {row.event} "
        f"{subject} {row.state}{tried}{waits}{error}"
    )


@webhook.command()
@click.argument("name")
@organization_option
@command
@requires("webhooks.edit", in_organization())
def test(name: str, organization: str) -> None:
    """Sends a test event to the webhook NAME now. Exits with 1 and the reason if it is not accepted."""
    from syndication_assets.operations.webhooks.delivering import event_body, send_event  # noqa: PLC0415 - slow

    found = [
        listed.entry
        for listed in list_entries(_url(), WEBHOOKS)
        if listed.organization == organization and isinstance(listed.entry, Webhook) and listed.entry.name == name
    ]
    if not found:
        raise SyndicationError(f"{organization} has no webhook {name!r}: see `syndication webhook list`.")
    body = event_body("test", "test", organization, datetime.now(UTC), {})
    send_event(found[0].url_variable, found[0].key_variable, "test", body)
    click.echo(f"{name} has accepted a test event.")


@webhook.command()
@command
def deliver() -> None:
    """Delivers what is due: what the sensor `webhook_sensor` does every 30 seconds."""
    from syndication_assets.operations.webhooks.delivering import deliver_webhooks  # noqa: PLC0415 - slow

    delivered, failed = deliver_webhooks(_url(), datetime.now(UTC))
    click.echo(f"{delivered} events were delivered, {failed} attempts failed.")


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
