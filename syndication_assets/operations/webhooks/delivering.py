"""Delivers the events of webhooks that wait in the outbox.

An event is delivered at least once: if the process dies after it was sent, it is sent again, with the same id.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection
from syndication_assets.http.clients.public_transport import AddressesOf, PublicTransport
from syndication_assets.http.clients.public_urls import public_addresses
from syndication_assets.operations.outbox import Delivered, Outbox
from syndication_assets.operations.outgoing import post, signed_headers, variable

_MOST_A_RUN = 100


class _Due(NamedTuple):
    """One row of `operations/webhooks/next_delivery.sql`."""

    organization_id: str
    event_id: str
    webhook_id: str
    organization: str
    url_name: str
    secret_name: str
    message_id: str
    event: str
    data: dict[str, Any]
    occurred_at: datetime
    attempts: int
    created_at: datetime

    @property
    def key(self) -> dict[str, str]:
        return {"organization_id": self.organization_id, "event_id": self.event_id, "webhook_id": self.webhook_id}

    @property
    def tried_as(self) -> str:
        return f"{self.event_id}/{self.webhook_id}"


_OUTBOX = Outbox("operations.webhook_deliveries", "operations/webhooks/next_delivery.sql", _Due)


def deliver_webhooks(url: str, moment: datetime, *, addresses_of: AddressesOf = public_addresses) -> Delivered:
    """Delivers up to 100 due events."""

    def send(_: Connection, due: _Due) -> None:
        body = event_body(due.message_id, due.event, due.organization, due.occurred_at, due.data)
        send_event(due.url_name, due.secret_name, due.message_id, body, addresses_of=addresses_of)
        fault_points.reach("webhooks.after_send")

    return _OUTBOX.deliver(url, moment, _MOST_A_RUN, send)


def event_body(message_id: str, event: str, organization: str, occurred_at: datetime, data: dict[str, Any]) -> bytes:
    """What a receiver gets: the same bytes in every attempt."""
    told = {
        "type": event,
        "id": message_id,
        "organization": organization,
        "occurred_at": occurred_at.isoformat(),
        "data": data,
    }
    return json.dumps(told, sort_keys=True).encode()


def send_event(
    url_name: str, secret_name: str, message_id: str, body: bytes, *, addresses_of: AddressesOf = public_addresses
) -> None:
    """Posts a signed event to the URL in the variable. DeliveryError if it is not accepted, or is not public."""
    target, key = variable(url_name), variable(secret_name)
    post(target, body, signed_headers(key, message_id, body), transport=PublicTransport(addresses_of))
