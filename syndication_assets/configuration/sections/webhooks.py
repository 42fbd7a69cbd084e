"""`webhooks`: the programs that are told of approved, published and failed posts."""

from typing import Annotated, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, DashedName, Entry
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Section

_Variable = Annotated[str, Field(pattern="^[A-Z][A-Z0-9_]*$")]


class Webhook(Entry):
    """A program that is told of events by signed JSON."""

    name: DashedName
    events: Annotated[list[Literal["approved", "published", "failed"]], Field(min_length=1)] = Field(
        description="What it is told of."
    )
    url_variable: _Variable = Field(
        description="Environment variable with its URL, https on a public address, such as SHOP_HOOK_URL."
    )
    key_variable: _Variable = Field(
        description="Environment variable with the key that signs what is sent, such as SHOP_HOOK_KEY."
    )
    is_active: bool = ACTIVE


def _write(context: Context, webhook: Webhook) -> None:
    values = {
        "organization_id": context.organization_id,
        "webhook_name": webhook.name,
        "events": list(webhook.events),
        "url_name": webhook.url_variable,
        "secret_name": webhook.key_variable,
        "is_active": webhook.is_active,
    }
    upsert(context.connection, "operations.webhooks", ("organization_id", "webhook_name"), values)


def _remove(context: Context, webhook: Webhook) -> None:
    key = {"organization_id": context.organization_id, "webhook_name": webhook.name}
    delete(context.connection, "operations.webhooks", key)


WEBHOOKS = Section(
    name="webhooks",
    noun="webhook",
    paused="events of that time are not told later, and what waits, waits",
    removed="Its pending events and the record of its deliveries go with it.",
    entry=Webhook,
    permission="webhooks.edit",
    key=("name",),
    read=reader(
        Webhook,
        "select webhook_name as name, events, url_name as url_variable, secret_name as key_variable, is_active"
        " from operations.webhooks where organization_id = %(organization_id)s order by webhook_name",
    ),
    write=_write,
    remove=_remove,
)
