"""Delivers what waits in the outbox, one message a transaction, and tries again what a channel did not accept."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql, transaction
from syndication_assets.operations.alerts.channels import send
from syndication_assets.operations.alerts.messages import Alert, alert_message, digest_message
from syndication_assets.operations.outgoing import ABANDONED_AFTER, DeliveryError, next_attempt

_MOST_A_RUN = 50


class _Due(NamedTuple):
    """One row of `next_delivery.sql`."""

    organization_id: str
    delivery_id: str
    organization: str
    route_id: str
    channel: str
    address: str
    secret_name: str | None
    event: str
    alert_id: str | None
    attempts: int
    created_at: datetime


class Delivered(NamedTuple):
    """How many messages were accepted, and how many attempts failed."""

    delivered: int
    failed: int


def deliver(url: str, moment: datetime) -> Delivered:
    """Delivers up to 50 due messages. Several processes share the work.

    A failed delivery is tried again after 1, 2, 4 … minutes, at most an hour apart, and is abandoned after a day.
    """
    tried: list[str] = []
    delivered = 0
    for _ in range(_MOST_A_RUN):
        with transaction(url) as connection:
            due = _next(connection, moment, tried)
            if due is None:
                break
            tried.append(due.delivery_id)
            alerts = [
                Alert(*row)
                for row in connection.execute(
                    load_sql("operations/alerts/told_alerts.sql"),
                    due._asdict(),
                )
            ]
            message = (
                digest_message(due.delivery_id, due.organization, alerts)
                if due.alert_id is None
                else alert_message(due.delivery_id, due.event, alerts[0])
            )
            key = [due.organization_id, due.delivery_id]
            try:
                send(due.channel, due.address, due.secret_name, message)
            except DeliveryError as error:
                state = "abandoned" if moment - due.created_at >= ABANDONED_AFTER else "pending"
                connection.execute(
                    "update operations.alert_deliveries set attempts = attempts + 1, state = %s, error_message = %s,"
                    " next_attempt_at = %s where organization_id = %s and delivery_id = %s",
                    [state, str(error), next_attempt(moment, due.attempts), *key],
                )
                continue
            delivered += 1
            connection.execute(
                "update operations.alert_deliveries set attempts = attempts + 1, state = 'delivered',"
                " delivered_at = %s, error_message = null where organization_id = %s and delivery_id = %s",
                [moment, *key],
            )
    return Delivered(delivered, len(tried) - delivered)


def _next(connection: Connection, moment: datetime, tried: list[str]) -> _Due | None:
    rows = connection.execute(
        load_sql("operations/alerts/next_delivery.sql"), {"moment": moment, "tried": tried}
    ).fetchall()
    return _Due(*rows[0]) if rows else None
