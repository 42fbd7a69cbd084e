"""Lists what became of events."""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from syndication_assets.database.connection import Connection, load_sql

State = Literal["pending", "delivered", "abandoned"]


class LoggedDelivery(NamedTuple):
    """One event for one webhook."""

    organization: str
    webhook: str
    event_id: str
    message_id: str
    """The id that receivers know."""
    event: str
    occurred_at: datetime
    state: str
    attempts: int
    delivered_at: datetime | None
    next_attempt_at: datetime | None
    error_message: str | None
    data: dict[str, Any]


def list_deliveries(
    connection: Connection,
    *,
    organization: str | None = None,
    webhook_name: str | None = None,
    state: State | None = None,
    maximum: int = 50,
) -> list[LoggedDelivery]:
    """The deliveries that all given filters let through, the newest event first."""
    rows = connection.execute(
        load_sql("operations/webhooks/log.sql"),
        {"organization": organization, "webhook_name": webhook_name, "state": state, "maximum": maximum},
    ).fetchall()
    return [LoggedDelivery(*row) for row in rows]
