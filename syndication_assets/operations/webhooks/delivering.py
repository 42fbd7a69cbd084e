"""Delivers events to webhooks, one a transaction, and tries again what a receiver did not accept.

An event is delivered at least once: if the process dies after it was sent, it is sent again, with the same id.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from syndication_assets import fault_points
from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.http.public_transport import AddressesOf, PublicTransport
from syndication_assets.http.public_urls import public_addresses
from syndication_assets.operations.outgoing import (
    ABANDONED_AFTER,
    DeliveryError,
    next_attempt,
    post,
    signed_headers,
    variable,
)

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


class Delivered(NamedTuple):
    """How many events were accepted, and how many attempts failed."""

    delivered: int
    failed: int


def deliver_webhooks(url: str, moment: datetime, *, addresses_of: AddressesOf = public_addresses) -> Delivered:
    """Delivers up to 100 due events. Several processes share the work.

    A failed delivery is tried again after 1, 2, 4 … minutes, at most an hour apart, and is abandoned after a day.
    """
    tried: list[str] = []
    delivered = 0
    for _ in range(_MOST_A_RUN):
        with transaction(url) as connection:
            due = _next(connection, moment, tried)
            if due is None:
                break
            tried.append(f"{due.event_id}/{due.webhook_id}")
            key = [due.organization_id, due.event_id, due.webhook_id]
            try:
                body = event_body(due.message_id, due.event, due.organization, due.occurred_at, due.data)
                send_event(due.url_name, due.secret_name, due.message_id, body, addresses_of=addresses_of)
            except DeliveryError as error:
                state = "abandoned" if moment - due.created_at >= ABANDONED_AFTER else "pending"
                connection.execute(
                    "update operations.webhook_deliveries set attempts = attempts + 1, state = %s, error_message = %s,"
                    " next_attempt_at = %s where organization_id = %s and event_id = %s and webhook_id = %s",
                    [state, str(error), next_attempt(moment, due.attempts), *key],
                )
                continue
            fault_points.reach("webhooks.after_send")
            delivered += 1
            connection.execute(
                "update operations.webhook_deliveries set attempts = attempts + 1, state = 'delivered',"
                " delivered_at = %s, error_message = null"
                " where organization_id = %s and event_id = %s and webhook_id = %s",
                [moment, *key],
            )
    return Delivered(delivered, len(tried) - delivered)


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


def _next(connection: Connection, moment: datetime, tried: list[str]) -> _Due | None:
    rows = connection.execute(
        load_sql("operations/webhooks/next_delivery.sql"), {"moment": moment, "tried": tried}
    ).fetchall()
    return _Due(*rows[0]) if rows else None
