"""Delivers the messages of alerts that wait in the outbox."""

from datetime import datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql
from syndication_assets.operations.alerts.delivery_channels import send
from syndication_assets.operations.alerts.messages import Alert, alert_message, digest_message
from syndication_assets.operations.outbox import Delivered, Outbox

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

    @property
    def key(self) -> dict[str, str]:
        return {"organization_id": self.organization_id, "delivery_id": self.delivery_id}

    @property
    def tried_as(self) -> str:
        return self.delivery_id


_OUTBOX = Outbox("operations.alert_deliveries", "operations/alerts/next_delivery.sql", _Due)


def deliver(url: str, moment: datetime) -> Delivered:
    """Delivers up to 50 due messages."""
    return _OUTBOX.deliver(url, moment, _MOST_A_RUN, _send)


def _send(connection: Connection, due: _Due) -> None:
    rows = connection.execute(load_sql("operations/alerts/told_alerts.sql"), due._asdict())
    alerts = [Alert(*row) for row in rows]
    message = (
        digest_message(due.delivery_id, due.organization, alerts)
        if due.alert_id is None
        else alert_message(due.delivery_id, due.event, alerts[0])
    )
    send(connection, due.channel, due.address, due.secret_name, message)
